/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the page cache share among themselves. */
#pragma once

#include <linux/kernel.h>
#include <linux/pagemap.h>

constexpr unsigned PAGEVEC_SIZE = 16;	/* pages handled in one go */

/* filemap.cpp. mapping->page_lock held, page locked. Between the two the page
 * belongs to the mapping and is counted; the tree is the caller's business. */
void page_cache_attach(page *p, address_space *mapping, pgoff_t index);
void page_cache_detach(page *p);

/* filemap.cpp. add_to_page_cache for pages that follow each other; returns how
 * many: it stops where there is a page already, or no memory. */
unsigned add_pages_to_cache(page **pages, unsigned nr, address_space *mapping,
			    pgoff_t index);

/* page-writeback.cpp. mapping->page_lock held: to another list. */
void page_move_clean(page *p, list_head *list);

/* filemap_read.cpp. The page, up to date, with a count: from the cache, else
 * from the disk with read-ahead for @want pages. -EAGAIN: it was truncated
 * meanwhile, look at i_size again. */
result<page *> read_file_page(file *filp, address_space *mapping,
			      pgoff_t index, unsigned want);
/* The same for a page in hand, whose count is dropped on failure. */
result<page *> finish_page_read(file *filp, page *p);

/* readahead.cpp. For a page just added to the cache; unlocks it now or when
 * the read is done. -EAGAIN: the file has become shorter. */
status start_page_read(file *filp, page *p);

/* truncate.cpp. Bytes past the end @size, which a mapping left in the last
 * page, must not become part of the file when it grows beyond them. */
void zero_page_tail(address_space *mapping, loff_t size);

/* Inline for pages in steady use, on which there is nothing to note. */
inline void touch_page(page *p)
{
	constexpr unsigned long BOTH = 1ul << PG_referenced | 1ul << PG_active;

	if (unlikely((p->flags & BOTH) != BOTH))
		mark_page_accessed(p);
}
