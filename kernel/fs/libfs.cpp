/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For file systems that no device holds: device numbers, super blocks of
 * inodes without a name, and the operations such things share.
 * 2.4: fs/libfs.c of its last days, and bits of fs/super.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

static constinit unsigned long anon_devs[256 / 32];	/* super_lock */

kdev_t get_anon_dev()
{
	spin_guard g(super_lock);
	unsigned minor = find_next_zero_bit(anon_devs, 256, 1);

	if (minor >= 256)
		return 0;
	__set_bit(minor & 31, &anon_devs[minor / 32]);
	return MKDEV(0, minor);
}

void put_anon_dev(kdev_t dev)
{
	spin_guard g(super_lock);

	__clear_bit(MINOR(dev) & 31, &anon_devs[MINOR(dev) / 32]);
}

status simple_statfs(super_block *sb, kstatfs *buf)
{
	*buf = {};
	buf->f_type = sb->s_magic;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = 255;
	return OK;
}

static constexpr super_operations pseudo_ops = {
	.statfs = simple_statfs,
};


static status pseudo_root(super_block *sb, const char *name)
{
	inode *root = new_inode(sb);

	if (!root)
		return -ENOMEM;
	root->i_mode = S_IFDIR | S_IRUSR | S_IWUSR;
	root->i_ino = 1;
	const qstr q{name, (unsigned)strlen(name), 0};
	sb->s_root = d_alloc(nullptr, &q);
	if (!sb->s_root) {
		iput(root);
		return -ENOMEM;
	}
	sb->s_root->d_sb = sb;
	d_instantiate(sb->s_root, root);
	return OK;
}

super_block *alloc_pseudo_super(const char *name, unsigned long magic)
{
	super_block *sb = kmalloc_new<super_block>(GFP_KERNEL);
	file_system_type *type = kmalloc_new<file_system_type>(GFP_KERNEL);

	if (sb && type) {
		type->name = name;
		sb->s_type = type;
		sb->s_op = &pseudo_ops;
		sb->s_magic = magic;
		sb->s_maxbytes = MAX_LFS_FILESIZE;
		sb->s_blocksize = PAGE_SIZE;
		sb->s_blocksize_bits = PAGE_SHIFT;
		sb->s_flags = MS_ACTIVE;
		sb->s_dev = get_anon_dev();
		atomic_set(&sb->s_active, 1);
	}
	if (!sb || !type || !sb->s_dev || pseudo_root(sb, name).failed()) {
		if (sb && sb->s_dev)
			put_anon_dev(sb->s_dev);
		kfree(sb);
		kfree(type);
		return nullptr;
	}
	/* The oldest is written last: that is where block devices belong. */
	spin_guard g(super_lock);
	list_add_tail(&sb->s_list, &super_blocks);
	return sb;
}

vfsmount *kern_mount(const char *name, unsigned long magic)
{
	vfsmount *mnt = alloc_vfsmnt(name);

	if (!mnt)
		return nullptr;
	mnt->mnt_sb = alloc_pseudo_super(name, magic);
	if (!mnt->mnt_sb) {
		mntput(mnt);
		return nullptr;
	}
	mnt->mnt_root = dget(mnt->mnt_sb->s_root);
	mnt->mnt_mountpoint = mnt->mnt_root;
	return mnt;
}
