/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of current. A system call that uses a descriptor says
 *	fd_file f(fd);
 *	if (!f) return -EBADF;
 * While nobody shares the table, nobody else can close the file under it, so
 * no count is taken. fs/file.cpp, fs/file_table.cpp.
 */
#pragma once

#include <linux/sched.h>

constexpr unsigned NR_OPEN_MAX = 65536;	/* descriptors of one process */

extern int max_files;			/* /proc/sys/fs/file-max */

/* As fget, but also what O_PATH opened. */
file *fget_raw(unsigned fd);
/* The file without a count; files->file_lock held or the table not shared. */
inline file *fcheck(const files_struct *files, unsigned fd)
{
	return likely(fd < files->max_fds) ? files->fd[fd] : nullptr;
}

class [[nodiscard]] fd_file_raw {	/* O_PATH too */
	file *f;
	bool counted;

public:
	__always_inline explicit fd_file_raw(unsigned fd)
	{
		counted = atomic_read(&current->files->count) != 1;
		f = unlikely(counted) ? fget_raw(fd) :
					fcheck(current->files, fd);
	}
	fd_file_raw(const fd_file_raw &) = delete;
	__always_inline ~fd_file_raw()
	{
		if (unlikely(counted) && f)
			fput(f);
	}
	explicit operator bool() const { return f; }
	file *operator->() const { return f; }
	file *get() const { return f; }
};

class [[nodiscard]] fd_file : public fd_file_raw {
public:
	__always_inline explicit fd_file(unsigned fd) : fd_file_raw(fd) {}
	explicit operator bool() const
	{
		return get() && !(get()->f_mode & FMODE_PATH);
	}
};

/* The lowest free descriptor from @start on, reserved: fd_install a file in
 * it or put it back. -EMFILE past RLIMIT_NOFILE. */
result<long> get_unused_fd(unsigned start, bool cloexec);
void put_unused_fd(unsigned fd);
/* Gives the caller's count on @f to the table. */
void fd_install(unsigned fd, file *f);
/* get_unused_fd and fd_install in one; drops @f if that fails. */
result<long> fd_attach(file *f, bool cloexec);
/* Takes the file out of the table; null: the descriptor is not open. */
file *fd_detach(files_struct *files, unsigned fd);
status filp_close_owner(file *f, files_struct *owner);
/* fcntl's F_DUPFD, F_GETFD and F_SETFD. */
result<long> dupfd(unsigned fd, unsigned start, bool cloexec);
result<long> get_fd_flags(unsigned fd);
status set_fd_flags(unsigned fd, int flags);

/* fs/file_table.cpp: who is open on a super block */
void file_list_add(file *f, super_block *sb);
void file_list_del(file *f);
bool fs_may_remount_ro(super_block *sb);

/* fs/locks.cpp */
void locks_remove_posix(file *f, files_struct *owner);
void locks_remove_flock(file *f);

/* Root and working directory of current, each with counts for the caller. */
void get_fs_root(dentry **d, vfsmount **mnt);
void get_fs_pwd(dentry **d, vfsmount **mnt);
/* Take over the counts. */
void set_fs_root(fs_struct *fs, vfsmount *mnt, dentry *d);
void set_fs_pwd(fs_struct *fs, vfsmount *mnt, dentry *d);
