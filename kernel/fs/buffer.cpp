/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers of metadata: blocks of a device, kept in the page cache of that
 * device (2.4's fs/buffer.c without its own hash table and LRU lists). A block
 * is found by the index of its page and its place in the page's ring.
 *
 * Invariants: the ring of a page changes only under the page lock and the
 * mapping's private_lock; a raised b_count keeps a buffer (and its page) where
 * it is; a dirty buffer lies in a dirty page or in one that is being written.
 */
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "buffer_internal.h"

static constinit kmem_cache *bh_cachep;
constexpr unsigned BH_WAIT_BITS = 6;
static constinit static_array<wait_queue_head_t, 1 << BH_WAIT_BITS> bh_wait;

void buffer_init()
{
	bh_cachep = kmem_cache_create("buffer_head", sizeof(buffer_head));
}

buffer_head *alloc_buffer_head()
{
	return slab_new<buffer_head>(bh_cachep, GFP_NOFS);
}

void free_buffer_head(buffer_head *bh)
{
	DEBUG_ON(!list_empty(&bh->b_inode_buffers));
	kmem_cache_free(bh_cachep, bh);
}

void set_bh_page(buffer_head *bh, page *p, unsigned offset)
{
	bh->b_page = p;
	bh->b_data = PageHighMem(p) ? (char *)(unsigned long)offset :
		(char *)lowmem_page_address(p) + offset;
}

static void free_ring(buffer_head *head)
{
	buffer_head *bh = head;

	while (bh) {
		buffer_head *next = bh->b_this_page;

		free_buffer_head(bh);
		bh = next == head ? nullptr : next;
	}
}

/* A ring in order of offset, closed; null: no memory. */
static buffer_head *make_ring(page *p, unsigned size)
{
	buffer_head *head = nullptr, *tail = nullptr;

	for (unsigned offset = PAGE_SIZE; offset; ) {
		buffer_head *bh = alloc_buffer_head();

		if (!bh) {
			free_ring(head);
			return nullptr;
		}
		offset -= size;
		bh->b_size = size;
		set_bh_page(bh, p, offset);
		bh->b_this_page = head;
		head = bh;
		if (!tail)
			tail = bh;
	}
	tail->b_this_page = head;
	return head;
}

status create_empty_buffers(page *p, unsigned size)
{
	buffer_head *head = make_ring(p, size), *bh = head;

	if (!head)
		return -ENOMEM;
	spin_guard g(p->mapping->private_lock);
	bool uptodate = PageUptodate(p), dirty = PageDirty(p);

	do {
		if (uptodate)
			set_buffer_uptodate(bh);
		if (dirty)
			set_buffer_dirty(bh);
		bh = bh->b_this_page;
	} while (bh != head);
	get_page(p);
	p->buffers = head;
	return OK;
}

buffer_head *page_buffers(page *p, unsigned size)
{
	if (!p->buffers && create_empty_buffers(p, size).failed())
		return nullptr;
	return p->buffers;
}

/* ---- locking ---- */

static wait_queue_head_t *bh_waitqueue(buffer_head *bh)
{
	u32 hash = ((unsigned long)bh / sizeof(*bh)) * 0x9e3779b1u;

	return &bh_wait[hash >> (32 - BH_WAIT_BITS)];
}

void __wait_on_buffer(buffer_head *bh)
{
	run_task_queue_disk();
	wait_event(*bh_waitqueue(bh), !buffer_locked(bh));
}

void lock_buffer(buffer_head *bh)
{
	while (test_set_buffer_locked(bh))
		__wait_on_buffer(bh);
}

void unlock_buffer(buffer_head *bh)
{
	wait_queue_head_t *q = bh_waitqueue(bh);

	clear_buffer_locked(bh);
	mb();
	if (waitqueue_active(q))
		wake_up_all(q);
}

/* ---- I/O on one buffer ---- */

static void report_io_error(buffer_head *bh, const char *what)
{
	unsigned dev = bh->b_bdev->bd_dev;

	printk_ratelimited(KERN_ERR "%s error on device %02x:%02x, block %lu\n",
			   what, MAJOR(dev), MINOR(dev), bh->b_blocknr);
}

/* A block that could not be written keeps its content: it may be all there
 * is. The flag makes fsync report the loss. */
void end_buffer_io_sync(buffer_head *bh, bool uptodate)
{
	if (uptodate) {
		set_buffer_uptodate(bh);
	} else if (buffer_uptodate(bh)) {
		report_io_error(bh, "write");
		set_buffer_write_eio(bh);
	} else {
		report_io_error(bh, "read");
	}
	unlock_buffer(bh);
	put_bh(bh);
}

void submit_bh_sync(rw_t rw, buffer_head *bh)
{
	get_bh(bh);
	bh->b_end_io = end_buffer_io_sync;
	set_buffer_req(bh);
	submit_bh(rw, bh);
}

status sync_dirty_buffer(buffer_head *bh)
{
	lock_buffer(bh);
	if (test_clear_buffer_dirty(bh)) {
		clear_buffer_write_eio(bh);
		submit_bh_sync(WRITE, bh);
		wait_on_buffer(bh);
	} else {
		unlock_buffer(bh);
	}
	return test_clear_buffer_write_eio(bh) ? -EIO : 0;
}

/* The buffer first: a writepage that clears the page's bit in between then
 * sees the buffer dirty, and the page is at worst looked at once more. */
void mark_buffer_dirty(buffer_head *bh)
{
	if (!test_set_buffer_dirty(bh))
		__set_page_dirty(bh->b_page);
}

/* ---- finding blocks of a device ---- */

static unsigned index_shift(unsigned size)
{
	return PAGE_SHIFT - __ffs(size);
}

buffer_head *get_hash_table(block_device *bdev, block_t block, unsigned size)
{
	address_space *mapping = bdev->bd_inode->i_mapping;
	unsigned shift = index_shift(size);
	page *p = find_get_page(mapping, block >> shift);
	buffer_head *found = nullptr;

	if (!p)
		return nullptr;
	{
		spin_guard g(mapping->private_lock);
		buffer_head *bh = p->mapping == mapping ? p->buffers : nullptr;

		if (bh) {
			unsigned n = block & ((1u << shift) - 1);

			while (n--)
				bh = bh->b_this_page;
			if (bh->b_size == size && bh->b_blocknr == block &&
			    buffer_mapped(bh)) {
				get_bh(bh);
				found = bh;
			}
		}
	}
	put_page(p);
	return found;
}

/* Says which blocks the buffers of a page of the device are. */
static void init_page_buffers(page *p, block_device *bdev, unsigned size)
{
	bool uptodate = PageUptodate(p);
	block_t block = p->index << index_shift(size);
	loff_t end = bdev_size(bdev) >> __ffs(size);
	buffer_head *bh = p->buffers;

	do {
		if (!buffer_mapped(bh) && (loff_t)block < end) {
			if (uptodate)
				set_buffer_uptodate(bh);
			map_bh(bh, bdev, block);
		}
		block++;
		bh = bh->b_this_page;
	} while (bh != p->buffers);
}

static status grow_buffers(block_device *bdev, block_t block, unsigned size)
{
	page *p = grab_cache_page(bdev->bd_inode->i_mapping,
				  block >> index_shift(size));

	if (!p)
		return -ENOMEM;
	status st = page_buffers(p, size) ? 0 : -ENOMEM;

	if (st.ok() && p->buffers->b_size != size)
		st = -EINVAL;
	if (st.ok())
		init_page_buffers(p, bdev, size);
	unlock_page(p);
	put_page(p);
	return st;
}

buffer_head *getblk(block_device *bdev, block_t block, unsigned size)
{
	if (size != bdev->bd_block_size ||
	    (loff_t)block >= bdev_size(bdev) >> __ffs(size))
		return nullptr;
	for (;;) {
		buffer_head *bh = get_hash_table(bdev, block, size);

		if (likely(bh))
			return bh;
		if (grow_buffers(bdev, block, size).failed())
			return nullptr;
	}
}

result<buffer_head *> bread(block_device *bdev, block_t block, unsigned size)
{
	buffer_head *bh = getblk(bdev, block, size);

	if (!bh)
		return (loff_t)block < bdev_size(bdev) >> __ffs(size) ?
			-ENOMEM : -EIO;
	mark_page_accessed(bh->b_page);
	if (likely(buffer_uptodate(bh)))
		return bh;
	lock_buffer(bh);
	if (buffer_uptodate(bh)) {
		unlock_buffer(bh);
		return bh;
	}
	submit_bh_sync(READ, bh);
	wait_on_buffer(bh);
	if (buffer_uptodate(bh))
		return bh;
	brelse(bh);
	return -EIO;
}

/* ---- blocks that change hands ---- */

/* An old copy must not be written over the new content, and a write of it
 * that is on its way must have arrived before the new content leaves. */
void unmap_underlying_metadata(buffer_head *bh)
{
	buffer_head *old = get_hash_table(bh->b_bdev, bh->b_blocknr,
					  bh->b_size);

	if (!old)
		return;
	clear_buffer_dirty(old);
	wait_on_buffer(old);
	clear_buffer_req(old);
	brelse(old);
}

void bforget(buffer_head *bh)
{
	if (!bh)
		return;
	clear_buffer_dirty(bh);
	{
		spin_guard g(bdev_buffer_lock(bh->b_bdev));

		if (bh->b_assoc)
			__remove_inode_buffer(bh);
		clear_buffer_write_eio(bh);
	}
	put_bh(bh);
}
