/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers: one block of a device, living in a page. A page's buffers form a
 * ring (b_this_page). Metadata buffers live in pages of the device's own
 * mapping (getblk, bread); data buffers in pages of the file. fs/buffer.cpp.
 */
#pragma once

#include <asm/atomic.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/wait.h>

enum bh_state_bits : int {
	BH_Uptodate, BH_Dirty, BH_Lock, BH_Req, BH_Mapped, BH_New,
	BH_Async_Read, BH_Async_Write, BH_Delay, BH_Write_EIO,
};

struct buffer_head {
	volatile unsigned long b_state = 0;
	atomic_t b_count;
	block_t b_blocknr = 0;		/* in units of b_size */
	unsigned b_size = 0;
	block_device *b_bdev = nullptr;	/* what get_block mapped it to */
	sector_t b_rsector = 0;		/* block layer: its sector there */
	page *b_page = nullptr;
	char *b_data = nullptr;		/* lowmem address, else page offset */
	buffer_head *b_this_page = nullptr;
	buffer_head *b_reqnext = nullptr;	/* next in the request */
	/* Any context, when I/O is done; buffer still locked. */
	void (*b_end_io)(buffer_head *bh, bool uptodate) = nullptr;
	void *b_private = nullptr;	/* b_end_io's */
	address_space *b_assoc = nullptr; /* whose fsync must write it */
	list_head b_inode_buffers;	/* on b_assoc->private_list */
};

#define BH_FLAG(name, bit)						\
	inline bool buffer_##name(const buffer_head *bh)		\
	{ return bh->b_state >> (bit) & 1; }				\
	inline void set_buffer_##name(buffer_head *bh)			\
	{ set_bit(bit, &bh->b_state); }					\
	inline void clear_buffer_##name(buffer_head *bh)		\
	{ clear_bit(bit, &bh->b_state); }				\
	inline bool test_set_buffer_##name(buffer_head *bh)		\
	{ return test_and_set_bit(bit, &bh->b_state); }			\
	inline bool test_clear_buffer_##name(buffer_head *bh)		\
	{ return test_and_clear_bit(bit, &bh->b_state); }
BH_FLAG(uptodate, BH_Uptodate)
BH_FLAG(dirty, BH_Dirty)
BH_FLAG(locked, BH_Lock)
BH_FLAG(req, BH_Req)
BH_FLAG(mapped, BH_Mapped)
BH_FLAG(new, BH_New)
BH_FLAG(async_read, BH_Async_Read)
BH_FLAG(async_write, BH_Async_Write)
BH_FLAG(write_eio, BH_Write_EIO)
#undef BH_FLAG

inline void get_bh(buffer_head *bh) { atomic_inc(&bh->b_count); }
inline void put_bh(buffer_head *bh) { atomic_dec(&bh->b_count); }
inline void brelse(buffer_head *bh)	/* null is fine */
{
	if (bh)
		put_bh(bh);
}
inline unsigned bh_offset(const buffer_head *bh)
{
	return (unsigned long)bh->b_data & ~PAGE_MASK;
}
void __wait_on_buffer(buffer_head *bh);
inline void wait_on_buffer(buffer_head *bh)
{
	if (buffer_locked(bh))
		__wait_on_buffer(bh);
}
void lock_buffer(buffer_head *bh);
void unlock_buffer(buffer_head *bh);		/* any context */

/* Metadata. A buffer comes with a count; brelse() it. getblk: content may not
 * be up to date, null only without memory or past the device's end. bread:
 * up to date, or -EIO / -ENOMEM. */
buffer_head *getblk(block_device *bdev, block_t block, unsigned size);
buffer_head *get_hash_table(block_device *bdev, block_t block, unsigned size);
result<buffer_head *> bread(block_device *bdev, block_t block, unsigned size);
void mark_buffer_dirty(buffer_head *bh);
/* The same, and fsync of @inode will write it. */
void mark_buffer_dirty_inode(buffer_head *bh, inode *inode);
void bforget(buffer_head *bh);	/* a freed block: not to be written */
/* Before a block becomes file data: no old metadata alias may overwrite it. */
void unmap_underlying_metadata(buffer_head *bh);
status sync_dirty_buffer(buffer_head *bh);	/* write and wait */
status fsync_inode_buffers(inode *inode);	/* its metadata */
void invalidate_inode_buffers(inode *inode);
bool inode_has_dirty_buffers(inode *inode);	/* or buffers under I/O */

/* How a file system says where block @iblock of a file is: sets b_bdev,
 * b_blocknr and Mapped (and New if just allocated, which only happens with
 * @create); a hole stays unmapped. b_size says how many bytes from there on
 * will be asked for, a hint. May sleep. */
using get_block_t = status (*)(inode *inode, sector_t iblock,
			       buffer_head *bh_result, bool create);

/* Generic address_space operations for block-based file systems. Page locked
 * on entry; readpage and writepage unlock it when the I/O is done. */
status block_read_full_page(page *p, get_block_t get_block);
void block_read_pages(page **pages, unsigned nr, get_block_t get_block);
status block_write_full_page(page *p, get_block_t get_block);
status block_prepare_write(page *p, unsigned from, unsigned to,
			   get_block_t get_block);
status generic_commit_write(file *file, page *p, unsigned from, unsigned to);
status block_truncate_page(address_space *mapping, loff_t from,
			   get_block_t get_block);	/* zero the tail */
result<long> generic_block_bmap(address_space *mapping, long block,
				get_block_t get_block);
/* Drops the page's buffers from @offset on; a page wholly dropped may go. */
void block_flushpage(page *p, unsigned offset);
/* For set_page_dirty: all buffers of the page, if it has any, become dirty. */
void set_page_buffers_dirty(page *p);
/* Frees the buffers if all are clean, idle, unlocked. Page locked. */
bool try_to_free_buffers(page *p, gfp_t gfp);
status file_fsync(file *f, dentry *d, int datasync);	/* data, then inode */
status sync_blockdev(block_device *bdev);
void buffer_init();
