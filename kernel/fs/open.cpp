/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * open, creat, close: a path becomes a struct file, a file a descriptor.
 * 2.4: fs/open.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/* Does nothing: what O_PATH opens is only a place. */
static constexpr file_operations path_fops{};

static status open_driver(file *f, inode *inode)
{
	f->f_op = inode->i_fop;
	if (!f->f_op)
		return -ENXIO;
	return f->f_op->open ? f->f_op->open(inode, f) : OK;
}

static status file_setup(file *f, inode *inode, int flags)
{
	if (flags & O_PATH) {
		f->f_flags = flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW);
		f->f_mode = FMODE_PATH;
		f->f_op = &path_fops;
		return OK;
	}
	f->f_flags = flags;
	f->f_mode = (flags + 1) & O_ACCMODE;
	if (f->f_mode & FMODE_WRITE && !get_write_access(inode)) {
		f->f_mode = 0;		/* nothing to put back */
		return -ETXTBSY;
	}
	file_list_add(f, inode->i_sb);
	TRY(open_driver(f, inode));
	f->f_flags = f->f_flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC |
				    O_CLOEXEC);
	return OK;
}

/* Takes over the counts on @d and @mnt, also when it fails. */
result<file *> dentry_open(dentry *d, vfsmount *mnt, int flags)
{
	file *f = get_empty_filp();

	if (!f) {
		dput(d);
		mntput(mnt);
		return -ENFILE;
	}
	f->f_dentry = d;
	f->f_vfsmnt = mnt;
	status st = file_setup(f, d->d_inode, flags);
	if (st.ok())
		return f;
	f->f_op = nullptr;	/* it was not opened: no release */
	fput(f);
	return st.fail();
}

result<file *> filp_open_at(int dfd, const char *name, int flags, int mode)
{
	nameidata nd;

	flags &= O_OPEN_FLAGS;
	TRY(open_namei(dfd, name, flags, mode & S_IALLUGO, &nd));
	return dentry_open(nd.dentry_, nd.mnt, flags);
}

result<file *> filp_open(const char *name, int flags, int mode)
{
	return filp_open_at(AT_FDCWD, name, flags, mode);
}

status generic_file_open(inode *inode, file *f)
{
	if (!(f->f_flags & O_LARGEFILE) && S_ISREG(inode->i_mode) &&
	    i_size_read(inode) > 0x7fffffff)
		return -EOVERFLOW;
	return OK;
}

static result<long> do_openat(int dfd, user_str path, int flags, int mode)
{
	user_name name(path);
	char *p = TRY(name.get());
	long fd = TRY(get_unused_fd(0, flags & O_CLOEXEC));
	auto f = filp_open_at(dfd, p, flags, mode);

	if (f.failed()) {
		put_unused_fd(fd);
		return f.fail();
	}
	fd_install(fd, f.value());
	return fd;
}

SYSCALL result<long> sys_open(user_str path, int flags, int mode)
{
	return do_openat(AT_FDCWD, path, flags, mode);
}

SYSCALL result<long> sys_openat(int dfd, user_str path, int flags, int mode)
{
	return do_openat(dfd, path, flags, mode);
}

SYSCALL result<long> sys_creat(user_str path, int mode)
{
	return do_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* ---- close ---- */

status filp_close_owner(file *f, files_struct *owner)
{
	status st;

	if (f->f_op && f->f_op->flush)
		st = f->f_op->flush(f);
	locks_remove_posix(f, owner);
	fput(f);
	return st;
}

status filp_close(file *f) { return filp_close_owner(f, current->files); }

SYSCALL result<long> sys_close(unsigned fd)
{
	file *f = fd_detach(current->files, fd);

	return f ? filp_close(f) : status(-EBADF);
}
