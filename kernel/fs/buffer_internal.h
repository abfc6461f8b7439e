/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the buffer layer share among themselves. */
#pragma once

#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>

/* A zeroed buffer that belongs to no page yet; null: no memory. */
buffer_head *alloc_buffer_head();
void free_buffer_head(buffer_head *bh);		/* any context */
void set_bh_page(buffer_head *bh, page *p, unsigned offset);
/* Gives a locked page without buffers a ring of them, not mapped. */
status create_empty_buffers(page *p, unsigned size);
/* The ring of a locked page, made if it has none; null: no memory. */
buffer_head *page_buffers(page *p, unsigned size);

/* block_page.cpp: the end of a locked page's read. Any context. */
void page_read_done(page *p, bool uptodate);
/* Reads a locked page, which is unlocked when that is done, by buffers. */
status read_page_buffers(page *p, inode *inode, get_block_t get_block);

/* A locked buffer is read or written; b_end_io unlocks it and no more. */
void end_buffer_io_sync(buffer_head *bh, bool uptodate);
void submit_bh_sync(rw_t rw, buffer_head *bh);
/* The lock of the lists of dirty metadata on @bdev. */
inline spinlock_t &bdev_buffer_lock(block_device *bdev)
{
	return bdev->bd_inode->i_mapping->private_lock;
}
/* Takes the buffer off its inode's list. bdev_buffer_lock held. */
void __remove_inode_buffer(buffer_head *bh);

inline void map_bh(buffer_head *bh, block_device *bdev, block_t block)
{
	bh->b_bdev = bdev;
	bh->b_blocknr = block;
	set_buffer_mapped(bh);
}
