/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that take names away: unlink and rmdir. i_sem of the directory, then
 * that of the victim; the inode itself goes after both are released.
 * 2.4: fs/namei.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/sched.h>

/* Only the caller may know the directory if it is to go quietly. */
void dentry_unhash(dentry *d)
{
	shrink_dcache_parent(d);
	spin_guard g(dcache_lock);
	if (atomic_read(&d->d_count) <= 1)
		list_del(&d->d_hash);
}

static status vfs_unlink(inode *dir, dentry *d)
{
	TRY(may_delete(dir, d, false));
	if (!dir->i_op->unlink)
		return -EPERM;
	down_guard g(d->d_inode->i_sem);
	if (d->d_mounted)
		return -EBUSY;
	TRY(dir->i_op->unlink(dir, d));
	g.unlock();
	d_delete(d);
	return OK;
}

static status vfs_rmdir(inode *dir, dentry *d)
{
	inode *inode = d->d_inode;

	TRY(may_delete(dir, d, true));
	if (!dir->i_op->rmdir)
		return -EPERM;
	down_nested_guard g(inode->i_sem);
	dentry_unhash(d);
	status st = d->d_mounted ? status(-EBUSY) : dir->i_op->rmdir(dir, d);
	if (st.ok())
		inode->i_flags |= S_DEAD;
	g.unlock();
	if (st.ok())
		d_delete(d);
	else
		d_rehash(d);
	return st;
}

using remove_func = status (*)(inode *dir, dentry *d);

/* @victim gets a count on the inode, for the caller to drop later. */
static status remove_last(nameidata *nd, remove_func remove, inode **victim)
{
	inode *dir = nd->dentry_->d_inode;
	down_guard g(dir->i_sem);
	dentry *d = TRY(lookup_hash(&nd->last, nd->dentry_));
	bool slash = nd->last.name[nd->last.len];
	status st = -ENOENT;

	if (d->d_inode && slash && remove == vfs_unlink)
		st = S_ISDIR(d->d_inode->i_mode) ? -EISDIR : -ENOTDIR;
	else if (d->d_inode) {
		*victim = igrab(d->d_inode);
		st = remove(dir, d);
	}
	dput(d);
	return st;
}

static status remove_path(int dfd, const char *path, remove_func remove,
			  const int (&by_type)[4])
{
	nameidata nd;
	inode *victim = nullptr;

	TRY(path_lookup_at(dfd, path, LOOKUP_PARENT, &nd));
	status st = by_type[nd.last_type];
	if (st.ok())
		st = remove_last(&nd, remove, &victim);
	path_release(&nd);
	iput(victim);		/* truncates here if that was the last */
	return st;
}

/* Indexed by LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT. */
static constexpr int unlink_errors[] = {0, -EISDIR, -EISDIR, -EISDIR};
static constexpr int rmdir_errors[] = {0, -EBUSY, -EINVAL, -ENOTEMPTY};

static result<long> do_unlinkat(int dfd, user_str path)
{
	user_name name(path);

	return remove_path(dfd, TRY(name.get()), vfs_unlink, unlink_errors);
}

static result<long> do_rmdirat(int dfd, user_str path)
{
	user_name name(path);

	return remove_path(dfd, TRY(name.get()), vfs_rmdir, rmdir_errors);
}

SYSCALL result<long> sys_unlink(user_str path)
{
	return do_unlinkat(AT_FDCWD, path);
}

SYSCALL result<long> sys_rmdir(user_str path)
{
	return do_rmdirat(AT_FDCWD, path);
}

SYSCALL result<long> sys_unlinkat(int dfd, user_str path, int flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return flags & AT_REMOVEDIR ? do_rmdirat(dfd, path) :
				      do_unlinkat(dfd, path);
}
