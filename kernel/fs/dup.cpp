/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors made of descriptors: dup and its forms, close-on-exec, and
 * close_range. 2.4: fs/fcntl.c.
 */
#include "fdtable.h"

#include <linux/kernel.h>

/* Gives @f (its count) descriptor @start or the next free one. */
static result<long> dup_to_free(file *f, unsigned start, bool cloexec)
{
	auto fd = get_unused_fd(start, cloexec);

	if (fd.ok())
		fd_install(fd.value(), f);
	else
		fput(f);
	return fd;
}

result<long> dupfd(unsigned fd, unsigned start, bool cloexec)
{
	if (start >= min(rlimit(RLIMIT_NOFILE), (u64)NR_OPEN_MAX))
		return -EINVAL;
	file *f = fget_raw(fd);
	return f ? dup_to_free(f, start, cloexec) : result<long>(-EBADF);
}

SYSCALL result<long> sys_dup(unsigned fd)
{
	file *f = fget_raw(fd);

	return f ? dup_to_free(f, 0, false) : result<long>(-EBADF);
}

/* file_lock held. Puts @f on @fd, returns what was there in *old. */
static status replace_fd(files_struct *files, unsigned fd, file *f,
			 bool cloexec, file **old)
{
	while (fd >= files->max_fds)
		TRY(expand_files(files, fd));
	*old = files->fd[fd];
	if (!*old && fd_is_open(files, fd))
		return -EBUSY;		/* an open is under way there */
	files->fd[fd] = f;
	__set_bit(fd & 31, &files->open_fds[fd / 32]);
	set_cloexec(files, fd, cloexec);
	return OK;
}

static result<long> do_dup2(unsigned oldfd, unsigned newfd, bool cloexec)
{
	files_struct *files = current->files;
	file *old = nullptr;

	if (newfd >= min(rlimit(RLIMIT_NOFILE), (u64)NR_OPEN_MAX))
		return -EBADF;
	file *f = fget_raw(oldfd);
	if (!f)
		return -EBADF;
	spin_guard g(files->file_lock);
	status st = replace_fd(files, newfd, f, cloexec, &old);
	g.unlock();
	if (st.failed()) {
		fput(f);
		return st;
	}
	if (old)
		filp_close(old).ignore();
	return (long)newfd;
}

SYSCALL result<long> sys_dup2(unsigned oldfd, unsigned newfd)
{
	if (oldfd == newfd)
		return fd_file_raw(oldfd) ? result<long>((long)newfd) : -EBADF;
	return do_dup2(oldfd, newfd, false);
}

SYSCALL result<long> sys_dup3(unsigned oldfd, unsigned newfd, int flags)
{
	if (flags & ~O_CLOEXEC || oldfd == newfd)
		return -EINVAL;
	return do_dup2(oldfd, newfd, flags & O_CLOEXEC);
}

result<long> get_fd_flags(unsigned fd)
{
	files_struct *files = current->files;
	spin_guard g(files->file_lock);

	if (!fcheck(files, fd))
		return -EBADF;
	return test_bit(fd & 31, &files->close_on_exec[fd / 32]) ?
		FD_CLOEXEC : 0;
}

status set_fd_flags(unsigned fd, int flags)
{
	files_struct *files = current->files;
	spin_guard g(files->file_lock);

	if (!fcheck(files, fd))
		return -EBADF;
	set_cloexec(files, fd, flags & FD_CLOEXEC);
	return OK;
}

constexpr unsigned CLOSE_RANGE_CLOEXEC = 4;

SYSCALL result<long> sys_close_range(unsigned first, unsigned last,
				     unsigned flags)
{
	files_struct *files = current->files;

	if (first > last || flags & ~CLOSE_RANGE_CLOEXEC)
		return -EINVAL;
	for (unsigned fd = first; fd <= last && fd < files->max_fds; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC) {
			set_fd_flags(fd, FD_CLOEXEC).ignore();
			continue;
		}
		file *f = fd_detach(files, fd);
		if (f)
			filp_close(f).ignore();
	}
	return 0;
}
