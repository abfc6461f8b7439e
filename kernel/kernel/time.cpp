/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time of day: sched_clock() plus an offset. Readers take no lock; they
 * read again if `seq' says that somebody wrote meanwhile (odd: is writing).
 * coarse is the time of day at the last tick, ready for use.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/time.h>

struct wall_clock {
	spinlock_t lock{"wall clock", RANK_TIMER};
	volatile u32 seq = 0;
	s64 offset = 0;
	timespec64 coarse;
};
static constinit wall_clock wall;
static constinit timezone sys_tz;

class wall_write {
	spin_irq_guard g{wall.lock};

public:
	wall_write()
	{
		wall.seq = wall.seq + 1;
		barrier();
	}
	~wall_write()
	{
		barrier();
		wall.seq = wall.seq + 1;
	}
};

template<class T> static T read_wall(const T &field)
{
	u32 seq;
	T v;

	do {
		seq = wall.seq;
		barrier();
		v = field;
		barrier();
	} while (seq & 1 || seq != wall.seq);
	return v;
}

s64 ktime_get_real_ns()
{
	return read_wall(wall.offset) + (s64)sched_clock();
}

timespec64 current_kernel_time()
{
	return read_wall(wall.coarse);
}

time_t get_seconds()
{
	return current_kernel_time().tv_sec;
}

timespec64 ns_to_timespec(s64 ns)
{
	u64 n = (u64)ns;
	long rem = (long)do_div(&n, NSEC_PER_SEC);

	return {(time_t)n, rem};
}

s64 timespec_to_ns(const timespec64 &t)
{
	if (t.tv_sec >= 9223372036ll)
		return 0x7fffffffffffffffll;
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

void update_coarse_time()
{
	wall_write w;

	wall.coarse = ns_to_timespec(wall.offset + (s64)sched_clock());
}

void set_real_ns(s64 ns)
{
	{
		wall_write w;
		wall.offset = ns - (s64)sched_clock();
	}
	update_coarse_time();
	clock_was_set();
	posix_timers_clock_set();
}

unsigned long ticks_to_user_hz(unsigned long ticks)
{
	return ticks / (HZ / USER_HZ);
}

u64 deadline_after(s64 ns)
{
	return ktime_get_ns() + (u64)max(ns, 0ll);
}

status get_timespec32(timespec64 *t, user_ptr<const old_timespec32> u)
{
	old_timespec32 v;

	TRY(get_user(&v, u));
	t->tv_sec = v.tv_sec;
	t->tv_nsec = v.tv_nsec;
	return timespec_valid(*t) ? 0 : -EINVAL;
}

status get_timespec64(timespec64 *t, user_ptr<const user_timespec64> u)
{
	user_timespec64 v;

	TRY(get_user(&v, u));
	t->tv_sec = v.tv_sec;
	t->tv_nsec = v.tv_nsec;
	return timespec_valid(*t) ? 0 : -EINVAL;
}

status put_timespec32(const timespec64 &t, user_ptr<old_timespec32> u)
{
	return put_user(old_timespec32{(s32)t.tv_sec, (s32)t.tv_nsec}, u);
}

status put_timespec64(const timespec64 &t, user_ptr<user_timespec64> u)
{
	return put_user(user_timespec64{t.tv_sec, (s32)t.tv_nsec, 0}, u);
}

SYSCALL result<long> sys_time(user_ptr<s32> tloc)
{
	s32 now = (s32)get_seconds();

	if (tloc)
		TRY(put_user(now, tloc));
	return now;
}

SYSCALL result<long> sys_stime(user_ptr<const s32> tptr)
{
	s32 now;

	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	TRY(get_user(&now, tptr));
	if (now < 0)
		return -EINVAL;
	set_real_ns((s64)now * NSEC_PER_SEC);
	return 0;
}

SYSCALL result<long> sys_gettimeofday(user_ptr<timeval> tv,
				      user_ptr<timezone> tz)
{
	if (tv) {
		timespec64 t = ns_to_timespec(ktime_get_real_ns());

		TRY(put_user(timeval{(s32)t.tv_sec,
				     (s32)(t.tv_nsec / 1000)}, tv));
	}
	if (tz)
		TRY(put_user(sys_tz, tz));
	return 0;
}

SYSCALL result<long> sys_settimeofday(user_ptr<const timeval> tv,
				      user_ptr<const timezone> tz)
{
	timeval t;
	timezone z;

	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (tv)
		TRY(get_user(&t, tv));
	if (tz)
		TRY(get_user(&z, tz));
	if (tv && (t.tv_sec < 0 || (u32)t.tv_usec >= 1000000))
		return -EINVAL;
	if (tz) {
		spin_irq_guard g(wall.lock);
		sys_tz = z;
	}
	if (tv)
		set_real_ns((s64)t.tv_sec * NSEC_PER_SEC + t.tv_usec * 1000ll);
	return 0;
}

static void set_clock_from_rtc()
{
	time_t now = read_persistent_clock();

	if (now < 0)
		printk(KERN_WARNING "The hardware clock makes no sense\n");
	else
		set_real_ns(now * NSEC_PER_SEC);
}
core_initcall(set_clock_from_rtc);
