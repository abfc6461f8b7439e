/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls about a process's own signals: actions, masks, waiting, the
 * alternate stack. The old calls carry 32 signals, the rt_ calls 64.
 */
#include <linux/sched.h>
#include <linux/time.h>

constexpr size_t SIGSET_SIZE = 8;

static bool valid_signal(int sig)
{
	return sig >= 1 && sig <= _NSIG;
}

static bool ignores(const k_sigaction &a, int sig)
{
	return a.handler == SIG_IGN ||
	       (a.handler == SIG_DFL && SIG_IGNORE_MASK & sigmask(sig));
}

/* What pends when a signal becomes ignored is forgotten (POSIX 3.3.1.3). */
static status do_sigaction(int sig, const k_sigaction *act, k_sigaction *old)
{
	task_struct *p = current;

	if (!valid_signal(sig) || (act && sigmask(sig) & SIG_KERNEL_ONLY))
		return -EINVAL;
	spin_irq_guard g(p->sighand->siglock);
	k_sigaction *ka = action_of(p->sighand, sig);

	*old = *ka;
	if (!act)
		return OK;
	*ka = *act;
	ka->mask &= ~SIG_KERNEL_ONLY;
	if (ignores(*ka, sig)) {
		discard_signals(p, sigmask(sig));
		list_for_each_entry(task_struct, t, &p->tg->threads,
				    thread_node)
			recalc_sigpending(t);
	}
	return OK;
}

SYSCALL result<long> sys_rt_sigaction(int sig,
				      user_ptr<const user_sigaction> act,
				      user_ptr<user_sigaction> oact,
				      size_t sigsetsize)
{
	user_sigaction u;
	k_sigaction k, old;

	if (sigsetsize != SIGSET_SIZE)
		return -EINVAL;
	if (act) {
		TRY(get_user(&u, act));
		k = {u.handler, u.flags, u.restorer, u.mask};
	}
	TRY(do_sigaction(sig, act ? &k : nullptr, &old));
	if (!oact)
		return 0;
	return put_user(user_sigaction{(u32)old.handler, (u32)old.flags,
				       (u32)old.restorer, old.mask}, oact);
}

SYSCALL result<long> sys_sigaction(int sig, user_ptr<const old_sigaction> act,
				   user_ptr<old_sigaction> oact)
{
	old_sigaction u;
	k_sigaction k, old;

	if (act) {
		TRY(get_user(&u, act));
		k = {u.handler, u.flags, u.restorer, u.mask};
	}
	TRY(do_sigaction(sig, act ? &k : nullptr, &old));
	if (!oact)
		return 0;
	return put_user(::old_sigaction{(u32)old.handler, (u32)old.mask,
					(u32)old.flags, (u32)old.restorer},
			oact);
}

SYSCALL result<long> sys_signal(int sig, unsigned long handler)
{
	k_sigaction k{handler, SA_RESETHAND | SA_NODEFER, 0, 0}, old;

	TRY(do_sigaction(sig, &k, &old));
	return (long)old.handler;
}

/* ---- masks ---- */

void set_current_blocked(u64 mask)
{
	task_struct *p = current;
	spin_irq_guard g(p->sighand->siglock);
	u64 fresh;

	mask &= ~SIG_KERNEL_ONLY;
	fresh = mask & ~p->blocked;
	p->blocked = mask;
	if (p->sigpending_flag)
		retarget_shared_pending(p, fresh);
	recalc_sigpending(p);
}

static status change_mask(int how, u64 set)
{
	u64 blocked = current->blocked;

	switch (how) {
	case SIG_BLOCK:
		set |= blocked;
		break;
	case SIG_UNBLOCK:
		set = blocked & ~set;
		break;
	case SIG_SETMASK:
		break;
	default:
		return -EINVAL;
	}
	set_current_blocked(set);
	return OK;
}

SYSCALL result<long> sys_rt_sigprocmask(int how, user_ptr<const u64> set,
					user_ptr<u64> oset, size_t sigsetsize)
{
	u64 old = current->blocked, s;

	if (sigsetsize != SIGSET_SIZE)
		return -EINVAL;
	if (set) {
		TRY(get_user(&s, set));
		TRY(change_mask(how, s));
	}
	return oset ? put_user(old, oset) : OK;
}

/* The upper 32 signals keep their state. */
SYSCALL result<long> sys_sigprocmask(int how, user_ptr<const u32> set,
				     user_ptr<u32> oset)
{
	u64 old = current->blocked, upper = 0;
	u32 s;

	if (set) {
		TRY(get_user(&s, set));
		if (how == SIG_SETMASK)
			upper = old & ~0xffffffffull;
		TRY(change_mask(how, upper | s));
	}
	return oset ? put_user((u32)old, oset) : OK;
}

SYSCALL result<long> sys_sgetmask()
{
	return (long)(u32)current->blocked;
}

SYSCALL result<long> sys_ssetmask(u32 mask)
{
	long old = (long)(u32)current->blocked;

	set_current_blocked(mask);
	return old;
}

static u64 pending_set()
{
	task_struct *p = current;
	spin_irq_guard g(p->sighand->siglock);

	return (p->pending.signal | p->tg->shared_pending.signal) & p->blocked;
}

SYSCALL result<long> sys_rt_sigpending(user_ptr<char> set, size_t size)
{
	u64 pending = pending_set();

	if (size > SIGSET_SIZE)
		return -EINVAL;
	return copy_to_user(set.addr(), &pending, size);
}

