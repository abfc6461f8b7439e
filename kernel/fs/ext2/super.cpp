/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounting an ext2 file system and letting go of it (2.4's fs/ext2/super.c).
 * The super block and the group descriptors stay in their buffers, and are
 * changed there, from mount to umount.
 */
#include <linux/blkdev.h>
#include <linux/ext2_fs.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

/* Of any ext2 file system, in units of 1024: 64 KiB. */
constexpr u32 MAX_LOG_BLOCK_SIZE = 6;

/* ---- the super block ---- */

static status use_blocksize(super_block *sb, unsigned size)
{
	TRY(set_blocksize(sb->s_bdev, size));
	sb->s_blocksize = size;
	sb->s_blocksize_bits = __ffs(size);
	return OK;
}

/* Reads it with the block size that is set. */
static status bread_super(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	unsigned size = sb->s_blocksize;

	brelse(sbi->s_sbh);
	sbi->s_sbh = nullptr;
	sbi->s_sbh = TRY(bread(sb->s_bdev, EXT2_SB_OFFSET / size, size));
	sbi->s_es = (ext2_super_block *)(sbi->s_sbh->b_data +
					 EXT2_SB_OFFSET % size);
	return sbi->s_es->s_magic == EXT2_SUPER_MAGIC ? 0 : -EINVAL;
}

static status refuse(super_block *sb, const char *why, int err)
{
	printk(KERN_ERR "EXT2-fs: device %02x:%02x: %s\n", MAJOR(sb->s_dev),
	       MINOR(sb->s_dev), why);
	return err;
}

/* EINVAL, and silence if asked for, is for what is not ext2 at all; damage is
 * EUCLEAN or EIO, and what this code cannot do EOPNOTSUPP. */
static status find_super(super_block *sb, bool silent)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	TRY(use_blocksize(sb, 1024));
	status st = bread_super(sb);

	if (st.err() == -EINVAL && !silent)
		return refuse(sb, "no ext2 file system found", -EINVAL);
	TRY(st);
	u32 log = sbi->s_es->s_log_block_size;

	if (log > MAX_LOG_BLOCK_SIZE)
		return refuse(sb, "bad block size", -EUCLEAN);
	if (log > PAGE_SHIFT - 10)
		return refuse(sb, "block size is not supported", -EOPNOTSUPP);
	if (log) {
		brelse(sbi->s_sbh);
		sbi->s_sbh = nullptr;
		TRY(use_blocksize(sb, 1024u << log));
		if (bread_super(sb).failed())
			return refuse(sb, "cannot read super block", -EIO);
	}
	return ext2_check_super(sb, sbi->s_es);
}

void ext2_update_dynamic_rev(super_block *sb)
{
	ext2_super_block *es = EXT2_SB(sb)->s_es;

	if (es->s_rev_level != EXT2_GOOD_OLD_REV)
		return;
	es->s_first_ino = EXT2_GOOD_OLD_FIRST_INO;
	es->s_inode_size = EXT2_GOOD_OLD_INODE_SIZE;
	es->s_rev_level = EXT2_DYNAMIC_REV;
	es->s_feature_compat = es->s_feature_incompat = 0;
	es->s_feature_ro_compat = 0;
}

/* ---- what is worked out from it ---- */

/* What three levels of indirect blocks reach, and i_blocks, which counts
 * sectors, data and indirect blocks alike, in 32 bits. */
static loff_t max_file_size(const super_block *sb)
{
	unsigned bits = EXT2_SB(sb)->s_addr_bits, shift = sb->s_blocksize_bits;
	u64 reach = EXT2_NDIR_BLOCKS + (1ull << bits) + (1ull << 2 * bits) +
		(1ull << 3 * bits);
	u64 blocks = 0xffffffffull >> (shift - 9);

	blocks -= 3 + (1ull << bits) + (1ull << bits) + (1ull << 2 * bits);
	return (loff_t)min(min(reach, blocks) << shift, (u64)MAX_LFS_FILESIZE);
}

static void fill_sb_info(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	ext2_super_block *es = sbi->s_es;
	bool old = es->s_rev_level == EXT2_GOOD_OLD_REV;
	u32 bs = (u32)sb->s_blocksize;

	sbi->s_inode_size = old ? EXT2_GOOD_OLD_INODE_SIZE : es->s_inode_size;
	sbi->s_first_ino = old ? EXT2_GOOD_OLD_FIRST_INO : es->s_first_ino;
	sbi->s_blocks_count = es->s_blocks_count;
	sbi->s_inodes_count = es->s_inodes_count;
	sbi->s_first_data_block = es->s_first_data_block;
	sbi->s_blocks_per_group = es->s_blocks_per_group;
	sbi->s_inodes_per_group = es->s_inodes_per_group;
	sbi->s_itb_per_group = es->s_inodes_per_group /
		(bs / sbi->s_inode_size);
	sbi->s_desc_per_block_bits = __ffs(bs / sizeof(ext2_group_desc));
	sbi->s_addr_bits = __ffs(bs / sizeof(u32));
	sbi->s_groups_count = (es->s_blocks_count - es->s_first_data_block -
			       1) / es->s_blocks_per_group + 1;
	sbi->s_gdb_count = ((sbi->s_groups_count - 1) >>
			    sbi->s_desc_per_block_bits) + 1;
	sbi->s_mount_state = es->s_state;
	sbi->s_errors = es->s_errors;
	sbi->s_resuid = es->s_def_resuid;
	sbi->s_resgid = es->s_def_resgid;
	sbi->s_next_generation = (u32)jiffies ^
		(u32)current_fs_time().tv_sec * 0x9e3779b1u;
	sb->s_magic = EXT2_SUPER_MAGIC;
	sb->s_maxbytes = max_file_size(sb);
	sb->s_op = &ext2_sops;
}

