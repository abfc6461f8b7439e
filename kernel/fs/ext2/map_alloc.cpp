/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hole becomes a block (the allocating half of 2.4's fs/ext2/inode.c). All
 * that is missing, indirect blocks and the data block, is allocated and filled
 * first; one store into the inode or an existing indirect block then makes it
 * part of the file. Until then a failure takes everything back.
 */
#include <linux/ext2_fs.h>
#include <linux/sched.h>
#include <linux/string.h>

struct branch {
	inode *inode_;
	u32 *slot;			/* the 0 that the branch replaces */
	buffer_head *bh = nullptr;	/* that holds it; null: the inode */
	unsigned level = 0;		/* of the slot; 0: in the inode */
	unsigned nr = 0;		/* blocks missing */
	u32 fresh[4];			/* them; the last one is the data */
};

/* Goes down as far as the tree reaches. */
static status find_slot(branch *b, const ext2_path *path)
{
	b->slot = EXT2_I(b->inode_)->i_data + path->offset[0];
	while (*b->slot && b->level + 1 < path->depth) {
		result<buffer_head *> next =
			ext2_bread_indirect(b->inode_, *b->slot);

		brelse(b->bh);
		b->bh = nullptr;
		b->bh = TRY(next);
		b->level++;
		b->slot = (u32 *)b->bh->b_data + path->offset[b->level];
	}
	b->nr = path->depth - b->level;
	return OK;
}

/* Behind the block written last, else behind the nearest one before it in the
 * same table, else near the table; a first block goes to the inode's group,
 * at a place that depends on the process. */
static u32 find_goal(branch *b, u32 iblock)
{
	ext2_inode_info *ei = EXT2_I(b->inode_);
	ext2_sb_info *sbi = EXT2_SB(b->inode_->i_sb);
	u32 *table = b->bh ? (u32 *)b->bh->b_data : ei->i_data;

	if (ei->i_next_goal && iblock == ei->i_next_block)
		return ei->i_next_goal;
	for (u32 *p = b->slot; p-- > table; )
		if (*p)
			return *p + 1;
	if (b->bh)
		return (u32)b->bh->b_blocknr + 1;
	u32 first = ext2_group_first(sbi, ei->i_block_group);
	u32 colour = (u32)current->tgid % 16 * (sbi->s_blocks_per_group / 16);

	return min(first + colour, sbi->s_blocks_count - 1);
}

static void take_back(branch *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ext2_free_blocks(b->inode_, b->fresh[i], 1);
}

static status alloc_numbers(branch *b, u32 goal)
{
	for (unsigned i = 0; i < b->nr; i++) {
		result<u32> block = ext2_new_block(b->inode_, goal);

		if (block.failed()) {
			take_back(b, i);
			return block.fail();
		}
		b->fresh[i] = block.value();
		goal = b->fresh[i] + 1;
	}
	return OK;
}

/* Writes a new indirect block with one number in it. */
static status fill_indirect(inode *inode, u32 block, unsigned offset, u32 child)
{
	super_block *sb = inode->i_sb;
	buffer_head *bh = getblk(sb->s_bdev, block, sb->s_blocksize);

	if (!bh)
		return -ENOMEM;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	((u32 *)bh->b_data)[offset] = child;
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty_inode(bh, inode);
	brelse(bh);
	return OK;
}

static void forget_indirect(inode *inode, u32 block)
{
	super_block *sb = inode->i_sb;

	bforget(get_hash_table(sb->s_bdev, block, sb->s_blocksize));
}

static status fill_branch(branch *b, const ext2_path *path)
{
	for (unsigned i = 0; i + 1 < b->nr; i++) {
		status st = fill_indirect(b->inode_, b->fresh[i],
					  path->offset[b->level + i + 1],
					  b->fresh[i + 1]);
		if (st.failed()) {
			while (i--)
				forget_indirect(b->inode_, b->fresh[i]);
			return st;
		}
	}
	return OK;
}

static void splice(branch *b, u32 iblock)
{
	inode *inode = b->inode_;
	ext2_inode_info *ei = EXT2_I(inode);

	*b->slot = b->fresh[0];
	if (b->bh)
		mark_buffer_dirty_inode(b->bh, inode);
	ei->i_next_block = iblock + 1;
	ei->i_next_goal = b->fresh[b->nr - 1] + 1;
	inode->i_blocks += b->nr * (inode->i_sb->s_blocksize >> 9);
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
}

static status make_branch(branch *b, u32 iblock, const ext2_path *path)
{
	TRY(find_slot(b, path));
	TRY(alloc_numbers(b, find_goal(b, iblock)));
	status st = fill_branch(b, path);

	if (st.failed()) {
		take_back(b, b->nr);
		return st;
	}
	splice(b, iblock);
	return OK;
}

status ext2_alloc_branch(inode *inode, sector_t iblock, ext2_path *path,
			 buffer_head *bh_result)
{
	branch b = {.inode_ = inode};
	status st = make_branch(&b, iblock, path);

	brelse(b.bh);
	if (st.failed())
		return st;
	bh_result->b_bdev = inode->i_sb->s_bdev;
	bh_result->b_blocknr = b.fresh[b.nr - 1];
	set_buffer_mapped(bh_result);
	set_buffer_new(bh_result);
	return OK;
}
