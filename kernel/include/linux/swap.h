/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Swap: a slot of a swap device holds a page of anonymous (or shared) memory.
 * swap_map counts for each slot the page-table entries that name it, plus one
 * while the swap cache has a page for it. A page of the swap cache has
 * mapping == &swapper_space and index == entry.val; while it is locked it
 * stays there. mm/swap_state.cpp, swapfile.cpp, swap_map.cpp, page_io.cpp.
 */
#pragma once

#include <linux/fs.h>
#include <linux/mm.h>

/* val: device << 24 | slot. 0 (a device's header) is never given out. */
struct swp_entry_t {
	unsigned long val;
};
constexpr unsigned MAX_SWAPFILES = 16;
constexpr unsigned SWP_OFFSET_BITS = 24;
constexpr unsigned long SWP_OFFSET_MASK = (1ul << SWP_OFFSET_BITS) - 1;

constexpr swp_entry_t swp_entry(unsigned type, unsigned long offset)
{
	return {(unsigned long)type << SWP_OFFSET_BITS | offset};
}
constexpr unsigned swp_type(swp_entry_t e) { return e.val >> SWP_OFFSET_BITS; }
constexpr unsigned long swp_offset(swp_entry_t e)
{
	return e.val & SWP_OFFSET_MASK;
}
/* In a page table: slot from bit 8 on, device in bits 1..6, so that neither
 * PRESENT (bit 0) nor PROTNONE (bit 7) is set and the entry is not none. */
constexpr pte_t swp_entry_to_pte(swp_entry_t e)
{
	return {swp_offset(e) << 8 | swp_type(e) << 1};
}
constexpr swp_entry_t pte_to_swp_entry(pte_t p)
{
	return swp_entry(p.v >> 1 & 0x3f, p.v >> 8);
}
inline bool pte_is_swap(pte_t p) { return !pte_none(p) && !pte_present(p); }

/* One more user (fork, swap_out). -EINVAL: not a slot in use. Spinlocks up to
 * RANK_SWAP_DEVICE may be held, as in swap_free. */
status swap_duplicate(swp_entry_t e);
void swap_free(swp_entry_t e);
/* A free slot with one user, or 0 if all devices are full. */
swp_entry_t get_swap_page();

/* No host and no file: set_page_dirty on such a page marks just the page. */
extern address_space swapper_space;

/* The page if the swap cache has it, with a count (it may still be under
 * read: lock it to wait), or null. */
page *lookup_swap_cache(swp_entry_t e);
/* Finds it or starts reading it, and its neighbours; with a count, perhaps
 * still locked. -ENOMEM; -ENOENT: the slot is free by now, look at the page
 * table again. */
result<page *> read_swap_cache_async(swp_entry_t e);
/* The same and waits: the page is up to date. -EIO too. */
result<page *> read_swap_cache(swp_entry_t e);

/* Page locked and in no mapping: gives it a slot, which the cache then owns,
 * and marks it dirty. False: no slot or no memory. */
bool add_to_swap(page *p);
/* Page locked and in no mapping. The cache takes over the caller's use of
 * the slot. -EEXIST, -ENOMEM. */
status add_to_swap_cache(page *p, swp_entry_t e);
/* Page locked: drops the cache's use of the slot and of the page. */
void delete_from_swap_cache(page *p);

/* Page locked, the caller's count is that of his page-table entry: true if
 * nobody else can see the page, so that it may be written in place. */
bool can_share_swap_page(page *p);
/* Page locked, the caller holds one count: takes it out of the swap cache if
 * he is its only user. */
bool remove_exclusive_swap_page(page *p);
/* Before a page-table entry lets go: out of the cache if this was the last
 * use, and drops the caller's count. Does not sleep. */
void free_page_and_swap_cache(page *p);

/* brw_page for swap. Page locked; unlocked when the I/O ends. */
status swap_readpage(page *p);
status swap_writepage(page *p);

/* Moves every page of this slot from swap into the objects of shmem;
 * true if one used it. Page locked and up to date. mm/shmem.cpp. */
bool shmem_unuse(swp_entry_t e, page *p);

struct swap_counts {
	unsigned long total, free, cached;	/* pages */
};
swap_counts get_swap_counts();
extern int page_cluster;	/* 1 << this many slots are read at once */

/* Every address space, from mm_alloc to the last mmput, by mm->mmlist. */
extern spinlock_t mmlist_lock;		/* RANK_MMLIST */
extern list_head mmlist_head;

/* mm/vmscan.cpp, swap_out.cpp */
void swap_out(unsigned priority, zone_t *classzone);
void activate_page(page *p);
struct lru_counts {
	unsigned long active, inactive;
};
lru_counts get_lru_counts();
unsigned long nr_slab_pages();
