/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copying to and from user memory. Each instruction that touches it has an
 * entry in the exception table, so that a fault that nobody can resolve goes
 * on behind it. What was really moved is counted here and nowhere else.
 * 2.4: arch/i386/lib/usercopy.c, mm/extable.c.
 */
#include <asm/uaccess.h>
#include <linux/kernel.h>
#include <linux/vmstat.h>

struct exception_entry {
	unsigned long insn, fixup;
};
extern "C" const exception_entry __start___ex_table[], __stop___ex_table[];

/* The linker keeps no order between files: a plain search, for faults that
 * are errors anyway. */
unsigned long search_exception_table(unsigned long eip)
{
	for (auto *e = __start___ex_table; e < __stop___ex_table; e++)
		if (e->insn == eip)
			return e->fixup;
	return 0;
}

#define EX_TABLE(from, to)					\
	".section __ex_table, \"a\"\n\t"			\
	".align 4\n\t"						\
	".long " from ", " to "\n\t"				\
	".previous\n"

/* Words, then bytes. If a word faults, the bytes of it that are still within
 * the page are tried one by one. Returns what is left. */
#define USER_STRING_OP(op, n, ...)				\
	({							\
		size_t _left = (n) >> 2, _tail = (n) & 3;	\
		asm volatile("1: rep " op "l\n\t"		\
			     "movl %[tail], %%ecx\n"		\
			     "2: rep " op "b\n"			\
			     "3:\n\t"				\
			     ".section .fixup, \"ax\"\n"	\
			     "4: leal (%[tail],%%ecx,4), %%ecx\n\t" \
			     "jmp 2b\n\t"			\
			     ".previous\n\t"			\
			     EX_TABLE("1b", "4b")		\
			     EX_TABLE("2b", "3b")		\
			     : "+&c"(_left), __VA_ARGS__		\
			     : [tail] "r"(_tail), "a"(0)	\
			     : "memory");			\
		_left;						\
	})

size_t __copy_to_user(unsigned long to, const void *from, size_t n)
{
	if (unlikely(!access_ok(to, n)))
		return n;

	size_t left = USER_STRING_OP("movs", n, "+D"(to), "+S"(from));

	count_vm_events(COPY_TO_USER_BYTES, n - left);
	return left;
}

size_t __copy_from_user(void *to, unsigned long from, size_t n)
{
	if (unlikely(!access_ok(from, n)))
		return n;

	size_t left = USER_STRING_OP("movs", n, "+D"(to), "+S"(from));

	count_vm_events(COPY_FROM_USER_BYTES, n - left);
	return left;
}

size_t __clear_user(unsigned long to, size_t n)
{
	if (unlikely(!access_ok(to, n)))
		return n;

	size_t left = USER_STRING_OP("stos", n, "+D"(to));

	count_vm_events(COPY_TO_USER_BYTES, n - left);
	return left;
}

/* False if it faults. */
template<class T> static inline bool load(T *v, unsigned long addr)
{
	T r;

	asm goto("1: mov %1, %0\n\t"
		 EX_TABLE("1b", "%l[fault]")
		 : "=q"(r) : "m"(*(const T *)addr) : "memory" : fault);
	*v = r;
	return true;
fault:
	return false;
}

/* Whether one of the four bytes is 0: only a zero byte borrows without having
 * had its top bit set. */
static inline bool has_zero(u32 w)
{
	return (w - 0x01010101) & ~w & 0x80808080;
}

/* The length of the string at @s up to @max, @max if it does not end before,
 * or -EFAULT; with @to it is copied, its 0 too. An aligned word never crosses
 * a page, so it faults only where its first byte would. */
static inline result<long> scan_string(char *to, unsigned long s, size_t max)
{
	size_t n = 0;
	u32 w;
	char c;

	while (n < max) {
		if (!((s + n) & 3) && max - n >= 4) {
			if (!load(&w, s + n))
				return -EFAULT;
			if (!has_zero(w)) {
				if (to)
					__builtin_memcpy(to + n, &w, 4);
				n += 4;
				continue;
			}
		}
		if (!load(&c, s + n))
			return -EFAULT;
		if (to)
			to[n] = c;
		if (!c)
			break;
		n++;
	}
	return (long)n;
}

result<long> strncpy_from_user(char *to, user_str from, size_t max)
{
	unsigned long s = from.addr();

	if (s >= TASK_SIZE)
		return -EFAULT;

	size_t reach = min(max, (size_t)(TASK_SIZE - s));
	long n = TRY(scan_string(to, s, reach));

	if ((size_t)n == reach && reach < max)
		return -EFAULT;
	count_vm_events(COPY_FROM_USER_BYTES, min((size_t)n + 1, reach));
	return n;
}

result<long> strnlen_user(user_str str, size_t max)
{
	unsigned long s = str.addr();

	if (s >= TASK_SIZE)
		return -EFAULT;

	size_t reach = min(max, (size_t)(TASK_SIZE - s));
	long n = TRY(scan_string(nullptr, s, reach));

	if ((size_t)n == reach && reach < max)
		return -EFAULT;
	return n + 1;
}
