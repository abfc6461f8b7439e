/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The swap cache (2.4: mm/swap_state.c): pages that have a slot on a swap
 * device, found by the slot. It makes processes that share a page after fork
 * find the same page again, whatever each one's page table says. Invariant: a
 * page in it has PG_swapcache and holds one use of its slot; it enters and
 * leaves only while locked.
 */
#include <linux/init.h>
#include <linux/pagemap.h>
#include "reclaim.h"
#include "swap_internal.h"

static const address_space_operations swap_aops = {
	.writepage = swap_writepage,
};

constinit address_space swapper_space;
constinit int page_cluster = 3;

static void swapper_space_init() { swapper_space.a_ops = &swap_aops; }
core_initcall(swapper_space_init);

/* ---- in and out ---- */

status add_to_swap_cache(page *p, swp_entry_t e)
{
	DEBUG_ON(!PageLocked(p) || p->mapping);
	{
		spin_guard g(swapper_space.page_lock);

		TRY(radix_tree_insert(&swapper_space.page_tree, e.val, p));
		get_page(p);
		p->mapping = &swapper_space;
		p->index = e.val;
		SetPageSwapCache(p);
		list_add(&p->list, &swapper_space.clean_pages);
		swapper_space.nrpages++;
	}
	lru_cache_add(p);
	return OK;
}

/* page_lock held; the cache's count and slot stay with the caller. */
static swp_entry_t __delete_from_swap_cache(page *p)
{
	swp_entry_t e{p->index};

	DEBUG_ON(!PageLocked(p));
	BUG_ON(!PageSwapCache(p));
	radix_tree_delete(&swapper_space.page_tree, e.val);
	list_del(&p->list);
	swapper_space.nrpages--;
	p->mapping = nullptr;
	ClearPageSwapCache(p);
	ClearPageDirty(p);
	return e;
}

void delete_from_swap_cache(page *p)
{
	spin_guard g(swapper_space.page_lock);
	swp_entry_t e = __delete_from_swap_cache(p);

	g.unlock();
	swap_free(e);
	put_page(p);
}

/* Nobody but the cache, the buffers and the caller. page_lock held. */
static bool two_users(const page *p)
{
	return page_count(p) - !!p->buffers == 2;
}

bool drop_swap_cache_page(page *p)
{
	spin_guard g(swapper_space.page_lock);

	if (!two_users(p) || PageDirty(p))
		return false;
	swp_entry_t e = __delete_from_swap_cache(p);
	g.unlock();
	swap_free(e);
	put_page(p);
	return true;
}

bool remove_exclusive_swap_page(page *p)
{
	spin_guard g(swapper_space.page_lock);

	if (!PageSwapCache(p) || !two_users(p) ||
	    swap_users({p->index}) != 1)
		return false;
	swp_entry_t e = __delete_from_swap_cache(p);
	g.unlock();
	swap_free(e);
	put_page(p);
	return true;
}

bool can_share_swap_page(page *p)
{
	int users = page_count(p) - !!p->buffers;

	DEBUG_ON(!PageLocked(p));
	if (PageReserved(p))
		return false;
	if (!PageSwapCache(p))
		return users == 1;
	return users == 2 && swap_users({p->index}) == 1;
}

static void free_swap_cache(page *p)
{
	if (!PageSwapCache(p) || !trylock_page(p))
		return;
	remove_exclusive_swap_page(p);
	unlock_page(p);
}

void free_page_and_swap_cache(page *p)
{
	free_swap_cache(p);
	put_page(p);
}

bool add_to_swap(page *p)
{
	swp_entry_t e = get_swap_page();

	if (!e.val)
		return false;
	SetPageUptodate(p);
	if (add_to_swap_cache(p, e).failed()) {
		swap_free(e);
		return false;
	}
	set_page_dirty(p);
	return true;
}

/* ---- finding and reading ---- */

page *lookup_swap_cache(swp_entry_t e)
{
	page *p = find_get_page(&swapper_space, e.val);

	if (p)
		mark_page_accessed(p);
	return p;
}

/* Makes @p the locked page of the cache for @e. -EEXIST: there is one now;
 * -ENOENT: nobody uses the slot any more. */
static status claim_slot(page *p, swp_entry_t e)
{
	if (swap_duplicate(e).failed())
		return -ENOENT;
	SetPageLocked(p);
	status st = add_to_swap_cache(p, e);
	if (st.failed()) {
		ClearPageLocked(p);
		swap_free(e);
	}
	return st;
}

/* The page of the slot, made and put under read if there is none: then *started
 * is set. */
static result<page *> find_or_read(swp_entry_t e, bool *started)
{
	page *fresh = nullptr;
	status st;

	do {
		page *p = find_get_page(&swapper_space, e.val);

		if (p) {
			if (fresh)
				put_page(fresh);
			return p;
		}
		if (!fresh)
			fresh = alloc_page(GFP_HIGHUSER);
		if (!fresh)
			return -ENOMEM;
		st = claim_slot(fresh, e);
	} while (st.err() == -EEXIST);
	if (st.ok()) {
		/* A failure shows as a page that is not up to date. */
		swap_readpage(fresh).ignore();
		*started = true;
		return fresh;
	}
	put_page(fresh);
	return st.fail();
}

/* Starts reading the used slots around @e: they were written together. */
static void read_neighbours(swp_entry_t e)
{
	unsigned long window = 1ul << page_cluster;
	unsigned long first = swp_offset(e) & ~(window - 1);
	bool started;

	for (unsigned long i = max(first, 1ul); i < first + window; i++) {
		swp_entry_t n = swp_entry(swp_type(e), i);

		if (n.val == e.val || !swap_users(n))
			continue;
		result<page *> p = find_or_read(n, &started);
		if (p.err() == -ENOMEM)
			return;
		if (p.ok())
			put_page(p.value());
	}
}

result<page *> read_swap_cache_async(swp_entry_t e)
{
	bool started = false;
	page *p = TRY(find_or_read(e, &started));

	if (started)
		read_neighbours(e);
	return p;
}

result<page *> read_swap_cache(swp_entry_t e)
{
	page *p = TRY(read_swap_cache_async(e));

	wait_on_page(p);
	mark_page_accessed(p);
	if (PageUptodate(p))
		return p;
	put_page(p);
	return -EIO;
}
