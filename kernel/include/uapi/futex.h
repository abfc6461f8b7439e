/* SPDX-License-Identifier: GPL-2.0-only */
/* futex(2). */
#pragma once

#include <linux/types.h>

constexpr int FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3,
	FUTEX_CMP_REQUEUE = 4, FUTEX_WAIT_BITSET = 9, FUTEX_WAKE_BITSET = 10,
	FUTEX_PRIVATE_FLAG = 128, FUTEX_CLOCK_REALTIME = 256;
constexpr u32 FUTEX_BITSET_MATCH_ANY = ~0u;

/* The word of a robust lock. */
constexpr u32 FUTEX_WAITERS = 0x80000000, FUTEX_OWNER_DIED = 0x40000000,
	FUTEX_TID_MASK = 0x3fffffff;
struct robust_list_head {
	u32 next;		/* bit 0: a priority-inheritance lock */
	s32 futex_offset;	/* from a list entry to its futex word */
	u32 list_op_pending;
};
