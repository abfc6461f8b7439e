/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/stat, uptime, loadavg, version and cmdline. */
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/time.h>
#include <linux/utsname.h>
#include <linux/vmstat.h>
#include "internal.h"

constexpr u32 NSEC_PER_CENTISEC = 10000000;

static unsigned long blocked_tasks()
{
	unsigned long active = nr_active(), running = nr_running();

	return active > running ? active - running : 0;
}

/* Our interrupts are part of what they interrupted; there is no iowait. */
static void print_cpu(seq_file *m, const char *name)
{
	const tick_counts &t = cpu_ticks;

	seq_printf(m, "%s %lu %lu %lu %lu 0 0 0 0\n", name,
		   ticks_to_user_hz(t.user), ticks_to_user_hz(t.nice),
		   ticks_to_user_hz(t.system), ticks_to_user_hz(t.idle));
}

static void print_interrupts(seq_file *m)
{
	seq_printf(m, "intr %llu", sum_vm_events(INTERRUPT));
	for (int irq = 0; irq < NR_IRQS; irq++)
		seq_printf(m, " %lu", irq_count(irq));
	seq_putc(m, '\n');
}

static unsigned long boot_time()
{
	u64 up = ktime_get_ns();

	do_div(&up, NSEC_PER_SEC);
	return (unsigned long)(get_seconds() - (time_t)up);
}

static status stat_show(seq_file *m, void *)
{
	print_cpu(m, "cpu ");
	print_cpu(m, "cpu0");
	print_interrupts(m);
	seq_printf(m, "ctxt %llu\nbtime %lu\nprocesses %lu\n"
		   "procs_running %lu\nprocs_blocked %lu\n",
		   sum_vm_events(CONTEXT_SWITCH), boot_time(), total_forks,
		   nr_running(), blocked_tasks());
	return OK;
}

static status uptime_show(seq_file *m, void *)
{
	u64 up = ktime_get_ns();
	unsigned long idle = ticks_to_user_hz(cpu_ticks.idle);

	do_div(&up, NSEC_PER_CENTISEC);
	u32 hundredths = do_div(&up, 100);
	seq_printf(m, "%llu.%02u %lu.%02lu\n", up, hundredths, idle / 100,
		   idle % 100);
	return OK;
}

static status loadavg_show(seq_file *m, void *)
{
	for (unsigned long load : avenrun) {
		load += (1ul << FSHIFT) / 200;
		unsigned long part = load & ((1ul << FSHIFT) - 1);

		seq_printf(m, "%lu.%02lu ", load >> FSHIFT,
			   part * 100 >> FSHIFT);
	}
	seq_printf(m, "%lu/%d %d\n", nr_running(), nr_threads(), last_pid);
	return OK;
}

static status version_show(seq_file *m, void *)
{
	read_guard g(uts_sem);

	seq_printf(m, "%s version %s (gcc version %s) %s\n",
		   system_utsname.sysname, system_utsname.release,
		   __VERSION__, system_utsname.version);
	return OK;
}

static status cmdline_show(seq_file *m, void *)
{
	seq_printf(m, "%s\n", saved_command_line);
	return OK;
}

static void stat_init()
{
	proc_create("stat", S_IRUGO, nullptr, stat_show, nullptr);
	proc_create("uptime", S_IRUGO, nullptr, uptime_show, nullptr);
	proc_create("loadavg", S_IRUGO, nullptr, loadavg_show, nullptr);
	proc_create("version", S_IRUGO, nullptr, version_show, nullptr);
	proc_create("cmdline", S_IRUGO, nullptr, cmdline_show, nullptr);
}
core_initcall(stat_init);
