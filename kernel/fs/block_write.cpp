/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of a write through the page cache: prepare_write maps, allocates
 * and where needed reads the blocks that a piece of a page touches,
 * commit_write makes them dirty; and the zeroing of a file's last block when
 * it is truncated (2.4's fs/buffer.c). The page is locked throughout.
 *
 * A new block is never left with its old content: what the write does not
 * fill is zeroed, also when the preparation fails half-way.
 */
#include "buffer_internal.h"

constexpr unsigned MAX_BUF_PER_PAGE = PAGE_SIZE / 512;

/* Zeroes what of the new block lies outside [from, to). */
static void zero_new_block(buffer_head *bh, unsigned from, unsigned to)
{
	unsigned start = bh_offset(bh), end = start + bh->b_size;

	if (start < from)
		zero_user_page(bh->b_page, start, from);
	if (end > to)
		zero_user_page(bh->b_page, to, end);
}

/* Makes one buffer ready to be written into; true: it must be read first. */
static result<long> prepare_buffer(inode *inode, sector_t iblock,
				   buffer_head *bh, unsigned from, unsigned to,
				   get_block_t get_block)
{
	page *p = bh->b_page;
	unsigned start = bh_offset(bh), end = start + bh->b_size;

	clear_buffer_new(bh);
	if (!buffer_mapped(bh))
		TRY(get_block(inode, iblock, bh, true));
	if (PageUptodate(p))
		set_buffer_uptodate(bh);
	if (buffer_new(bh)) {
		unmap_underlying_metadata(bh);
		if (!PageUptodate(p))
			zero_new_block(bh, from, to);
		return 0l;
	}
	return (long)(!buffer_uptodate(bh) && (start < from || end > to));
}

static status wait_for_reads(buffer_head **list, unsigned nr)
{
	status st;

	for (unsigned i = 0; i < nr; i++) {
		wait_on_buffer(list[i]);
		if (!buffer_uptodate(list[i]))
			st = -EIO;
	}
	return st;
}

static void start_read(buffer_head *bh)
{
	lock_buffer(bh);
	if (buffer_uptodate(bh))
		unlock_buffer(bh);
	else
		submit_bh_sync(READ, bh);
}

static status prepare_range(page *p, unsigned from, unsigned to,
			    get_block_t get_block)
{
	inode *inode = p->mapping->host;
	unsigned bits = inode->i_blkbits, nr = 0;
	sector_t iblock = (sector_t)p->index << (PAGE_SHIFT - bits);
	buffer_head *bh = p->buffers, *list[MAX_BUF_PER_PAGE];
	status st;

	do {
		unsigned start = bh_offset(bh);

		if (start < to && start + bh->b_size > from) {
			result<long> r = prepare_buffer(inode, iblock, bh,
							from, to, get_block);
			if (r.failed()) {
				st = r.fail();
				break;
			}
			if (r.value()) {
				start_read(bh);
				list[nr++] = bh;
			}
		}
		iblock++;
		bh = bh->b_this_page;
	} while (bh != p->buffers);
	status io = wait_for_reads(list, nr);

	return st.failed() ? st : io;
}

/* Blocks that were allocated in vain become zeroes of the file. */
static void zero_abandoned(page *p)
{
	buffer_head *bh = p->buffers;

	do {
		if (buffer_new(bh)) {
			clear_buffer_new(bh);
			if (!buffer_uptodate(bh))
				zero_user_page(p, bh_offset(bh),
					       bh_offset(bh) + bh->b_size);
			set_buffer_uptodate(bh);
			mark_buffer_dirty(bh);
		}
		bh = bh->b_this_page;
	} while (bh != p->buffers);
}

status block_prepare_write(page *p, unsigned from, unsigned to,
			   get_block_t get_block)
{
	DEBUG_ON(!PageLocked(p) || from > to || to > PAGE_SIZE);
	if (!page_buffers(p, 1u << p->mapping->host->i_blkbits))
		return -ENOMEM;
	status st = prepare_range(p, from, to, get_block);

	if (st.failed())
		zero_abandoned(p);
	return st;
}

/* True if all of the page is up to date now. */
static bool commit_buffers(page *p, unsigned from, unsigned to)
{
	buffer_head *bh = p->buffers;
	bool whole = true, dirtied = false;

	do {
		unsigned start = bh_offset(bh);

		if (start < to && start + bh->b_size > from) {
			set_buffer_uptodate(bh);
			clear_buffer_new(bh);
			dirtied |= !test_set_buffer_dirty(bh);
		} else if (!buffer_uptodate(bh)) {
			whole = false;
		}
		bh = bh->b_this_page;
	} while (bh != p->buffers);
	if (dirtied)
		__set_page_dirty(p);
	return whole;
}

status generic_commit_write(file *, page *p, unsigned from, unsigned to)
{
	inode *inode = p->mapping->host;
	loff_t end = ((loff_t)p->index << PAGE_SHIFT) + to;

	if (commit_buffers(p, from, to))
		SetPageUptodate(p);
	if (end > inode->i_size) {
		i_size_write(inode, end);
		mark_inode_dirty(inode);
	}
	return OK;
}

/* ---- truncate ---- */

/* The buffer of the page that holds byte @offset of it. */
static buffer_head *buffer_at(page *p, unsigned offset)
{
	buffer_head *bh = p->buffers;

	while (offset >= bh_offset(bh) + bh->b_size)
		bh = bh->b_this_page;
	return bh;
}

/* Zeroes the page from @offset to the end of the block. In a hole only the
 * cached page can hold anything, put there through a mapping. */
static status zero_block_tail(page *p, unsigned offset, get_block_t get_block)
{
	inode *inode = p->mapping->host;
	unsigned bits = inode->i_blkbits;
	sector_t iblock = ((sector_t)p->index << (PAGE_SHIFT - bits)) +
		(offset >> bits);

	if (!page_buffers(p, 1u << bits))
		return -ENOMEM;
	buffer_head *bh = buffer_at(p, offset);

	if (!buffer_mapped(bh))
		TRY(get_block(inode, iblock, bh, false));
	if (PageUptodate(p))
		set_buffer_uptodate(bh);
	if (!buffer_mapped(bh) && !buffer_uptodate(bh))
		return OK;
	if (!buffer_uptodate(bh)) {
		start_read(bh);
		TRY(wait_for_reads(&bh, 1));
	}
	zero_user_page(p, offset, bh_offset(bh) + bh->b_size);
	if (buffer_mapped(bh))
		mark_buffer_dirty(bh);
	return OK;
}

status block_truncate_page(address_space *mapping, loff_t from,
			   get_block_t get_block)
{
	unsigned bits = mapping->host->i_blkbits;

	if (!(from & ((1u << bits) - 1)))
		return OK;
	page *p = grab_cache_page(mapping, (pgoff_t)(from >> PAGE_SHIFT));

	if (!p)
		return -ENOMEM;
	status st = zero_block_tail(p, from & ~PAGE_MASK, get_block);

	unlock_page(p);
	put_page(p);
	return st;
}

result<long> generic_block_bmap(address_space *mapping, long block,
				get_block_t get_block)
{
	buffer_head map;

	if (block < 0)
		return -EINVAL;
	TRY(get_block(mapping->host, block, &map, false));
	return buffer_mapped(&map) ? (long)map.b_blocknr : 0l;
}
