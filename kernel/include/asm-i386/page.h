/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, and the split between user, low memory and the rest (i386, non-PAE):
 *	0         .. C0000000	user
 *	C0000000  .. high_memory (at most F8000000): low memory, mapped 1:1
 *	then 8 MiB gap, VMALLOC_START .. VMALLOC_END
 *	FE000000  .. FE400000	kmap pool (PKMAP)
 *	FFC00000  .. FFFFF000	fixed mappings (kmap_atomic)
 * All page tables above high_memory are made at boot, so every page directory
 * holds the same kernel half for ever.
 */
#pragma once

#include <linux/types.h>

constexpr unsigned PAGE_SHIFT = 12;
constexpr unsigned long PAGE_SIZE = 1ul << PAGE_SHIFT;
constexpr unsigned long PAGE_MASK = ~(PAGE_SIZE - 1);
constexpr unsigned long PAGE_OFFSET = 0xC0000000;
constexpr unsigned long TASK_SIZE = PAGE_OFFSET;
constexpr unsigned long MAXMEM = 896ul << 20;	/* most low memory */
constexpr unsigned long VMALLOC_OFFSET = 8ul << 20;
constexpr unsigned long VMALLOC_END = 0xFDFFE000;
constexpr unsigned long PKMAP_BASE = 0xFE000000;
constexpr unsigned LAST_PKMAP = 1024;
constexpr unsigned long FIXADDR_BASE = 0xFFC00000;

constexpr unsigned long PAGE_ALIGN(unsigned long a)
{
	return (a + PAGE_SIZE - 1) & PAGE_MASK;
}
/* Low memory only. */
inline unsigned long __pa(const void *p)
{
	return (unsigned long)p - PAGE_OFFSET;
}
inline void *__va(unsigned long phys) { return (void *)(phys + PAGE_OFFSET); }
inline void clear_page(void *p)
{
	unsigned long n = PAGE_SIZE / 4;
	asm volatile("rep stosl" : "+D"(p), "+c"(n) : "a"(0) : "memory");
}
inline void copy_page(void *to, const void *from)
{
	unsigned long n = PAGE_SIZE / 4;
	asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(n) :: "memory");
}

extern void *high_memory;	/* end of low memory */
extern unsigned long max_low_pfn, max_pfn;	/* first not there */
