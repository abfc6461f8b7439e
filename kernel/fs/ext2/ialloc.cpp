/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving out inodes and taking them back (2.4's fs/ext2/ialloc.c). Files go
 * where their directory is; directories below the root are spread over the
 * disk, others stay near their parent while there is room. lock_super
 * protects bitmaps and counts.
 */
#include <linux/ext2_fs.h>
#include <linux/sched.h>

static result<buffer_head *> load_bitmap(super_block *sb, unsigned group)
{
	return ext2_load_bitmap(
		sb, &EXT2_SB(sb)->s_inode_bitmap[group],
		ext2_get_group_desc(sb, group, nullptr)->bg_inode_bitmap);
}

static void account(super_block *sb, unsigned group, buffer_head *bitmap,
		    int delta, bool dir)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	buffer_head *gd_bh;
	ext2_group_desc *gd = ext2_get_group_desc(sb, group, &gd_bh);

	gd->bg_free_inodes_count = (u16)(gd->bg_free_inodes_count + delta);
	if (dir)
		gd->bg_used_dirs_count = (u16)(gd->bg_used_dirs_count - delta);
	sbi->s_es->s_free_inodes_count += (u32)delta;
	mark_buffer_dirty(bitmap);
	mark_buffer_dirty(gd_bh);
	mark_buffer_dirty(sbi->s_sbh);
	sb->s_dirt = true;
	if (sb->s_flags & MS_SYNCHRONOUS)
		sync_dirty_buffer(bitmap).ignore();
}

/* ---- which group ---- */

constexpr unsigned NO_GROUP = ~0u;

static unsigned any_group(super_block *sb, unsigned group)
{
	unsigned groups = EXT2_SB(sb)->s_groups_count;

	for (unsigned i = 0; i < groups; i++) {
		if (ext2_get_group_desc(sb, group, nullptr)
			    ->bg_free_inodes_count)
			return group;
		if (++group == groups)
			group = 0;
	}
	return NO_GROUP;
}

/* Not fuller than the average; of these, for a directory that is to be far
 * from the others, the emptiest. */
static unsigned group_for_dir(super_block *sb, inode *parent)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	unsigned groups = sbi->s_groups_count, best = NO_GROUP;
	unsigned group = EXT2_I(parent)->i_block_group, best_free = 0;
	u32 avg_inodes = sbi->s_es->s_free_inodes_count / groups;
	u32 avg_blocks = sbi->s_es->s_free_blocks_count / groups;
	bool spread = parent->i_ino == EXT2_ROOT_INO ||
		EXT2_I(parent)->i_flags & EXT2_TOPDIR_FL;

	for (unsigned i = 0; i < groups; i++, group++) {
		if (group == groups)
			group = 0;
		ext2_group_desc *gd = ext2_get_group_desc(sb, group, nullptr);

		if (!gd->bg_free_inodes_count ||
		    gd->bg_free_inodes_count < avg_inodes ||
		    gd->bg_free_blocks_count < avg_blocks)
			continue;
		if (!spread)
			return group;
		if (best == NO_GROUP || gd->bg_free_blocks_count > best_free) {
			best = group;
			best_free = gd->bg_free_blocks_count;
		}
	}
	return best != NO_GROUP ? best :
		any_group(sb, EXT2_I(parent)->i_block_group);
}

/* A hash of the parent's number spreads the files of full groups. */
static unsigned group_for_file(super_block *sb, inode *parent)
{
	unsigned groups = EXT2_SB(sb)->s_groups_count;
	unsigned home = EXT2_I(parent)->i_block_group, group = home;
	ext2_group_desc *gd = ext2_get_group_desc(sb, group, nullptr);

	if (gd->bg_free_inodes_count && gd->bg_free_blocks_count)
		return home;
	group = (home + parent->i_ino) % groups;
	for (unsigned step = 1; step < groups; step <<= 1) {
		group = (group + step) % groups;
		gd = ext2_get_group_desc(sb, group, nullptr);
		if (gd->bg_free_inodes_count && gd->bg_free_blocks_count)
			return group;
	}
	return any_group(sb, home);
}

/* ---- allocation ---- */

