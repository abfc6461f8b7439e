/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the page allocator. */
#pragma once

#include <linux/kernel.h>
#include <linux/mm.h>

/* What no page may have when it is given back. */
constexpr unsigned long PAGE_FLAGS_BAD_AT_FREE = 1ul << PG_locked |
	1ul << PG_lru | 1ul << PG_active | 1ul << PG_slab |
	1ul << PG_reserved | 1ul << PG_buddy | 1ul << PG_swapcache;
constexpr unsigned long PAGE_ZONE_MASK = 3ul << 30;

/* page_alloc.cpp */
void buddy_free(zone_t *z, page *p, unsigned order);	/* z->lock held */
void drain_hot_pages();			/* of this processor, to the zones */
/* A block of @z that leaves @mark pages there, or null. */
page *zone_alloc(zone_t *z, unsigned order, unsigned long mark);

/* page_slow.cpp */
page *alloc_pages_slow(gfp_t gfp, unsigned order);

/* page_init.cpp: the zone that an allocation tries first, by the two zone
 * bits of its flags. */
extern zone_t *preferred_zone[4];
/* What a zone keeps from those who could have had a higher zone. */
extern unsigned long lowmem_reserve[MAX_NR_ZONES][MAX_NR_ZONES];

/* page_debug.cpp */
void bad_page(const page *p, const char *when);
void show_free_areas();
#ifdef CONFIG_DEBUG
void poison_pages(page *p, unsigned order);
void check_poison(page *p, unsigned order);
#else
inline void poison_pages(page *, unsigned) {}
inline void check_poison(page *, unsigned) {}
#endif
