/* SPDX-License-Identifier: GPL-2.0-only */
/* Searching bit arrays by words. */
#include <asm/atomic.h>

/* @flip: all ones to look for zeros. Bits beyond @size do not count. */
static unsigned long find_next(const unsigned long *addr, unsigned long size,
			       unsigned long from, unsigned long flip)
{
	if (from >= size)
		return size;
	unsigned long word = (addr[from >> 5] ^ flip) & (~0ul << (from & 31));

	from &= ~31ul;
	while (!word) {
		from += 32;
		if (from >= size)
			return size;
		word = addr[from >> 5] ^ flip;
	}
	from += __ffs(word);
	return from < size ? from : size;
}

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
				 unsigned long from)
{
	return find_next(addr, size, from, ~0ul);
}

unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
			    unsigned long from)
{
	return find_next(addr, size, from, 0);
}
