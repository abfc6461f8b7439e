/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of the kernel, and the stacks of everybody. 2.4: kernel/panic.c. */
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/* Seconds to wait before the machine is reset. */
static constinit int panic_timeout = 0;
static constinit bool in_panic = false;

__init static void panic_setup(const char *value)
{
	panic_timeout = simple_strtol(value, nullptr, 0);
}
__setup("panic=", panic_setup);

[[noreturn]] static void end_machine()
{
	if (panic_timeout > 0)
		printk(KERN_EMERG "Reset in %d seconds.\n", panic_timeout);
	for (int i = 0; i < panic_timeout; i++)
		udelay(1000000);
	machine_panic_exit();
}

void panic(const char *fmt, ...)
{
	char text[512];
	__builtin_va_list ap;

	local_irq_disable();
	bust_spinlocks();
	__builtin_va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	__builtin_va_end(ap);
	printk(KERN_EMERG "Kernel panic: %s\n", text);
	if (in_panic)			/* while saying why */
		machine_panic_exit();
	in_panic = true;
	dump_stack();
	end_machine();
}

void bug(const char *file, int line, const char *what)
{
	panic("bug at %s:%d: %s", file, line, what);
}

char task_state_letter(const task_struct *t)
{
	if (t->exit_state == TASK_ZOMBIE)
		return 'Z';
	if (t->exit_state)
		return 'X';
	switch (t->state) {
	case TASK_RUNNING:
		return 'R';
	case TASK_INTERRUPTIBLE:
		return 'S';
	case TASK_UNINTERRUPTIBLE:
		return 'D';
	case TASK_STOPPED:
	case TASK_TRACED:
		return 'T';
	default:
		return 'X';
	}
}

static void show_task(task_struct *t)
{
	printk(KERN_EMERG "%c %5d %5d %s\n", task_state_letter(t), t->pid,
	       t->tgid, t->comm);
	if ((t == current && !this_cpu().halted) || t->exit_state)
		return;
	show_stack(t, 0);
}

/* Without tasklist_lock: whoever holds it may be what is hanging. */
void show_all_tasks()
{
	constexpr unsigned MANY = 1 << 16;
	unsigned n = 0;

	printk(KERN_EMERG "State, pid, tgid, name and stack of all tasks:\n");
	list_for_each_entry(task_struct, t, &all_tasks, tasks) {
		if (++n > MANY)
			return;
		show_task(t);
	}
}
