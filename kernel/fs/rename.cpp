/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rename(2). Two directories are locked ancestor first; s_vfs_rename_sem keeps
 * the tree from changing meanwhile, so that "is an ancestor" stays true and no
 * directory can be moved below itself. An inode that is replaced is locked
 * last. 2.4: fs/namei.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/sched.h>

constexpr unsigned RENAME_NOREPLACE = 1;

/* The child of @top on the way down to @d, or null if @d is not below it. */
static dentry *child_towards(dentry *top, dentry *d)
{
	spin_guard g(dcache_lock);

	while (!IS_ROOT(d)) {
		if (d->d_parent == top)
			return d;
		d = d->d_parent;
	}
	return nullptr;
}

/* Both directories of a rename, locked. */
class rename_locks {
	dentry *a, *b;
	dentry *a_child = nullptr, *b_child = nullptr;

public:
	rename_locks(dentry *from, dentry *to) : a(from), b(to)
	{
		if (a == b) {
			down(&a->d_inode->i_sem);
			return;
		}
		down(&a->d_sb->s_vfs_rename_sem);
		a_child = child_towards(a, b);
		b_child = child_towards(b, a);
		inode *first = b_child ? b->d_inode : a->d_inode;
		inode *second = b_child ? a->d_inode : b->d_inode;
		down(&first->i_sem);
		down_nested(&second->i_sem);
	}
	rename_locks(const rename_locks &) = delete;
	~rename_locks()
	{
		up(&a->d_inode->i_sem);
		if (a == b)
			return;
		up(&b->d_inode->i_sem);
		up(&a->d_sb->s_vfs_rename_sem);
	}
	/* @d contains the directory that it would go into. */
	bool loops(const dentry *d) const { return d == a_child; }
	/* @d contains what would replace it: it cannot be empty. */
	bool holds_source(const dentry *d) const { return d == b_child; }
};

static status may_replace(inode *dir, dentry *nd, bool isdir)
{
	return nd->d_inode ? may_delete(dir, nd, isdir) : may_create(dir, nd);
}

/* The replaced inode's i_sem is held, if there is one. */
static status call_rename(inode *odir, dentry *od, inode *ndir, dentry *nd)
{
	inode *target = nd->d_inode;
	bool isdir = S_ISDIR(od->d_inode->i_mode);

	if (od->d_mounted || nd->d_mounted)
		return -EBUSY;
	if (target && isdir)
		dentry_unhash(nd);
	status st = odir->i_op->rename(odir, od, ndir, nd);
	if (st.failed()) {
		if (target && isdir)
			d_rehash(nd);
		return st;
	}
	if (target && isdir)
		target->i_flags |= S_DEAD;
	d_move(od, nd);
	return OK;
}

static status vfs_rename(inode *odir, dentry *od, inode *ndir, dentry *nd)
{
	bool isdir = S_ISDIR(od->d_inode->i_mode);
	inode *target = nd->d_inode;

	if (od->d_inode == target)
		return OK;	/* two names of one file: both stay */
	TRY(may_delete(odir, od, isdir));
	TRY(may_replace(ndir, nd, isdir));
	if (!odir->i_op->rename)
		return -EPERM;
	/* ".." in a directory that moves elsewhere is rewritten. */
	if (isdir && odir != ndir)
		TRY(permission(od->d_inode, MAY_WRITE));
	if (!target)
		return call_rename(odir, od, ndir, nd);
	down_nested_guard g(target->i_sem);
	return call_rename(odir, od, ndir, nd);
}

static status check_names(const nameidata *o, const dentry *od,
			  const nameidata *n, const dentry *nd, unsigned flags)
{
	bool slash = o->last.name[o->last.len] || n->last.name[n->last.len];

	if (!od->d_inode)
		return -ENOENT;
	if (nd->d_inode && flags & RENAME_NOREPLACE)
		return -EEXIST;
	return slash && !S_ISDIR(od->d_inode->i_mode) ? -ENOTDIR : 0;
}

/* @replaced gets a count on the inode that loses its name. */
static status rename_last(nameidata *o, nameidata *n, unsigned flags,
			  inode **replaced)
{
	rename_locks locks(o->dentry_, n->dentry_);
	dentry *od = TRY(lookup_hash(&o->last, o->dentry_));
	auto r = lookup_hash(&n->last, n->dentry_);
	status st = r.err();

	if (r.ok()) {
		dentry *nd = r.value();

		st = check_names(o, od, n, nd, flags);
		if (st.ok() && locks.loops(od))
			st = -EINVAL;
		if (st.ok() && locks.holds_source(nd))
			st = -ENOTEMPTY;
		if (st.ok() && nd->d_inode)
			*replaced = igrab(nd->d_inode);
		if (st.ok())
			st = vfs_rename(o->dentry_->d_inode, od,
					n->dentry_->d_inode, nd);
		dput(nd);
	}
	dput(od);
	return st;
}

static status rename_paths(nameidata *o, nameidata *n, unsigned flags)
{
	inode *replaced = nullptr;

	if (o->mnt != n->mnt)
		return -EXDEV;
	if (o->last_type != LAST_NORM)
		return -EBUSY;
	if (n->last_type != LAST_NORM)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	status st = rename_last(o, n, flags, &replaced);
	iput(replaced);
	return st;
}

static result<long> do_renameat(int odfd, user_str opath, int ndfd,
				user_str npath, unsigned flags)
{
	user_name oname(opath), nname(npath);
	nameidata o, n;

	if (flags & ~RENAME_NOREPLACE)
		return -EINVAL;
	char *from = TRY(oname.get()), *to = TRY(nname.get());
	TRY(path_lookup_at(odfd, from, LOOKUP_PARENT, &o));
	path_guard og(o);
	TRY(path_lookup_at(ndfd, to, LOOKUP_PARENT, &n));
	path_guard ng(n);
	return rename_paths(&o, &n, flags);
}

SYSCALL result<long> sys_rename(user_str from, user_str to)
{
	return do_renameat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

SYSCALL result<long> sys_renameat(int odfd, user_str from, int ndfd,
				  user_str to)
{
	return do_renameat(odfd, from, ndfd, to, 0);
}

SYSCALL result<long> sys_renameat2(int odfd, user_str from, int ndfd,
				   user_str to, unsigned flags)
{
	return do_renameat(odfd, from, ndfd, to, flags);
}
