/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of where the blocks of a file are: the contiguous piece
 * that was found last, so that the next block costs a comparison, and for a
 * file of more than one indirect block a table with one piece for each of
 * them, so that reads at random need not go down the tree every time. Files
 * with more indirect blocks than PIECES share its places.
 *
 * Pieces are only added by who holds truncate_sem; whoever takes blocks away
 * from the tree forgets all of them while he holds it for writing.
 */
#include <linux/ext2_fs.h>
#include <linux/slab.h>

constexpr u32 PIECES = 64;
struct ext2_pieces {
	static_array<ext2_piece, PIECES> of;
};

/* Which indirect block a block hangs on; direct ones count as one. */
static u32 range_of(const inode *inode, u32 iblock)
{
	return (iblock - EXT2_NDIR_BLOCKS) >> EXT2_SB(inode->i_sb)->s_addr_bits;
}

/* map_lock held. */
static ext2_piece *place_of(const inode *inode, u32 iblock)
{
	ext2_inode_info *ei = EXT2_I(inode);

	return ei->map_pieces ?
		&ei->map_pieces->of[range_of(inode, iblock) % PIECES] :
		&ei->map;
}

/* ---- finding ---- */

bool ext2_recall(inode *inode, u32 iblock, u32 *block)
{
	ext2_inode_info *ei = EXT2_I(inode);
	spin_guard g(ei->map_lock);
	const ext2_piece *place = place_of(inode, iblock);

	if (!place->holds(iblock))
		return false;
	ei->map = *place;
	*block = ei->map.block + (iblock - ei->map.first);
	return true;
}

ext2_piece ext2_known_near(inode *inode, u32 iblock)
{
	ext2_inode_info *ei = EXT2_I(inode);
	spin_guard g(ei->map_lock);

	if (ei->map.end() == iblock)
		return ei->map;
	const ext2_piece *place = place_of(inode, iblock);

	return range_of(inode, place->end() - 1) == range_of(inode, iblock) ?
		*place : ext2_piece();
}

/* ---- remembering ---- */

/* Both as one, if they touch and the blocks fit. */
static bool join(ext2_piece *into, const ext2_piece &p)
{
	if (!into->len || p.first > into->end() || into->first > p.end() ||
	    into->block - into->first != p.block - p.first)
		return false;
	u32 first = min(into->first, p.first), end = max(into->end(), p.end());

	into->block -= into->first - first;
	into->first = first;
	into->len = end - first;
	return true;
}

/* Without memory the file does with one piece. */
static void make_table(ext2_inode_info *ei)
{
	auto *table = kmalloc_new<ext2_pieces>(GFP_NOFS | __GFP_NOWARN);
	{
		spin_guard g(ei->map_lock);

		if (!ei->map_pieces)
			swap_values(table, ei->map_pieces);
	}
	kfree(table);
}

void ext2_remember(inode *inode, ext2_piece piece, bool large)
{
	ext2_inode_info *ei = EXT2_I(inode);

	if (large && unlikely(!READ_ONCE(ei->map_pieces)))
		make_table(ei);
	spin_guard g(ei->map_lock);
	ext2_piece *place = place_of(inode, piece.first);

	if (!join(place, piece))
		*place = piece;
	ei->map = *place;
}

void ext2_forget_map(inode *inode)
{
	ext2_inode_info *ei = EXT2_I(inode);
	ext2_pieces *table = nullptr;
	{
		spin_guard g(ei->map_lock);

		ei->map.len = 0;
		swap_values(table, ei->map_pieces);
	}
	kfree(table);
}
