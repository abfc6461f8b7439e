/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/cpuinfo and interrupts. */
#include <asm/processor.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include "internal.h"

/* CPUID.1:EDX, SDM vol. 2A, table 3-11; null: reserved. */
static const char *const feature_names[32] = {
	"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce",
	"cx8", "apic", nullptr, "sep", "mtrr", "pge", "mca", "cmov",
	"pat", "pse36", "pn", "clflush", nullptr, "dts", "acpi", "mmx",
	"fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
};

static status cpuinfo_show(seq_file *m, void *)
{
	const cpuinfo_x86 &c = boot_cpu_data;

	seq_printf(m, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\n"
		   "model\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n",
		   c.vendor, c.family, c.model, c.model_name, c.stepping);
	seq_printf(m, "cpu MHz\t\t: %lu.%03lu\ncpuid level\t: %u\n",
		   c.khz / 1000, c.khz % 1000, c.cpuid_level);
	seq_printf(m, "fpu\t\t: %s\nwp\t\t: yes\nflags\t\t:",
		   c.features & 1 ? "yes" : "no");
	for (int i = 0; i < 32; i++)
		if (c.features >> i & 1 && feature_names[i])
			seq_printf(m, " %s", feature_names[i]);
	seq_printf(m, "\nbogomips\t: %lu.%02lu\n\n", c.khz / 500,
		   c.khz / 5 % 100);
	return OK;
}

static status interrupts_show(seq_file *m, void *)
{
	char names[64];

	seq_puts(m, "           CPU0\n");
	for (int irq = 0; irq < NR_IRQS; irq++) {
		irq_names(irq, names, sizeof(names));
		if (*names || irq_count(irq))
			seq_printf(m, "%3d: %10lu  XT-PIC  %s\n", irq,
				   irq_count(irq), names);
	}
	seq_printf(m, "ERR: %10lu\n", irq_spurious());
	return OK;
}

static void cpuinfo_init()
{
	proc_create("cpuinfo", S_IRUGO, nullptr, cpuinfo_show, nullptr);
	proc_create("interrupts", S_IRUGO, nullptr, interrupts_show, nullptr);
}
core_initcall(cpuinfo_init);
