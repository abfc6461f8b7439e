/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomic counters and bits: lock-prefixed, so right on several processors. */
#pragma once

#include <linux/types.h>

struct atomic_t {
	int counter;		/* not volatile: a literal type */

	constexpr atomic_t(int v = 0) : counter(v) {}
};

inline int atomic_read(const atomic_t *v)
{
	return *(const volatile int *)&v->counter;
}
inline void atomic_set(atomic_t *v, int i)
{
	*(volatile int *)&v->counter = i;
}

inline void atomic_add(int i, atomic_t *v)
{
	asm volatile("lock; addl %1, %0" : "+m"(v->counter) : "ir"(i));
}
inline void atomic_sub(int i, atomic_t *v)
{
	asm volatile("lock; subl %1, %0" : "+m"(v->counter) : "ir"(i));
}
inline void atomic_inc(atomic_t *v)
{
	asm volatile("lock; incl %0" : "+m"(v->counter));
}
inline void atomic_dec(atomic_t *v)
{
	asm volatile("lock; decl %0" : "+m"(v->counter));
}
/* True if the counter reached zero. */
inline bool atomic_dec_and_test(atomic_t *v)
{
	bool z;
	asm volatile("lock; decl %0" : "+m"(v->counter), "=@ccz"(z) ::
		     "memory");
	return z;
}
/* These return the new value. */
inline int atomic_add_return(int i, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}
inline int atomic_inc_return(atomic_t *v) { return atomic_add_return(1, v); }
inline int atomic_dec_return(atomic_t *v) { return atomic_add_return(-1, v); }
/* Returns the old value; stores @n only if that was @old. */
inline int atomic_cmpxchg(atomic_t *v, int old, int n)
{
	__atomic_compare_exchange_n(&v->counter, &old, n, false,
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}

template<class T> inline T xchg(volatile T *p, T v)
{
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

/* Bit @nr of the array of words at @addr. */
inline void set_bit(int nr, volatile unsigned long *addr)
{
	asm volatile("lock; btsl %1, %0" : "+m"(*addr) : "Ir"(nr) : "memory");
}
inline void clear_bit(int nr, volatile unsigned long *addr)
{
	asm volatile("lock; btrl %1, %0" : "+m"(*addr) : "Ir"(nr) : "memory");
}
inline bool test_and_set_bit(int nr, volatile unsigned long *addr)
{
	bool c;
	asm volatile("lock; btsl %2, %0" : "+m"(*addr), "=@ccc"(c) : "Ir"(nr) :
		     "memory");
	return c;
}
inline bool test_and_clear_bit(int nr, volatile unsigned long *addr)
{
	bool c;
	asm volatile("lock; btrl %2, %0" : "+m"(*addr), "=@ccc"(c) : "Ir"(nr) :
		     "memory");
	return c;
}
inline bool test_bit(int nr, const volatile unsigned long *addr)
{
	return addr[(unsigned)nr >> 5] >> (nr & 31) & 1;
}
/* Not atomic: for words that a lock protects. */
inline void __set_bit(int nr, unsigned long *addr)
{
	addr[(unsigned)nr >> 5] |= 1ul << (nr & 31);
}
inline void __clear_bit(int nr, unsigned long *addr)
{
	addr[(unsigned)nr >> 5] &= ~(1ul << (nr & 31));
}

/* Index of the lowest / highest set bit; the word must not be zero. */
inline int __ffs(unsigned long w) { return __builtin_ctzl(w); }
inline int __fls(unsigned long w) { return 31 - __builtin_clzl(w); }

/* lib/bitmap.cpp: the first such bit at or after @from, or @size if none. */
unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
				 unsigned long from);
unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
			    unsigned long from);

inline void mb() { asm volatile("lock; addl $0, 0(%%esp)" ::: "memory"); }
inline void wmb() { asm volatile("" ::: "memory"); }
inline void cpu_relax() { asm volatile("pause" ::: "memory"); }
