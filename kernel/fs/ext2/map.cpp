/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where block n of a file is (the reading half of 2.4's fs/ext2/inode.c). The
 * inode has twelve block numbers and the roots of trees of one, two and three
 * levels of indirect blocks.
 *
 * A look-up takes truncate_sem for reading, so that the tree stands still, and
 * remembers the contiguous piece that it met. How far it looks depends on what
 * is asked for and on how much is known already of what lies before it or
 * hangs on the same indirect block: who comes again will come again.
 */
#include <linux/ext2_fs.h>
#include <linux/kernel.h>
#include <linux/run.h>

constexpr u32 MIN_LOOK = 16;	/* blocks looked at */

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

/* ---- look-up ---- */

/* A block number in the tree: block @iblock's, with @before and @after others
 * to both sides in the same place. */
struct entry {
	u32 iblock;
	const u32 *p;
	u32 before, after;
};

/* How many of the @max numbers from @p on count up by one, all in the data
 * area. */
static u32 good_run(const inode *inode, const u32 *p, u32 max)
{
	return ext2_data_blocks(inode->i_sb, *p, run_length(p, max));
}

/* Where the stretch begins that holds the entry, at most @look before it. */
static u32 look_back(const entry &e, u32 look)
{
	u32 back = min(e.before, look), n;

	while (back && (n = run_length(e.p - back, back + 1)) <= back)
		back -= n;
	return back;
}

/* The contiguous piece around the entry, @want blocks of it being wanted. */
static status piece_around(inode *inode, const entry &e, u32 want,
			   ext2_piece *piece)
{
	ext2_piece known = ext2_known_near(inode, e.iblock);
	u32 look = max(2 * known.len, MIN_LOOK);
	bool onwards = known.len && e.iblock == known.end();
	u32 back = onwards ? 0 : look_back(e, look / 2);
	u32 max_n = min(e.after + 1, max(onwards ? look : look / 2, want));
	u32 n = back ? good_run(inode, e.p - back, back + max_n) : 0;

	if (n <= back) {
		back = 0;
		n = good_run(inode, e.p, max_n);
	}
	*piece = {e.iblock - back, n, *e.p - back};
	if (likely(n))
		return OK;
	ext2_error(inode->i_sb, __func__, "inode %lu: block %u is not in the "
		   "data area", inode->i_ino, *e.p);
	return -EIO;
}

/* The block, or 0 for a hole, @want being wanted. truncate_sem held. */
static result<u32> look_up(inode *inode, u32 iblock, const ext2_path *path,
			   u32 want)
{
	u32 limit = EXT2_NDIR_BLOCKS, at = path->offset[0];
	const u32 *p = EXT2_I(inode)->i_data + at;
	buffer_head *bh = nullptr;

	for (unsigned d = 1; d < path->depth && *p; d++) {
		result<buffer_head *> next = ext2_bread_indirect(inode, *p);

		brelse(bh);
		bh = TRY(next);
		at = path->offset[d];
		p = (u32 *)bh->b_data + at;
		limit = inode->i_sb->s_blocksize / sizeof(u32);
	}
	u32 block = *p;
	status st;

	if (block) {
		entry e{iblock, p, at, limit - at - 1};
		ext2_piece piece;

		st = piece_around(inode, e, want, &piece);
		if (st.ok())
			ext2_remember(inode, piece, path->depth > 2);
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

/* The usual block is in the piece found last. */
static inline bool recall(ext2_inode_info *ei, u32 iblock, u32 *block)
{
	spin_guard g(ei->map_lock);
	u32 n = iblock - ei->map.first;

	if (n >= ei->map.len)
		return false;
	*block = ei->map.block + n;
	return true;
}

status ext2_get_block(inode *inode, sector_t iblock, buffer_head *bh_result,
		      bool create)
{
	u32 block;

	if (unlikely(!recall(EXT2_I(inode), iblock, &block) &&
		     !ext2_recall(inode, iblock, &block)))
		return map_slowly(inode, iblock, bh_result, create);
	map_result(inode, bh_result, block);
	return OK;
}
