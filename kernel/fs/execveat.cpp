/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls that become another program. One that is found from a directory,
 * or is a descriptor itself, is called /dev/fd/N/PATH: an interpreter must be
 * able to open it, as long as the descriptor lives on. 2.4: only execve.
 */
#include "internal.h"

#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <uapi/fcntl.h>

SYSCALL result<long> sys_execve(user_str filename, user_ptr<user_str> argv,
				user_ptr<user_str> envp)
{
	user_name name(filename);
	char *path = TRY(name.get());
	file *f = TRY(open_exec(path));

	return user_exec({f, path}, argv, envp);
}

/* Null: it is too long, or there is no memory. */
static char *name_from(int dfd, const char *path)
{
	auto name = name_alloc();

	if (name.failed())
		return nullptr;
	int n = snprintf(name.value(), PATH_MAX, *path ? "/dev/fd/%d/%s" :
			 "/dev/fd/%d", dfd, path);
	if (n < (int)PATH_MAX)
		return name.value();
	putname(name.value());
	return nullptr;
}

static bool closes_on_exec(int fd)
{
	auto flags = get_fd_flags(fd);

	return flags.failed() || flags.value();
}

static status exec_from(int dfd, const char *path, file *f,
			user_ptr<user_str> argv, user_ptr<user_str> envp)
{
	char *name = name_from(dfd, path);

	if (!name) {
		close_exec(f);
		return -ENAMETOOLONG;
	}
	status s = user_exec({f, name, closes_on_exec(dfd)}, argv, envp);
	putname(name);
	return s;
}

SYSCALL result<long> sys_execveat(int dfd, user_str filename,
				  user_ptr<user_str> argv,
				  user_ptr<user_str> envp, int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	user_name name(filename, flags & AT_EMPTY_PATH);
	char *path = TRY(name.get());
	file *f = TRY(open_exec_at(dfd, path, at_lookup_flags(flags)));

	if (dfd == AT_FDCWD || *path == '/')
		return user_exec({f, path}, argv, envp);
	return exec_from(dfd, path, f, argv, envp);
}
