/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Super blocks: file system types, mounting a device or a pseudo file system,
 * remounting, and the end of a super block. s_active counts mounts; s_count
 * (super_lock) those who merely look at the struct. A super block whose s_root
 * is null under s_umount is not there any more. 2.4: fs/super.c.
 */
#include "internal.h"

#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

constinit spinlock_t super_lock{"supers", RANK_SUPERS};
constinit list_head super_blocks;
constinit file_system_type *file_systems;

void register_filesystem(file_system_type *t)
{
	file_system_type **p = &file_systems;

	while (*p)
		p = &(*p)->next;
	*p = t;
}

file_system_type *get_fs_type(const char *name)
{
	for (file_system_type *t = file_systems; t; t = t->next)
		if (!strcmp(t->name, name))
			return t;
	return nullptr;
}

static void put_super_struct(super_block *sb)
{
	spin_guard g(super_lock);

	if (--sb->s_count)
		return;
	list_del(&sb->s_list);
	g.unlock();
	kfree(sb);
}

static super_block *alloc_super(const file_system_type *type,
				unsigned long flags)
{
	super_block *sb = kmalloc_new<super_block>(GFP_KERNEL);

	if (!sb)
		return nullptr;
	sb->s_type = type;
	sb->s_flags = flags;
	atomic_set(&sb->s_active, 1);
	spin_guard g(super_lock);
	list_add(&sb->s_list, &super_blocks);
	return sb;
}

/* Locks what the list shows, if it is alive. */
static bool super_take(super_block *sb, bool try_)
{
	if (!try_)
		down_read(&sb->s_umount);
	else if (!down_read_trylock(&sb->s_umount))
		return false;
	if (sb->s_root)
		return true;
	up_read(&sb->s_umount);
	return false;
}

void for_each_super(bool try_, void (*fn)(super_block *sb, void *arg),
		    void *arg)
{
	super_block *prev = nullptr;

	spin_lock(&super_lock);
	list_for_each_entry(super_block, sb, &super_blocks, s_list) {
		sb->s_count++;		/* keeps our place in the list */
		spin_unlock(&super_lock);
		if (prev)
			put_super_struct(prev);
		prev = sb;
		if (super_take(sb, try_)) {
			fn(sb, arg);
			up_read(&sb->s_umount);
		}
		spin_lock(&super_lock);
	}
	spin_unlock(&super_lock);
	if (prev)
		put_super_struct(prev);
}

static void sync_super(super_block *sb, void *)
{
	down_guard g(sb->s_lock);

	if (sb->s_dirt && !(sb->s_flags & MS_RDONLY) && sb->s_op->write_super)
		sb->s_op->write_super(sb).ignore();
}

void sync_supers(super_block *sb)
{
	if (sb)
		sync_super(sb, nullptr);
	else
		for_each_super(false, sync_super, nullptr);
}

status fsync_super(super_block *sb)
{
	sync_inodes(sb, true);
	sync_supers(sb);
	if (!sb->s_bdev)
		return OK;
	TRY(sync_blockdev(sb->s_bdev));
	return bdev_read_only(sb->s_bdev) ? OK : blkdev_issue_flush(sb->s_bdev);
}

/* ---- the end ---- */

/* s_umount held for write, s_active 0: empties the super block. */
static void generic_shutdown(super_block *sb)
{
	dentry *root = sb->s_root;

	if (!root)
		return;
	down(&prune_sem);
	shrink_dcache_sb(sb);
	sb->s_root = nullptr;
	up(&prune_sem);
	fsync_super(sb).ignore();
	down(&prune_sem);
	sb->s_flags &= ~MS_ACTIVE;
	dput(root);
	if (!invalidate_inodes(sb))
		printk(KERN_ERR "VFS: inodes of %s (%02x:%02x) in use after "
		       "umount\n", sb->s_type->name, MAJOR(sb->s_dev),
		       MINOR(sb->s_dev));
	up(&prune_sem);
	if (sb->s_op->put_super)
		sb->s_op->put_super(sb);
}

static void release_bdev(super_block *sb)
{
	block_device *bdev = sb->s_bdev;

	if (!bdev) {
		put_anon_dev(sb->s_dev);
		return;
	}
	sync_blockdev(bdev).ignore();
	if (!bdev_read_only(bdev))
		blkdev_issue_flush(bdev).ignore();
	bdev->bd_holder = nullptr;
	blkdev_put(bdev);
	bdput(bdev);
}

/* s_umount held for write; unlocks. */
static void kill_super(super_block *sb)
{
	generic_shutdown(sb);
	release_bdev(sb);
	up_write(&sb->s_umount);
	put_super_struct(sb);
}

void deactivate_super(super_block *sb)
{
	if (!atomic_dec_and_test(&sb->s_active))
		return;
	down_write(&sb->s_umount);
	kill_super(sb);
}

/* ---- the beginning ---- */

static status fill_super(super_block *sb, const char *data)
{
	TRY(sb->s_type->fill_super(sb, data, sb->s_flags & MS_SILENT));
	BUG_ON(!sb->s_root || !sb->s_op);
	sb->s_flags |= MS_ACTIVE;
	return OK;
}

