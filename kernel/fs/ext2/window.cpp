/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows: blocks behind the end of a growing file that other files stay out
 * of while there is room elsewhere, so that files written at the same time
 * are each in one piece. What 2.4 does by really allocating ahead is only
 * remembered here: the bitmaps on the disk are right at any moment.
 */
#include <linux/ext2_fs.h>

constexpr u32 MIN_WINDOW = 8, MAX_WINDOW = 1024;	/* blocks */

static bool in_window(const ext2_reserve_window *w, u32 block)
{
	return block - w->start < w->end - w->start;
}

u32 ext2_foreign_window(ext2_sb_info *sbi, ext2_inode_info *ei, u32 block)
{
	if (in_window(&ei->window, block))
		return 0;
	list_for_each_entry(ext2_reserve_window, w, &sbi->s_windows, list)
		if (in_window(w, block))
			return w->end;
	return 0;
}

static void drop_window(ext2_reserve_window *w)
{
	list_del_init(&w->list);
	w->start = w->end = 0;
}

/* Where a window from @start on has to end. */
static u32 window_limit(ext2_sb_info *sbi, u32 start, u32 end)
{
	u32 offset = start - sbi->s_first_data_block;

	end = min(end, ext2_group_end(sbi, offset / sbi->s_blocks_per_group));
	list_for_each_entry(ext2_reserve_window, w, &sbi->s_windows, list)
		if (w->end > start && w->start < end)
			end = max(w->start, start);
	return end;
}

/* The file has got @block. A file that used its window up gets twice as much
 * the next time. */
void ext2_make_window(ext2_sb_info *sbi, ext2_inode_info *ei, u32 block)
{
	ext2_reserve_window *w = &ei->window;

	if (in_window(w, block))
		return;
	w->size = w->end && block == w->end ? min(w->size * 2, MAX_WINDOW) :
		MIN_WINDOW;
	drop_window(w);
	u32 end = window_limit(sbi, block, block + w->size);

	if (end == block)
		return;
	w->start = block;
	w->end = end;
	list_add(&w->list, &sbi->s_windows);
}

void ext2_discard_window(inode *inode)
{
	ext2_reserve_window *w = &EXT2_I(inode)->window;

	if (list_empty(&w->list))
		return;
	down_guard g(inode->i_sb->s_lock);

	drop_window(w);
	w->size = 0;
}
