/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One process watches and changes another. kernel/ptrace.cpp has what every
 * architecture shares, arch/i386/kernel/ptrace.cpp the registers. A traced
 * thread stops (TASK_TRACED) at each signal, at exec and, if asked, at system
 * calls, and its tracer learns of it from wait4. Only a thread that has
 * stopped so is looked into.
 */
#pragma once

#include <asm/uaccess.h>
#include <linux/list.h>
#include <uapi/signal.h>

struct task_struct;
struct pt_regs;

/* trace_state.flags */
constexpr unsigned PT_CAP = 1,	/* the tracer may trace everything */
	PT_SYSCALL = 2,		/* stops at the next system call's entry, end */
	PT_STEP = 4,		/* TF is ours */
	PT_SYSGOOD = 8;		/* such stops report SIGTRAP | 0x80 */

/* Of a task; tasklist_lock. What is not a link of a list is also read by the
 * task itself, which runs only if nobody changes it. */
struct trace_state {
	task_struct *tracer = nullptr;	/* a group leader */
	list_head tracees;		/* of a group leader: by node */
	list_head node;
	unsigned flags = 0;
	int code = 0;		/* why it stopped; then the signal to go on with */
	bool unreported = false;	/* to wait4 */
	siginfo_t *info = nullptr;	/* of the signal it stopped at */
};

/* May current look into @t? */
bool ptrace_may_attach(const task_struct *t);
/* current stops and tells its tracer @code; returns the signal that it shall
 * go on with. Without a tracer, or if it is to die, at once @code. */
int ptrace_stop(int code, siginfo_t *info);
/* What becomes of @sig, which current has taken off its queues: the signal to
 * deliver, or -1 for none. */
int ptrace_signal(int sig, siginfo_t *info);
/* tasklist_lock held. @p is not traced any more, and goes on. */
void ptrace_unlink(task_struct *p);
/* The tracer of a process other than its parent hears of its death first;
 * true: it will. */
bool ptrace_notify_death(task_struct *p);
/* The dead of the list are to be put by the caller. */
void ptrace_release_tracees(task_struct *leader, list_head *dead);
void ptrace_move_tracees(task_struct *from, task_struct *to);

/* arch/i386/kernel/ptrace.cpp. The task does not run. */
void set_single_step(task_struct *p, bool on);
/* Requests about registers; -EIO for others. */
result<long> arch_ptrace(task_struct *p, long request, unsigned long addr,
			 unsigned long data);
/* The gate that @next's system calls go through. */
extern bool syscall_gate_traced;
void set_syscall_gate(bool traced);
