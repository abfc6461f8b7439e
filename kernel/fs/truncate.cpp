/* SPDX-License-Identifier: GPL-2.0-only */
/* truncate and ftruncate. 2.4: fs/open.c. */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>

static status truncate_inode(dentry *d, loff_t length)
{
	inode *inode = d->d_inode;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	TRY(permission(inode, MAY_WRITE));
	if (IS_APPEND(inode))
		return -EPERM;
	if (!get_write_access(inode))
		return -ETXTBSY;
	status st = do_truncate(d, length);
	put_write_access(inode);
	return st;
}

static result<long> do_sys_truncate(user_str name, loff_t length)
{
	nameidata nd;

	if (length < 0)
		return -EINVAL;
	TRY(user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &nd));
	path_guard g(nd);
	return truncate_inode(nd.dentry_, length);
}

/* Who opened it for writing may, whatever the mode says now. @small: without
 * O_LARGEFILE, 2 GiB is the end. */
static result<long> do_sys_ftruncate(unsigned fd, loff_t length, bool small)
{
	fd_file f(fd);

	if (length < 0)
		return -EINVAL;
	if (!f)
		return -EBADF;
	const inode *inode = f->f_dentry->d_inode;
	if (!S_ISREG(inode->i_mode) || !(f->f_mode & FMODE_WRITE))
		return -EINVAL;
	if (small && !(f->f_flags & O_LARGEFILE) && length > 0x7fffffff)
		return -EINVAL;
	if (IS_APPEND(inode))
		return -EPERM;
	return do_truncate(f->f_dentry, length);
}

SYSCALL result<long> sys_truncate(user_str name, long length)
{
	return do_sys_truncate(name, length);
}

SYSCALL result<long> sys_ftruncate(unsigned fd, long length)
{
	return do_sys_ftruncate(fd, length, true);
}

SYSCALL result<long> sys_truncate64(user_str name, u32 low, u32 high)
{
	return do_sys_truncate(name, make_loff(low, high));
}

SYSCALL result<long> sys_ftruncate64(unsigned fd, u32 low, u32 high)
{
	return do_sys_ftruncate(fd, make_loff(low, high), false);
}
