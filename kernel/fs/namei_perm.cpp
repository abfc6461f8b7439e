/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may do what: permission bits against fsuid, groups and capabilities,
 * and the rules for creating and deleting names. 2.4: fs/namei.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/sched.h>

status vfs_permission(inode *inode, int mask)
{
	unsigned mode = inode->i_mode;
	bool any_exec = mode & S_IXUGO || S_ISDIR(mode);

	if (mask & MAY_WRITE && IS_RDONLY(inode) &&
	    (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
		return -EROFS;
	if (mask & MAY_WRITE && IS_IMMUTABLE(inode))
		return -EACCES;
	if (current->fsuid == inode->i_uid)
		mode >>= 6;
	else if (in_group_p(inode->i_gid))
		mode >>= 3;
	if ((mode & mask) == (unsigned)mask)
		return OK;
	if ((!(mask & MAY_EXEC) || any_exec) && capable(CAP_DAC_OVERRIDE))
		return OK;
	if ((mask == MAY_READ ||
	     (S_ISDIR(inode->i_mode) && !(mask & MAY_WRITE))) &&
	    capable(CAP_DAC_READ_SEARCH))
		return OK;
	return -EACCES;
}

status permission(inode *inode, int mask)
{
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	return unlikely(inode->i_op->permission) ?
		inode->i_op->permission(inode, mask) :
		vfs_permission(inode, mask);
}

status may_create(inode *dir, dentry *child)
{
	if (child->d_inode)
		return -EEXIST;
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return permission(dir, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory only the owners of file and directory delete. */
static bool sticky_forbids(const inode *dir, const inode *victim)
{
	return dir->i_mode & S_ISVTX && victim->i_uid != current->fsuid &&
		dir->i_uid != current->fsuid && !capable(CAP_FOWNER);
}

status may_delete(inode *dir, dentry *victim, bool isdir)
{
	inode *inode = victim->d_inode;

	if (!inode)
		return -ENOENT;
	TRY(permission(dir, MAY_WRITE | MAY_EXEC));
	if (IS_APPEND(dir) || sticky_forbids(dir, inode) || IS_APPEND(inode) ||
	    IS_IMMUTABLE(inode))
		return -EPERM;
	if (isdir && !S_ISDIR(inode->i_mode))
		return -ENOTDIR;
	if (!isdir && S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (IS_ROOT(victim))
		return -EBUSY;
	return dir->i_flags & S_DEAD ? -ENOENT : 0;
}

/* ---- writers against programs being run ---- */

bool get_write_access(inode *inode)
{
	for (int old = atomic_read(&inode->i_writecount); old >= 0;) {
		int seen = atomic_cmpxchg(&inode->i_writecount, old, old + 1);

		if (seen == old)
			return true;
		old = seen;
	}
	return false;
}

void put_write_access(inode *inode) { atomic_dec(&inode->i_writecount); }

bool deny_write_access(file *f)
{
	atomic_t *count = &f->f_dentry->d_inode->i_writecount;

	for (int old = atomic_read(count); old <= 0;) {
		int seen = atomic_cmpxchg(count, old, old - 1);

		if (seen == old)
			return true;
		old = seen;
	}
	return false;
}

void allow_write_access(file *f)
{
	atomic_inc(&f->f_dentry->d_inode->i_writecount);
}

/* ---- access(2) ---- */

/* The caller seen with his real ids, as access() wants it. */
class real_ids {
	uid_t fsuid = current->fsuid;
	gid_t fsgid = current->fsgid;
	u32 caps = current->cap_effective;

public:
	explicit real_ids(bool wanted)
	{
		task_struct *t = current;

		if (!wanted)
			return;
		t->fsuid = t->uid;
		t->fsgid = t->gid;
		t->cap_effective = t->uid ? 0 : t->cap_permitted;
	}
	real_ids(const real_ids &) = delete;
	~real_ids()
	{
		current->fsuid = fsuid;
		current->fsgid = fsgid;
		current->cap_effective = caps;
	}
};

static result<long> do_faccessat(int dfd, user_str name, int mode, int flags)
{
	nameidata nd;

	if (mode & ~(MAY_READ | MAY_WRITE | MAY_EXEC) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	real_ids ids(!(flags & AT_EACCESS));
	TRY(user_path_at(dfd, name, at_lookup_flags(flags), &nd));
	path_guard g(nd);
	inode *inode = nd.dentry_->d_inode;
	if (mode & MAY_EXEC && S_ISREG(inode->i_mode) &&
	    nd.mnt->mnt_flags & MS_NOEXEC)
		return -EACCES;
	return permission(inode, mode);
}

SYSCALL result<long> sys_access(user_str name, int mode)
{
	return do_faccessat(AT_FDCWD, name, mode, 0);
}

SYSCALL result<long> sys_faccessat(int dfd, user_str name, int mode)
{
	return do_faccessat(dfd, name, mode, 0);
}

SYSCALL result<long> sys_faccessat2(int dfd, user_str name, int mode,
				    int flags)
{
	return do_faccessat(dfd, name, mode, flags);
}
