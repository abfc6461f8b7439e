/* SPDX-License-Identifier: GPL-2.0-only */
/* How to get pages: flags and calls of the buddy allocator. */
#pragma once

#include <linux/types.h>

struct page;

using gfp_t = u32;
constexpr gfp_t __GFP_DMA = 0x01, __GFP_HIGHMEM = 0x02,
	__GFP_WAIT = 0x10,		/* may sleep */
	__GFP_HIGH = 0x20,		/* may use the reserve */
	__GFP_IO = 0x40,		/* may start I/O */
	__GFP_FS = 0x80,		/* may call into file systems */
	__GFP_ZERO = 0x100,
	__GFP_NOWARN = 0x200,		/* failure is expected: no message */
	__GFP_NORETRY = 0x400;		/* rather fail than reclaim hard */
constexpr gfp_t GFP_ATOMIC = __GFP_HIGH,
	GFP_NOIO = __GFP_HIGH | __GFP_WAIT,
	GFP_NOFS = __GFP_HIGH | __GFP_WAIT | __GFP_IO,
	GFP_KERNEL = __GFP_WAIT | __GFP_IO | __GFP_FS,
	GFP_USER = GFP_KERNEL,
	GFP_HIGHUSER = GFP_KERNEL | __GFP_HIGHMEM,
	GFP_DMA = __GFP_DMA;

constexpr unsigned MAX_ORDER = 11;	/* largest block: 2^10 pages, 4 MiB */

/* 2^order pages, the first with count 1 (the others 0), or null. */
page *alloc_pages(gfp_t gfp, unsigned order);
inline page *alloc_page(gfp_t gfp) { return alloc_pages(gfp, 0); }
/* Drops the count of the first page; frees the block when it reaches 0. */
void __free_pages(page *p, unsigned order);
inline void __free_page(page *p) { __free_pages(p, 0); }
/* Lowmem only: the kernel address, or 0. */
unsigned long __get_free_pages(gfp_t gfp, unsigned order);
inline unsigned long __get_free_page(gfp_t gfp)
{
	return __get_free_pages(gfp, 0);
}
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long addr, unsigned order);
inline void free_page(unsigned long addr) { free_pages(addr, 0); }

unsigned long nr_free_pages();
unsigned long nr_free_highpages();
