/* SPDX-License-Identifier: GPL-2.0-only */
/* sync and fsync: what is dirty goes to the disk, and the disk's own cache to
 * the medium. 2.4: fs/buffer.c. */
#include "internal.h"

#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/kernel.h>

static void flush_super(super_block *sb, void *)
{
	block_device *bdev = sb->s_bdev;

	if (!bdev || sb->s_flags & MS_RDONLY)
		return;
	status st = sync_blockdev(bdev);
	if (st.ok())
		blkdev_issue_flush(bdev).ignore();
}

static void sync_filesystems(bool wait)
{
	sync_inodes(nullptr, false);
	sync_supers(nullptr);
	/* Writing inodes dirtied blocks of devices, which come last. */
	sync_inodes(nullptr, wait);
	if (wait)
		for_each_super(false, flush_super, nullptr);
}

SYSCALL result<long> sys_sync()
{
	sync_filesystems(true);
	return 0;
}

SYSCALL result<long> sys_syncfs(unsigned fd)
{
	fd_file f(fd);

	if (!f)
		return -EBADF;
	super_block *sb = f->f_dentry->d_sb;
	read_guard g(sb->s_umount);
	return sb->s_flags & MS_RDONLY ? OK : fsync_super(sb);
}

status vfs_fsync(file *f, int datasync)
{
	inode *inode = f->f_dentry->d_inode;

	if (!f->f_op->fsync)
		return -EINVAL;
	down_guard g(inode->i_sem);
	return f->f_op->fsync(f, f->f_dentry, datasync);
}

static result<long> do_fsync(unsigned fd, int datasync)
{
	fd_file f(fd);

	return f ? vfs_fsync(f.get(), datasync) : status(-EBADF);
}

SYSCALL result<long> sys_fsync(unsigned fd) { return do_fsync(fd, 0); }

SYSCALL result<long> sys_fdatasync(unsigned fd) { return do_fsync(fd, 1); }
