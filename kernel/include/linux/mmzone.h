/* SPDX-License-Identifier: GPL-2.0-only */
/* Zones of physical memory, each with a buddy allocator. */
#pragma once

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/spinlock.h>

enum zone_type : unsigned { ZONE_DMA, ZONE_NORMAL, ZONE_HIGHMEM, MAX_NR_ZONES };

struct free_area_t {
	list_head free_list;
	unsigned long nr_free = 0;
};

struct zone_t {
	spinlock_t lock{"zone", RANK_ZONE};
	unsigned long free_pages = 0;
	unsigned long pages_min = 0, pages_low = 0, pages_high = 0;
	free_area_t free_area[MAX_ORDER];
	unsigned long zone_start_pfn = 0, size = 0;	/* with holes */
	unsigned long managed_pages = 0;	/* given to the allocator */
	const char *name = nullptr;
};
extern static_array<zone_t, MAX_NR_ZONES> zone_table;
