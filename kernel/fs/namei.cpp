/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Path walks. nd always holds counts on the directory reached so far; each
 * component is looked up there, first in the dentry cache, then by the file
 * system under the directory's i_sem. link_path_walk() never releases nd: its
 * callers do, on success and on failure. 2.4: fs/namei.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/string.h>

constexpr int MAX_NESTED_LINKS = 8, MAX_LINKS = 40;
constexpr unsigned NAME_MAX = 255;

void path_release(nameidata *nd)
{
	dput(nd->dentry_);
	mntput(nd->mnt);
	if (unlikely(nd->last_buf))
		putname(nd->last_buf);
	nd->last_buf = nullptr;
}

/* ---- mounts ---- */

void follow_mount(vfsmount **mnt, dentry **d)
{
	while (unlikely((*d)->d_mounted)) {
		vfsmount *m = lookup_mnt(*mnt, *d);

		if (!m)
			return;
		dput(*d);
		mntput(*mnt);
		*mnt = m;
		*d = dget(m->mnt_root);
	}
}

/* From the root of a mount to the directory it covers; false: it is the top. */
static bool follow_up(nameidata *nd)
{
	spin_guard g(vfsmount_lock);
	vfsmount *old = nd->mnt;
	dentry *root = nd->dentry_;

	if (old->mnt_parent == old)
		return false;
	nd->mnt = mntget(old->mnt_parent);
	nd->dentry_ = dget(old->mnt_mountpoint);
	g.unlock();
	dput(root);
	mntput(old);
	return true;
}

static bool at_fs_root(const nameidata *nd)
{
	fs_struct *fs = current->fs;
	spin_guard g(fs->lock);

	return nd->dentry_ == fs->root && nd->mnt == fs->rootmnt;
}

static void follow_dotdot(nameidata *nd)
{
	while (!at_fs_root(nd)) {
		dentry *old = nd->dentry_;

		if (old != nd->mnt->mnt_root) {
			spin_lock(&dcache_lock);
			nd->dentry_ = dget(old->d_parent);
			spin_unlock(&dcache_lock);
			dput(old);
			break;
		}
		if (!follow_up(nd))
			break;
	}
	follow_mount(&nd->mnt, &nd->dentry_);
}

/* ---- one component ---- */

/* The usual case of MAY_EXEC without a call: the mode bits say yes. */
static inline status may_search(inode *dir)
{
	const task_struct *t = current;
	unsigned mode = dir->i_mode;

	if (unlikely(dir->i_op->permission))
		return dir->i_op->permission(dir, MAY_EXEC);
	if (t->fsuid == dir->i_uid)
		mode >>= 6;
	else if (in_group_p(dir->i_gid))
		mode >>= 3;
	return likely(mode & MAY_EXEC) ? OK : vfs_permission(dir, MAY_EXEC);
}

/* From the cache, if the file system still vouches for it. */
static dentry *cached_lookup(dentry *parent, const qstr *name)
{
	dentry *d = d_lookup(parent, name);

	if (!d || likely(!d->d_op || !d->d_op->d_revalidate))
		return d;
	if (d->d_op->d_revalidate(d) || !d_invalidate(d))
		return d;
	dput(d);
	return nullptr;
}

/* i_sem of @parent held. */
static result<dentry *> ask_filesystem(dentry *parent, const qstr *name)
{
	inode *dir = parent->d_inode;

	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	dentry *d = d_alloc(parent, name);
	if (!d)
		return -ENOMEM;
	status st = dir->i_op->lookup(dir, d);
	if (st.ok())
		return d;
	dput(d);
	return st.fail();
}

noinline static result<dentry *> real_lookup(dentry *parent, const qstr *name)
{
	down_guard g(parent->d_inode->i_sem);
	dentry *d = cached_lookup(parent, name);	/* came meanwhile? */

	return d ? result<dentry *>(d) : ask_filesystem(parent, name);
}

result<dentry *> lookup_hash(const qstr *name, dentry *base)
{
	TRY(permission(base->d_inode, MAY_EXEC));
	dentry *d = cached_lookup(base, name);

	return d ? result<dentry *>(d) : ask_filesystem(base, name);
}

/* ---- symlinks ---- */

/* @d, with its count given up here, is a symlink found in nd's directory. */
noinline static status do_follow_link(dentry *d, nameidata *nd)
{
	task_struct *t = current;

	if (t->link_count >= MAX_NESTED_LINKS || nd->depth >= MAX_LINKS) {
		dput(d);
		return -ELOOP;
	}
	t->link_count++;
	nd->depth++;
	update_atime(d->d_inode);
	status st = d->d_inode->i_op->follow_link(d, nd);
	t->link_count--;
	dput(d);
	return st;
}

/* The last component stays in nd->last for open_namei, but the text of the
 * link does not stay in memory. */
static status keep_last(nameidata *nd)
{
	char *copy = TRY(name_alloc());

	memcpy(copy, nd->last.name, nd->last.len);
	/* A slash behind the name matters to whoever creates it. */
	copy[nd->last.len] = nd->last.name[nd->last.len];
	copy[nd->last.len + 1] = 0;
	if (nd->last_buf)
		putname(nd->last_buf);
	nd->last.name = nd->last_buf = copy;
	return OK;
}

