/* SPDX-License-Identifier: GPL-2.0-only */
/* Resource limits and usage, i386 numbers. */
#pragma once

#include <linux/types.h>

constexpr int RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_DATA = 2,
	RLIMIT_STACK = 3, RLIMIT_CORE = 4, RLIMIT_RSS = 5, RLIMIT_NPROC = 6,
	RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8, RLIMIT_AS = 9,
	RLIMIT_LOCKS = 10, RLIMIT_SIGPENDING = 11, RLIMIT_MSGQUEUE = 12,
	RLIMIT_NICE = 13, RLIMIT_RTPRIO = 14, RLIMIT_RTTIME = 15,
	RLIM_NLIMITS = 16;
constexpr u64 RLIM64_INFINITY = ~0ull;
struct rlimit64 {			/* prlimit64, and inside the kernel */
	u64 rlim_cur, rlim_max;
};
