/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A traced thread's registers, its single steps and its stops at system calls
 * (2.4: ptrace.c). Nothing that a tracer writes gives the thread more rights
 * than a user has. While a thread runs whose system calls are watched, their
 * gate leads to system_call_traced (entry.S): for all others a system call
 * costs what it did.
 */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/i387.h>
#include <asm/uaccess.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <uapi/ptrace.h>

extern "C" {
void system_call();
void system_call_traced();
}

constexpr unsigned SYSCALL_VECTOR = 0x80;
constexpr u32 USER_EFLAGS = 0xdd5 | X86_EFLAGS_AC;
constexpr int SYSGOOD = 0x80;

constinit bool syscall_gate_traced;

void set_syscall_gate(bool traced)
{
	syscall_gate_traced = traced;
	set_user_gate(SYSCALL_VECTOR, traced ? system_call_traced :
					       system_call);
}

/* ---- stops at system calls ---- */

static void syscall_stop()
{
	task_struct *t = current;
	int sysgood = t->trace.flags & PT_SYSGOOD ? SYSGOOD : 0;
	int sig = ptrace_stop(SIGTRAP | sysgood, nullptr);

	if (sig && sig != (SIGTRAP | sysgood))
		send_sig(sig, t).ignore();
}

/* Returns the number, which the tracer may have changed; one that is to die
 * calls nothing any more. */
extern "C" unsigned long syscall_trace_enter(pt_regs *regs)
{
	if (!(current->trace.flags & PT_SYSCALL))
		return regs->orig_eax;
	regs->eax = -ENOSYS;
	syscall_stop();
	return fatal_signal_pending(current) ? ~0ul : regs->orig_eax;
}

extern "C" void syscall_trace_leave(pt_regs *)
{
	if (current->trace.flags & PT_SYSCALL)
		syscall_stop();
}

/* ---- single steps ---- */

/* A TF that the thread has set itself stays. */
void set_single_step(task_struct *p, bool on)
{
	unsigned long *flags = &task_pt_regs(p)->eflags;

	if (p->trace.flags & PT_STEP) {
		*flags &= ~X86_EFLAGS_TF;
		p->trace.flags &= ~PT_STEP;
	}
	if (!on || *flags & X86_EFLAGS_TF)
		return;
	*flags |= X86_EFLAGS_TF;
	p->trace.flags |= PT_STEP;
}

/* ---- registers ---- */

/* pt_regs has them in the same order, but for fs and gs. */
static unsigned long *frame_slot(task_struct *p, unsigned n)
{
	return (unsigned long *)task_pt_regs(p) + (n < UR_FS ? n : n - 2);
}

static u32 get_reg(task_struct *p, unsigned n)
{
	switch (n) {
	case UR_FS:
		return p->thread.fs;
	case UR_GS:
		return p->thread.gs;
	case UR_DS:
	case UR_ES:
	case UR_CS:
	case UR_SS:
		return *frame_slot(p, n) & 0xffff;
	case UR_EFLAGS:
		return *frame_slot(p, n) &
			~(p->trace.flags & PT_STEP ? X86_EFLAGS_TF : 0ul);
	}
	return *frame_slot(p, n);
}

static bool is_selector(unsigned n)
{
	return (n >= UR_DS && n <= UR_GS) || n == UR_CS || n == UR_SS;
}

/* Of ring 3, or none where there may be none. */
static bool selector_allowed(unsigned n, u32 v)
{
	return (v & 3) == 3 || (!v && n != UR_CS && n != UR_SS);
}

static status set_reg(task_struct *p, unsigned n, u32 v)
{
	if (is_selector(n)) {
		v &= 0xffff;
		if (!selector_allowed(n, v))
			return -EIO;
	}
	if (n == UR_FS)
		p->thread.fs = v;
	else if (n == UR_GS)
		p->thread.gs = v;
	else if (n == UR_EFLAGS)
		*frame_slot(p, n) = (*frame_slot(p, n) & ~USER_EFLAGS) |
			(v & USER_EFLAGS);
	else
		*frame_slot(p, n) = v;
	return OK;
}

static status get_regs(task_struct *p, unsigned long to)
{
	user_regs u;

	for (unsigned n = 0; n < NR_USER_REGS; n++)
		u.r[n] = get_reg(p, n);
	return put_user(u, user_at<user_regs>(to));
}

static status set_regs(task_struct *p, unsigned long from)
{
	user_regs u;

	TRY(get_user(&u, user_at<const user_regs>(from)));
	for (unsigned n = 0; n < NR_USER_REGS; n++)
		TRY(set_reg(p, n, u.r[n]));
	return OK;
}

/* Words of struct user: the rest of it, debug registers too, reads as 0. */
static status peek_user(task_struct *p, unsigned long at, unsigned long to)
{
	if (at & 3 || at >= USER_SIZE)
		return -EIO;
	u32 v = at / 4 < NR_USER_REGS ? get_reg(p, at / 4) : 0;

	return put_user(v, user_at<u32>(to));
}

static status poke_user(task_struct *p, unsigned long at, unsigned long v)
{
	if (at & 3 || at / 4 >= NR_USER_REGS)
		return -EIO;
	return set_reg(p, at / 4, v);
}

static status get_fpregs(task_struct *p, unsigned long to)
{
	fpu_state *f = fpu_take(p);
	fnsave_image image;

	if (cpu_has(X86_FEATURE_FXSR))
		fxsave_to_fnsave(&image, (fxsave_image *)f);
	else
		memcpy(&image, f, sizeof(image));
	return put_user(image, user_at<fnsave_image>(to));
}

static status set_fpregs(task_struct *p, unsigned long from)
{
	fpu_state *f = fpu_take(p);
	fnsave_image image;

	TRY(get_user(&image, user_at<const fnsave_image>(from)));
	if (cpu_has(X86_FEATURE_FXSR))
		fnsave_to_fxsave((fxsave_image *)f, &image);
	else
		memcpy(f, &image, sizeof(image));
	return OK;
}

static status get_fpxregs(task_struct *p, unsigned long to)
{
	if (!cpu_has(X86_FEATURE_FXSR))
		return -EIO;
	return copy_to_user(to, fpu_take(p), sizeof(fxsave_image));
}

static status set_fpxregs(task_struct *p, unsigned long from)
{
	if (!cpu_has(X86_FEATURE_FXSR))
		return -EIO;
	fpu_state *f = fpu_take(p);
	status s = copy_from_user(f, from, sizeof(fxsave_image));

	fpu_sanitize(f);
	return s;
}

result<long> arch_ptrace(task_struct *p, long request, unsigned long addr,
			 unsigned long data)
{
	switch (request) {
	case PTRACE_PEEKUSR:
		return peek_user(p, addr, data);
	case PTRACE_POKEUSR:
		return poke_user(p, addr, data);
	case PTRACE_GETREGS:
		return get_regs(p, data);
	case PTRACE_SETREGS:
		return set_regs(p, data);
	case PTRACE_GETFPREGS:
		return get_fpregs(p, data);
	case PTRACE_SETFPREGS:
		return set_fpregs(p, data);
	case PTRACE_GETFPXREGS:
		return get_fpxregs(p, data);
	case PTRACE_SETFPXREGS:
		return set_fpxregs(p, data);
	}
	return -EIO;
}
