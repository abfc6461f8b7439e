/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the dirty pages of a mapping and waiting for them (2.4's
 * filemap_fdatasync and filemap_fdatawait). A page under write-out is locked
 * and on locked_pages. It moves there before its dirty bit is cleared: a store
 * after that puts it back on dirty_pages, one before it is written with it.
 * What fails is kept in mapping->error until somebody waits for it.
 */
#include "filemap_internal.h"

#include <linux/blkdev.h>

/* Drops the caller's count. */
static status write_cache_page(address_space *mapping, page *p)
{
	status st;

	lock_page(p);
	if (p->mapping == mapping) {
		spin_guard g(mapping->page_lock);

		page_move_clean(p, &mapping->locked_pages);
	}
	if (p->mapping == mapping && clear_page_dirty(p))
		st = mapping->a_ops->writepage(p);
	else
		unlock_page(p);
	if (st.failed())
		mapping->error = st.err();
	put_page(p);
	return st;
}

static status write_pages(address_space *mapping, page **pages, unsigned nr)
{
	status st;

	for (unsigned i = 0; i < nr; i++) {
		status one = write_cache_page(mapping, pages[i]);

		if (st.ok())
			st = one;
	}
	return st;
}

/* A page that somebody else cleaned, or is writing. page_lock held. */
static void requeue_clean_page(address_space *mapping, page *p)
{
	page_move_clean(p, PageLocked(p) ? &mapping->locked_pages :
			&mapping->clean_pages);
}

static unsigned get_listed_pages(address_space *mapping, page **pages)
{
	spin_guard g(mapping->page_lock);
	unsigned nr = 0;

	list_for_each_entry_safe(page, p, n, &mapping->dirty_pages, list) {
		if (!PageDirty(p)) {
			requeue_clean_page(mapping, p);
			continue;
		}
		get_page(p);
		pages[nr++] = p;
		if (nr == PAGEVEC_SIZE)
			break;
	}
	return nr;
}

/* What is dirtied while we write goes to the end of the list: it is bounded
 * by what could be dirty at the start. */
status filemap_fdatawrite(address_space *mapping)
{
	page *pages[PAGEVEC_SIZE];
	unsigned long left = mapping->nrpages;
	status st;

	if (list_empty(&mapping->dirty_pages))
		return OK;
	for (;;) {
		unsigned nr = get_listed_pages(mapping, pages);
		status some = write_pages(mapping, pages, nr);

		if (st.ok())
			st = some;
		if (!nr || nr >= left)
			break;
		left -= nr;
	}
	run_task_queue_disk();
	return st;
}

/* The dirty ones of the next pages from *index to @last; false: no more. */
static bool get_dirty_range(address_space *mapping, pgoff_t *index,
			    pgoff_t last, page **pages, unsigned *nr)
{
	spin_guard g(mapping->page_lock);
	page *found[PAGEVEC_SIZE];
	unsigned n = radix_tree_gang_lookup(&mapping->page_tree,
					    (void **)found, *index,
					    PAGEVEC_SIZE);

	*nr = 0;
	for (unsigned i = 0; i < n; i++) {
		page *p = found[i];

		if (p->index > last)
			return false;
		if (PageDirty(p)) {
			get_page(p);
			pages[(*nr)++] = p;
		} else if (PageDirtyList(p)) {
			requeue_clean_page(mapping, p);
		}
		*index = p->index + 1;
		if (p->index == last)
			return false;
	}
	return n == PAGEVEC_SIZE;
}

status filemap_write_range(address_space *mapping, loff_t start, loff_t end)
{
	page *pages[PAGEVEC_SIZE];
	pgoff_t index = (pgoff_t)(start >> PAGE_SHIFT);
	pgoff_t last = (pgoff_t)(end >> PAGE_SHIFT);
	unsigned nr;
	bool more = !list_empty(&mapping->dirty_pages) && end >= start;
	status st;

	while (more) {
		more = get_dirty_range(mapping, &index, last, pages, &nr);
		status some = write_pages(mapping, pages, nr);

		if (st.ok())
			st = some;
	}
	run_task_queue_disk();
	return st;
}

/* ---- waiting ---- */

static status take_error(address_space *mapping)
{
	return likely(!mapping->error) ? 0 : xchg(&mapping->error, 0);
}

/* The next locked page, with a count; those that are done become clean. */
static page *next_locked_page(address_space *mapping)
{
	spin_guard g(mapping->page_lock);

	while (!list_empty(&mapping->locked_pages)) {
		page *p = list_entry(mapping->locked_pages.next, page, list);

		list_move_tail(&p->list, &mapping->clean_pages);
		if (!PageLocked(p))
			continue;
		get_page(p);
		return p;
	}
	return nullptr;
}

status filemap_fdatawait(address_space *mapping)
{
	if (!list_empty(&mapping->locked_pages)) {
		while (page *p = next_locked_page(mapping)) {
			wait_on_page(p);
			put_page(p);
		}
	}
	return take_error(mapping);
}

status filemap_wait_range(address_space *mapping, loff_t start, loff_t end)
{
	page *pages[PAGEVEC_SIZE];
	pgoff_t index = (pgoff_t)(start >> PAGE_SHIFT);
	pgoff_t last = (pgoff_t)(end >> PAGE_SHIFT);
	unsigned nr;

	do {
		nr = find_get_pages(mapping, index, PAGEVEC_SIZE, pages);
		for (unsigned i = 0; i < nr; i++) {
			index = pages[i]->index;
			if (index <= last)
				wait_on_page(pages[i]);
			put_page(pages[i]);
		}
	} while (nr == PAGEVEC_SIZE && index++ < last);
	return take_error(mapping);
}