status vfs_follow_link(nameidata *nd, const char *target)
{
	if (!*target)
		return -ENOENT;
	if (*target == '/') {
		dput(nd->dentry_);
		mntput(nd->mnt);
		get_fs_root(&nd->dentry_, &nd->mnt);
	}
	TRY(link_path_walk(target, nd));
	if (nd->flags & LOOKUP_PARENT && !current->link_count &&
	    nd->last_type == LAST_NORM)
		return keep_last(nd);
	return OK;
}

/* ---- the walk ---- */

/* Takes the next component off *path and the slashes behind it. */
static inline int next_component(const char **path, qstr *q)
{
	const char *p = *path;
	unsigned hash = 0;

	q->name = p;
	do
		hash = (hash + (unsigned char)*p++) * 0x01000193u;
	while (*p && *p != '/');
	q->len = p - q->name;
	q->hash = hash;
	while (*p == '/')
		p++;
	*path = p;
	if (likely(q->name[0] != '.') || q->len > 2)
		return LAST_NORM;
	return q->len == 1 ? LAST_DOT :
		q->name[1] == '.' ? LAST_DOTDOT : LAST_NORM;
}

static status step_into(nameidata *nd, const qstr *q, bool follow)
{
	dentry *d = cached_lookup(nd->dentry_, q);

	if (unlikely(!d))
		d = TRY(real_lookup(nd->dentry_, q));
	inode *inode = d->d_inode;
	if (unlikely(!inode)) {
		dput(d);
		return -ENOENT;
	}
	if (unlikely(follow && inode->i_op->follow_link))
		return do_follow_link(d, nd);
	dput(nd->dentry_);
	nd->dentry_ = d;
	follow_mount(&nd->mnt, &nd->dentry_);
	return OK;
}

static inline status walk_component(nameidata *nd, const qstr *q, int type,
				    bool follow)
{
	if (unlikely(q->len > NAME_MAX))
		return -ENAMETOOLONG;
	if (likely(type == LAST_NORM))
		return step_into(nd, q, follow);
	if (type == LAST_DOTDOT)
		follow_dotdot(nd);
	return OK;
}

static inline bool nd_is_dir(const nameidata *nd)
{
	return nd->dentry_->d_inode->i_op->lookup;
}

status link_path_walk(const char *name, nameidata *nd)
{
	/* A link in the middle of a path is always followed to its end. */
	unsigned flags = current->link_count ? LOOKUP_FOLLOW : nd->flags;
	qstr q;

	while (*name == '/')
		name++;
	if (!*name) {
		nd->last_type = LAST_ROOT;
		nd->last.len = 0;
		return OK;
	}
	for (;;) {
		if (unlikely(!nd_is_dir(nd)))
			return -ENOTDIR;
		TRY(may_search(nd->dentry_->d_inode));
		int type = next_component(&name, &q);
		bool slash = q.name[q.len] == '/', last = !*name;

		if (last && flags & LOOKUP_PARENT) {
			nd->last = q;
			nd->last_type = type;
			return q.len > NAME_MAX ? -ENAMETOOLONG : 0;
		}
		if (last)
			nd->last_type = type;
		TRY(walk_component(nd, &q, type,
				   slash || flags & LOOKUP_FOLLOW));
		if (!last)
			continue;
		return (slash || flags & LOOKUP_DIRECTORY) && !nd_is_dir(nd) ?
			-ENOTDIR : 0;
	}
}

/* Releases nd if the walk fails. */
static status finish_walk(const char *name, nameidata *nd)
{
	task_struct *t = current;
	int nested = t->link_count;

	/* A file system may look up a path while it follows a link. */
	t->link_count = 0;
	status st = link_path_walk(name, nd);
	t->link_count = nested;
	if (unlikely(st.failed()))
		path_release(nd);
	return st;
}

static void nd_init(nameidata *nd, unsigned flags)
{
	nd->flags = flags;
	nd->last_type = LAST_ROOT;	/* if there is nothing to walk */
	nd->last.len = 0;
	nd->depth = 0;
	nd->last_buf = nullptr;
}

status path_lookup(const char *name, unsigned flags, nameidata *nd)
{
	nd_init(nd, flags);
	if (*name == '/')
		get_fs_root(&nd->dentry_, &nd->mnt);
	else
		get_fs_pwd(&nd->dentry_, &nd->mnt);
	return finish_walk(name, nd);
}

status path_lookup_at(int dfd, const char *name, unsigned flags, nameidata *nd)
{
	if (likely(*name == '/' || dfd == AT_FDCWD))
		return path_lookup(name, flags, nd);
	fd_file_raw f(dfd);
	if (!f)
		return -EBADF;
	if (*name && !S_ISDIR(f->f_dentry->d_inode->i_mode))
		return -ENOTDIR;
	nd_init(nd, flags);
	nd->mnt = mntget(f->f_vfsmnt);
	nd->dentry_ = dget(f->f_dentry);
	return finish_walk(name, nd);
}
