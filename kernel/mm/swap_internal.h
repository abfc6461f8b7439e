/* SPDX-License-Identifier: GPL-2.0-only */
/* Swap devices, between swap_map.cpp, swapfile.cpp, swap_unuse.cpp and
 * page_io.cpp. */
#pragma once

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/swap.h>

/* swap_map values; a slot that reached MAX stays there until swapoff. */
constexpr u16 SWAP_MAP_MAX = 0x7fff, SWAP_MAP_BAD = 0x8000;

struct swap_info {
	bool used = false;		/* the entry is taken */
	bool usable = false;		/* gives out slots */
	int prio = 0;
	file *swap_file = nullptr;
	block_device *bdev = nullptr;
	unsigned block_size = 0;	/* of the I/O: a page for a device */
	u32 *blocks = nullptr;		/* a file: where each block lies */
	u16 *map = nullptr;		/* users of each slot */
	unsigned long max = 0;		/* slots, the header included */
	unsigned long pages = 0;	/* that can hold a page */
	unsigned long inuse = 0;
	unsigned long next = 1;		/* where the search goes on */
};
extern swap_info swap_table[MAX_SWAPFILES];
extern spinlock_t swap_lock;		/* all of the above */

inline unsigned swap_type_of(const swap_info *s) { return s - swap_table; }

/* How many users a slot has, the swap cache included; 0: none or bad. */
unsigned swap_users(swp_entry_t e);

/* swap_unuse.cpp: brings everything on this device back to memory. */
status try_to_unuse(unsigned type);
