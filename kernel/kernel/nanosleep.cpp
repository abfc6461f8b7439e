/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nanosleep and clock_nanosleep. A sleep is a deadline of the monotonic
 * clock; a signal that has no handler lets restart_syscall go on with the same
 * deadline. A sleep until a time of day looks again whenever that is set.
 */
#include <linux/sched.h>
#include <linux/time.h>

static constinit wait_queue_head_t clock_set_wait;

void clock_was_set()
{
	wake_up_all(&clock_set_wait);
}

static u64 saved_deadline(const task_struct *t)
{
	return (u64)t->restart_args[1] << 32 | t->restart_args[0];
}

/* Where the rest of an interrupted sleep goes, if anywhere. */
struct rest_ptr {
	unsigned long addr;
	bool is64;

	status put(s64 ns) const
	{
		timespec64 t = ns_to_timespec(ns);

		if (!addr)
			return OK;
		if (is64)
			return put_timespec64(t, {(user_timespec64 *)addr});
		return put_timespec32(t, {(old_timespec32 *)addr});
	}
};

static result<long> nanosleep_restart(task_struct *t);

static result<long> interrupted_sleep(u64 deadline, rest_ptr rest)
{
	task_struct *t = current;
	s64 left = (s64)(deadline - ktime_get_ns());

	if (left <= 0)
		return 0;
	TRY(rest.put(left));
	t->restart_args[0] = (unsigned long)deadline;
	t->restart_args[1] = (unsigned long)(deadline >> 32);
	t->restart_args[2] = rest.addr;
	t->restart_args[3] = rest.is64;
	t->restart_fn = nanosleep_restart;
	return -ERESTART_RESTARTBLOCK;
}

static bool sleep_until(u64 deadline)
{
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (schedule_until(deadline))
			return true;
		if (signal_pending(current))
			return false;
	}
}

static result<long> sleep_relative(u64 deadline, rest_ptr rest)
{
	if (sleep_until(deadline))
		return 0;
	return interrupted_sleep(deadline, rest);
}

static result<long> nanosleep_restart(task_struct *t)
{
	return sleep_relative(saved_deadline(t),
			      {t->restart_args[2], t->restart_args[3] != 0});
}

static bool sleep_until_real(s64 target)
{
	wait_queue_t w(current);
	bool up;

	for (;;) {
		prepare_to_wait(&clock_set_wait, &w, TASK_INTERRUPTIBLE);
		up = ktime_get_real_ns() >= target;
		if (up || signal_pending(current))
			break;
		schedule_until(ktime_get_ns() +
			       (u64)(target - ktime_get_real_ns()));
	}
	finish_wait(&clock_set_wait, &w);
	return up;
}

static result<long> do_clock_nanosleep(clockid_t id, int flags,
				       const timespec64 &t, rest_ptr rest)
{
	s64 ns = timespec_to_ns(t);

	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC &&
	    id != CLOCK_BOOTTIME)
		return -EINVAL;
	if (!(flags & TIMER_ABSTIME))
		return sleep_relative(deadline_after(ns), rest);
	if (id == CLOCK_REALTIME ? sleep_until_real(ns) : sleep_until(ns))
		return 0;
	return -ERESTARTNOHAND;
}

SYSCALL result<long> sys_nanosleep(user_ptr<const old_timespec32> req,
				   user_ptr<old_timespec32> rem)
{
	timespec64 t;

	TRY(get_timespec32(&t, req));
	return sleep_relative(deadline_after(timespec_to_ns(t)),
			      {rem.addr(), false});
}

SYSCALL result<long> sys_clock_nanosleep(clockid_t id, int flags,
					 user_ptr<const user_timespec64> req,
					 user_ptr<user_timespec64> rem)
{
	timespec64 t;

	TRY(get_timespec64(&t, req));
	return do_clock_nanosleep(id, flags, t, {rem.addr(), true});
}

SYSCALL result<long> sys_clock_nanosleep_time32(clockid_t id, int flags,
					user_ptr<const old_timespec32> req,
					user_ptr<old_timespec32> rem)
{
	timespec64 t;

	TRY(get_timespec32(&t, req));
	return do_clock_nanosleep(id, flags, t, {rem.addr(), false});
}
