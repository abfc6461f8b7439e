/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a handler: the user's registers go into a frame on his stack, and
 * he goes on in the handler. What an interrupted system call returns is
 * decided here too. The way back is in sigreturn.cpp. 2.4: signal.c.
 */
#include <asm/cpufeature.h>
#include <asm/i387.h>
#include <asm/segment.h>
#include <asm/sigframe.h>
#include <asm/uaccess.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/string.h>
#include <uapi/unistd.h>

constexpr int INT80_SIZE = 2;

/* For handlers without SA_RESTORER:
 *	popl %eax; movl $119, %eax; int $0x80		sigreturn
 *	movl $173, %eax; int $0x80			rt_sigreturn */
static constexpr u8 sigreturn_code[8] = {
	0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80};
static constexpr u8 rt_sigreturn_code[8] = {
	0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0};

/* ---- what the interrupted call returns ---- */

static void call_again(pt_regs *regs, long number)
{
	regs->eax = number;
	regs->eip -= INT80_SIZE;
}

static void restart_call(pt_regs *regs)
{
	long number = regs->orig_eax;

	if (number < 0)
		return;
	regs->orig_eax = -1;
	switch (regs->eax) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
		call_again(regs, number);
		break;
	case -ERESTART_RESTARTBLOCK:
		call_again(regs, __NR_restart_syscall);
		break;
	}
}

static void restart_after_handler(pt_regs *regs, const k_sigaction &ka)
{
	long number = regs->orig_eax;

	if (number < 0)
		return;
	regs->orig_eax = -1;
	switch (regs->eax) {
	case -ERESTARTSYS:
		if (ka.flags & SA_RESTART)
			call_again(regs, number);
		else
			regs->eax = -EINTR;
		break;
	case -ERESTARTNOINTR:
		call_again(regs, number);
		break;
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		regs->eax = -EINTR;
		break;
	}
}

/* ---- the frame ---- */

static bool on_sig_stack(unsigned long esp)
{
	return esp - current->sas_ss_sp < current->sas_ss_size;
}

/* Where a frame of @size goes: at a function's entry the stack is 4 off a
 * multiple of 16. 0: the alternate stack is too small for it. */
static unsigned long frame_address(const pt_regs *regs, const k_sigaction &ka,
				   size_t size)
{
	unsigned long esp = regs->esp;
	bool was_on = on_sig_stack(esp);

	if (ka.flags & SA_ONSTACK && current->sas_ss_size && !was_on)
		esp = current->sas_ss_sp + current->sas_ss_size;
	unsigned long at = ((esp - size + 4) & -16ul) - 4;

	if (was_on && !on_sig_stack(at))
		return 0;
	return at;
}

/* The handler starts with a fresh FPU; sigreturn brings this one back. */
static status save_fpu(unsigned long to)
{
	thread_struct &t = current->thread;
	sig_fpstate fp{};

	fpu_save_to_task(current);
	if (cpu_has(X86_FEATURE_FXSR)) {
		memcpy(&fp.fx, &t.fpu, sizeof(fp.fx));
		fxsave_to_fnsave(&fp.env, &fp.fx);
		fp.magic = FPSTATE_FXSR;
	} else {
		memcpy(&fp.env, &t.fpu, sizeof(fp.env));
		fp.magic = FPSTATE_PLAIN;
	}
	fp.status = (u16)fp.env.sw;
	fpu_drop(current);
	return copy_to_user(to, &fp, sizeof(fp));
}

/* @fpstate: where the FPU's registers go, if they hold anything. */
static status fill_context(sigcontext *sc, const pt_regs *regs, u64 mask,
			   unsigned long fpstate)
{
	const thread_struct &t = current->thread;

	*sc = {
		.gs = read_gs(), .fs = read_fs(),
		.es = (u16)regs->xes, .ds = (u16)regs->xds,
		.edi = (u32)regs->edi, .esi = (u32)regs->esi,
		.ebp = (u32)regs->ebp, .esp = regs->esp,
		.ebx = (u32)regs->ebx, .edx = (u32)regs->edx,
		.ecx = (u32)regs->ecx, .eax = (u32)regs->eax,
		.trapno = t.trap_no, .err = t.error_code,
		.eip = regs->eip, .cs = (u16)regs->xcs,
		.eflags = regs->eflags, .esp_at_signal = regs->esp,
		.ss = (u16)regs->xss,
		.fpstate = t.used_fpu ? fpstate : 0,
		.oldmask = (u32)mask, .cr2 = t.cr2,
	};
	return t.used_fpu ? save_fpu(fpstate) : OK;
}

static u32 return_address(const k_sigaction &ka, unsigned long retcode)
{
	return ka.flags & SA_RESTORER ? ka.restorer : retcode;
}

/* Everything but the FPU image, which lies in the middle and was written. */
static status write_around_fpu(unsigned long to, const void *frame,
			       size_t size, size_t fpu_at)
{
	size_t behind = fpu_at + sizeof(sig_fpstate);

	TRY(copy_to_user(to, frame, fpu_at));
	return copy_to_user(to + behind, (const char *)frame + behind,
			    size - behind);
}