/* Takes a free inode of the group; 0: there is none after all. */
static result<u32> take_inode(super_block *sb, unsigned group, bool dir)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	buffer_head *bitmap = TRY(load_bitmap(sb, group));
	unsigned long *map = (unsigned long *)bitmap->b_data;
	u32 per_group = sbi->s_inodes_per_group;
	u32 base = group * per_group + 1;
	u32 from = base < sbi->s_first_ino ? sbi->s_first_ino - base : 0;
	u32 bit = find_next_zero_bit(map, per_group, from);

	if (bit >= per_group) {
		ext2_error(sb, __func__, "group %u has no free inode, but "
			   "counts some", group);
		return 0u;
	}
	__set_bit((int)bit, map);
	account(sb, group, bitmap, -1, dir);
	return base + bit;
}

/* Descriptors may be wrong: every group gets its turn before it is over. */
static result<u32> alloc_ino(super_block *sb, inode *dir, bool isdir,
			     u32 *generation)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	down_guard g(sb->s_lock);
	unsigned group = isdir ? group_for_dir(sb, dir) :
		group_for_file(sb, dir);

	for (unsigned i = 0; group != NO_GROUP && i < sbi->s_groups_count;
	     i++) {
		u32 ino = TRY(take_inode(sb, group, isdir));

		if (ino) {
			*generation = sbi->s_next_generation++;
			return ino;
		}
		group = any_group(sb, (group + 1) % sbi->s_groups_count);
	}
	return -ENOSPC;
}

static void init_new_inode(inode *inode, struct inode *dir, umode_t mode)
{
	ext2_inode_info *ei = EXT2_I(inode), *di = EXT2_I(dir);

	inode->i_mode = mode;
	inode->i_uid = current->fsuid;
	inode->i_gid = current->fsgid;
	if (dir->i_mode & S_ISGID) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			inode->i_mode |= S_ISGID;
	}
	if (S_ISDIR(mode))
		inode->i_sem.rank = RANK_DIR_SEM;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	ei->i_flags = di->i_flags & EXT2_FL_INHERITED;
	if (!S_ISDIR(mode))
		ei->i_flags &= ~EXT2_DIRSYNC_FL;
	ei->i_block_group = (unsigned)(inode->i_ino - 1) /
		EXT2_SB(inode->i_sb)->s_inodes_per_group;
	ei->i_new_inode = true;
	ext2_set_inode_flags(inode);
}

result<inode *> ext2_new_inode(inode *dir, umode_t mode)
{
	super_block *sb = dir->i_sb;
	inode *inode = new_inode(sb);

	if (!inode)
		return -ENOMEM;
	inode->private_ = ext2_alloc_info();
	result<u32> ino = inode->private_ ?
		alloc_ino(sb, dir, S_ISDIR(mode), &inode->i_generation) :
		-ENOMEM;

	if (ino.failed()) {
		iput(inode);	/* has no number: only its memory goes */
		return ino.fail();
	}
	inode->i_ino = ino.value();
	init_new_inode(inode, dir, mode);
	insert_inode_hash(inode);
	mark_inode_dirty(inode);
	return inode;
}

/* ---- freeing ---- */

static void free_ino(super_block *sb, ino_t ino, bool dir)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	unsigned group = (unsigned)(ino - 1) / sbi->s_inodes_per_group;
	unsigned bit = (unsigned)(ino - 1) % sbi->s_inodes_per_group;
	down_guard g(sb->s_lock);
	result<buffer_head *> bitmap = load_bitmap(sb, group);

	if (bitmap.failed())
		return;
	unsigned long *map = (unsigned long *)bitmap.value()->b_data;

	if (!test_bit((int)bit, map)) {
		ext2_error(sb, __func__, "inode %lu is free already", ino);
		return;
	}
	__clear_bit((int)bit, map);
	account(sb, group, bitmap.value(), 1, dir);
}

/* The number becomes free last: from then on somebody else may have it. */
void ext2_free_inode(inode *inode)
{
	super_block *sb = inode->i_sb;
	ino_t ino = inode->i_ino;
	bool dir = S_ISDIR(inode->i_mode);

	ext2_write_inode(inode, IS_SYNC(inode)).ignore();
	clear_inode(inode);
	free_ino(sb, ino, dir);
}
