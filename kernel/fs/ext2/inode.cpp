/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inodes between the disk and memory (2.4's fs/ext2/inode.c). What is read
 * is checked before anything is made of it: an inode that makes no sense is a
 * bad inode, and leaves memory with its last user so that the next look at it
 * reads it again.
 */
#include <linux/blkdev.h>
#include <linux/ext2_fs.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>

static constinit kmem_cache *ext2_inode_cachep;

void ext2_init_inodecache()
{
	ext2_inode_cachep = kmem_cache_create("ext2_inode_cache",
					      sizeof(ext2_inode_info));
}

ext2_inode_info *ext2_alloc_info()
{
	return slab_new<ext2_inode_info>(ext2_inode_cachep, GFP_NOFS);
}

void ext2_clear_inode(inode *inode)
{
	ext2_inode_info *ei = EXT2_I(inode);

	if (!ei)
		return;
	ext2_discard_window(inode);
	ext2_forget_map(inode);
	inode->private_ = nullptr;
	kmem_cache_free(ext2_inode_cachep, ei);
}

bool ext2_inode_is_fast_symlink(inode *inode)
{
	u64 ea = EXT2_I(inode)->i_file_acl ? inode->i_sb->s_blocksize >> 9 : 0;

	return S_ISLNK(inode->i_mode) && inode->i_blocks == ea;
}

/* ---- its place in the inode table ---- */

static u32 inode_block(inode *inode, unsigned *offset)
{
	super_block *sb = inode->i_sb;
	ext2_sb_info *sbi = EXT2_SB(sb);
	u32 n = (u32)inode->i_ino - 1;
	unsigned group = n / sbi->s_inodes_per_group;
	u32 byte = n % sbi->s_inodes_per_group * sbi->s_inode_size;

	*offset = byte & (sb->s_blocksize - 1);
	return ext2_get_group_desc(sb, group, nullptr)->bg_inode_table +
		(byte >> sb->s_blocksize_bits);
}

static result<buffer_head *> bread_inode(inode *inode, ext2_inode **raw)
{
	super_block *sb = inode->i_sb;
	unsigned offset;

	if (!ext2_valid_ino(EXT2_SB(sb), inode->i_ino)) {
		ext2_error(sb, __func__, "bad inode number %lu", inode->i_ino);
		return -EIO;
	}
	u32 block = inode_block(inode, &offset);
	result<buffer_head *> bh = bread(sb->s_bdev, block, sb->s_blocksize);

	if (bh.failed())
		ext2_error(sb, __func__, "cannot read inode %lu, block %u",
			   inode->i_ino, block);
	else
		*raw = (ext2_inode *)(bh.value()->b_data + offset);
	return bh;
}

status ext2_sync_inode_block(inode *inode)
{
	super_block *sb = inode->i_sb;
	unsigned offset;
	buffer_head *bh = get_hash_table(sb->s_bdev,
					 inode_block(inode, &offset),
					 sb->s_blocksize);

	if (!bh)
		return OK;
	status st = buffer_dirty(bh) || buffer_locked(bh) ?
		sync_dirty_buffer(bh) : OK;

	brelse(bh);
	return st;
}

/* ---- reading ---- */

void ext2_set_inode_flags(inode *inode)
{
	u32 flags = EXT2_I(inode)->i_flags;

	inode->i_flags &= ~(S_SYNC | S_NOATIME | S_APPEND | S_IMMUTABLE);
	if (flags & (EXT2_SYNC_FL | EXT2_DIRSYNC_FL))
		inode->i_flags |= S_SYNC;
	if (flags & EXT2_NOATIME_FL)
		inode->i_flags |= S_NOATIME;
	if (flags & EXT2_APPEND_FL)
		inode->i_flags |= S_APPEND;
	if (flags & EXT2_IMMUTABLE_FL)
		inode->i_flags |= S_IMMUTABLE;
}

void ext2_set_inode_ops(inode *inode, kdev_t rdev)
{
	inode->i_data.a_ops = &ext2_aops;
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &ext2_file_iops;
		inode->i_fop = &ext2_file_fops;
		break;
	case S_IFDIR:
		inode->i_op = &ext2_dir_iops;
		inode->i_fop = &ext2_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = ext2_inode_is_fast_symlink(inode) ?
			&ext2_fast_symlink_iops :
			&page_symlink_inode_operations;
		break;
	default:
		inode->i_op = &ext2_special_iops;
		init_special_inode(inode, inode->i_mode, rdev);
	}
}

