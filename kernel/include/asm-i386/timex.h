/* SPDX-License-Identifier: GPL-2.0-only */
/* The time-stamp counter. */
#pragma once

#include <linux/types.h>

inline u64 get_cycles()
{
	u64 v;

	asm volatile("rdtsc" : "=A"(v));
	return v;
}
u64 cycles_to_ns(u64 cycles);		/* arch/i386/kernel/time.cpp */
