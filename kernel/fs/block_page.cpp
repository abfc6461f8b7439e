/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading and writing pages by buffers of their own (a part of 2.4's
 * fs/buffer.c): the last buffer to complete unlocks the page. What can be read
 * without is read by mpage.cpp.
 */
#include <linux/sched.h>
#include "buffer_internal.h"

/* Which buffers of one page are still under I/O; taken on completion. */
static constinit spinlock_t page_io_lock{"page I/O", RANK_PAGE_IO};

/* ---- completion ---- */

/* True if no other buffer of the page is under I/O any more. */
static bool last_of_page(buffer_head *bh, int bit)
{
	if (bh->b_this_page == bh) {
		clear_bit(bit, &bh->b_state);
		unlock_buffer(bh);
		return true;
	}
	spin_irq_guard g(page_io_lock);
	bool last = true;

	clear_bit(bit, &bh->b_state);
	for (buffer_head *o = bh->b_this_page; o != bh; o = o->b_this_page)
		last &= !test_bit(bit, &o->b_state);
	unlock_buffer(bh);
	return last;
}

void page_read_done(page *p, bool uptodate)
{
	if (uptodate)
		SetPageUptodate(p);
	unlock_page(p);
}

static void end_buffer_async_read(buffer_head *bh, bool uptodate)
{
	page *p = bh->b_page;

	if (uptodate)
		set_buffer_uptodate(bh);
	else
		SetPageError(p);
	if (last_of_page(bh, BH_Async_Read))
		page_read_done(p, !PageError(p));
}

static void end_buffer_async_write(buffer_head *bh, bool uptodate)
{
	page *p = bh->b_page;

	if (!uptodate) {
		printk_ratelimited(KERN_ERR "lost write, device %02x:%02x, "
				   "block %lu\n", MAJOR(bh->b_bdev->bd_dev),
				   MINOR(bh->b_bdev->bd_dev), bh->b_blocknr);
		set_buffer_write_eio(bh);
		p->mapping->error = -EIO;
		SetPageError(p);
	}
	if (last_of_page(bh, BH_Async_Write))
		unlock_page(p);
}

/* ---- reading ---- */

/* Maps a buffer that is to be read. A hole, and what lies past the end of
 * the file, is zeroes. True: it must come from the disk. */
static result<long> map_for_read(inode *inode, sector_t iblock, sector_t end,
				 buffer_head *bh, get_block_t get_block)
{
	if (buffer_uptodate(bh))
		return 0l;
	if (!buffer_mapped(bh) && iblock < end)
		TRY(get_block(inode, iblock, bh, false));
	if (buffer_mapped(bh))
		return 1l;
	zero_user_page(bh->b_page, bh_offset(bh), bh_offset(bh) + bh->b_size);
	set_buffer_uptodate(bh);
	return 0l;
}

constexpr unsigned MAX_BUF_PER_PAGE = PAGE_SIZE / 512;

/* A buffer may have been read by other means while we waited for its lock;
 * reading it again does no harm unless it has been changed since. */
static void submit_page_reads(page *p, buffer_head **list, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		lock_buffer(list[i]);
		list[i]->b_end_io = end_buffer_async_read;
		set_buffer_async_read(list[i]);
	}
	for (unsigned i = 0; i < nr; i++) {
		if (buffer_uptodate(list[i]))
			end_buffer_async_read(list[i], true);
		else
			submit_bh(READ, list[i]);
	}
	if (!nr)
		page_read_done(p, true);
}

static status read_buffers(page *p, inode *inode, get_block_t get_block)
{
	unsigned bits = inode->i_blkbits, nr = 0;
	sector_t iblock = (sector_t)p->index << (PAGE_SHIFT - bits);
	sector_t end = (i_size_read(inode) + (1u << bits) - 1) >> bits;
	buffer_head *head = page_buffers(p, 1u << bits), *bh = head;
	buffer_head *list[MAX_BUF_PER_PAGE];

	if (!head)
		return -ENOMEM;
	do {
		if (TRY(map_for_read(inode, iblock++, end, bh, get_block)))
			list[nr++] = bh;
		bh = bh->b_this_page;
	} while (bh != head);
	submit_page_reads(p, list, nr);
	return OK;
}

status read_page_buffers(page *p, inode *inode, get_block_t get_block)
{
	status st = read_buffers(p, inode, get_block);

	if (st.failed()) {
		SetPageError(p);
		unlock_page(p);
	}
	return st;
}

/* ---- writing ---- */

/* Maps the dirty buffers of the page below the end of the file and forgets
 * the dirt of the others. An error is remembered for fsync; the block it
 * hits is lost, the others are written. */
static status map_for_write(page *p, inode *inode, get_block_t get_block)
{
	unsigned bits = inode->i_blkbits;
	sector_t iblock = (sector_t)p->index << (PAGE_SHIFT - bits);
	sector_t end = (i_size_read(inode) + (1u << bits) - 1) >> bits;
	buffer_head *bh = p->buffers;
	status st;

	do {
		if (buffer_dirty(bh) && iblock >= end) {
			clear_buffer_dirty(bh);
		} else if (buffer_dirty(bh) && !buffer_mapped(bh)) {
			status e = get_block(inode, iblock, bh, true);

			if (e.ok() && buffer_new(bh)) {
				clear_buffer_new(bh);
				unmap_underlying_metadata(bh);
			} else if (e.failed()) {
				clear_buffer_dirty(bh);
				p->mapping->error = e.err();
				st = e;
			}
		}
		iblock++;
		bh = bh->b_this_page;
	} while (bh != p->buffers);
	return st;
}

static void submit_page_writes(page *p)
{
	buffer_head *list[MAX_BUF_PER_PAGE], *bh = p->buffers;
	unsigned nr = 0;

	do {
		if (buffer_dirty(bh) && buffer_mapped(bh)) {
			lock_buffer(bh);
			if (test_clear_buffer_dirty(bh)) {
				bh->b_end_io = end_buffer_async_write;
				set_buffer_async_write(bh);
				clear_buffer_write_eio(bh);
				set_buffer_req(bh);
				list[nr++] = bh;
			} else {
				unlock_buffer(bh);
			}
		}
		bh = bh->b_this_page;
	} while (bh != p->buffers);
	for (unsigned i = 0; i < nr; i++)
		submit_bh(WRITE, list[i]);
	if (!nr)
		unlock_page(p);
}

/* A page that was dirtied through a mapping and never had buffers. */
static status attach_dirty_buffers(page *p, unsigned size)
{
	TRY(create_empty_buffers(p, size));
	set_page_buffers_dirty(p);
	return OK;
}

/* Without memory the page stays dirty: write-back comes by again. */
static status redirty(page *p)
{
	__set_page_dirty(p);
	unlock_page(p);
	return -ENOMEM;
}

status block_write_full_page(page *p, get_block_t get_block)
{
	inode *inode = p->mapping->host;
	loff_t left = i_size_read(inode) - ((loff_t)p->index << PAGE_SHIFT);
	status st;

	DEBUG_ON(!PageLocked(p));
	if (left <= 0 || (!p->buffers && !PageUptodate(p))) {
		unlock_page(p);		/* truncated meanwhile */
		return OK;
	}
	if (left < (loff_t)PAGE_SIZE)
		zero_user_page(p, (unsigned)left, PAGE_SIZE);
	if (!p->buffers &&
	    attach_dirty_buffers(p, 1u << inode->i_blkbits).failed())
		return redirty(p);
	ClearPageError(p);
	st = map_for_write(p, inode, get_block);
	submit_page_writes(p);
	return st;
}
