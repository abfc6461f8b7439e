/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page cache (2.4's mm/filemap.c; what is done with its pages is in
 * filemap_read, filemap_mmap, filemap_write, file_write and truncate).
 *
 * Invariant: under mapping->page_lock, a page that the tree has at an index
 * has that mapping and index, is on one of the mapping's lists, and carries
 * one count for the cache. It enters and leaves locked, so whoever holds its
 * lock and saw its mapping may rely on it.
 */
#include "filemap_internal.h"

#include <linux/sched.h>

static constinit atomic_t nr_pagecache;

unsigned long nr_pagecache_pages() { return atomic_read(&nr_pagecache); }

/* ---- looking up ---- */

page *find_get_page(address_space *mapping, pgoff_t index)
{
	spin_guard g(mapping->page_lock);
	page *p = (page *)radix_tree_lookup(&mapping->page_tree, index);

	if (p)
		get_page(p);
	return p;
}

page *find_lock_page(address_space *mapping, pgoff_t index)
{
	for (;;) {
		page *p = find_get_page(mapping, index);

		if (!p)
			return nullptr;
		lock_page(p);
		if (likely(p->mapping == mapping && p->index == index))
			return p;
		unlock_page(p);
		put_page(p);
	}
}

unsigned find_get_pages(address_space *mapping, pgoff_t index, unsigned nr,
			page **pages)
{
	spin_guard g(mapping->page_lock);
	unsigned found = radix_tree_gang_lookup(&mapping->page_tree,
						(void **)pages, index, nr);

	for (unsigned i = 0; i < found; i++)
		get_page(pages[i]);
	return found;
}

/* ---- coming and going ---- */

void page_cache_attach(page *p, address_space *mapping, pgoff_t index)
{
	get_page(p);
	p->mapping = mapping;
	p->index = index;
	mapping->nrpages++;
	list_add_tail(&p->list, &mapping->clean_pages);
	atomic_inc(&nr_pagecache);
	count_vm_event(PAGECACHE_ADD);
}

void page_cache_detach(page *p)
{
	address_space *mapping = p->mapping;

	DEBUG_ON(!PageLocked(p));
	page_move_clean(p, &mapping->clean_pages);
	ClearPageDirty(p);
	list_del(&p->list);
	mapping->nrpages--;
	p->mapping = nullptr;
	atomic_dec(&nr_pagecache);
	count_vm_event(PAGECACHE_REMOVE);
}

static status insert_page(page *p, address_space *mapping, pgoff_t index)
{
	spin_guard g(mapping->page_lock);

	TRY(radix_tree_insert(&mapping->page_tree, index, p));
	page_cache_attach(p, mapping, index);
	return OK;
}

/* The tree found no memory under the lock: make the allocator reclaim. */
static bool wait_for_memory()
{
	page *p = alloc_page(GFP_NOFS);

	if (!p)
		return false;
	__free_page(p);
	return true;
}

status add_to_page_cache(page *p, address_space *mapping, pgoff_t index)
{
	int tries = 0;

	SetPageLocked(p);
	for (;;) {
		status st = insert_page(p, mapping, index);

		if (likely(st.ok()))
			break;
		if (st.err() != -ENOMEM || ++tries > 4 || !wait_for_memory()) {
			ClearPageLocked(p);
			return st;
		}
	}
	lru_cache_add(p);
	return OK;
}

unsigned add_pages_to_cache(page **pages, unsigned nr, address_space *mapping,
			    pgoff_t index)
{
	unsigned n;
	{
		spin_guard g(mapping->page_lock);

		n = radix_tree_insert_run(&mapping->page_tree, index,
					  (void **)pages, nr);
		for (unsigned i = 0; i < n; i++) {
			SetPageLocked(pages[i]);
			page_cache_attach(pages[i], mapping, index + i);
		}
	}
	for (unsigned i = 0; i < n; i++)
		lru_cache_add(pages[i]);
	return n;
}

void __remove_from_page_cache(page *p)
{
	radix_tree_delete(&p->mapping->page_tree, p->index);
	page_cache_detach(p);
}

void remove_from_page_cache(page *p)
{
	{
		spin_guard g(p->mapping->page_lock);

		__remove_from_page_cache(p);
	}
	put_page(p);
}

page *grab_cache_page(address_space *mapping, pgoff_t index)
{
	for (;;) {
		page *p = find_lock_page(mapping, index);

		if (p)
			return p;
		p = alloc_page(mapping->gfp_mask);
		if (!p)
			return nullptr;
		status st = add_to_page_cache(p, mapping, index);

		if (st.ok())
			return p;
		put_page(p);
		if (st.err() != -EEXIST)
			return nullptr;
	}
}

/* ---- one page for the kernel's own use ---- */

result<page *> read_cache_page(address_space *mapping, pgoff_t index)
{
	page *p = find_get_page(mapping, index);

	if (p && PageUptodate(p)) {
		mark_page_accessed(p);
		return p;
	}
	if (p)
		put_page(p);
	p = grab_cache_page(mapping, index);
	if (!p)
		return -ENOMEM;
	if (PageUptodate(p)) {
		unlock_page(p);
		return p;
	}
	status st = mapping->a_ops->readpage(nullptr, p);

	wait_on_page(p);
	if (st.ok() && PageUptodate(p))
		return p;
	put_page(p);
	return st.failed() ? st.err() : -EIO;
}
