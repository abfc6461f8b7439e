/* SPDX-License-Identifier: GPL-2.0-only */
/* fs and gs, which the kernel leaves to the user. */
#pragma once

#include <linux/types.h>

inline u16 read_fs()
{
	u16 v;

	asm volatile("movw %%fs, %0" : "=rm"(v));
	return v;
}
inline u16 read_gs()
{
	u16 v;

	asm volatile("movw %%gs, %0" : "=rm"(v));
	return v;
}

/* A selector without a good descriptor (any more) becomes 0. */
#define LOAD_SEGMENT(seg, v)					\
	asm volatile("1: movl %0, %%" #seg "\n\t"		\
		     ".section .fixup, \"ax\"\n"		\
		     "2: pushl $0\n\t"				\
		     "popl %%" #seg "\n\t"			\
		     "jmp 3f\n\t"				\
		     ".previous\n\t"				\
		     ".section __ex_table, \"a\"\n\t"		\
		     ".align 4\n\t"				\
		     ".long 1b, 2b\n\t"				\
		     ".previous\n"				\
		     "3:" :: "r"((u32)(v)))
