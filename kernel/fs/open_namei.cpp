/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The path of an open: finds or creates the file, follows a final symlink by
 * hand (the link's target may be what has to be created), checks permission
 * and truncates. 2.4: open_namei in fs/namei.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/sched.h>

/* What the access mode needs; O_TRUNC writes too. */
static int open_access(int flags)
{
	static constexpr unsigned char need[] = {
		MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
		MAY_READ | MAY_WRITE,
	};

	return need[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

static bool is_device(unsigned mode) { return S_ISBLK(mode) || S_ISCHR(mode); }

static status may_open_type(const nameidata *nd, const inode *inode, int acc)
{
	if (S_ISLNK(inode->i_mode))
		return -ELOOP;
	if (S_ISDIR(inode->i_mode) && acc & MAY_WRITE)
		return -EISDIR;
	if (is_device(inode->i_mode) && nd->mnt->mnt_flags & MS_NODEV)
		return -EACCES;
	return OK;
}

static status open_truncate(dentry *d)
{
	inode *inode = d->d_inode;

	if (!get_write_access(inode))
		return -ETXTBSY;
	status st = do_truncate(d, 0);
	put_write_access(inode);
	return st;
}

static status may_open(nameidata *nd, int acc, int flags)
{
	inode *inode = nd->dentry_->d_inode;
	bool trunc = flags & O_TRUNC && S_ISREG(inode->i_mode);

	TRY(may_open_type(nd, inode, acc));
	TRY(permission(inode, acc));
	if (IS_APPEND(inode) && (trunc ||
	    (acc & MAY_WRITE && !(flags & O_APPEND))))
		return -EPERM;
	return trunc ? open_truncate(nd->dentry_) : OK;
}

/* i_sem of the directory held: makes the file if it is not there. */
static result<dentry *> find_or_create(nameidata *nd, int mode, bool *created)
{
	inode *dir = nd->dentry_->d_inode;
	dentry *d = TRY(lookup_hash(&nd->last, nd->dentry_));

	if (d->d_inode)
		return d;
	status st = vfs_create(dir, d, mode & ~current->fs->umask);
	if (st.failed()) {
		dput(d);
		return st.fail();
	}
	*created = true;
	return d;
}

/* nd stands on the last component's directory and moves to the file; true in
 * *link if that is a symlink to follow: then nd went to the link's end. */
static status open_last(nameidata *nd, int flags, int mode, bool *created,
			bool *link)
{
	down_guard g(nd->dentry_->d_inode->i_sem);
	dentry *d = TRY(find_or_create(nd, mode, created));
	g.unlock();
	bool exclusive = flags & O_EXCL && !*created;
	const inode_operations *op = d->d_inode->i_op;

	*link = !exclusive && op->follow_link && !(flags & O_NOFOLLOW);
	if (!*link && !exclusive) {
		dput(nd->dentry_);
		nd->dentry_ = d;
		follow_mount(&nd->mnt, &nd->dentry_);
		return OK;
	}
	status st = -EEXIST;
	if (*link) {
		update_atime(d->d_inode);
		nd->last_type = LAST_BIND;
		st = op->follow_link(d, nd);
	}
	dput(d);
	return st;
}

static status open_create(nameidata *nd, int flags, int mode, bool *created)
{
	bool link = true;

	for (int links = 0; link; links++) {
		if (links > 40)
			return -ELOOP;
		if (nd->last_type == LAST_BIND)
			return OK;	/* a link that leads to an open file */
		if (nd->last_type != LAST_NORM || nd->last.name[nd->last.len])
			return -EISDIR;
		TRY(open_last(nd, flags, mode, created, &link));
	}
	return OK;
}

static status open_existing(int dfd, const char *name, int flags,
			    nameidata *nd)
{
	unsigned walk = (flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
		(flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0);

	TRY(path_lookup_at(dfd, name, walk, nd));
	if (flags & O_PATH)
		return OK;
	status st = may_open(nd, open_access(flags), flags);
	if (st.failed())
		path_release(nd);
	return st;
}

status open_namei(int dfd, const char *name, int flags, int mode,
		  nameidata *nd)
{
	bool created = false;

	if (!(flags & O_CREAT) || flags & O_PATH)
		return open_existing(dfd, name, flags, nd);
	TRY(path_lookup_at(dfd, name, LOOKUP_PARENT, nd));
	status st = open_create(nd, flags, mode, &created);
	/* Whoever creates a file may open it, whatever mode he gave it. */
	if (st.ok())
		st = may_open(nd, created ? 0 : open_access(flags),
			      created ? flags & ~O_TRUNC : flags);
	if (st.ok() && S_ISDIR(nd->dentry_->d_inode->i_mode))
		st = -EISDIR;
	else if (st.ok() && flags & O_DIRECTORY)
		st = -ENOTDIR;
	if (st.failed())
		path_release(nd);
	else if (nd->last_buf)
		putname(nd->last_buf);
	return st;
}
