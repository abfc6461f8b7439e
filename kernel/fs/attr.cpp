/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing what an inode says of itself: the rules of who may, the generic
 * change, times, suid bits. i_sem of the inode is held on each change.
 * 2.4: fs/attr.c, and pieces of fs/inode.c and mm/filemap.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/time.h>

timespec64 current_fs_time() { return current_kernel_time(); }

static bool owns(const inode *inode)
{
	return current->fsuid == inode->i_uid || capable(CAP_FOWNER);
}

static status chown_ok(const inode *inode, const iattr *attr)
{
	bool own = current->fsuid == inode->i_uid;

	if (attr->ia_valid & ATTR_UID &&
	    !(own && attr->ia_uid == inode->i_uid) && !capable(CAP_CHOWN))
		return -EPERM;
	if (attr->ia_valid & ATTR_GID &&
	    !(own && (in_group_p(attr->ia_gid) ||
		      attr->ia_gid == inode->i_gid)) && !capable(CAP_CHOWN))
		return -EPERM;
	return OK;
}

/* Also takes S_ISGID away from whoever is not in the group. */
static status chmod_ok(const inode *inode, iattr *attr)
{
	gid_t gid = attr->ia_valid & ATTR_GID ? attr->ia_gid : inode->i_gid;

	if (!(attr->ia_valid & ATTR_MODE))
		return OK;
	if (!owns(inode))
		return -EPERM;
	if (!in_group_p(gid) && !capable(CAP_FSETID))
		attr->ia_mode &= ~S_ISGID;
	return OK;
}

status inode_change_ok(inode *inode, iattr *attr)
{
	if (attr->ia_valid & ATTR_FORCE)
		return OK;
	TRY(chown_ok(inode, attr));
	TRY(chmod_ok(inode, attr));
	if (attr->ia_valid & (ATTR_ATIME_SET | ATTR_MTIME_SET) && !owns(inode))
		return -EPERM;
	return OK;
}

/* Growing a file: not past the limits. */
static status size_ok(const inode *inode, loff_t size)
{
	if (size <= i_size_read(inode))
		return OK;
	if ((u64)size > rlimit(RLIMIT_FSIZE)) {
		send_sig(SIGXFSZ, current).ignore();
		return -EFBIG;
	}
	return size > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}

status inode_setattr(inode *inode, iattr *attr)
{
	unsigned valid = attr->ia_valid;

	if (valid & ATTR_SIZE) {
		TRY(size_ok(inode, attr->ia_size));
		TRY(vmtruncate(inode, attr->ia_size));
	}
	if (valid & ATTR_UID)
		inode->i_uid = attr->ia_uid;
	if (valid & ATTR_GID)
		inode->i_gid = attr->ia_gid;
	if (valid & ATTR_ATIME)
		inode->i_atime = attr->ia_atime;
	if (valid & ATTR_MTIME)
		inode->i_mtime = attr->ia_mtime;
	if (valid & ATTR_CTIME)
		inode->i_ctime = attr->ia_ctime;
	if (valid & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) |
			(attr->ia_mode & S_IALLUGO);
	mark_inode_dirty(inode);
	return OK;
}

/* i_sem held. */
status notify_change(dentry *d, iattr *attr)
{
	inode *inode = d->d_inode;
	timespec64 now = current_fs_time();

	if (IS_RDONLY(inode))
		return -EROFS;
	if (!(attr->ia_valid & ATTR_FORCE) && IS_IMMUTABLE(inode))
		return -EPERM;
	attr->ia_valid |= ATTR_CTIME;
	attr->ia_ctime = now;
	if (!(attr->ia_valid & ATTR_ATIME_SET))
		attr->ia_atime = now;
	if (!(attr->ia_valid & ATTR_MTIME_SET))
		attr->ia_mtime = now;
	if (inode->i_op->setattr)
		return inode->i_op->setattr(d, attr);
	TRY(inode_change_ok(inode, attr));
	return inode_setattr(inode, attr);
}

void remove_suid(dentry *d)
{
	unsigned mode = d->d_inode->i_mode, kill = mode & S_ISUID;

	/* Without group execution S_ISGID means something else. */
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		kill |= S_ISGID;
	if (likely(!kill) || !S_ISREG(mode) || capable(CAP_FSETID))
		return;
	iattr attr{};
	attr.ia_valid = ATTR_MODE | ATTR_FORCE;
	attr.ia_mode = mode & ~kill;
	notify_change(d, &attr).ignore();
}

void update_atime(inode *inode)
{
	timespec64 now = current_fs_time();

	/* Most reads end here. */
	if (likely(inode->i_atime.tv_sec == now.tv_sec))
		return;
	unsigned long flags = inode->i_sb->s_flags;
	if (flags & (MS_NOATIME | MS_RDONLY) || inode->i_flags & S_NOATIME)
		return;
	if (flags & MS_NODIRATIME && S_ISDIR(inode->i_mode))
		return;
	inode->i_atime = now;
	mark_inode_dirty_sync(inode);
}

/* The caller has write access to the inode. */
status do_truncate(dentry *d, loff_t length)
{
	iattr attr{};

	if (length < 0)
		return -EINVAL;
	down_guard g(d->d_inode->i_sem);
	attr.ia_size = length;
	attr.ia_valid = ATTR_SIZE | ATTR_MTIME;
	remove_suid(d);
	return notify_change(d, &attr);
}
