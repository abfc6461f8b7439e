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
struct rlimit32 {
	u32 rlim_cur, rlim_max;
};
struct rusage {
	s32 ru_utime_sec, ru_utime_usec, ru_stime_sec, ru_stime_usec;
	s32 ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt,
		ru_nswap, ru_inblock, ru_oublock, ru_msgsnd, ru_msgrcv,
		ru_nsignals, ru_nvcsw, ru_nivcsw;
};
static_assert(sizeof(rusage) == 72);
constexpr int RUSAGE_SELF = 0, RUSAGE_CHILDREN = -1, RUSAGE_THREAD = 1;
constexpr int PRIO_PROCESS = 0, PRIO_PGRP = 1, PRIO_USER = 2;

/* wait4(2), waitid(2) */
constexpr int WNOHANG = 1, WUNTRACED = 2, WSTOPPED = 2, WEXITED = 4,
	WCONTINUED = 8, WNOWAIT = 0x01000000, __WNOTHREAD = 0x20000000,
	__WALL = 0x40000000;
constexpr int __WCLONE = (int)0x80000000;
constexpr int P_ALL = 0, P_PID = 1, P_PGID = 2;
