/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system calls of POSIX timers, for both sizes of time.
 */
#include "posix_timers.h"

SYSCALL result<long> sys_timer_create(clockid_t clock,
				      user_ptr<const sigevent_t> event,
				      user_ptr<int> id)
{
	sigevent_t e;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_BOOTTIME)
		return -EINVAL;
	if (event)
		TRY(get_user(&e, event));
	int number = TRY(create_timer(clock, event ? &e : nullptr));
	status s = put_user(number, id);

	if (s.failed())
		delete_timer(number).ignore();
	return s;
}

SYSCALL result<long> sys_timer_delete(int id)
{
	return delete_timer(id);
}

SYSCALL result<long> sys_timer_getoverrun(int id)
{
	return timer_overruns(id);
}

/* ---- both sizes of time: the interval, behind it the value ---- */

static status get_time(timespec64 *t, user_ptr<const user_timespec64> u)
{
	return get_timespec64(t, u);
}
static status get_time(timespec64 *t, user_ptr<const old_timespec32> u)
{
	return get_timespec32(t, u);
}
static status put_time(s64 ns, user_ptr<user_timespec64> u)
{
	return put_timespec64(ns_to_timespec(ns), u);
}
static status put_time(s64 ns, user_ptr<old_timespec32> u)
{
	return put_timespec32(ns_to_timespec(ns), u);
}

template<class T> static status put_setting(const timer_setting &s,
					    user_ptr<T> u)
{
	TRY(put_time(s.interval, u));
	return put_time(s.value, u + 1);
}

template<class T> static status settime(int id, int flags, user_ptr<const T> u,
					user_ptr<T> old)
{
	timespec64 interval, value;

	if (!u)
		return -EINVAL;
	TRY(get_time(&interval, u));
	TRY(get_time(&value, u + 1));
	timer_setting s{timespec_to_ns(value), timespec_to_ns(interval)};

	TRY(set_timer(id, flags & TIMER_ABSTIME, &s));
	return old ? put_setting(s, old) : OK;
}

template<class T> static status gettime(int id, user_ptr<T> u)
{
	timer_setting s;

	TRY(get_timer(id, &s));
	return put_setting(s, u);
}

SYSCALL result<long> sys_timer_settime(int id, int flags,
				       user_ptr<const user_timespec64> u,
				       user_ptr<user_timespec64> old)
{
	return settime(id, flags, u, old);
}

SYSCALL result<long> sys_timer_settime32(int id, int flags,
					 user_ptr<const old_timespec32> u,
					 user_ptr<old_timespec32> old)
{
	return settime(id, flags, u, old);
}

SYSCALL result<long> sys_timer_gettime(int id, user_ptr<user_timespec64> u)
{
	return gettime(id, u);
}

SYSCALL result<long> sys_timer_gettime32(int id, user_ptr<old_timespec32> u)
{
	return gettime(id, u);
}
