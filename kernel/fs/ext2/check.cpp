/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a super block and group descriptors say is checked here, once, at
 * mount time (2.4 does it in ext2_read_super): the rest of ext2 relies on it.
 * A file system that is larger than its device, or whose tables lie outside
 * their groups, is refused as damaged: EUCLEAN. One with features of which
 * nothing is known here is EOPNOTSUPP.
 */
#include <linux/ext2_fs.h>

/* Prints and fails when something must not be. */
class checker {
	super_block *sb;

public:
	explicit checker(super_block *s) : sb(s) {}
	status refuse(const char *why, unsigned long value,
		      int err = -EUCLEAN) const
	{
		printk(KERN_ERR "EXT2-fs: device %02x:%02x: %s (%lu)\n",
		       MAJOR(sb->s_dev), MINOR(sb->s_dev), why, value);
		return err;
	}
};

static bool power_of_2(u32 n) { return n && !(n & (n - 1)); }

static status check_features(super_block *sb, const ext2_super_block *es,
			     checker c)
{
	u32 incompat = es->s_feature_incompat & ~EXT2_FEATURE_INCOMPAT_SUPP;
	u32 ro = es->s_feature_ro_compat & ~EXT2_FEATURE_RO_COMPAT_SUPP;

	if (es->s_rev_level > EXT2_DYNAMIC_REV)
		return c.refuse("unknown revision", es->s_rev_level,
				-EOPNOTSUPP);
	if (es->s_rev_level == EXT2_GOOD_OLD_REV)
		return OK;
	if (incompat)
		return c.refuse("unsupported features, cannot be mounted",
				incompat, -EOPNOTSUPP);
	if (ro && !(sb->s_flags & MS_RDONLY))
		return c.refuse("unsupported features, can only be mounted "
				"read-only", ro, -EROFS);
	return OK;
}

static status check_inode_layout(const ext2_super_block *es, u32 bs, checker c)
{
	u32 size = es->s_inode_size, first = es->s_first_ino;
	u32 per_group = es->s_inodes_per_group;

	if (es->s_rev_level == EXT2_GOOD_OLD_REV) {
		size = EXT2_GOOD_OLD_INODE_SIZE;
		first = EXT2_GOOD_OLD_FIRST_INO;
	}
	if (!power_of_2(size) || size < EXT2_GOOD_OLD_INODE_SIZE || size > bs)
		return c.refuse("bad inode size", size);
	if (!per_group || per_group > bs * 8 || per_group % (bs / size))
		return c.refuse("bad number of inodes per group", per_group);
	if (first < EXT2_GOOD_OLD_FIRST_INO || first > es->s_inodes_count)
		return c.refuse("bad first inode", first);
	if (es->s_free_inodes_count > es->s_inodes_count)
		return c.refuse("more inodes free than there are",
				es->s_free_inodes_count);
	return OK;
}

static status check_blocks(super_block *sb, const ext2_super_block *es, u32 bs,
			   checker c)
{
	u32 per_group = es->s_blocks_per_group;

	if (per_group < 8 || per_group > bs * 8 || per_group % 8)
		return c.refuse("bad number of blocks per group", per_group);
	if (es->s_log_frag_size != es->s_log_block_size ||
	    es->s_frags_per_group != per_group)
		return c.refuse("fragments are not supported",
				es->s_frags_per_group);
	if (es->s_first_data_block != (bs == 1024 ? 1 : 0))
		return c.refuse("bad first data block", es->s_first_data_block);
	if (es->s_blocks_count <= es->s_first_data_block + 3)
		return c.refuse("too few blocks", es->s_blocks_count);
	if ((loff_t)es->s_blocks_count >
	    bdev_size(sb->s_bdev) >> sb->s_blocksize_bits)
		return c.refuse("larger than its device: blocks",
				es->s_blocks_count);
	if (es->s_r_blocks_count > es->s_blocks_count ||
	    es->s_free_blocks_count > es->s_blocks_count)
		return c.refuse("more blocks free or reserved than there are",
				es->s_free_blocks_count);
	return OK;
}

/* The number of groups follows from the blocks; that of inodes from both. */
static status check_groups(const ext2_super_block *es, u32 bs, checker c)
{
	u32 blocks = es->s_blocks_count - es->s_first_data_block;
	u32 groups = (blocks - 1) / es->s_blocks_per_group + 1;
	u32 gdb = (groups - 1) / (bs / sizeof(ext2_group_desc)) + 1;
	u32 size = es->s_rev_level ? es->s_inode_size :
		EXT2_GOOD_OLD_INODE_SIZE;
	u32 table = es->s_inodes_per_group / (bs / size);

	if ((u64)groups * es->s_inodes_per_group != es->s_inodes_count)
		return c.refuse("bad number of inodes", es->s_inodes_count);
	if (gdb + 1 + 2 + table >= es->s_blocks_per_group ||
	    gdb + 1 >= blocks)
		return c.refuse("group descriptors do not fit", gdb);
	return OK;
}

status ext2_check_super(super_block *sb, const ext2_super_block *es)
{
	u32 bs = (u32)sb->s_blocksize;
	checker c(sb);

	TRY(check_features(sb, es, c));
	TRY(check_inode_layout(es, bs, c));
	TRY(check_blocks(sb, es, bs, c));
	return check_groups(es, bs, c);
}

/* ---- group descriptors ---- */

/* Null, or what is wrong. All that belongs to a group lies in it, apart from
 * each other and behind the copies of super block and descriptors. */
static const char *check_descriptor(super_block *sb, unsigned group)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	ext2_group_desc *gd = ext2_get_group_desc(sb, group, nullptr);
	u32 first = ext2_group_first(sbi, group);
	u32 end = ext2_group_end(sbi, group), itb = sbi->s_itb_per_group;
	u32 bb = gd->bg_block_bitmap, ib = gd->bg_inode_bitmap;
	u32 it = gd->bg_inode_table;

	if (ext2_bg_has_super(sb, group))
		first += 1 + sbi->s_gdb_count;
	if (bb < first || bb >= end)
		return "block bitmap";
	if (ib < first || ib >= end || ib == bb)
		return "inode bitmap";
	if (it < first || it >= end || end - it < itb ||
	    bb - it < itb || ib - it < itb)
		return "inode table";
	if (gd->bg_free_blocks_count > end - ext2_group_first(sbi, group) ||
	    gd->bg_free_inodes_count > sbi->s_inodes_per_group)
		return "count";
	return nullptr;
}

status ext2_check_descriptors(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	for (unsigned i = 0; i < sbi->s_groups_count; i++) {
		const char *wrong = check_descriptor(sb, i);

		if (!wrong)
			continue;
		printk(KERN_ERR "EXT2-fs: device %02x:%02x: bad %s in the "
		       "descriptor of group %u\n", MAJOR(sb->s_dev),
		       MINOR(sb->s_dev), wrong, i);
		return -EUCLEAN;
	}
	return OK;
}
