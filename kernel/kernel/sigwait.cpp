/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for signals: pause, sigsuspend, sigtimedwait; the masks that poll
 * and select wait with; the alternate stack; restart_syscall.
 */
#include <linux/sched.h>
#include <linux/time.h>

constexpr size_t SIGSET_SIZE = 8;

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
