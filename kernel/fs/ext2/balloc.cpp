/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks: which may hold data, which are free, giving them out and taking
 * them back (2.4's fs/ext2/balloc.c). All of it under lock_super. A bitmap is
 * read when its group is first used and then kept until umount.
 *
 * A block is given out only if it lies in the data area, whatever a damaged
 * bitmap says, so metadata is never overwritten.
 */
#include <linux/ext2_fs.h>
#include <linux/sched.h>
#include <linux/string.h>

constexpr u32 NEARBY = 64;	/* blocks: no seek worth speaking of */

ext2_group_desc *ext2_get_group_desc(super_block *sb, unsigned group,
				     buffer_head **bh)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	unsigned bits = sbi->s_desc_per_block_bits;
	buffer_head *b = sbi->s_group_desc[group >> bits];

	BUG_ON(group >= sbi->s_groups_count);
	if (bh)
		*bh = b;
	return (ext2_group_desc *)b->b_data + (group & ((1u << bits) - 1));
}

/* ---- the data area ---- */

static bool is_power_of(unsigned n, unsigned base)
{
	while (n % base == 0)
		n /= base;
	return n == 1;
}

bool ext2_bg_has_super(super_block *sb, unsigned group)
{
	if (group <= 1 ||
	    !ext2_has_ro_compat(sb, EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER))
		return true;
	return is_power_of(group, 3) || is_power_of(group, 5) ||
		is_power_of(group, 7);
}

/* How many of @n blocks from @block on come before [zone, zone + len). */
static u32 clip(u32 block, u32 n, u32 zone, u32 len)
{
	if (block >= zone)
		return block - zone < len ? 0 : n;
	return min(n, zone - block);
}

u32 ext2_data_blocks(super_block *sb, u32 block, u32 count)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	if (block < sbi->s_first_data_block || block >= sbi->s_blocks_count)
		return 0;
	unsigned group = (block - sbi->s_first_data_block) /
		sbi->s_blocks_per_group;
	ext2_group_desc *gd = ext2_get_group_desc(sb, group, nullptr);
	u32 n = min(count, ext2_group_end(sbi, group) - block);

	if (ext2_bg_has_super(sb, group))
		n = clip(block, n, ext2_group_first(sbi, group),
			 1 + sbi->s_gdb_count);
	n = clip(block, n, gd->bg_block_bitmap, 1);
	n = clip(block, n, gd->bg_inode_bitmap, 1);
	return clip(block, n, gd->bg_inode_table, sbi->s_itb_per_group);
}

/* ---- bitmaps ---- */

result<buffer_head *> ext2_load_bitmap(super_block *sb, buffer_head **slot,
					u32 block)
{
	if (*slot)
		return *slot;
	result<buffer_head *> bh = bread(sb->s_bdev, block, sb->s_blocksize);

	if (bh.failed())
		ext2_error(sb, __func__, "cannot read bitmap in block %u",
			   block);
	else
		*slot = bh.value();
	return bh;
}

static result<buffer_head *> load_bitmap(super_block *sb, unsigned group)
{
	return ext2_load_bitmap(
		sb, &EXT2_SB(sb)->s_block_bitmap[group],
		ext2_get_group_desc(sb, group, nullptr)->bg_block_bitmap);
}

/* Enters a change of @delta free blocks of a group everywhere. */
static void account(super_block *sb, unsigned group, buffer_head *bitmap,
		    int delta)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	buffer_head *gd_bh;
	ext2_group_desc *gd = ext2_get_group_desc(sb, group, &gd_bh);

	gd->bg_free_blocks_count = (u16)(gd->bg_free_blocks_count + delta);
	sbi->s_es->s_free_blocks_count += (u32)delta;
	mark_buffer_dirty(bitmap);
	mark_buffer_dirty(gd_bh);
	mark_buffer_dirty(sbi->s_sbh);
	sb->s_dirt = true;
	if (sb->s_flags & MS_SYNCHRONOUS)
		sync_dirty_buffer(bitmap).ignore();
}

/* ---- allocation ---- */

struct block_search {
	super_block *sb;
	ext2_sb_info *sbi;
	ext2_inode_info *ei;
	bool polite;			/* stay out of others' windows */
	bool growing;			/* the file is written in sequence */
	unsigned group;
	buffer_head *bitmap;
	u32 first, bits;		/* of the group */
};

static u32 next_free(block_search *s, u32 from)
{
	const unsigned long *map = (const unsigned long *)s->bitmap->b_data;

	for (;;) {
		u32 bit = find_next_zero_bit(map, s->bits, from);

		if (bit >= s->bits || !s->polite)
			return bit;
		u32 end = ext2_foreign_window(s->sbi, s->ei, s->first + bit);

		if (!end)
			return bit;
		from = end - s->first;
	}
}

/* The goal, or a place close behind it; small holes are for small files, so
 * one that grows rather goes to where a larger free piece begins. */
