/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page cache: pages of files, found by (mapping, index). Where 2.4 hashes
 * all pages into one table, each mapping here has a tree of its own, so that
 * work on a range costs what the range holds. mm/filemap.cpp.
 */
#pragma once

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>

/* The page with a count for the caller, or null. */
page *find_get_page(address_space *mapping, pgoff_t index);
/* The same, locked; looks again if it was truncated meanwhile. May sleep. */
page *find_lock_page(address_space *mapping, pgoff_t index);
/* Finds or makes it; locked, with a count. Null: no memory. May sleep. */
page *grab_cache_page(address_space *mapping, pgoff_t index);
/* Up to @nr pages from @index on, each with a count; returns how many. */
unsigned find_get_pages(address_space *mapping, pgoff_t index, unsigned nr,
			page **pages);
/* Adds a new page, locked, takes a count for the cache, puts it on the LRU;
 * -EEXIST if there is one already. */
status add_to_page_cache(page *p, address_space *mapping, pgoff_t index);
/* Page locked. __remove: the caller holds mapping->page_lock, and the cache's
 * count is NOT dropped; remove: takes the lock, the count is dropped. */
void __remove_from_page_cache(page *p);
void remove_from_page_cache(page *p);
/* The page read by ->readpage, up to date, unlocked, with a count. */
result<page *> read_cache_page(address_space *mapping, pgoff_t index);

void __lock_page(page *p);
inline void lock_page(page *p)
{
	if (TestSetPageLocked(p))
		__lock_page(p);
}
inline bool trylock_page(page *p) { return !TestSetPageLocked(p); }
void unlock_page(page *p);		/* any context */
void wait_on_page(page *p);		/* until unlocked; hold a count */
wait_queue_head_t *page_waitqueue(page *p);

class [[nodiscard]] page_guard {	/* lock_page .. unlock_page */
	page *p;

public:
	explicit page_guard(page *pg) : p(pg) { lock_page(p); }
	page_guard(const page_guard &) = delete;
	~page_guard() { unlock(); }
	void unlock()
	{
		if (p)
			unlock_page(p);
		p = nullptr;
	}
};

/* Marks the page and its inode dirty. Any task context, no lock needed but
 * that the page cannot be truncated (lock, or mapped with page_table_lock).
 * A store through a mapping may have changed any buffer of the page, so this
 * is: __set_page_dirty(p); if p->buffers, set_page_buffers_dirty(p); and
 * __set_page_dirty(p) again, for a writepage that came in between.
 */
void set_page_dirty(page *p);
/* Page and inode only: for fs/buffer.cpp, which knows which buffer changed. */
void __set_page_dirty(page *p);

/* Page locked (so that no writepage runs): the dirty bit goes. True: it was
 * set, and the caller is now the one to write the page. */
bool clear_page_dirty(page *p);
/* Pages of files that wait to be written. mm/page-writeback.cpp. */
unsigned long nr_dirty_pages();
/* After dirtying a page, no lock but i_sem held: starts write-back when much
 * is dirty, and makes the caller do some when it is too much. May sleep. */
void balance_dirty_pages();

/* Start writing all dirty pages / wait for pages under write-out; the range
 * forms take byte offsets, @end inclusive. Return the first error. */
status filemap_fdatawrite(address_space *mapping);
status filemap_fdatawait(address_space *mapping);
status filemap_write_range(address_space *mapping, loff_t start, loff_t end);
status filemap_wait_range(address_space *mapping, loff_t start, loff_t end);
/* Drops pages wholly from @start on, zeroes the tail of a partial one. The
 * caller holds i_sem and has set i_size. */
void truncate_inode_pages(address_space *mapping, loff_t start);
/* Drops clean unused pages (memory pressure, last close of a device). */
void invalidate_inode_pages(address_space *mapping);
void invalidate_page_range(address_space *mapping, pgoff_t first,
			   pgoff_t last);

/* 2.4's reader: calls @actor for each piece of up-to-date page. */
struct read_descriptor_t {
	size_t written = 0;		/* done so far */
	size_t count;			/* still wanted */
	unsigned long buf;		/* the actor's own (user address) */
	int error = 0;
};
using read_actor_t = size_t (*)(read_descriptor_t *desc, page *p,
				unsigned offset, size_t size);
void do_generic_file_read(file *filp, loff_t *ppos, read_descriptor_t *desc,
			  read_actor_t actor);
size_t file_read_actor(read_descriptor_t *desc, page *p, unsigned offset,
		       size_t size);		/* copies to user memory */

result<long> generic_file_read(file *filp, user_ptr<char> buf, size_t count,
			       loff_t *ppos);
result<long> generic_file_write(file *filp, user_ptr<const char> buf,
				size_t count, loff_t *ppos);
status generic_file_mmap(file *filp, vm_area_struct *vma);
result<page *> filemap_nopage(vm_area_struct *vma, unsigned long addr,
			      bool write);
/* Reads into kernel memory; returns bytes. For exec and the like. */
result<long> kernel_read(file *filp, loff_t pos, void *buf, size_t count);
unsigned long nr_pagecache_pages();
inline address_space *file_mapping(const file *filp)
{
	return filp->f_dentry->d_inode->i_mapping;
}
/* The number of pages that hold bytes of the file. */
inline pgoff_t pages_of_file(const inode *inode)
{
	return (pgoff_t)((i_size_read(inode) + (loff_t)PAGE_SIZE - 1) >>
			 PAGE_SHIFT);
}

/* ---- read-ahead: mm/readahead.cpp ---- */

/* Starts reading those of @nr pages from @index on that the cache lacks, as
 * far as the file goes; returns how many. Errors show when a page is used. */
unsigned do_page_cache_readahead(file *filp, address_space *mapping,
				 pgoff_t index, unsigned nr);
/* The cache lacks @index, and @want pages from there on are needed. */
void page_cache_sync_readahead(file *filp, address_space *mapping,
			       pgoff_t index, unsigned want);
/* The reader came to the first page that was read ahead of him. */
void page_cache_async_readahead(file *filp, address_space *mapping);
/* Whether it is among the next @nr pages. */
inline bool readahead_due(const file *filp, pgoff_t index, unsigned nr)
{
	return unlikely(filp->f_rastart - index < nr) &&
		filp->f_rastart < filp->f_raend;
}
