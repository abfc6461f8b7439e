/* SPDX-License-Identifier: GPL-2.0-only */
/* fcntl(2): of descriptors, of open files, and locks. 2.4: fs/fcntl.c. */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/filelock.h>
#include <linux/kernel.h>

/* The flags change in one step: a reader sees the old or the new set. */
static status set_file_flags(file *f, unsigned flags)
{
	const inode *inode = f->f_dentry->d_inode;

	if (IS_APPEND(inode) && f->f_flags & O_APPEND && !(flags & O_APPEND))
		return -EPERM;
	f->f_flags = (f->f_flags & ~O_SETFL_FLAGS) | (flags & O_SETFL_FLAGS);
	return OK;
}

/* On what O_PATH opened, only these. */
static bool path_cmd(unsigned cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD ||
		cmd == F_SETFD || cmd == F_GETFL;
}

static result<long> do_fcntl(unsigned fd, unsigned cmd, unsigned long arg)
{
	fd_file_raw f(fd);

	if (!f || (f->f_mode & FMODE_PATH && !path_cmd(cmd)))
		return -EBADF;
	switch (cmd) {
	case F_DUPFD:
		return dupfd(fd, arg, false);
	case F_DUPFD_CLOEXEC:
		return dupfd(fd, arg, true);
	case F_GETFD:
		return get_fd_flags(fd);
	case F_SETFD:
		return set_fd_flags(fd, arg);
	case F_GETFL:
		return (long)f->f_flags;
	case F_SETFL:
		return set_file_flags(f.get(), arg);
	case F_GETLK:
		return fcntl_getlk32(f.get(), arg);
	case F_SETLK:
	case F_SETLKW:
		return fcntl_setlk32(fd, f.get(), arg, cmd == F_SETLKW);
	case F_SETOWN:
		f->f_owner = (pid_t)arg;
		return 0;
	case F_GETOWN:
		return (long)f->f_owner;
	default:
		return -EINVAL;
	}
}

SYSCALL result<long> sys_fcntl(unsigned fd, unsigned cmd, unsigned long arg)
{
	return do_fcntl(fd, cmd, arg);
}

SYSCALL result<long> sys_fcntl64(unsigned fd, unsigned cmd, unsigned long arg)
{
	if (cmd != F_GETLK64 && cmd != F_SETLK64 && cmd != F_SETLKW64)
		return do_fcntl(fd, cmd, arg);
	fd_file f(fd);
	if (!f)
		return -EBADF;
	return cmd == F_GETLK64 ? fcntl_getlk64(f.get(), arg) :
		fcntl_setlk64(fd, f.get(), arg, cmd == F_SETLKW64);
}
