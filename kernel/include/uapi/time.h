/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as user space sees them, i386 layouts, and the clocks. */
#pragma once

#include <linux/types.h>

struct old_timespec32 {
	s32 tv_sec, tv_nsec;
};
/* The 64-bit-time calls. User programs leave rubbish in the padding. */
struct user_timespec64 {
	s64 tv_sec;
	s32 tv_nsec;
	s32 pad;
};
static_assert(sizeof(user_timespec64) == 16);
struct timeval {
	s32 tv_sec, tv_usec;
};
struct itimerval {
	timeval it_interval, it_value;
};
struct timezone {
	int tz_minuteswest, tz_dsttime;
};
struct tms {
	s32 tms_utime, tms_stime, tms_cutime, tms_cstime;
};

constexpr clockid_t CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1,
	CLOCK_PROCESS_CPUTIME_ID = 2, CLOCK_THREAD_CPUTIME_ID = 3,
	CLOCK_MONOTONIC_RAW = 4, CLOCK_REALTIME_COARSE = 5,
	CLOCK_MONOTONIC_COARSE = 6, CLOCK_BOOTTIME = 7;
constexpr int TIMER_ABSTIME = 1;
constexpr int ITIMER_REAL = 0, ITIMER_VIRTUAL = 1, ITIMER_PROF = 2;
constexpr unsigned long USER_HZ = 100;	/* unit of times(2) and of /proc */