static void copy_from_raw(inode *inode, const ext2_inode *raw)
{
	ext2_inode_info *ei = EXT2_I(inode);

	inode->i_mode = raw->i_mode;
	inode->i_uid = raw->i_uid | (u32)raw->i_uid_high << 16;
	inode->i_gid = raw->i_gid | (u32)raw->i_gid_high << 16;
	inode->i_nlink = raw->i_links_count;
	inode->i_size = raw->i_size;
	inode->i_atime = {.tv_sec = (s32)raw->i_atime};
	inode->i_ctime = {.tv_sec = (s32)raw->i_ctime};
	inode->i_mtime = {.tv_sec = (s32)raw->i_mtime};
	inode->i_blocks = raw->i_blocks;
	inode->i_generation = raw->i_generation;
	ei->i_flags = raw->i_flags;
	ei->i_file_acl = raw->i_file_acl;
	if (S_ISREG(inode->i_mode))
		inode->i_size |= (loff_t)raw->i_size_high << 32;
	else
		ei->i_dir_acl = raw->i_size_high;
	memcpy(ei->i_data, raw->i_block, sizeof(ei->i_data));
	ei->i_block_group = (unsigned)(inode->i_ino - 1) /
		EXT2_SB(inode->i_sb)->s_inodes_per_group;
}

/* Null, or what is wrong with it. */
static const char *check_inode(inode *inode)
{
	constexpr loff_t FAST_MAX = sizeof(ext2_inode::i_block) - 1;
	super_block *sb = inode->i_sb;
	loff_t size = inode->i_size;

	if (!inode->i_nlink)
		return "is in use but has no links";
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		return size < 0 || size > sb->s_maxbytes ?
			"has an impossible size" : nullptr;
	case S_IFDIR:
		return !size || size > 0x7fffffff ||
			size & (sb->s_blocksize - 1) ?
			"is a directory of impossible size" : nullptr;
	case S_IFLNK:
		if (ext2_inode_is_fast_symlink(inode))
			return size > 0 && size <= FAST_MAX ? nullptr :
				"is a link of impossible size";
		return !size || size > sb->s_blocksize ?
			"is a link of impossible size" : nullptr;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return nullptr;
	}
	return "has an unknown type";
}

/* Old numbers in the first word, those that need more bits in the second. */
static kdev_t decode_rdev(const u32 *data)
{
	u32 dev = data[1];

	if (data[0])
		return MKDEV(data[0] >> 8 & 0xff, data[0] & 0xff);
	return MKDEV(dev >> 8 & 0xfff, dev & 0xff);
}

static status read_checked(inode *inode)
{
	ext2_inode *raw;
	buffer_head *bh = TRY(bread_inode(inode, &raw));

	copy_from_raw(inode, raw);
	brelse(bh);
	const char *wrong = check_inode(inode);

	if (!wrong)
		return OK;
	ext2_error(inode->i_sb, "read_inode", "inode %lu %s", inode->i_ino,
		   wrong);
	return -EIO;
}

void ext2_read_inode(inode *inode)
{
	ext2_inode_info *ei = ext2_alloc_info();

	inode->private_ = ei;
	if (!ei || read_checked(inode).failed()) {
		make_bad_inode(inode);
		inode->i_nlink = 0;
		return;
	}
	ext2_set_inode_flags(inode);
	if (ext2_inode_is_fast_symlink(inode))
		((char *)ei->i_data)[inode->i_size] = 0;
	ext2_set_inode_ops(inode, decode_rdev(ei->i_data));
}

/* ---- writing ---- */

