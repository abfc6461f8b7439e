/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks: what fcntl(2) takes, i386 layouts, and the operations of flock(2). */
#pragma once

#include <linux/types.h>

struct flock32 {
	s16 l_type, l_whence;
	s32 l_start, l_len, l_pid;
};
static_assert(sizeof(flock32) == 16);
struct __attribute__((packed, aligned(4))) flock64 {
	s16 l_type, l_whence;
	s64 l_start, l_len;
	s32 l_pid;
};
static_assert(sizeof(flock64) == 24);

constexpr unsigned LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8;
