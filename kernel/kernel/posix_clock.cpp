/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock_gettime and its family. Processor-time clocks of other tasks have
 * negative numbers: the complement of the pid times 8, plus 4 for one thread
 * and 2 for "by the scheduler", as the C libraries compose them.
 */
#include <linux/sched.h>
#include <linux/time.h>

constexpr int CPUCLOCK_SCHED = 2, CPUCLOCK_THREAD = 4;

static u64 process_run_ns(task_struct *p)	/* tasklist_lock held */
{
	u64 sum = p->tg->dead_run_ns;

	list_for_each_entry(task_struct, t, &p->tg->threads, thread_node)
		sum += task_run_ns(t);
	return sum;
}

static u64 own_process_ns()
{
	spin_irq_guard g(tasklist_lock);

	return process_run_ns(current);
}

static status other_cpu_clock(clockid_t id, s64 *ns)
{
	pid_t pid = ~(id >> 3);
	spin_irq_guard g(tasklist_lock);
	task_struct *p = pid ? find_task_by_pid(pid) : current;

	if ((id & 3) != CPUCLOCK_SCHED || !p)
		return -EINVAL;
	if (id & CPUCLOCK_THREAD) {
		if (p->tgid != current->tgid)
			return -EINVAL;
		*ns = (s64)task_run_ns(p);
	} else {
		*ns = (s64)process_run_ns(p);
	}
	return OK;
}

static s64 to_ns(const timespec64 &t)
{
	return timespec_to_ns(t);
}

status clock_read(clockid_t id, s64 *ns)
{
	if (id < 0)
		return other_cpu_clock(id, ns);
	switch (id) {
	case CLOCK_REALTIME:
		*ns = ktime_get_real_ns();
		return OK;
	case CLOCK_REALTIME_COARSE:
		*ns = to_ns(current_kernel_time());
		return OK;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = (s64)ktime_get_ns();
		return OK;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = (s64)own_process_ns();
		return OK;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = (s64)task_run_ns(current);
		return OK;
	}
	return -EINVAL;
}

/* The clock has to go on from there without an overflow. */
constexpr s64 MAX_UPTIME = 30ll * 365 * 24 * 3600 * NSEC_PER_SEC;
constexpr s64 LAST_SETTABLE = 0x7fffffffffffffffll - MAX_UPTIME;

static status clock_settime_ns(clockid_t id, s64 ns)
{
	if (id != CLOCK_REALTIME || ns > LAST_SETTABLE)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	set_real_ns(ns);
	return OK;
}

SYSCALL result<long> sys_clock_gettime(clockid_t id,
				       user_ptr<user_timespec64> tp)
{
	s64 ns;

	TRY(clock_read(id, &ns));
	return put_timespec64(ns_to_timespec(ns), tp);
}

SYSCALL result<long> sys_clock_gettime32(clockid_t id,
					 user_ptr<old_timespec32> tp)
{
	s64 ns;

	TRY(clock_read(id, &ns));
	return put_timespec32(ns_to_timespec(ns), tp);
}

SYSCALL result<long> sys_clock_settime(clockid_t id,
				       user_ptr<const user_timespec64> tp)
{
	timespec64 t;

	TRY(get_timespec64(&t, tp));
	return clock_settime_ns(id, to_ns(t));
}

SYSCALL result<long> sys_clock_settime32(clockid_t id,
					 user_ptr<const old_timespec32> tp)
{
	timespec64 t;

	TRY(get_timespec32(&t, tp));
	return clock_settime_ns(id, to_ns(t));
}

static status clock_resolution(clockid_t id, timespec64 *res)
{
	s64 unused;

	TRY(clock_read(id, &unused));
	res->tv_sec = 0;
	res->tv_nsec = id == CLOCK_REALTIME_COARSE ? NSEC_PER_TICK : 1;
	return OK;
}

SYSCALL result<long> sys_clock_getres(clockid_t id,
				      user_ptr<user_timespec64> tp)
{
	timespec64 res;

	TRY(clock_resolution(id, &res));
	return tp ? put_timespec64(res, tp) : OK;
}

SYSCALL result<long> sys_clock_getres_time32(clockid_t id,
					     user_ptr<old_timespec32> tp)
{
	timespec64 res;

	TRY(clock_resolution(id, &res));
	return tp ? put_timespec32(res, tp) : OK;
}
