/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only ways to user memory. A user_ptr cannot be dereferenced. Faults on
 * the way are resolved (so these may sleep) or reported as -EFAULT through
 * the exception table. Bytes moved are counted. arch/i386/lib/uaccess.cpp.
 */
#pragma once

#include <asm/page.h>
#include <linux/status.h>

template<class T> struct user_ptr {
	T *p;

	constexpr unsigned long addr() const { return (unsigned long)p; }
	constexpr explicit operator bool() const { return p; }
	constexpr user_ptr operator+(long n) const { return {p + n}; }
	template<class U> constexpr user_ptr<U> as() const { return {(U *)p}; }
};
using user_str = user_ptr<const char>;
template<class T> constexpr user_ptr<T> user_at(unsigned long addr)
{
	return {(T *)addr};
}

inline bool access_ok(unsigned long addr, size_t len)
{
	return len <= TASK_SIZE && addr <= TASK_SIZE - len;
}

/* Return how many bytes at the end could NOT be copied; 0 is success. The
 * destination of a failed copy_from is not cleared. */
size_t __copy_to_user(unsigned long to, const void *from, size_t n);
size_t __copy_from_user(void *to, unsigned long from, size_t n);
size_t __clear_user(unsigned long to, size_t n);

/* All or -EFAULT. */
inline status copy_to_user(unsigned long to, const void *from, size_t n)
{
	return __copy_to_user(to, from, n) ? -EFAULT : 0;
}
inline status copy_from_user(void *to, unsigned long from, size_t n)
{
	return __copy_from_user(to, from, n) ? -EFAULT : 0;
}
template<class T> status put_user(const T &v, user_ptr<T> u)
{
	return copy_to_user(u.addr(), &v, sizeof(T));
}
template<class T, class U> status get_user(T *v, user_ptr<U> u)
{
	static_assert(sizeof(T) == sizeof(U));
	return copy_from_user(v, u.addr(), sizeof(T));
}
/* Copies at most @max bytes including the 0; returns the length without it,
 * or @max if there was none, or -EFAULT. */
result<long> strncpy_from_user(char *to, user_str from, size_t max);
/* Length including the 0; more than @max if there is none; -EFAULT. */
result<long> strnlen_user(user_str s, size_t max);
/* A path from user space in a page of its own; putname() frees it.
 * -ENOENT if empty, -ENAMETOOLONG from 4096 on. fs/namei.cpp. */
result<char *> getname(user_str name);
void putname(char *name);

/* Whether the byte at @addr can be read, faulting it in. Nothing is counted.
 * @addr is a user address. */
inline bool probe_user_read(unsigned long addr)
{
	asm goto("1: testb $0, %0\n\t"
		 ".section __ex_table, \"a\"\n\t"
		 ".align 4\n\t"
		 ".long 1b, %l[fault]\n\t"
		 ".previous"
		 :: "m"(*(const char *)addr) : "memory", "cc" : fault);
	return true;
fault:
	return false;
}

/* Where the processor may fault and where to go on then: filled by the
 * assembly of uaccess.cpp, searched by the page-fault handler. */
unsigned long search_exception_table(unsigned long eip);