static u32 pick_bit(block_search *s, u32 goal)
{
	u32 near = next_free(s, goal), byte = goal / 8 + 1;

	if (near == goal || near >= s->bits || byte >= s->bits / 8 ||
	    (!s->growing && near - goal < NEARBY))
		return near;
	const char *map = s->bitmap->b_data;
	const char *empty = (const char *)memchr(map + byte, 0,
						 s->bits / 8 - byte);

	if (!empty)
		return near;
	u32 bit = next_free(s, (u32)(empty - map) * 8);

	return bit < s->bits ? bit : near;
}

/* True if the bit is ours now. A free bit outside the data area is damage:
 * it stays set, so that it is met only once. */
static bool take_bit(block_search *s, u32 bit)
{
	u32 block = s->first + bit;

	__set_bit((int)bit, (unsigned long *)s->bitmap->b_data);
	if (likely(ext2_data_blocks(s->sb, block, 1))) {
		account(s->sb, s->group, s->bitmap, -1);
		return true;
	}
	mark_buffer_dirty(s->bitmap);
	ext2_error(s->sb, __func__, "block %u of the file system itself is "
		   "marked free", block);
	return false;
}

/* A block of the group, or 0. */
static result<u32> alloc_in_group(block_search *s, unsigned group, u32 from)
{
	if (!ext2_get_group_desc(s->sb, group, nullptr)->bg_free_blocks_count)
		return 0u;
	s->group = group;
	s->bitmap = TRY(load_bitmap(s->sb, group));
	s->first = ext2_group_first(s->sbi, group);
	s->bits = ext2_group_end(s->sbi, group) - s->first;
	for (;;) {
		u32 bit = pick_bit(s, from);

		if (bit >= s->bits)
			return 0u;
		if (take_bit(s, bit))
			return s->first + bit;
	}
}

static result<u32> alloc_anywhere(block_search *s, u32 goal)
{
	ext2_sb_info *sbi = s->sbi;
	u32 offset = goal - sbi->s_first_data_block;
	unsigned groups = sbi->s_groups_count;
	unsigned group = offset / sbi->s_blocks_per_group;
	u32 from = offset % sbi->s_blocks_per_group;

	/* The goal's group once more at the end, from its beginning. */
	for (unsigned i = 0; i <= groups; i++) {
		u32 block = TRY(alloc_in_group(s, group, from));

		if (block)
			return block;
		from = 0;
		if (++group == groups)
			group = 0;
	}
	return -ENOSPC;
}

/* The last blocks are for root and whom the super block names. */
static bool may_allocate(ext2_sb_info *sbi)
{
	u32 free = sbi->s_es->s_free_blocks_count;

	if (free > sbi->s_es->s_r_blocks_count)
		return true;
	if (!free)
		return false;
	return capable(CAP_SYS_RESOURCE) || current->fsuid == sbi->s_resuid ||
		(sbi->s_resgid && in_group_p(sbi->s_resgid));
}

result<u32> ext2_new_block(inode *inode, u32 goal)
{
	super_block *sb = inode->i_sb;
	ext2_sb_info *sbi = EXT2_SB(sb);
	ext2_inode_info *ei = EXT2_I(inode);
	block_search s = {.sb = sb, .sbi = sbi, .ei = ei, .polite = true};
	down_guard g(sb->s_lock);

	if (!may_allocate(sbi))
		return -ENOSPC;
	s.growing = goal == ei->i_next_goal;
	if (goal < sbi->s_first_data_block || goal >= sbi->s_blocks_count)
		goal = sbi->s_first_data_block;
	result<u32> block = alloc_anywhere(&s, goal);

	if (block.err() == -ENOSPC) {
		s.polite = false;
		block = alloc_anywhere(&s, goal);
	}
	if (block.ok() && S_ISREG(inode->i_mode))
		ext2_make_window(sbi, ei, block.value());
	return block;
}

/* ---- freeing ---- */

/* All in one group. */
static status free_in_group(super_block *sb, u32 block, u32 count)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	u32 offset = block - sbi->s_first_data_block;
	unsigned group = offset / sbi->s_blocks_per_group;
	u32 bit = offset % sbi->s_blocks_per_group;
	buffer_head *bitmap = TRY(load_bitmap(sb, group));
	unsigned long *map = (unsigned long *)bitmap->b_data;
	int freed = 0;

	for (u32 i = 0; i < count; i++, bit++) {
		if (test_bit((int)bit, map)) {
			__clear_bit((int)bit, map);
			freed++;
		} else {
			ext2_error(sb, __func__, "block %u is free already",
				   block + i);
		}
	}
	account(sb, group, bitmap, freed);
	return OK;
}

void ext2_free_blocks(inode *inode, u32 block, u32 count)
{
	super_block *sb = inode->i_sb;
	down_guard g(sb->s_lock);

	while (count) {
		u32 n = ext2_data_blocks(sb, block, count);

		if (!n) {
			ext2_error(sb, __func__, "inode %lu: block %u is not "
				   "in the data area", inode->i_ino, block);
			n = 1;
		} else if (free_in_group(sb, block, n).failed()) {
			return;
		}
		block += n;
		count -= n;
	}
}
