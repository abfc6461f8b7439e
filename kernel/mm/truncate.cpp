/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking pages away from a file (2.4's truncate_inode_pages and vmtruncate).
 * The order is: new size, mappings, cache, blocks. A reader or a fault that
 * brings a page in after the size changed looks at the size again once the
 * page is in the cache and locked; one before that is found here.
 */
#include "filemap_internal.h"

#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/sched.h>

/* Page locked: its content from @offset on is no longer the file's. */
static void flush_page(page *p, unsigned offset)
{
	auto flush = p->mapping->a_ops->flushpage;

	if (flush)
		flush(p, offset);
	else if (p->buffers)
		block_flushpage(p, offset);
}

/* Page locked. */
static void truncate_complete_page(page *p)
{
	flush_page(p, 0);
	ClearPageDirty(p);
	ClearPageUptodate(p);
	remove_from_page_cache(p);
}

static void truncate_partial_page(address_space *mapping, pgoff_t index,
				  unsigned offset)
{
	page *p = find_lock_page(mapping, index);

	if (!p)
		return;
	zero_user_page(p, offset, PAGE_SIZE);
	flush_page(p, offset);
	unlock_page(p);
	put_page(p);
}

/* The lock waits for I/O in flight, so no block is read into or written from
 * a page after it was given up. */
static void truncate_whole_pages(address_space *mapping, pgoff_t index)
{
	page *pages[PAGEVEC_SIZE];
	unsigned nr;

	while ((nr = find_get_pages(mapping, index, PAGEVEC_SIZE, pages))) {
		for (unsigned i = 0; i < nr; i++) {
			page *p = pages[i];

			lock_page(p);
			if (p->mapping == mapping)
				truncate_complete_page(p);
			unlock_page(p);
			put_page(p);
		}
	}
}

void truncate_inode_pages(address_space *mapping, loff_t start)
{
	unsigned partial = (unsigned)start & ~PAGE_MASK;
	pgoff_t index = (pgoff_t)(start >> PAGE_SHIFT);

	if (!mapping->nrpages)
		return;
	truncate_whole_pages(mapping, index + (partial ? 1 : 0));
	if (partial)
		truncate_partial_page(mapping, index, partial);
}

/* ---- dropping what is clean ---- */

/* Page locked, with a count of the caller's. */
static bool invalidate_page(address_space *mapping, page *p)
{
	constexpr int COUNTS = 2;	/* the cache's and the caller's */

	if (p->mapping != mapping || PageDirty(p))
		return false;
	if (p->buffers) {
		auto release = mapping->a_ops->releasepage;

		if (!(release ? release(p, GFP_KERNEL) :
		      try_to_free_buffers(p, GFP_KERNEL)))
			return false;
	}
	spin_guard g(mapping->page_lock);

	if (page_count(p) != COUNTS || PageDirty(p))
		return false;
	__remove_from_page_cache(p);
	return true;
}

void invalidate_page_range(address_space *mapping, pgoff_t index, pgoff_t last)
{
	page *pages[PAGEVEC_SIZE];
	unsigned nr;

	do {
		nr = find_get_pages(mapping, index, PAGEVEC_SIZE, pages);
		for (unsigned i = 0; i < nr; i++) {
			page *p = pages[i];

			index = p->index;
			if (index <= last && trylock_page(p)) {
				bool gone = invalidate_page(mapping, p);

				unlock_page(p);
				if (gone)
					put_page(p);	/* the cache's */
			}
			put_page(p);
		}
	} while (nr == PAGEVEC_SIZE && index++ < last);
}

void invalidate_inode_pages(address_space *mapping)
{
	invalidate_page_range(mapping, 0, ~0ul);
}

/* ---- the size of a file changes ---- */

static void unmap_list(list_head *vmas, pgoff_t pgoff)
{
	list_for_each_entry(vm_area_struct, vma, vmas, shared) {
		unsigned long len = vma->vm_end - vma->vm_start;
		pgoff_t skip = max(pgoff, vma->vm_pgoff) - vma->vm_pgoff;

		if (skip >= len >> PAGE_SHIFT)
			continue;
		skip <<= PAGE_SHIFT;
		zap_page_range(vma, vma->vm_start + skip, len - skip);
	}
}

/* Private copies go as well: past the end there is nothing. */
void vmtruncate_mappings(address_space *mapping, loff_t offset)
{
	pgoff_t pgoff = (pgoff_t)((offset + (loff_t)PAGE_SIZE - 1) >>
				  PAGE_SHIFT);
	spin_guard g(mapping->i_shared_lock);

	unmap_list(&mapping->i_mmap, pgoff);
	unmap_list(&mapping->i_mmap_shared, pgoff);
}

/* The second pass is for faults that had their page before the first one and
 * mapped it after that: now such pages have no mapping, and a fault that is
 * still on its way sees it. */
static void shrink(inode *inode, loff_t size)
{
	address_space *mapping = inode->i_mapping;

	i_size_write(inode, size);
	vmtruncate_mappings(mapping, size);
	truncate_inode_pages(mapping, size);
	vmtruncate_mappings(mapping, size);
}

static status check_growth(const inode *inode, loff_t size)
{
	if ((u64)size > rlimit(RLIMIT_FSIZE)) {
		send_sig(SIGXFSZ, current).ignore();
		return -EFBIG;
	}
	return size > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}

void zero_page_tail(address_space *mapping, loff_t size)
{
	unsigned tail = (unsigned)size & ~PAGE_MASK;

	if (!tail)
		return;
	page *p = find_lock_page(mapping, (pgoff_t)(size >> PAGE_SHIFT));

	if (!p)
		return;
	if (PageUptodate(p))
		zero_user_page(p, tail, PAGE_SIZE);
	unlock_page(p);
	put_page(p);
}

status vmtruncate(inode *inode, loff_t size)
{
	if (size > inode->i_size) {
		TRY(check_growth(inode, size));
		zero_page_tail(inode->i_mapping, inode->i_size);
		i_size_write(inode, size);
	} else {
		shrink(inode, size);
	}
	if (inode->i_op && inode->i_op->truncate)
		inode->i_op->truncate(inode);
	return OK;
}
