/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that make names: mknod, mkdir, symlink, link. The directory's i_sem is
 * held from the lookup of the new name until it exists. 2.4: fs/namei.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/* The parent of a path that is to be created, its i_sem held, and the
 * negative dentry of the name. */
class new_name {
	nameidata nd;
	dentry *d = nullptr;
	bool walked = false, locked = false;

public:
	new_name() = default;
	new_name(const new_name &) = delete;
	~new_name()
	{
		if (locked)
			up(&dir()->i_sem);
		dput(d);
		if (walked)
			path_release(&nd);
	}
	/* @dir_wanted: a trailing slash is fine. */
	status find(int dfd, user_str path, bool dir_wanted);
	inode *dir() const { return nd.dentry_->d_inode; }
	dentry *name() const { return d; }
	const vfsmount *mnt() const { return nd.mnt; }
};

status new_name::find(int dfd, user_str path, bool dir_wanted)
{
	user_name name(path);

	TRY(path_lookup_at(dfd, TRY(name.get()), LOOKUP_PARENT, &nd));
	walked = true;
	if (nd.last_type != LAST_NORM)
		return -EEXIST;
	down(&dir()->i_sem);
	locked = true;
	d = TRY(lookup_hash(&nd.last, nd.dentry_));
	if (d->d_inode)
		return -EEXIST;
	return nd.last.name[nd.last.len] && !dir_wanted ? -ENOENT : 0;
}

status vfs_create(inode *dir, dentry *d, umode_t mode)
{
	TRY(may_create(dir, d));
	if (!dir->i_op->create)
		return -EACCES;
	return dir->i_op->create(dir, d, (mode & S_IALLUGO) | S_IFREG);
}

status vfs_mknod(inode *dir, dentry *d, umode_t mode, kdev_t dev)
{
	TRY(may_create(dir, d));
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;
	if (!dir->i_op->mknod)
		return -EPERM;
	return dir->i_op->mknod(dir, d, mode, dev);
}

/* ---- mknod ---- */

/* User space has more minors than kdev_t: 12 more bits, higher up. */
static result<kdev_t> decode_dev(u32 dev)
{
	unsigned minor = (dev & 0xff) | (dev >> 12 & 0xfff00);
	unsigned major = dev >> 8 & 0xfff;

	return minor > 0xff || major > 0xff ? result<kdev_t>(-EINVAL) :
					      MKDEV(major, minor);
}

static status make_node(inode *dir, dentry *d, unsigned mode, u32 dev)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return vfs_create(dir, d, mode);
	case S_IFCHR:
	case S_IFBLK:
		return vfs_mknod(dir, d, mode, TRY(decode_dev(dev)));
	case S_IFIFO:
	case S_IFSOCK:
		return vfs_mknod(dir, d, mode, 0);
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static result<long> do_mknodat(int dfd, user_str path, unsigned mode, u32 dev)
{
	new_name n;

	TRY(n.find(dfd, path, false));
	return make_node(n.dir(), n.name(),
			 mode & (S_IFMT | (S_IALLUGO & ~current->fs->umask)),
			 dev);
}

SYSCALL result<long> sys_mknod(user_str path, unsigned mode, u32 dev)
{
	return do_mknodat(AT_FDCWD, path, mode, dev);
}

SYSCALL result<long> sys_mknodat(int dfd, user_str path, unsigned mode,
				 u32 dev)
{
	return do_mknodat(dfd, path, mode, dev);
}

/* ---- mkdir ---- */

static result<long> do_mkdirat(int dfd, user_str path, unsigned mode)
{
	new_name n;

	TRY(n.find(dfd, path, true));
	TRY(may_create(n.dir(), n.name()));
	if (!n.dir()->i_op->mkdir)
		return -EPERM;
	mode &= (S_IRWXUGO | S_ISVTX) & ~current->fs->umask;
	return n.dir()->i_op->mkdir(n.dir(), n.name(), mode);
}

SYSCALL result<long> sys_mkdir(user_str path, unsigned mode)
{
	return do_mkdirat(AT_FDCWD, path, mode);
}

SYSCALL result<long> sys_mkdirat(int dfd, user_str path, unsigned mode)
{
	return do_mkdirat(dfd, path, mode);
}

/* ---- symlink ---- */

static result<long> do_symlinkat(user_str target, int dfd, user_str path)
{
	user_name text(target);
	char *to = TRY(text.get());
	new_name n;

	TRY(n.find(dfd, path, false));
	TRY(may_create(n.dir(), n.name()));
	if (!n.dir()->i_op->symlink)
		return -EPERM;
	return n.dir()->i_op->symlink(n.dir(), n.name(), to);
}

SYSCALL result<long> sys_symlink(user_str target, user_str path)
{
	return do_symlinkat(target, AT_FDCWD, path);
}

SYSCALL result<long> sys_symlinkat(user_str target, int dfd, user_str path)
{
	return do_symlinkat(target, dfd, path);
}

/* ---- link ---- */

static status vfs_link(dentry *old, inode *dir, dentry *d)
{
	inode *inode = old->d_inode;

	TRY(may_create(dir, d));
	if (inode->i_sb != dir->i_sb)
		return -EXDEV;
	if (IS_APPEND(inode) || IS_IMMUTABLE(inode) ||
	    S_ISDIR(inode->i_mode) || !dir->i_op->link)
		return -EPERM;
	down_guard g(inode->i_sem);
	/* The last name may have gone since the path was walked. */
	if (!inode->i_nlink)
		return -ENOENT;
	return dir->i_op->link(old, dir, d);
}

static result<long> do_linkat(int olddfd, user_str oldpath, int dfd,
			      user_str path, int flags)
{
	nameidata old;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	TRY(user_path_at(olddfd, oldpath,
			 (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
			 (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &old));
	path_guard g(old);
	new_name n;
	TRY(n.find(dfd, path, false));
	if (n.mnt() != old.mnt)
		return -EXDEV;
	return vfs_link(old.dentry_, n.dir(), n.name());
}

SYSCALL result<long> sys_link(user_str oldpath, user_str path)
{
	return do_linkat(AT_FDCWD, oldpath, AT_FDCWD, path, 0);
}

SYSCALL result<long> sys_linkat(int olddfd, user_str oldpath, int dfd,
				user_str path, int flags)
{
	return do_linkat(olddfd, oldpath, dfd, path, flags);
}
