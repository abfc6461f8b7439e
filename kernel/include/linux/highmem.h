/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel address for a page that may be above low memory. For a low page
 * all of these cost nothing. mm/highmem.cpp.
 */
#pragma once

#include <linux/mm.h>
#include <linux/string.h>

void kmap_init();		/* once the fixmap's page table exists */
void *kmap_high(page *p);		/* may sleep for a free slot */
void kunmap_high(page *p);
inline void *lowmem_page_address(const page *p)
{
	return __va(page_to_phys(p));
}
/* The address if the page has one now, else null. */
inline void *page_address(const page *p)
{
	return PageHighMem(p) ? p->virtual_ : lowmem_page_address(p);
}
/* Task context; the mapping stays until kunmap, across sleeps. */
inline void *kmap(page *p)
{
	return PageHighMem(p) ? kmap_high(p) : lowmem_page_address(p);
}
inline void kunmap(page *p)
{
	if (PageHighMem(p))
		kunmap_high(p);
}
/* Any context, one use of each slot at a time per processor, no sleep until
 * kunmap_atomic. The IRQ slots need interrupts off. */
enum km_type {
	KM_USER0, KM_USER1, KM_IRQ0,
	KM_DEBUG,		/* page poison; interrupts off */
	KM_TYPE_NR
};
void *kmap_atomic_high(page *p, km_type t);
void kunmap_atomic_high(void *addr, km_type t);
inline void *kmap_atomic(page *p, km_type t)
{
	return PageHighMem(p) ? kmap_atomic_high(p, t) : lowmem_page_address(p);
}
inline void kunmap_atomic(void *addr, km_type t)
{
	if ((unsigned long)addr >= FIXADDR_BASE)
		kunmap_atomic_high(addr, t);
}

inline void clear_highpage(page *p)
{
	void *a = kmap_atomic(p, KM_USER0);
	clear_page(a);
	kunmap_atomic(a, KM_USER0);
}
inline void copy_highpage(page *to, page *from)
{
	void *f = kmap_atomic(from, KM_USER0), *t = kmap_atomic(to, KM_USER1);
	copy_page(t, f);
	kunmap_atomic(t, KM_USER1);
	kunmap_atomic(f, KM_USER0);
}
/* Zeroes bytes [from, to) of the page. */
inline void zero_user_page(page *p, unsigned from, unsigned to)
{
	char *a = (char *)kmap_atomic(p, KM_USER0);
	memset(a + from, 0, to - from);
	kunmap_atomic(a, KM_USER0);
}
