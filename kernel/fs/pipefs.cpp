/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pipe(2): an inode on a pseudo file system, with a name only for /proc, and
 * two files on it. 2.4: fs/pipe.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>

static constinit vfsmount *pipe_mnt;
static constinit atomic_t last_ino{1};

__init static void pipefs_init()
{
	pipe_mnt = kern_mount("pipe:", 0x50495045);
	if (!pipe_mnt)
		panic("VFS: no memory for pipes");
}
fs_initcall(pipefs_init);

static bool pipefs_delete_dentry(dentry *) { return true; }

static constexpr dentry_operations pipefs_dentry_ops = {
	.d_delete = pipefs_delete_dentry,
};

static inode *new_pipe_inode()
{
	inode *inode = new_inode(pipe_mnt->mnt_sb);

	if (!inode)
		return nullptr;
	inode->i_ino = atomic_inc_return(&last_ino);
	inode->i_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	inode->i_uid = current->fsuid;
	inode->i_gid = current->fsgid;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	inode->i_fop = &def_fifo_fops;
	return inode;
}

static dentry *new_pipe_dentry()
{
	char name[16];
	inode *inode = new_pipe_inode();

	if (!inode)
		return nullptr;
	unsigned len = sprintf(name, "[%lu]", inode->i_ino);
	const qstr q{name, len, (unsigned)inode->i_ino};
	dentry *d = d_alloc(pipe_mnt->mnt_sb->s_root, &q);
	if (!d) {
		iput(inode);
		return nullptr;
	}
	d->d_op = &pipefs_dentry_ops;
	d_add(d, inode);
	return d;
}

static result<file *> open_end(dentry *d, int flags)
{
	return dentry_open(dget(d), mntget(pipe_mnt), flags);
}

static status create_pipe(file **rd, file **wr, int flags)
{
	dentry *d = new_pipe_dentry();

	if (!d)
		return -ENFILE;
	/* The ends open as those of a FIFO, the reader first: he must not
	 * wait for the writer. */
	auto r = open_end(d, O_RDONLY | O_NONBLOCK), w = r;
	if (r.ok())
		w = open_end(d, O_WRONLY | flags);
	dput(d);
	if (w.failed()) {
		if (r.ok())
			fput(r.value());
		return w.err();
	}
	r.value()->f_flags = O_RDONLY | flags;
	*rd = r.value();
	*wr = w.value();
	return OK;
}

/* Both descriptors, or none; consumes the files. */
static status attach_both(file *rd, file *wr, bool cloexec, int fds[2])
{
	auto r = get_unused_fd(0, cloexec);
	auto w = r.ok() ? get_unused_fd(0, cloexec) : r;

	if (w.failed()) {
		if (r.ok())
			put_unused_fd(r.value());
		fput(rd);
		fput(wr);
		return w.err();
	}
	fds[0] = r.value();
	fds[1] = w.value();
	fd_install(fds[0], rd);
	fd_install(fds[1], wr);
	return OK;
}

static void close_fd(unsigned fd)
{
	file *f = fd_detach(current->files, fd);

	if (f)
		filp_close(f).ignore();
}

SYSCALL result<long> sys_pipe2(user_ptr<int> user_fds, int flags)
{
	file *rd, *wr;
	int fds[2];

	if (flags & ~(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	TRY(create_pipe(&rd, &wr, flags & O_NONBLOCK));
	TRY(attach_both(rd, wr, flags & O_CLOEXEC, fds));
	status st = copy_to_user(user_fds.addr(), fds, sizeof(fds));
	if (st.failed()) {
		close_fd(fds[0]);
		close_fd(fds[1]);
	}
	return st;
}

SYSCALL result<long> sys_pipe(user_ptr<int> user_fds)
{
	return sys_pipe2(user_fds, 0);
}
