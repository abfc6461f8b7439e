/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making tasks and switching between them. Whoever does not run has on top of
 * his kernel stack the frame that switch_stacks (entry.S) left or that is
 * made up here; thread.esp points to it. 2.4: process.c.
 */
#include <asm/desc.h>
#include <asm/i387.h>
#include <asm/segment.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

extern "C" {
void ret_from_fork();
void kernel_thread_start();
task_struct *switch_stacks(unsigned long *save_esp, unsigned long esp,
			   task_struct *prev);
}

/* What switch_stacks pops. */
struct switch_frame {
	unsigned long edi, esi, ebx, ebp;
	void (*start)();
};

pt_regs *task_pt_regs(task_struct *t)
{
	return (pt_regs *)((char *)t + THREAD_SIZE) - 1;
}

static switch_frame *new_frame(task_struct *p, void (*start)())
{
	auto *f = (switch_frame *)task_pt_regs(p) - 1;

	*f = {.edi = 0, .esi = 0, .ebx = 0, .ebp = 0, .start = start};
	p->thread.esp = (unsigned long)f;
	p->thread.esp0 = (unsigned long)p + THREAD_SIZE;
	return f;
}

static void switch_segments(thread_struct *prev, const thread_struct *next)
{
	prev->fs = read_fs();
	prev->gs = read_gs();
	load_tls(next);
	if (prev->fs | next->fs)
		LOAD_SEGMENT(fs, next->fs);
	if (prev->gs | next->gs)
		LOAD_SEGMENT(gs, next->gs);
}

task_struct *switch_to(task_struct *prev, task_struct *next)
{
	bool traced = next->trace.flags & PT_SYSCALL;

	if (unlikely(traced != syscall_gate_traced))
		set_syscall_gate(traced);
	fpu_switch_to(next);
	switch_segments(&prev->thread, &next->thread);
	cpu_tss.esp0 = next->thread.esp0;
	return switch_stacks(&prev->thread.esp, next->thread.esp, prev);
}

void copy_thread(task_struct *p, const pt_regs *regs, unsigned long esp)
{
	pt_regs *child = task_pt_regs(p);
	thread_struct &from = current->thread, &to = p->thread;

	*child = *regs;
	child->eax = 0;
	child->esp = esp;
	new_frame(p, ret_from_fork);
	to.fs = read_fs();
	to.gs = read_gs();
	memcpy(to.tls_array, from.tls_array, sizeof(to.tls_array));
	to.used_fpu = from.used_fpu;
	if (!from.used_fpu)
		return;
	fpu_save_to_task(current);
	to.fpu = from.fpu;
}

/* The frame of user mode is there for exec to fill in. */
void kernel_thread_setup(task_struct *p, int (*fn)(void *), void *arg)
{
	*task_pt_regs(p) = {};
	switch_frame *f = new_frame(p, kernel_thread_start);

	f->ebx = (unsigned long)fn;
	f->esi = (unsigned long)arg;
}

extern "C" [[noreturn]] void run_kernel_thread(int (*fn)(void *), void *arg)
{
	local_irq_enable();
	do_exit(fn(arg));
}

/* The short way out of a system call does not reload the registers that C
 * preserves, so ask for the long one. */
void start_thread(pt_regs *regs, unsigned long eip, unsigned long esp)
{
	*regs = {};
	regs->xds = regs->xes = regs->xss = __USER_DS;
	regs->xcs = __USER_CS;
	regs->orig_eax = -1;
	regs->eip = eip;
	regs->esp = esp;
	regs->eflags = X86_EFLAGS_IF;
	current->need_resched = 1;
}

void flush_thread()
{
	thread_struct &t = current->thread;

	LOAD_SEGMENT(fs, 0);
	LOAD_SEGMENT(gs, 0);
	memset(t.tls_array, 0, sizeof(t.tls_array));
	t.fs = t.gs = 0;
	load_tls(&t);
	fpu_drop(current);
}

void exit_thread()
{
	fpu_drop(current);
}

/* On the way to user mode with something to do; interrupts are on. */
extern "C" void do_user_work(pt_regs *regs)
{
	if (current->need_resched)
		schedule();
	if (signal_pending(current))
		do_signal(regs);
}
