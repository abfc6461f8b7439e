/* SPDX-License-Identifier: GPL-2.0-only */
/* What exit needs of futexes. kernel/futex.cpp, robust_list.cpp. */
#pragma once

#include <asm/uaccess.h>

/* Wakes up to @nr waiters of the word at @uaddr; returns how many. */
result<long> futex_wake(user_ptr<u32> uaddr, bool shared, int nr, u32 bitset);
void exit_robust_list();		/* of current */