static void copy_to_raw(inode *inode, ext2_inode *raw)
{
	ext2_inode_info *ei = EXT2_I(inode);
	loff_t size = i_size_read(inode);

	raw->i_mode = inode->i_mode;
	raw->i_uid = (u16)inode->i_uid;
	raw->i_uid_high = (u16)(inode->i_uid >> 16);
	raw->i_gid = (u16)inode->i_gid;
	raw->i_gid_high = (u16)(inode->i_gid >> 16);
	raw->i_links_count = inode->i_nlink;
	raw->i_size = (u32)size;
	raw->i_size_high = S_ISREG(inode->i_mode) ? (u32)(size >> 32) :
		ei->i_dir_acl;
	raw->i_atime = (u32)inode->i_atime.tv_sec;
	raw->i_ctime = (u32)inode->i_ctime.tv_sec;
	raw->i_mtime = (u32)inode->i_mtime.tv_sec;
	raw->i_dtime = ei->i_dtime;
	raw->i_blocks = (u32)inode->i_blocks;
	raw->i_generation = inode->i_generation;
	raw->i_flags = ei->i_flags;
	raw->i_file_acl = ei->i_file_acl;
	memcpy(raw->i_block, ei->i_data, sizeof(raw->i_block));
	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode)) {
		bool old = MAJOR(inode->i_rdev) < 256;

		raw->i_block[0] = old ? inode->i_rdev : 0;
		raw->i_block[1] = old ? 0 : inode->i_rdev;
	}
}

/* The first file of 2 GiB makes it a file system that has such files. */
static void note_large_file(inode *inode)
{
	super_block *sb = inode->i_sb;
	ext2_sb_info *sbi = EXT2_SB(sb);

	if (!S_ISREG(inode->i_mode) || i_size_read(inode) <= 0x7fffffff ||
	    ext2_has_ro_compat(sb, EXT2_FEATURE_RO_COMPAT_LARGE_FILE))
		return;
	down_guard g(sb->s_lock);

	ext2_update_dynamic_rev(sb);
	sbi->s_es->s_feature_ro_compat |= EXT2_FEATURE_RO_COMPAT_LARGE_FILE;
	mark_buffer_dirty(sbi->s_sbh);
	sb->s_dirt = true;
}

status ext2_write_inode(inode *inode, bool sync)
{
	ext2_inode_info *ei = EXT2_I(inode);
	ext2_inode *raw;

	if (!ei || is_bad_inode(inode))
		return OK;
	note_large_file(inode);
	buffer_head *bh = TRY(bread_inode(inode, &raw));

	if (ei->i_new_inode)
		memset(raw, 0, EXT2_SB(inode->i_sb)->s_inode_size);
	ei->i_new_inode = false;
	copy_to_raw(inode, raw);
	mark_buffer_dirty(bh);
	status st = sync ? sync_dirty_buffer(bh) : OK;

	brelse(bh);
	return st;
}

/* ---- deleting ---- */

/* False: shared with others, one less now. */
static bool release_xattr_block(buffer_head *bh)
{
	ext2_xattr_header *h = (ext2_xattr_header *)bh->b_data;
	bool last = true;

	lock_buffer(bh);
	if (h->h_magic == EXT2_XATTR_MAGIC && h->h_refcount > 1) {
		h->h_refcount--;
		last = false;
	}
	unlock_buffer(bh);
	return last;
}

static void free_xattr_block(inode *inode)
{
	ext2_inode_info *ei = EXT2_I(inode);
	u32 block = ei->i_file_acl;
	u64 sectors = inode->i_sb->s_blocksize >> 9;

	if (!block)
		return;
	ei->i_file_acl = 0;
	inode->i_blocks -= min(sectors, inode->i_blocks);
	result<buffer_head *> bh = ext2_bread_indirect(inode, block);

	if (bh.failed())
		return;
	if (release_xattr_block(bh.value())) {
		bforget(bh.value());
		ext2_free_blocks(inode, block, 1);
	} else {
		mark_buffer_dirty(bh.value());
		brelse(bh.value());
	}
}

/* After an error nothing is written any more. Read-only otherwise, it was
 * made so while the inode was on its way out: what began before is finished. */
static bool is_given_up(const super_block *sb)
{
	return sb->s_flags & MS_RDONLY &&
		EXT2_SB(sb)->s_mount_state & EXT2_ERROR_FS;
}

void ext2_delete_inode(inode *inode)
{
	ext2_inode_info *ei = EXT2_I(inode);

	if (inode->i_data.nrpages)
		truncate_inode_pages(&inode->i_data, 0);
	if (!ei || !inode->i_ino || is_given_up(inode->i_sb)) {
		clear_inode(inode);
		return;
	}
	ei->i_dtime = (u32)current_fs_time().tv_sec;
	if (!ext2_inode_is_fast_symlink(inode)) {
		inode->i_size = 0;
		ext2_truncate(inode);
	}
	inode->i_size = 0;
	free_xattr_block(inode);
	ext2_free_inode(inode);
}
