/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chmod and chown in all their forms. -1 leaves an id as it is; the old calls
 * have 16-bit ids. Any change of owner takes the suid bits of a program away.
 * 2.4: fs/open.c, kernel/uid16.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>

static status chmod_dentry(dentry *d, unsigned mode)
{
	inode *inode = d->d_inode;
	down_guard g(inode->i_sem);
	iattr attr{};

	attr.ia_mode = (mode & S_IALLUGO) | (inode->i_mode & ~S_IALLUGO);
	attr.ia_valid = ATTR_MODE;
	return notify_change(d, &attr);
}

static result<long> do_fchmodat(int dfd, user_str name, unsigned mode,
				int flags)
{
	nameidata nd;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	TRY(user_path_at(dfd, name, at_lookup_flags(flags), &nd));
	path_guard g(nd);
	if (S_ISLNK(nd.dentry_->d_inode->i_mode))
		return -EOPNOTSUPP;	/* a link has no mode to speak of */
	return chmod_dentry(nd.dentry_, mode);
}

SYSCALL result<long> sys_chmod(user_str name, unsigned mode)
{
	return do_fchmodat(AT_FDCWD, name, mode, 0);
}

SYSCALL result<long> sys_fchmodat(int dfd, user_str name, unsigned mode)
{
	return do_fchmodat(dfd, name, mode, 0);
}

SYSCALL result<long> sys_fchmodat2(int dfd, user_str name, unsigned mode,
				   int flags)
{
	return do_fchmodat(dfd, name, mode, flags);
}

SYSCALL result<long> sys_fchmod(unsigned fd, unsigned mode)
{
	fd_file f(fd);

	return f ? chmod_dentry(f->f_dentry, mode) : status(-EBADF);
}

/* ---- chown ---- */

static void lose_suid(const inode *inode, iattr *attr)
{
	unsigned mode = inode->i_mode;

	if (S_ISDIR(mode) || !(mode & (S_ISUID | S_ISGID)))
		return;
	mode &= ~S_ISUID;
	if (mode & S_IXGRP)
		mode &= ~S_ISGID;
	attr->ia_mode = mode;
	attr->ia_valid |= ATTR_MODE;
}

static status chown_dentry(dentry *d, uid_t uid, gid_t gid)
{
	down_guard g(d->d_inode->i_sem);
	iattr attr{};

	if (uid != (uid_t)-1) {
		attr.ia_valid |= ATTR_UID;
		attr.ia_uid = uid;
	}
	if (gid != (gid_t)-1) {
		attr.ia_valid |= ATTR_GID;
		attr.ia_gid = gid;
	}
	lose_suid(d->d_inode, &attr);
	return notify_change(d, &attr);
}

static result<long> do_fchownat(int dfd, user_str name, uid_t uid, gid_t gid,
				int flags)
{
	nameidata nd;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	TRY(user_path_at(dfd, name, at_lookup_flags(flags), &nd));
	path_guard g(nd);
	return chown_dentry(nd.dentry_, uid, gid);
}

static result<long> do_fchown(unsigned fd, uid_t uid, gid_t gid)
{
	fd_file f(fd);

	return f ? chown_dentry(f->f_dentry, uid, gid) : status(-EBADF);
}

SYSCALL result<long> sys_chown(user_str name, uid_t uid, gid_t gid)
{
	return do_fchownat(AT_FDCWD, name, uid, gid, 0);
}

SYSCALL result<long> sys_lchown(user_str name, uid_t uid, gid_t gid)
{
	return do_fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

SYSCALL result<long> sys_fchown(unsigned fd, uid_t uid, gid_t gid)
{
	return do_fchown(fd, uid, gid);
}

SYSCALL result<long> sys_fchownat(int dfd, user_str name, uid_t uid, gid_t gid,
				  int flags)
{
	return do_fchownat(dfd, name, uid, gid, flags);
}

static u32 widen_id(u32 id) { return (u16)id == 0xffff ? ~0u : (u16)id; }

SYSCALL result<long> sys_chown16(user_str name, u32 uid, u32 gid)
{
	return do_fchownat(AT_FDCWD, name, widen_id(uid), widen_id(gid), 0);
}

SYSCALL result<long> sys_lchown16(user_str name, u32 uid, u32 gid)
{
	return do_fchownat(AT_FDCWD, name, widen_id(uid), widen_id(gid),
			   AT_SYMLINK_NOFOLLOW);
}

SYSCALL result<long> sys_fchown16(unsigned fd, u32 uid, u32 gid)
{
	return do_fchown(fd, widen_id(uid), widen_id(gid));
}
