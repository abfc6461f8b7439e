/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks. Everything is counted in nanoseconds since boot by sched_clock();
 * the time of day is that plus an offset which settimeofday moves.
 * kernel/time.cpp, posix_clock.cpp, nanosleep.cpp.
 */
#pragma once

#include <asm/processor.h>
#include <asm/uaccess.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <uapi/time.h>

constexpr u32 NSEC_PER_SEC = 1000000000, NSEC_PER_USEC = 1000;
constexpr u32 NSEC_PER_TICK = NSEC_PER_SEC / HZ;

s64 ktime_get_real_ns();		/* since 1970 */
inline u64 ktime_get_ns() { return sched_clock(); }	/* since boot */
/* The time of day as of the last tick: cheap. Any context. */
timespec64 current_kernel_time();
void update_coarse_time();		/* each tick */
void set_real_ns(s64 ns);
void clock_was_set();		/* wakes who sleeps until a time of day */
void posix_timers_clock_set();
time_t get_seconds();

timespec64 ns_to_timespec(s64 ns);
inline bool timespec_valid(const timespec64 &t)
{
	return t.tv_sec >= 0 && (unsigned long)t.tv_nsec < NSEC_PER_SEC;
}
/* Saturates at about 292 years. */
s64 timespec_to_ns(const timespec64 &t);
/* Rounded up, so that a sleep is never too short; at most
 * MAX_SCHEDULE_TIMEOUT - 1. */
unsigned long ns_to_ticks(u64 ns);
/* The first tick at which sched_clock() has reached @deadline, for a timer's
 * expires; and the whole ticks that a pending timer has left. */
unsigned long timer_expiry(u64 deadline);
unsigned long timer_ticks_left(const timer_list *t);
/* Ticks to microseconds and to the unit of times(2). */
unsigned long ticks_to_user_hz(unsigned long ticks);

/* Read and check / write a time in user memory. */
status get_timespec32(timespec64 *t, user_ptr<const old_timespec32> u);
status get_timespec64(timespec64 *t, user_ptr<const user_timespec64> u);
status put_timespec32(const timespec64 &t, user_ptr<old_timespec32> u);
status put_timespec64(const timespec64 &t, user_ptr<user_timespec64> u);

/* The present value of a clock; -EINVAL: no such clock. */
status clock_read(clockid_t id, s64 *ns);

/* Sleeps in the state that current has set, until sched_clock() reaches
 * @deadline or a wake-up; true: the time is up. */
bool schedule_until(u64 deadline);
constexpr u64 DEADLINE_NEVER = ~0ull;
u64 deadline_after(s64 ns);		/* from now */
