/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's string functions. 2.4: lib/string.c, asm-i386/string.h. */
#include <linux/string.h>

/* Else the compiler sees in a loop the very function that the loop is in. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

extern "C" {

void *memcpy(void *to, const void *from, size_t n)
{
	void *d = to;
	size_t words = n >> 2;

	asm volatile("rep movsl\n\t"
		     "movl %3, %%ecx\n\t"
		     "rep movsb"
		     : "+&D"(d), "+&S"(from), "+&c"(words) : "r"(n & 3) :
		     "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	if ((size_t)((char *)to - (const char *)from) >= n)
		return memcpy(to, from, n);

	char *d = (char *)to + n - 1;
	const char *s = (const char *)from + n - 1;

	asm volatile("std; rep movsb; cld"
		     : "+D"(d), "+S"(s), "+c"(n) :: "memory");
	return to;
}

void *memset(void *to, int c, size_t n)
{
	void *d = to;
	size_t words = n >> 2;

	asm volatile("rep stosl\n\t"
		     "movl %2, %%ecx\n\t"
		     "rep stosb"
		     : "+&D"(d), "+&c"(words)
		     : "r"(n & 3), "a"((unsigned char)c * 0x01010101u) :
		     "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	auto *x = (const unsigned char *)a, *y = (const unsigned char *)b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	auto *p = (const unsigned char *)s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return nullptr;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return end - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (!*a)
			break;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return nullptr;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = nullptr;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)last;
	}
}

size_t strlcpy(char *to, const char *from, size_t size)
{
	size_t len = strlen(from);

	if (size) {
		size_t n = len < size ? len : size - 1;

		memcpy(to, from, n);
		to[n] = 0;
	}
	return len;
}

size_t strlcat(char *to, const char *from, size_t size)
{
	size_t len = strnlen(to, size);

	return len + strlcpy(to + len, from, size - len);
}

}
