/* SPDX-License-Identifier: GPL-2.0-only */
/* printk, panic, BUG_ON and the small arithmetic everybody uses. */
#pragma once

#include <linux/status.h>
#include <linux/types.h>

#define KERN_EMERG	"<0>"
#define KERN_ALERT	"<1>"
#define KERN_CRIT	"<2>"
#define KERN_ERR	"<3>"
#define KERN_WARNING	"<4>"
#define KERN_NOTICE	"<5>"
#define KERN_INFO	"<6>"
#define KERN_DEBUG	"<7>"

/* Any context. Goes to the log and, by level, to the consoles. */
__printf(1, 2) int printk(const char *fmt, ...);
/* Prints, shows the stack of this task, ends the machine. */
[[noreturn]] __printf(1, 2) void panic(const char *fmt, ...);
[[noreturn]] void bug(const char *file, int line, const char *what);

/* Prints every task with its stack. Any context, NMI too. kernel/panic.cpp */
void show_all_tasks();
/* From here on printk waits for nobody: this processor may hold its lock. */
void bust_spinlocks();
/* The same around a non-maskable interrupt, which came in anywhere. */
void printk_nmi_enter();
void printk_nmi_exit();

/* For kernel bugs only: never for user input or disk contents. */
#define BUG()		bug(__FILE__, __LINE__, "BUG")
#define BUG_ON(c)	do { if (unlikely(c)) bug(__FILE__, __LINE__, #c); \
			} while (0)
#ifdef CONFIG_DEBUG
#define DEBUG_ON(c)	BUG_ON(c)
#else
#define DEBUG_ON(c)	do { } while (0)
#endif

/* At most one message of this call site in five seconds. */
#define printk_ratelimited(...)					\
	do {							\
		static constinit unsigned long _last;		\
		if (printk_allowed(&_last))			\
			printk(__VA_ARGS__);			\
	} while (0)
bool printk_allowed(unsigned long *last);

/* Return the length the whole text has, without its 0 byte; at most size-1
 * characters and a 0 byte are stored. %p %d %u %x %o %c %s %i with l, ll, h,
 * hh, z, width, precision, -, 0, #, +; no floating point. */
__printf(3, 4) int snprintf(char *buf, size_t size, const char *fmt, ...);
int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list ap);
__printf(2, 3) int sprintf(char *buf, const char *fmt, ...);
/* base 0 takes 0x and 0 prefixes; *end is the first character not used. */
unsigned long simple_strtoul(const char *s, char **end, unsigned base);
u64 simple_strtoull(const char *s, char **end, unsigned base);
long simple_strtol(const char *s, char **end, unsigned base);
/* A number with an optional K, M or G behind it. */
u64 memparse(const char *s, char **end);

template<class T> constexpr T min(T a, T b) { return a < b ? a : b; }
template<class T> constexpr T max(T a, T b) { return a > b ? a : b; }
template<class T> constexpr T clamp(T v, T lo, T hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}
template<class T> inline void swap_values(T &a, T &b)
{
	T t = a;
	a = b;
	b = t;
}
template<class T> constexpr T round_up(T v, unsigned long to)
{
	return (v + (T)(to - 1)) & ~(T)(to - 1);	/* @to a power of two */
}
template<class T> constexpr T round_down(T v, unsigned long to)
{
	return v & ~(T)(to - 1);
}
constexpr unsigned long div_round_up(unsigned long n, unsigned long d)
{
	return (n + d - 1) / d;
}
/* *n /= base, returns the remainder: 64 by 32 bits without libgcc. */
inline u32 do_div(u64 *n, u32 base)
{
	u32 hi = (u32)(*n >> 32), lo = (u32)*n, qhi = 0, rem;

	if (hi) {
		qhi = hi / base;
		hi %= base;
	}
	asm("divl %4" : "=a"(lo), "=d"(rem) : "0"(lo), "1"(hi), "r"(base));
	*n = (u64)qhi << 32 | lo;
	return rem;
}