static u32 count_overhead(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	u32 n = sbi->s_first_data_block;

	for (unsigned i = 0; i < sbi->s_groups_count; i++) {
		n += 2 + sbi->s_itb_per_group;
		if (ext2_bg_has_super(sb, i))
			n += 1 + sbi->s_gdb_count;
	}
	return n;
}

/* ---- tables ---- */

static buffer_head **alloc_buffers(unsigned n)
{
	void *p = vmalloc(n * sizeof(buffer_head *));

	if (p)
		memset(p, 0, n * sizeof(buffer_head *));
	return (buffer_head **)p;
}

static status read_descriptors(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	block_t block = EXT2_SB_OFFSET / sb->s_blocksize + 1;

	sbi->s_group_desc = alloc_buffers(sbi->s_gdb_count);
	sbi->s_block_bitmap = alloc_buffers(sbi->s_groups_count);
	sbi->s_inode_bitmap = alloc_buffers(sbi->s_groups_count);
	if (!sbi->s_group_desc || !sbi->s_block_bitmap ||
	    !sbi->s_inode_bitmap)
		return -ENOMEM;
	for (unsigned i = 0; i < sbi->s_gdb_count; i++)
		sbi->s_group_desc[i] = TRY(bread(sb->s_bdev, block + i,
						 sb->s_blocksize));
	TRY(ext2_check_descriptors(sb));
	sbi->s_overhead = count_overhead(sb);
	return OK;
}

static void release_buffers(buffer_head **table, unsigned n)
{
	if (!table)
		return;
	for (unsigned i = 0; i < n; i++)
		brelse(table[i]);
	vfree(table);
}

static void free_sb_info(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	release_buffers(sbi->s_block_bitmap, sbi->s_groups_count);
	release_buffers(sbi->s_inode_bitmap, sbi->s_groups_count);
	release_buffers(sbi->s_group_desc, sbi->s_gdb_count);
	brelse(sbi->s_sbh);
	sb->s_fs_info = nullptr;
	kfree(sbi);
}

/* ---- mount and umount ---- */

static status get_root(super_block *sb)
{
	inode *root = iget(sb, EXT2_ROOT_INO);

	if (!root)
		return -ENOMEM;
	if (is_bad_inode(root) || !S_ISDIR(root->i_mode)) {
		iput(root);
		return refuse(sb, "the root is not a directory", -EUCLEAN);
	}
	sb->s_root = d_alloc_root(root);
	if (sb->s_root)
		return OK;
	iput(root);
	return -ENOMEM;
}

static status read_all(super_block *sb, const char *data, bool silent)
{
	TRY(find_super(sb, silent));
	fill_sb_info(sb);
	TRY(ext2_parse_options(EXT2_SB(sb), data));
	TRY(read_descriptors(sb));
	return get_root(sb);
}

static status ext2_fill_super(super_block *sb, const char *data, bool silent)
{
	ext2_sb_info *sbi = kmalloc_new<ext2_sb_info>(GFP_KERNEL);

	if (!sbi)
		return -ENOMEM;
	sb->s_fs_info = sbi;
	status st = read_all(sb, data, silent);

	if (st.failed()) {
		free_sb_info(sb);
		return st;
	}
	ext2_setup_super(sb, sb->s_flags & MS_RDONLY);
	return OK;
}

static void ext2_put_super(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	if (!(sb->s_flags & MS_RDONLY)) {
		sbi->s_es->s_state = sbi->s_mount_state;
		ext2_write_super(sb).ignore();
	}
	free_sb_info(sb);
}

const super_operations ext2_sops = {
	.read_inode = ext2_read_inode,
	.write_inode = ext2_write_inode,
	.delete_inode = ext2_delete_inode,
	.clear_inode = ext2_clear_inode,
	.put_super = ext2_put_super,
	.write_super = ext2_write_super,
	.statfs = ext2_statfs,
	.remount_fs = ext2_remount,
};

static constinit file_system_type ext2_fs_type = {
	.name = "ext2", .requires_dev = true, .fill_super = ext2_fill_super,
};

__init static void ext2_init()
{
	ext2_init_inodecache();
	register_filesystem(&ext2_fs_type);
}
fs_initcall(ext2_init);
