/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls about a process's own signals: actions and masks. The old
 * calls carry 32 signals, the rt_ calls 64.
 */
#include <linux/sched.h>

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