static status setup_frame(int sig, const k_sigaction &ka, u64 mask,
			  unsigned long at, const pt_regs *regs)
{
	constexpr size_t FPU_AT = __builtin_offsetof(sigframe, fpstate);
	sigframe f;

	f.pretcode = return_address(ka, at +
				    __builtin_offsetof(sigframe, retcode));
	f.sig = sig;
	f.extramask = mask >> 32;
	memcpy(f.retcode, sigreturn_code, sizeof(f.retcode));
	TRY(fill_context(&f.sc, regs, mask, at + FPU_AT));
	return write_around_fpu(at, &f, sizeof(f), FPU_AT);
}

static stack_t alternate_stack(unsigned long esp)
{
	const task_struct *t = current;

	return {.ss_sp = (u32)t->sas_ss_sp,
		.ss_flags = !t->sas_ss_size ? SS_DISABLE :
			on_sig_stack(esp) ? SS_ONSTACK : 0,
		.ss_size = t->sas_ss_size};
}

static status setup_rt_frame(int sig, const k_sigaction &ka,
			     const siginfo_t &info, u64 mask,
			     unsigned long at, const pt_regs *regs)
{
	constexpr size_t FPU_AT = __builtin_offsetof(rt_sigframe, fpstate);
	rt_sigframe f;

	f.pretcode = return_address(ka, at +
				    __builtin_offsetof(rt_sigframe, retcode));
	f.sig = sig;
	f.pinfo = at + __builtin_offsetof(rt_sigframe, info);
	f.puc = at + __builtin_offsetof(rt_sigframe, uc);
	f.info = info;
	f.uc.flags = 0;
	f.uc.link = 0;
	f.uc.stack = alternate_stack(regs->esp);
	f.uc.sigmask = mask;
	memcpy(f.retcode, rt_sigreturn_code, sizeof(f.retcode));
	TRY(fill_context(&f.uc.mcontext, regs, mask, at + FPU_AT));
	return write_around_fpu(at, &f, sizeof(f), FPU_AT);
}

/* Handlers compiled with -mregparm find their arguments too. */
static void enter_handler(pt_regs *regs, const k_sigaction &ka, int sig,
			  unsigned long at)
{
	bool rt = ka.flags & SA_SIGINFO;

	regs->eax = sig;
	regs->edx = rt ? at + __builtin_offsetof(rt_sigframe, info) : 0;
	regs->ecx = rt ? at + __builtin_offsetof(rt_sigframe, uc) : 0;
	regs->esp = at;
	regs->eip = ka.handler;
	regs->xds = regs->xes = regs->xss = __USER_DS;
	regs->xcs = __USER_CS;
	regs->eflags &= ~(X86_EFLAGS_TF | X86_EFLAGS_DF);
}

static status make_frame(int sig, const k_sigaction &ka, const siginfo_t &info,
			 u64 mask, pt_regs *regs)
{
	bool rt = ka.flags & SA_SIGINFO;
	unsigned long at = frame_address(regs, ka, rt ? sizeof(rt_sigframe) :
					 sizeof(sigframe));

	if (!at)
		return -EFAULT;
	if (rt)
		TRY(setup_rt_frame(sig, ka, info, mask, at, regs));
	else
		TRY(setup_frame(sig, ka, mask, at, regs));
	enter_handler(regs, ka, sig, at);
	return OK;
}

/* No stack for the handler: not even the one of SIGSEGV may run then. */
static void force_sigsegv(int sig)
{
	if (sig == SIGSEGV) {
		spin_irq_guard g(current->sighand->siglock);

		current->sighand->action[SIGSEGV - 1].handler = SIG_DFL;
	}
	force_sig(SIGSEGV, current);
}

static void handle_signal(int sig, const k_sigaction &ka,
			  const siginfo_t &info, pt_regs *regs)
{
	task_struct *t = current;
	u64 old = t->restore_blocked ? t->saved_blocked : t->blocked;
	u64 mask = t->blocked | ka.mask;

	bool step = t->trace.flags & PT_STEP;

	restart_after_handler(regs, ka);
	if (step)		/* the tracer's, not the handler's */
		regs->eflags &= ~X86_EFLAGS_TF;
	if (make_frame(sig, ka, info, old, regs).failed()) {
		force_sigsegv(sig);
		return;
	}
	t->restore_blocked = false;
	if (step)
		regs->eflags |= X86_EFLAGS_TF;
	if (!(ka.flags & SA_NODEFER))
		mask |= sigmask(sig);
	set_current_blocked(mask);
}

void do_signal(pt_regs *regs)
{
	siginfo_t info;
	k_sigaction ka;
	int sig = get_signal_to_deliver(&info, &ka, regs);

	if (sig) {
		handle_signal(sig, ka, info, regs);
		return;
	}
	restart_call(regs);
	restore_saved_sigmask();
}
