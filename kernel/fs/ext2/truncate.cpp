/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking blocks away from the end of a file (2.4's ext2_truncate). The caller
 * holds i_sem or is the last to know the inode; the pages behind i_size are
 * gone already. truncate_sem keeps look-ups and allocation out meanwhile.
 *
 * A number is cleared before what it points to is visited: a damaged tree
 * that points back to itself thereby comes to an end.
 */
#include <linux/ext2_fs.h>
#include <linux/pagemap.h>

/* Blocks that follow each other are freed by one call. */
struct free_run {
	inode *inode_;
	u32 start = 0, count = 0;
};

static void flush_run(free_run *r)
{
	inode *inode = r->inode_;
	u64 sectors = (u64)r->count * (inode->i_sb->s_blocksize >> 9);

	if (!r->count)
		return;
	ext2_free_blocks(inode, r->start, r->count);
	inode->i_blocks -= min(sectors, inode->i_blocks);
	r->count = 0;
}

static void add_run(free_run *r, u32 block)
{
	if (r->count && block == r->start + r->count) {
		r->count++;
		return;
	}
	flush_run(r);
	r->start = block;
	r->count = 1;
}

static void free_slots(free_run *r, u32 *p, u32 *end)
{
	for (; p < end; p++) {
		u32 block = *p;

		*p = 0;
		if (block)
			add_run(r, block);
	}
}

static void free_tree(free_run *r, u32 *slot, unsigned level, u32 from);

/* What the entries of an indirect block at @level point to, from data block
 * @from of the tree on. */
static void free_children(free_run *r, u32 *table, unsigned level, u32 from)
{
	unsigned bits = EXT2_SB(r->inode_->i_sb)->s_addr_bits;
	unsigned shift = bits * (level - 1), nr = 1u << bits;
	unsigned i = from >> shift;

	if (level == 1) {
		free_slots(r, table + i, table + nr);
		return;
	}
	free_tree(r, table + i, level - 1, from & ((1u << shift) - 1));
	while (++i < nr)
		free_tree(r, table + i, level - 1, 0);
}

/* A tree that cannot be read stays allocated; e2fsck finds it. */
static void free_tree(free_run *r, u32 *slot, unsigned level, u32 from)
{
	u32 block = *slot;

	if (!block)
		return;
	if (!from)
		*slot = 0;
	result<buffer_head *> res = ext2_bread_indirect(r->inode_, block);

	if (res.failed())
		return;
	buffer_head *bh = res.value();

	free_children(r, (u32 *)bh->b_data, level, from);
	if (from) {
		mark_buffer_dirty_inode(bh, r->inode_);
		brelse(bh);
	} else {
		bforget(bh);
		add_run(r, block);
	}
}

/* Everything from block @first of the file on. */
static void free_from(inode *inode, u32 first)
{
	unsigned bits = EXT2_SB(inode->i_sb)->s_addr_bits;
	u32 *data = EXT2_I(inode)->i_data, base = EXT2_NDIR_BLOCKS;
	free_run r = {.inode_ = inode};

	if (first < EXT2_NDIR_BLOCKS)
		free_slots(&r, data + first, data + EXT2_NDIR_BLOCKS);
	for (unsigned level = 1; level <= 3; level++) {
		u32 size = 1u << (bits * level);
		u32 skip = first > base ? first - base : 0;

		if (skip < size)
			free_tree(&r, &data[EXT2_NDIR_BLOCKS + level - 1],
				  level, skip);
		base += size;
	}
	flush_run(&r);
}

static void write_now(inode *inode)
{
	status st = fsync_inode_buffers(inode);
	status wr = ext2_write_inode(inode, true);

	if (st.failed() || wr.failed())
		inode->i_data.error = -EIO;
}

void ext2_truncate(inode *inode)
{
	ext2_inode_info *ei = EXT2_I(inode);
	loff_t last = inode->i_size + inode->i_sb->s_blocksize - 1;

	if (!(S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) ||
	      S_ISLNK(inode->i_mode)) || ext2_inode_is_fast_symlink(inode))
		return;
	status st = block_truncate_page(&inode->i_data, inode->i_size,
					ext2_get_block);
	if (st.failed())
		inode->i_data.error = st.err();
	ext2_discard_window(inode);
	{
		write_guard g(ei->truncate_sem);

		ext2_forget_map(inode);
		ei->i_next_block = ei->i_next_goal = 0;
		free_from(inode, (u32)(last >> inode->i_blkbits));
	}
	inode->i_mtime = inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	if (IS_SYNC(inode))
		write_now(inode);
}
