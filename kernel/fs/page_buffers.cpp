/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of buffers of a page as a whole: made dirty, truncated, freed (a
 * part of 2.4's fs/buffer.c). A ring is freed only when all its buffers are
 * clean, idle and nobody's; the page is locked.
 */
#include "buffer_internal.h"

void set_page_buffers_dirty(page *p)
{
	address_space *mapping = p->mapping;

	if (!mapping)
		return;
	spin_guard g(mapping->private_lock);
	buffer_head *bh = p->buffers;

	if (!bh)
		return;
	do {
		set_buffer_dirty(bh);
		bh = bh->b_this_page;
	} while (bh != p->buffers);
}

static void discard_buffer(buffer_head *bh)
{
	lock_buffer(bh);
	clear_buffer_dirty(bh);
	clear_buffer_mapped(bh);
	clear_buffer_new(bh);
	clear_buffer_req(bh);
	clear_buffer_write_eio(bh);
	unlock_buffer(bh);
}

void block_flushpage(page *p, unsigned offset)
{
	buffer_head *bh = p->buffers;

	if (!bh)
		return;
	do {
		if (bh_offset(bh) >= offset)
			discard_buffer(bh);
		bh = bh->b_this_page;
	} while (bh != p->buffers);
	if (!offset)
		try_to_free_buffers(p, GFP_NOIO);
}

static bool ring_busy(buffer_head *head)
{
	constexpr unsigned long BUSY = 1ul << BH_Dirty | 1ul << BH_Lock;
	buffer_head *bh = head;

	do {
		if (atomic_read(&bh->b_count) || (bh->b_state & BUSY))
			return true;
		bh = bh->b_this_page;
	} while (bh != head);
	return false;
}

static void free_detached_ring(buffer_head *head)
{
	buffer_head *bh = head;

	do {
		buffer_head *next = bh->b_this_page;

		if (bh->b_assoc) {
			spin_guard g(bdev_buffer_lock(bh->b_bdev));
			if (bh->b_assoc)
				__remove_inode_buffer(bh);
		}
		free_buffer_head(bh);
		bh = next;
	} while (bh != head);
}

/* The page may still say dirty when all its buffers have been written one by
 * one. Then it is clean, and must say so: a dirty page without buffers means
 * that all of it changed. */
static buffer_head *detach_idle_ring(page *p)
{
	buffer_head *head = p->buffers;

	if (!head || ring_busy(head))
		return nullptr;
	clear_page_dirty(p);
	p->buffers = nullptr;
	return head;
}

static buffer_head *detach_ring(page *p)
{
	if (!p->mapping)
		return detach_idle_ring(p);
	spin_guard g(p->mapping->private_lock);

	return detach_idle_ring(p);
}

bool try_to_free_buffers(page *p, gfp_t)
{
	buffer_head *head = detach_ring(p);

	if (!head)
		return false;
	free_detached_ring(head);
	put_page(p);
	return true;
}