SYSCALL result<long> sys_sigpending(user_ptr<u32> set)
{
	return put_user((u32)pending_set(), set);
}

/* ---- waiting ---- */

SYSCALL result<long> sys_pause()
{
	while (!signal_pending(current)) {
		current->state = TASK_INTERRUPTIBLE;
		schedule();
	}
	return -ERESTARTNOHAND;
}

static result<long> do_sigsuspend(u64 mask)
{
	task_struct *p = current;

	p->saved_blocked = p->blocked;
	set_current_blocked(mask);
	p->restore_blocked = true;
	return sys_pause();
}

SYSCALL result<long> sys_rt_sigsuspend(user_ptr<const u64> mask, size_t size)
{
	u64 m;

	if (size != SIGSET_SIZE)
		return -EINVAL;
	TRY(get_user(&m, mask));
	return do_sigsuspend(m);
}

SYSCALL result<long> sys_sigsuspend(int, int, u32 mask)
{
	return do_sigsuspend(mask);
}

status set_user_sigmask(user_ptr<const u64> u, size_t sigsetsize)
{
	task_struct *p = current;
	u64 mask;

	if (!u)
		return OK;
	if (sigsetsize != SIGSET_SIZE)
		return -EINVAL;
	TRY(get_user(&mask, u));
	p->saved_blocked = p->blocked;
	p->restore_blocked = true;
	set_current_blocked(mask);
	return OK;
}

void restore_saved_sigmask()
{
	task_struct *p = current;

	if (!p->restore_blocked)
		return;
	p->restore_blocked = false;
	set_current_blocked(p->saved_blocked);
}

/* Unblocks the awaited signals while it sleeps, so that they wake us; what is
 * in real_blocked does not kill meanwhile. */
static int wait_for_signal(u64 these, u64 deadline, siginfo_t *info)
{
	task_struct *p = current;
	u64 blocked = p->blocked;
	int sig = dequeue_signal(~these, info);

	if (sig || deadline <= ktime_get_ns())
		return sig;
	p->real_blocked = blocked;
	set_current_blocked(blocked & ~these);
	p->state = TASK_INTERRUPTIBLE;
	schedule_until(deadline);
	p->state = TASK_RUNNING;
	set_current_blocked(blocked);
	p->real_blocked = 0;
	return dequeue_signal(~these, info);
}

static result<long> do_sigtimedwait(user_ptr<const u64> uthese,
				    user_ptr<siginfo_t> uinfo, u64 deadline,
				    size_t size)
{
	siginfo_t info;
	u64 these;
	int sig;

	if (size != SIGSET_SIZE)
		return -EINVAL;
	TRY(get_user(&these, uthese));
	sig = wait_for_signal(these & ~SIG_KERNEL_ONLY, deadline, &info);
	if (!sig)
		return ktime_get_ns() >= deadline ? -EAGAIN : -EINTR;
	if (uinfo)
		TRY(put_user(info, uinfo));
	return sig;
}

SYSCALL result<long> sys_rt_sigtimedwait(user_ptr<const u64> these,
					 user_ptr<siginfo_t> info,
					 user_ptr<const user_timespec64> ts,
					 size_t size)
{
	timespec64 t;
	u64 deadline = DEADLINE_NEVER;

	if (ts) {
		TRY(get_timespec64(&t, ts));
		deadline = deadline_after(timespec_to_ns(t));
	}
	return do_sigtimedwait(these, info, deadline, size);
}

SYSCALL result<long> sys_rt_sigtimedwait_time32(user_ptr<const u64> these,
					user_ptr<siginfo_t> info,
					user_ptr<const old_timespec32> ts,
					size_t size)
{
	timespec64 t;
	u64 deadline = DEADLINE_NEVER;

	if (ts) {
		TRY(get_timespec32(&t, ts));
		deadline = deadline_after(timespec_to_ns(t));
	}
	return do_sigtimedwait(these, info, deadline, size);
}

/* ---- the alternate stack ---- */

static bool on_sig_stack(const task_struct *p, unsigned long sp)
{
	return sp > p->sas_ss_sp && sp - p->sas_ss_sp <= p->sas_ss_size;
}

static stack_t current_altstack(const task_struct *p)
{
	bool on = on_sig_stack(p, current_pt_regs()->esp);

	return {(u32)p->sas_ss_sp,
		!p->sas_ss_size ? SS_DISABLE : on ? SS_ONSTACK : 0,
		p->sas_ss_size};
}

static status set_altstack(task_struct *p, const stack_t &s)
{
	if (on_sig_stack(p, current_pt_regs()->esp))
		return -EPERM;
	if (s.ss_flags & ~(SS_DISABLE | SS_ONSTACK))
		return -EINVAL;
	if (s.ss_flags & SS_DISABLE) {
		p->sas_ss_sp = p->sas_ss_size = 0;
		return OK;
	}
	if (s.ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	p->sas_ss_sp = s.ss_sp;
	p->sas_ss_size = s.ss_size;
	return OK;
}

SYSCALL result<long> sys_sigaltstack(user_ptr<const stack_t> ss,
				     user_ptr<stack_t> oss)
{
	stack_t fresh, old = current_altstack(current);

	if (ss) {
		TRY(get_user(&fresh, ss));
		TRY(set_altstack(current, fresh));
	}
	return oss ? put_user(old, oss) : OK;
}

SYSCALL result<long> sys_restart_syscall()
{
	task_struct *p = current;
	auto fn = p->restart_fn;

	p->restart_fn = nullptr;
	return fn ? fn(p) : -EINTR;
}
