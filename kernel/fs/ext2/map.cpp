/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where block n of a file is (the reading half of 2.4's fs/ext2/inode.c). The
 * inode has twelve block numbers and the roots of trees of one, two and three
 * levels of indirect blocks.
 *
 * A look-up takes truncate_sem for reading, so that the tree stands still. It
 * remembers the contiguous piece that it met: the next blocks then cost a
 * comparison. How far it looks ahead depends on what is asked for, and doubles
 * as long as look-ups follow each other. Whoever takes blocks away from the
 * tree forgets the piece while he holds truncate_sem for writing.
 */
#include <linux/ext2_fs.h>
#include <linux/kernel.h>
#include <linux/run.h>

constexpr u32 MIN_AHEAD = 16, MAX_AHEAD = 256;	/* blocks looked at */

bool ext2_block_to_path(inode *inode, sector_t iblock, ext2_path *path)
{
	unsigned bits = EXT2_SB(inode->i_sb)->s_addr_bits;
	u32 mask = (1u << bits) - 1, left = iblock;
	unsigned levels = 0;

	if (left < EXT2_NDIR_BLOCKS) {
		path->offset[0] = left;
		path->depth = 1;
		return true;
	}
	left -= EXT2_NDIR_BLOCKS;
	for (levels = 1; left >> (bits * (levels - 1)) > mask; levels++) {
		if (levels == 3)
			return false;
		left -= 1u << (bits * levels);
	}
	path->offset[0] = EXT2_IND_BLOCK + levels - 1;
	for (unsigned i = levels; i; i--) {
		path->offset[i] = left & mask;
		left >>= bits;
	}
	path->depth = levels + 1;
	return true;
}

result<buffer_head *> ext2_bread_indirect(inode *inode, u32 block)
{
	super_block *sb = inode->i_sb;

	if (unlikely(!ext2_data_blocks(sb, block, 1))) {
		ext2_error(sb, __func__, "inode %lu: indirect block %u is not "
			   "in the data area", inode->i_ino, block);
		return -EIO;
	}
	return bread(sb->s_bdev, block, sb->s_blocksize);
}

/* ---- the piece found last ---- */

static inline bool recall(ext2_inode_info *ei, u32 iblock, u32 *block)
{
	spin_guard g(ei->map_lock);
	u32 n = iblock - ei->map_first;

	if (n >= ei->map_len)
		return false;
	*block = ei->map_block + n;
	return true;
}

/* How many blocks are to be looked at, of which @want are wanted. */
static u32 look_ahead(ext2_inode_info *ei, u32 iblock, u32 want)
{
	spin_guard g(ei->map_lock);
	bool onwards = iblock == ei->map_first + ei->map_len;

	ei->map_ahead = max(MIN_AHEAD, onwards ? min(2 * ei->map_ahead,
						     MAX_AHEAD) : 0);
	return max(ei->map_ahead, want);
}

static void remember(ext2_inode_info *ei, u32 iblock, u32 block, u32 n)
{
	spin_guard g(ei->map_lock);

	if (ei->map_len && iblock == ei->map_first + ei->map_len &&
	    block == ei->map_block + ei->map_len) {
		ei->map_len += n;
		return;
	}
	ei->map_first = iblock;
	ei->map_block = block;
	ei->map_len = n;
}

void ext2_forget_map(ext2_inode_info *ei)
{
	spin_guard g(ei->map_lock);

	ei->map_len = 0;
}

/* ---- look-up ---- */

/* How many of the @max numbers from @p on count up by one, all in the data
 * area; the first one is not 0. */
static result<u32> check_run(inode *inode, const u32 *p, u32 max)
{
	u32 n = run_length(p, max);

	n = ext2_data_blocks(inode->i_sb, *p, n);
	if (likely(n))
		return n;
	ext2_error(inode->i_sb, __func__, "inode %lu: block %u is not in the "
		   "data area", inode->i_ino, *p);
	return -EIO;
}

/* The block, or 0 for a hole, @want being wanted. truncate_sem held. */
static result<u32> look_up(inode *inode, u32 iblock, const ext2_path *path,
			   u32 want)
{
	ext2_inode_info *ei = EXT2_I(inode);
	u32 limit = EXT2_NDIR_BLOCKS, *p = ei->i_data + path->offset[0];
	buffer_head *bh = nullptr;

	for (unsigned d = 1; d < path->depth && *p; d++) {
		result<buffer_head *> next = ext2_bread_indirect(inode, *p);

		brelse(bh);
		bh = TRY(next);
		p = (u32 *)bh->b_data + path->offset[d];
		limit = inode->i_sb->s_blocksize / sizeof(u32);
	}
	u32 block = *p;
	status st;

	if (block) {
		limit -= path->offset[path->depth - 1];
		result<u32> n = check_run(inode, p, min(limit, look_ahead(
			ei, iblock, want)));
		if (n.ok())
			remember(ei, iblock, block, n.value());
		st = n.err();
	}
	brelse(bh);
	if (st.failed())
		return st.fail();
	return block;
}

static inline void map_result(inode *inode, buffer_head *bh, u32 block)
{
	bh->b_bdev = inode->i_sb->s_bdev;
	bh->b_blocknr = block;
	set_buffer_mapped(bh);
}

static status get_or_alloc(inode *inode, u32 iblock, ext2_path *path,
			   buffer_head *bh)
{
	write_guard g(EXT2_I(inode)->truncate_sem);
	u32 block = TRY(look_up(inode, iblock, path, 1));

	if (!block)
		return ext2_alloc_branch(inode, iblock, path, bh);
	map_result(inode, bh, block);
	return OK;
}

noinline static status map_slowly(inode *inode, u32 iblock, buffer_head *bh,
				  bool create)
{
	ext2_path path;

	if (!ext2_block_to_path(inode, iblock, &path))
		return -EFBIG;
	if (create)
		return get_or_alloc(inode, iblock, &path, bh);
	read_guard g(EXT2_I(inode)->truncate_sem);
	u32 block = TRY(look_up(inode, iblock, &path,
				bh->b_size >> inode->i_blkbits));

	if (block)
		map_result(inode, bh, block);
	return OK;
}

status ext2_get_block(inode *inode, sector_t iblock, buffer_head *bh_result,
		      bool create)
{
	u32 block;

	if (unlikely(!recall(EXT2_I(inode), iblock, &block)))
		return map_slowly(inode, iblock, bh_result, create);
	map_result(inode, bh_result, block);
	return OK;
}
