/* SPDX-License-Identifier: GPL-2.0-only */
/* What processor this is, and its control registers. 2.4: setup.c, common.c. */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/setup.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

constinit cpuinfo_x86 boot_cpu_data;
constinit cpu_info cpu_table[NR_CPUS];
constinit tss_struct cpu_tss;

constexpr unsigned long CR0_MP = 1 << 1, CR0_EM = 1 << 2, CR0_TS = 1 << 3,
	CR0_NE = 1 << 5, CR0_WP = 1 << 16, CR0_AM = 1 << 18;
constexpr unsigned long CR4_PSE = 1 << 4, CR4_OSFXSR = 1 << 9,
	CR4_OSXMMEXCPT = 1 << 10;

struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

static cpuid_regs cpuid(u32 leaf)
{
	cpuid_regs r;

	asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx),
		     "=d"(r.edx) : "0"(leaf), "2"(0));
	return r;
}

__init static void get_model_name(cpuinfo_x86 *c)
{
	constexpr u32 BRAND = 0x80000002, MAX_EXTENDED = 0x80000000;

	strlcpy(c->model_name, "unknown", sizeof(c->model_name));
	if (cpuid(MAX_EXTENDED).eax < BRAND + 2)
		return;
	for (u32 i = 0; i < 3; i++) {
		cpuid_regs r = cpuid(BRAND + i);

		memcpy(c->model_name + i * sizeof(r), &r, sizeof(r));
	}
	c->model_name[48] = 0;
}

__init static void identify_cpu(cpuinfo_x86 *c)
{
	cpuid_regs r = cpuid(0);

	c->cpuid_level = r.eax;
	memcpy(c->vendor, &r.ebx, 4);
	memcpy(c->vendor + 4, &r.edx, 4);
	memcpy(c->vendor + 8, &r.ecx, 4);
	r = cpuid(1);
	c->family = r.eax >> 8 & 0xf;
	c->model = r.eax >> 4 & 0xf;
	if (c->family == 0xf)
		c->family += r.eax >> 20 & 0xff;
	if (c->family >= 6)
		c->model |= r.eax >> 12 & 0xf0;
	c->stepping = r.eax & 0xf;
	c->features = r.edx;
	get_model_name(c);
}

__init static void load_tss()
{
	cpu_tss.ss0 = __KERNEL_DS;
	cpu_tss.esp0 = (u32)&init_task_union + THREAD_SIZE;
	cpu_tss.io_bitmap_base = sizeof(cpu_tss);	/* beyond: no ports */
	set_tss_desc(GDT_ENTRY_TSS, &cpu_tss);
	asm volatile("ltr %w0" :: "r"(GDT_ENTRY_TSS * 8));
	asm volatile("lldt %w0" :: "r"(0));	/* reset leaves one at 0 */
}

__init void cpu_init()
{
	unsigned long cr4 = read_cr4();

	identify_cpu(&boot_cpu_data);
	load_tss();
	doublefault_init();
	if (cpu_has(X86_FEATURE_PSE))
		cr4 |= CR4_PSE;
	if (cpu_has(X86_FEATURE_FXSR))
		cr4 |= CR4_OSFXSR;
	if (cpu_has(X86_FEATURE_XMM))
		cr4 |= CR4_OSXMMEXCPT;
	write_cr4(cr4);
	/* The first use of the FPU traps; so do its own exceptions. */
	write_cr0((read_cr0() & ~(CR0_EM | CR0_AM)) |
		  CR0_WP | CR0_NE | CR0_MP | CR0_TS);
	init_task_union.task.thread.esp0 = cpu_tss.esp0;
	this_cpu().idle = &init_task_union.task;
	this_cpu().active_mm = &init_mm;
}
