/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Setting times. Setting both to the present needs write permission only,
 * anything else ownership. 2.4: fs/open.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/time.h>

constexpr long UTIME_NOW = (1 << 30) - 1, UTIME_OMIT = (1 << 30) - 2;

static status add_time(iattr *attr, const timespec64 &t, timespec64 *to,
		       unsigned bit, unsigned set_bit)
{
	if (t.tv_nsec == UTIME_OMIT)
		return OK;
	attr->ia_valid |= bit;
	if (t.tv_nsec == UTIME_NOW)
		return OK;
	if ((unsigned long)t.tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	attr->ia_valid |= set_bit;
	*to = t;
	return OK;
}

/* @times null: now. */
static status utimes_dentry(dentry *d, const timespec64 *times)
{
	static constexpr timespec64 now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
	inode *inode = d->d_inode;
	iattr attr{};

	if (!times)
		times = now;
	TRY(add_time(&attr, times[0], &attr.ia_atime, ATTR_ATIME,
		     ATTR_ATIME_SET));
	TRY(add_time(&attr, times[1], &attr.ia_mtime, ATTR_MTIME,
		     ATTR_MTIME_SET));
	if (!attr.ia_valid)
		return OK;
	bool both_now = times[0].tv_nsec == UTIME_NOW &&
		times[1].tv_nsec == UTIME_NOW;
	bool own = current->fsuid == inode->i_uid || capable(CAP_FOWNER);
	if (IS_IMMUTABLE(inode) || (IS_APPEND(inode) && !both_now))
		return -EPERM;
	if (both_now && !own)
		TRY(permission(inode, MAY_WRITE));
	else if (!own)
		return -EPERM;
	down_guard g(inode->i_sem);
	return notify_change(d, &attr);
}

static status do_utimes(int dfd, user_str name, const timespec64 *times,
			int flags)
{
	nameidata nd;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!name) {
		fd_file_raw f(dfd);
		return f ? utimes_dentry(f->f_dentry, times) : status(-EBADF);
	}
	TRY(user_path_at(dfd, name, at_lookup_flags(flags), &nd));
	path_guard g(nd);
	return utimes_dentry(nd.dentry_, times);
}

struct utimbuf {
	s32 actime, modtime;
};

SYSCALL result<long> sys_utime32(user_str name, user_ptr<utimbuf> u)
{
	utimbuf b;

	if (!u)
		return do_utimes(AT_FDCWD, name, nullptr, 0);
	TRY(get_user(&b, u));
	const timespec64 t[2] = {{b.actime, 0}, {b.modtime, 0}};
	return do_utimes(AT_FDCWD, name, t, 0);
}

static result<long> do_futimesat(int dfd, user_str name, user_ptr<timeval> u)
{
	timeval tv[2];

	if (!u)
		return do_utimes(dfd, name, nullptr, 0);
	TRY(copy_from_user(tv, u.addr(), sizeof(tv)));
	if ((u32)tv[0].tv_usec >= 1000000 || (u32)tv[1].tv_usec >= 1000000)
		return -EINVAL;
	const timespec64 t[2] = {{tv[0].tv_sec, tv[0].tv_usec * 1000},
				 {tv[1].tv_sec, tv[1].tv_usec * 1000}};
	return do_utimes(dfd, name, t, 0);
}

SYSCALL result<long> sys_utimes_time32(user_str name, user_ptr<timeval> u)
{
	return do_futimesat(AT_FDCWD, name, u);
}

SYSCALL result<long> sys_futimesat_time32(int dfd, user_str name,
					  user_ptr<timeval> u)
{
	return do_futimesat(dfd, name, u);
}

template<class T> static result<long> do_utimensat(int dfd, user_str name,
						   user_ptr<T> u, int flags)
{
	T ts[2];

	if (!u)
		return do_utimes(dfd, name, nullptr, flags);
	TRY(copy_from_user(ts, u.addr(), sizeof(ts)));
	const timespec64 t[2] = {{ts[0].tv_sec, ts[0].tv_nsec},
				 {ts[1].tv_sec, ts[1].tv_nsec}};
	return do_utimes(dfd, name, t, flags);
}

SYSCALL result<long> sys_utimensat(int dfd, user_str name,
				   user_ptr<user_timespec64> u, int flags)
{
	return do_utimensat(dfd, name, u, flags);
}

SYSCALL result<long> sys_utimensat_time32(int dfd, user_str name,
					  user_ptr<old_timespec32> u, int flags)
{
	return do_utimensat(dfd, name, u, flags);
}