/* mount_sem held, so nobody mounts or unmounts meanwhile. */
static result<super_block *> share_super(super_block *sb, unsigned long flags,
					 const file_system_type *type)
{
	if (sb->s_type != type || (sb->s_flags ^ flags) & MS_RDONLY)
		return -EBUSY;
	atomic_inc(&sb->s_active);
	return sb;
}

static result<super_block *> fill_bdev(const file_system_type *type,
				       unsigned long flags, block_device *bdev,
				       const char *data)
{
	super_block *sb = alloc_super(type, flags);

	if (!sb)
		return -ENOMEM;
	down_write(&sb->s_umount);
	sb->s_dev = bdev->bd_dev;
	sb->s_bdev = bdev;
	status st = fill_super(sb, data);
	if (st.failed()) {
		sb->s_bdev = nullptr;		/* the caller's still */
		sb->s_dev = 0;
		kill_super(sb);
		return st.fail();
	}
	bdev->bd_holder = sb;
	up_write(&sb->s_umount);
	return sb;
}

/* Takes over the count on @bdev. */
result<super_block *> get_sb_bdev(file_system_type *type, unsigned long flags,
				  block_device *bdev, const char *data)
{
	unsigned mode = flags & MS_RDONLY ? FMODE_READ :
					    FMODE_READ | FMODE_WRITE;

	if (bdev->bd_holder) {
		auto sb = share_super(bdev->bd_holder, flags, type);
		bdput(bdev);
		return sb;
	}
	status st = blkdev_get(bdev, mode);
	if (st.failed()) {
		bdput(bdev);
		return st.fail();
	}
	auto sb = bdev_read_only(bdev) && !(flags & MS_RDONLY) ?
		result<super_block *>(-EACCES) :
		fill_bdev(type, flags, bdev, data);
	if (sb.failed()) {
		blkdev_put(bdev);
		bdput(bdev);
	}
	return sb;
}

/* The block device that a path names. */
static result<block_device *> lookup_bdev(const char *path)
{
	nameidata nd;

	if (!path || !*path)
		return -EINVAL;
	TRY(path_lookup(path, LOOKUP_FOLLOW, &nd));
	path_guard guard(nd);
	inode *inode = nd.dentry_->d_inode;
	if (!S_ISBLK(inode->i_mode))
		return -ENOTBLK;
	if (nd.mnt->mnt_flags & MS_NODEV)
		return -EACCES;
	block_device *bdev = bdget(inode->i_rdev);
	return bdev ? result<block_device *>(bdev) : -ENOMEM;
}

static result<super_block *> get_sb_nodev(file_system_type *type,
					  unsigned long flags, const char *data)
{
	super_block *sb = alloc_super(type, flags);

	if (!sb)
		return -ENOMEM;
	down_write(&sb->s_umount);
	sb->s_dev = get_anon_dev();
	status st = sb->s_dev ? fill_super(sb, data) : -EMFILE;
	if (st.failed()) {
		kill_super(sb);
		return st.fail();
	}
	up_write(&sb->s_umount);
	return sb;
}

/* One super block for all mounts of the type; it stays. */
static result<super_block *> get_sb_single(file_system_type *type,
					   unsigned long flags,
					   const char *data)
{
	if (!type->single)
		type->single = TRY(get_sb_nodev(type, flags, data));
	atomic_inc(&type->single->s_active);
	return type->single;
}

/* mount_sem held. */
result<super_block *> get_sb(file_system_type *type, unsigned long flags,
			     const char *dev_name, const char *data)
{
	if (!type->requires_dev)
		return get_sb_single(type, flags, data);
	block_device *bdev = TRY(lookup_bdev(dev_name));
	return get_sb_bdev(type, flags, bdev, data);
}

/* ---- remount ---- */

constexpr unsigned long MS_RMT_MASK = MS_RDONLY | MS_SYNCHRONOUS |
	MS_NOATIME | MS_NODIRATIME;

/* Open, mapped, or somebody's working directory: the end of a deleted inode
 * writes. */
static bool has_deleted_inodes(super_block *sb)
{
	spin_guard g(inode_lock);

	list_for_each_entry(inode, i, &sb->s_inodes, i_sb_list)
		if (!i->i_nlink && atomic_read(&i->i_count))
			return true;
	return false;
}

/* s_umount held for write. */
status do_remount_sb(super_block *sb, unsigned long flags, const char *data)
{
	bool to_ro = flags & MS_RDONLY && !(sb->s_flags & MS_RDONLY);

	if (!(flags & MS_RDONLY) && sb->s_bdev && bdev_read_only(sb->s_bdev))
		return -EACCES;
	if (to_ro) {
		shrink_dcache_sb(sb);
		TRY(fsync_super(sb));
		if (!fs_may_remount_ro(sb) || has_deleted_inodes(sb))
			return -EBUSY;
	}
	if (sb->s_op->remount_fs)
		TRY(sb->s_op->remount_fs(sb, &flags, data));
	sb->s_flags = (sb->s_flags & ~MS_RMT_MASK) | (flags & MS_RMT_MASK);
	return to_ro ? fsync_super(sb) : OK;
}
