/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a process is: its root, working directory and umask; the calls that
 * change them, and getcwd. 2.4: parts of fs/open.c, fs/dcache.c, kernel/fork.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

void get_fs_root(dentry **d, vfsmount **mnt)
{
	fs_struct *fs = current->fs;
	spin_guard g(fs->lock);

	*mnt = mntget(fs->rootmnt);
	*d = dget(fs->root);
}

void get_fs_pwd(dentry **d, vfsmount **mnt)
{
	fs_struct *fs = current->fs;
	spin_guard g(fs->lock);

	*mnt = mntget(fs->pwdmnt);
	*d = dget(fs->pwd);
}

void set_fs_root(fs_struct *fs, vfsmount *mnt, dentry *d)
{
	spin_lock(&fs->lock);
	swap_values(fs->rootmnt, mnt);
	swap_values(fs->root, d);
	spin_unlock(&fs->lock);
	dput(d);
	mntput(mnt);
}

void set_fs_pwd(fs_struct *fs, vfsmount *mnt, dentry *d)
{
	spin_lock(&fs->lock);
	swap_values(fs->pwdmnt, mnt);
	swap_values(fs->pwd, d);
	spin_unlock(&fs->lock);
	dput(d);
	mntput(mnt);
}

fs_struct *copy_fs_struct(fs_struct *old)
{
	fs_struct *fs = kmalloc_new<fs_struct>(GFP_KERNEL);

	if (!fs)
		return nullptr;
	spin_guard g(old->lock);
	fs->umask = old->umask;
	fs->root = dget(old->root);
	fs->rootmnt = mntget(old->rootmnt);
	fs->pwd = dget(old->pwd);
	fs->pwdmnt = mntget(old->pwdmnt);
	return fs;
}

void put_fs_struct(fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	set_fs_root(fs, nullptr, nullptr);
	set_fs_pwd(fs, nullptr, nullptr);
	if (fs != &init_fs)
		kfree(fs);
}

static status enter_dir(dentry *d, vfsmount *mnt)
{
	if (!S_ISDIR(d->d_inode->i_mode))
		return -ENOTDIR;
	TRY(permission(d->d_inode, MAY_EXEC));
	set_fs_pwd(current->fs, mntget(mnt), dget(d));
	return OK;
}

SYSCALL result<long> sys_chdir(user_str name)
{
	nameidata nd;

	TRY(user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
			 &nd));
	path_guard g(nd);
	return enter_dir(nd.dentry_, nd.mnt);
}

SYSCALL result<long> sys_fchdir(unsigned fd)
{
	fd_file_raw f(fd);

	if (!f)
		return -EBADF;
	return enter_dir(f->f_dentry, f->f_vfsmnt);
}

SYSCALL result<long> sys_chroot(user_str name)
{
	nameidata nd;

	TRY(user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
			 &nd));
	path_guard g(nd);
	TRY(permission(nd.dentry_->d_inode, MAY_EXEC));
	if (!capable(CAP_SYS_CHROOT))
		return -EPERM;
	set_fs_root(current->fs, mntget(nd.mnt), dget(nd.dentry_));
	return 0;
}

SYSCALL result<long> sys_umask(unsigned mask)
{
	return (long)xchg((volatile unsigned *)&current->fs->umask,
			  mask & S_IRWXUGO);
}

/* ---- paths of dentries ---- */

/* Builds a path from its end towards the front of a buffer. */
struct path_buf {
	char *start, *p;

	bool put(const char *s, unsigned n)
	{
		if ((size_t)(p - start) < n)
			return false;
		p -= n;
		memcpy(p, s, n);
		return true;
	}
};

/* vfsmount_lock and dcache_lock held. */
static result<char *> build_path(path_buf *b, dentry *d, vfsmount *mnt,
				 const dentry *root, const vfsmount *rootmnt)
{
	const char *end = b->p;

	while (d != root || mnt != rootmnt) {
		bool at_root = mnt && d == mnt->mnt_root;
		if (at_root && mnt->mnt_parent != mnt) {
			d = mnt->mnt_mountpoint;
			mnt = mnt->mnt_parent;
			continue;
		}
		if (at_root || IS_ROOT(d)) {
			/* Above the root of current, or a pseudo file system,
			 * whose root's name takes the place of a slash. */
			if (b->p != end && d->d_name.len)
				b->p++;
			return b->put(d->d_name.name, d->d_name.len) ?
				result<char *>(b->p) : -ENAMETOOLONG;
		}
		if (!b->put(d->d_name.name, d->d_name.len) || !b->put("/", 1))
			return -ENAMETOOLONG;
		d = d->d_parent;
	}
	if (b->p == end && !b->put("/", 1))
		return -ENAMETOOLONG;
	return b->p;
}

result<char *> d_path(dentry *d, vfsmount *mnt, char *buf, int size)
{
	path_buf b{buf, buf + size};
	dentry *root;
	vfsmount *rootmnt;
	static constexpr char deleted[] = " (deleted)";

	get_fs_root(&root, &rootmnt);
	spin_lock(&vfsmount_lock);
	spin_lock(&dcache_lock);
	bool gone = !IS_ROOT(d) && d_unhashed(d);
	bool fits = b.put("", 1) &&
		(!gone || b.put(deleted, sizeof(deleted) - 1));
	auto r = fits ? build_path(&b, d, mnt, root, rootmnt) :
			result<char *>(-ENAMETOOLONG);
	spin_unlock(&dcache_lock);
	spin_unlock(&vfsmount_lock);
	dput(root);
	mntput(rootmnt);
	return r;
}

SYSCALL result<long> sys_getcwd(user_ptr<char> buf, size_t size)
{
	dentry *d;
	vfsmount *mnt;
	char *page = (char *)__get_free_page(GFP_USER);

	if (!page)
		return -ENOMEM;
	get_fs_pwd(&d, &mnt);
	result<long> r = -ENOENT;
	if (IS_ROOT(d) || !d_unhashed(d)) {
		auto path = d_path(d, mnt, page, PAGE_SIZE);
		size_t len = path.ok() ? page + PAGE_SIZE - path.value() : 0;
		if (path.failed())
			r = path.fail();
		else if (len > size)
			r = -ERANGE;
		else if (copy_to_user(buf.addr(), path.value(), len).failed())
			r = -EFAULT;
		else
			r = (long)len;
	}
	dput(d);
	mntput(mnt);
	free_page((unsigned long)page);
	return r;
}
