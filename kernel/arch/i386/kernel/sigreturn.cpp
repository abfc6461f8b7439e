/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way back from a signal handler. The frame is whatever the user left on
 * his stack: nothing of it may give him more than he has.
 */
#include <asm/cpufeature.h>
#include <asm/i387.h>
#include <asm/segment.h>
#include <asm/sigframe.h>
#include <asm/uaccess.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/string.h>

constexpr u32 USER_EFLAGS = 0xdd5 | X86_EFLAGS_AC;	/* arithmetic, TF, DF */
constexpr u32 USER_RPL = 3;

static status restore_fpu(unsigned long from)
{
	sig_fpstate fp;
	thread_struct &t = current->thread;

	if (!from) {
		fpu_drop(current);
		return OK;
	}
	TRY(copy_from_user(&fp, from, __builtin_offsetof(sig_fpstate, fx)));
	if (fp.magic == FPSTATE_FXSR)
		TRY(copy_from_user(&fp.fx,
				   from + __builtin_offsetof(sig_fpstate, fx),
				   sizeof(fp.fx)));
	else
		memset(&fp.fx, 0, sizeof(fp.fx));
	fpu_drop(current);
	if (cpu_has(X86_FEATURE_FXSR)) {
		fnsave_to_fxsave(&fp.fx, &fp.env);
		memcpy(&t.fpu, &fp.fx, sizeof(fp.fx));
	} else {
		memcpy(&t.fpu, &fp.env, sizeof(fp.env));
	}
	fpu_sanitize(&t.fpu);
	t.used_fpu = true;
	return OK;
}

/* Selectors of ring 3 only; the ones that do not exist fault at iret. */
static status restore_context(pt_regs *regs, const sigcontext &sc)
{
	TRY(restore_fpu(sc.fpstate));
	LOAD_SEGMENT(fs, (u16)sc.fs);
	LOAD_SEGMENT(gs, (u16)sc.gs);
	*regs = {
		.ebx = (long)sc.ebx, .ecx = (long)sc.ecx, .edx = (long)sc.edx,
		.esi = (long)sc.esi, .edi = (long)sc.edi, .ebp = (long)sc.ebp,
		.eax = (long)sc.eax,
		.xds = (int)(sc.ds & 0xffff), .xes = (int)(sc.es & 0xffff),
		.orig_eax = -1, .eip = sc.eip,
		.xcs = (int)((sc.cs & 0xffff) | USER_RPL),
		.eflags = (regs->eflags & ~USER_EFLAGS) |
			(sc.eflags & USER_EFLAGS),
		.esp = sc.esp, .xss = (int)((sc.ss & 0xffff) | USER_RPL),
	};
	return OK;
}

/* As sigaltstack(2), but a stack that makes no sense is just not taken. */
static void restore_alternate_stack(const stack_t &s)
{
	task_struct *t = current;

	if (s.ss_flags & SS_DISABLE) {
		t->sas_ss_sp = 0;
		t->sas_ss_size = 0;
	} else if (s.ss_size >= MINSIGSTKSZ) {
		t->sas_ss_sp = s.ss_sp;
		t->sas_ss_size = s.ss_size;
	}
}

/* ptrace.cpp; these two calls leave by a way of their own. */
extern "C" void syscall_trace_leave(pt_regs *regs);

static void bad_frame()
{
	force_sig(SIGSEGV, current);
}

/* The return address is gone, and so is the signal number: the trampoline
 * popped it. */
extern "C" void restore_sigframe(pt_regs *regs)
{
	unsigned long at = regs->esp - 8;
	sigcontext sc;
	u32 extra;

	if (copy_from_user(&sc, at + __builtin_offsetof(sigframe, sc),
			   sizeof(sc)).failed() ||
	    copy_from_user(&extra, at + __builtin_offsetof(sigframe, extramask),
			   sizeof(extra)).failed()) {
		bad_frame();
		return;
	}
	set_current_blocked(sc.oldmask | (u64)extra << 32);
	if (restore_context(regs, sc).failed())
		bad_frame();
	syscall_trace_leave(regs);
}

extern "C" void restore_rt_sigframe(pt_regs *regs)
{
	unsigned long at = regs->esp - 4;
	ucontext uc;

	if (copy_from_user(&uc, at + __builtin_offsetof(rt_sigframe, uc),
			   sizeof(uc)).failed()) {
		bad_frame();
		return;
	}
	set_current_blocked(uc.sigmask);
	if (restore_context(regs, uc.mcontext).failed()) {
		bad_frame();
		return;
	}
	restore_alternate_stack(uc.stack);
	syscall_trace_leave(regs);
}
