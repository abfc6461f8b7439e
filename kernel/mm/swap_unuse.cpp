/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Emptying a swap device (2.4: try_to_unuse in mm/swapfile.c): every entry in
 * a page table that names one of its slots is replaced by the page. The
 * address spaces are walked, not the slots, so the work is proportional to
 * what is mapped. A page table copied by fork behind our back, or a fault that
 * is on its way, only means another round.
 */
#include <linux/pagemap.h>
#include <linux/sched.h>
#include "reclaim.h"
#include "swap_internal.h"

/* ---- page tables ---- */

struct swap_search {
	unsigned type;
	swp_entry_t found;
};

static bool is_not_ours(vm_area_struct *, unsigned long, pte_t *pte, void *ctx)
{
	swap_search *s = (swap_search *)ctx;

	if (!pte_is_swap(*pte) || swp_type(pte_to_swp_entry(*pte)) != s->type)
		return true;
	s->found = pte_to_swp_entry(*pte);
	return false;
}

/* Page locked, page_table_lock held. Not writable for a private mapping: the
 * first write finds out whether it must be copied. */
static void put_back(vm_area_struct *vma, pte_t *pte, swp_entry_t e, page *p)
{
	get_page(p);
	set_pte(pte, pte_mkold(mk_pte(p, vma->vm_page_prot)));
	vma->vm_mm->rss++;
	swap_free(e);
}

struct swap_replace {
	swp_entry_t entry;
	page *page_;
};

static bool replace_one(vm_area_struct *vma, unsigned long, pte_t *pte,
			void *ctx)
{
	swap_replace *r = (swap_replace *)ctx;

	if (pte_is_swap(*pte) && pte_to_swp_entry(*pte).val == r->entry.val)
		put_back(vma, pte, r->entry, r->page_);
	return false;			/* just this one */
}

/* The page of a slot, locked, in the cache and up to date; null: the slot is
 * free by now. */
static result<page *> lock_swap_page(swp_entry_t e)
{
	result<page *> r = read_swap_cache(e);

	if (r.err() == -ENOENT)
		return (page *)nullptr;
	page *p = TRY(r);
	lock_page(p);
	if (PageSwapCache(p) && p->index == e.val)
		return p;
	unlock_page(p);
	put_page(p);
	return (page *)nullptr;
}

/* The cache's use is the last one: from now on the page has no slot. */
static void finish_swap_page(page *p, swp_entry_t e)
{
	if (PageSwapCache(p) && swap_users(e) == 1)
		delete_from_swap_cache(p);
	unlock_page(p);
	put_page(p);
}

static status bring_back(mm_struct *mm, unsigned long addr, swp_entry_t e)
{
	page *p = TRY(lock_swap_page(e));

	if (!p)
		return OK;
	swap_replace r{.entry = e, .page_ = p};
	{
		spin_guard g(mm->page_table_lock);

		walk_ptes(mm, addr, 0, replace_one, &r);
	}
	finish_swap_page(p, e);
	return OK;
}

static status unuse_mm(mm_struct *mm, unsigned type)
{
	read_guard g(mm->mmap_sem);
	unsigned long addr = 0;

	for (;;) {
		swap_search s{.type = type, .found = {0}};
		{
			spin_guard lock(mm->page_table_lock);

			addr = walk_ptes(mm, addr, 0, is_not_ours, &s);
		}
		if (!s.found.val)
			return OK;
		TRY(bring_back(mm, addr, s.found));
		if (signal_pending(current))
			return -EINTR;
	}
}

static status unuse_all_mms(unsigned type)
{
	status st;

	for (mm_struct *mm = next_mm(nullptr); mm; mm = next_mm(mm)) {
		st = unuse_mm(mm, type);
		if (st.failed()) {
			mmput(mm);
			break;
		}
	}
	return st;
}

/* ---- what no page table names: shared memory, left-overs ---- */

static swp_entry_t next_used(unsigned type, unsigned long from)
{
	const swap_info *s = &swap_table[type];
	spin_guard g(swap_lock);

	for (unsigned long i = from; i < s->max; i++)
		if (s->map[i] && s->map[i] != SWAP_MAP_BAD)
			return swp_entry(type, i);
	return {0};
}

/* After a full round over everything a slot whose count was lost to
 * saturation is used by its cache page only. */
static void settle_saturated(swp_entry_t e)
{
	spin_guard g(swap_lock);
	u16 *count = &swap_table[swp_type(e)].map[swp_offset(e)];

	if (*count == SWAP_MAP_MAX)
		*count = 1;
}

static status unuse_slots(unsigned type)
{
	swp_entry_t e = next_used(type, 1);

	for (; e.val; e = next_used(type, swp_offset(e) + 1)) {
		page *p = TRY(lock_swap_page(e));

		if (!p)
			continue;
		shmem_unuse(e, p);
		settle_saturated(e);
		finish_swap_page(p, e);
		if (signal_pending(current))
			return -EINTR;
	}
	return OK;
}

status try_to_unuse(unsigned type)
{
	while (next_used(type, 1).val) {
		TRY(unuse_all_mms(type));
		TRY(unuse_slots(type));
		if (next_used(type, 1).val)
			schedule_timeout_uninterruptible(1);
		if (signal_pending(current))
			return -EINTR;
	}
	return OK;
}
