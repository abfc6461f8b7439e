/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading pages without buffers of their own (2.5: fs/mpage.c). Pages that
 * follow each other in the file, on the disk and in memory, as those that are
 * read ahead mostly do, are one transfer, carried by one buffer that is freed
 * on completion. If a part of it fails none of its pages is up to date; who
 * wants one tries again with that page alone.
 */
#include "buffer_internal.h"

/* Of one transfer: what any drive does in one command. */
constexpr unsigned MAX_BYTES = 128 << 10;

/* The first block of the page is mapped in @bh. If the others follow it and
 * all are aligned like a page, @bh becomes the one block that they form. */
noinline static result<long> map_other_blocks(page *p, inode *inode,
					      buffer_head *bh,
					      get_block_t get_block)
{
	unsigned shift = PAGE_SHIFT - inode->i_blkbits, nr = 1u << shift;
	sector_t iblock = (sector_t)p->index << shift;
	loff_t end = ((loff_t)p->index + 1) << PAGE_SHIFT;
	block_t first = bh->b_blocknr;

	if (end > i_size_read(inode) || first & (nr - 1))
		return 0l;
	for (unsigned i = 1; i < nr; i++) {
		bh->b_state = 0;
		TRY(get_block(inode, iblock + i, bh, false));
		if (!buffer_mapped(bh) || bh->b_blocknr != first + i)
			return 0l;
	}
	bh->b_blocknr = first >> shift;
	return 1l;
}

/* 1: the whole page is mapped in @bh, b_blocknr being in units of pages. 0, or
 * an error that will come again: this page needs buffers. */
static inline result<long> map_whole_page(page *p, inode *inode,
					  buffer_head *bh,
					  get_block_t get_block)
{
	unsigned shift = PAGE_SHIFT - inode->i_blkbits;

	bh->b_state = 0;
	TRY(get_block(inode, (sector_t)p->index << shift, bh, false));
	if (unlikely(!buffer_mapped(bh)))
		return 0l;
	return likely(!shift) ? 1l :
		map_other_blocks(p, inode, bh, get_block);
}

static void end_pages_read(buffer_head *bh, bool uptodate)
{
	page *p = bh->b_page, *end = p + (bh->b_size >> PAGE_SHIFT);

	free_buffer_head(bh);
	for (; p < end; p++) {
		if (unlikely(!uptodate))
			SetPageError(p);
		page_read_done(p, uptodate);
	}
}

/* A transfer of the page that @map says the place of; null: no memory. */
static buffer_head *new_transfer(page *p, const buffer_head *map)
{
	buffer_head *bh = alloc_buffer_head();

	if (unlikely(!bh))
		return nullptr;
	map_bh(bh, map->b_bdev, map->b_blocknr);
	bh->b_size = PAGE_SIZE;
	set_bh_page(bh, p, 0);
	bh->b_end_io = end_pages_read;
	/* Nobody else knows it yet. */
	bh->b_state = bh->b_state | 1ul << BH_Lock;
	return bh;
}

/* Adds the page to the transfer if it goes on there. */
static inline bool extend_transfer(buffer_head *bh, const page *p,
				   const buffer_head *map)
{
	unsigned n = bh->b_size >> PAGE_SHIFT;

	if (p != bh->b_page + n || map->b_blocknr != bh->b_blocknr + n ||
	    bh->b_size == MAX_BYTES)
		return false;
	bh->b_size += PAGE_SIZE;
	return true;
}

static void submit_transfer(buffer_head *bh)
{
	if (bh)
		submit_bh_at(READ, bh, bh->b_blocknr << (PAGE_SHIFT - 9));
}

/* The status is that of the last page that could not be started. */
static status read_pages(page **pages, unsigned nr, get_block_t get_block)
{
	inode *inode = pages[0]->mapping->host;
	buffer_head map, *bh = nullptr;
	status st;

	for (page **end = pages + nr; pages < end; pages++) {
		page *p = *pages;

		DEBUG_ON(!PageLocked(p));
		if (PageError(p))
			ClearPageError(p);
		map.b_size = (end - pages) << PAGE_SHIFT;
		bool whole = likely(!p->buffers) &&
			map_whole_page(p, inode, &map, get_block).raw() == 1;
		if (whole && bh && extend_transfer(bh, p, &map))
			continue;
		submit_transfer(bh);
		bh = whole ? new_transfer(p, &map) : nullptr;
		if (unlikely(!bh)) {
			status e = read_page_buffers(p, inode, get_block);

			if (e.failed())
				st = e;
		}
	}
	submit_transfer(bh);
	return st;
}

status block_read_full_page(page *p, get_block_t get_block)
{
	return read_pages(&p, 1, get_block);
}

void block_read_pages(page **pages, unsigned nr, get_block_t get_block)
{
	read_pages(pages, nr, get_block).ignore();
}
