/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes and small macros that the language does not spell shortly. */
#pragma once

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define noinline	[[gnu::noinline]]
#define __always_inline	[[gnu::always_inline]] inline
#define __packed	[[gnu::packed]]
#define __printf(f, a)	[[gnu::format(printf, f, a)]]
#define __section(s)	[[gnu::section(s)]]
/* Code and data that are freed once init runs. */
#define __init		[[gnu::section(".init.text"), gnu::cold]]
#define __initdata	[[gnu::section(".init.data")]]
#define asmlinkage	extern "C" [[gnu::regparm(0)]]
/* A system call: C name, arguments on the stack as entry.S pushed them. */
#define SYSCALL		extern "C" [[gnu::regparm(0)]]
#define barrier()	asm volatile("" ::: "memory")
#define READ_ONCE(x)	(*(const volatile decltype(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile decltype(x) *)&(x) = (v))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

inline void *operator new(__SIZE_TYPE__, void *p) noexcept { return p; }
