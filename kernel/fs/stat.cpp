/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stat and its descendants: one kstat, filled by the file system or from the
 * inode, in the layout that each call promises. A value that a layout cannot
 * hold is EOVERFLOW where a wrong answer would harm. 2.4: fs/stat.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>

void generic_fillattr(const inode *inode, kstat *st)
{
	st->dev = inode->i_sb->s_dev;
	st->rdev = inode->i_rdev;
	st->ino = inode->i_ino;
	st->mode = inode->i_mode;
	st->nlink = inode->i_nlink;
	st->uid = inode->i_uid;
	st->gid = inode->i_gid;
	st->size = i_size_read(inode);
	st->atime = inode->i_atime;
	st->mtime = inode->i_mtime;
	st->ctime = inode->i_ctime;
	st->blksize = max((unsigned)PAGE_SIZE, 1u << inode->i_blkbits);
	st->blocks = inode->i_blocks;
}

status vfs_getattr(dentry *d, kstat *stat)
{
	inode *inode = d->d_inode;

	if (inode->i_op->getattr)
		return inode->i_op->getattr(d, stat);
	generic_fillattr(inode, stat);
	return OK;
}

static status stat_path(int dfd, user_str name, int flags, kstat *st)
{
	nameidata nd;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	TRY(user_path_at(dfd, name, at_lookup_flags(flags), &nd));
	path_guard g(nd);
	return vfs_getattr(nd.dentry_, st);
}

static status stat_fd(unsigned fd, kstat *st)
{
	fd_file_raw f(fd);

	return f ? vfs_getattr(f->f_dentry, st) : status(-EBADF);
}

/* ---- layouts ---- */

/* What all have, in whatever width. */
template<class T> static void fill_common(T *s, const kstat &k)
{
	s->st_dev = k.dev;
	s->st_ino = k.ino;
	s->st_mode = k.mode;
	s->st_nlink = k.nlink;
	s->st_rdev = k.rdev;
	s->st_size = k.size;
}

/* And those of 16-bit identities. */
template<class T> static status fill_small(T *s, const kstat &k)
{
	if (k.size > 0x7fffffff)
		return -EOVERFLOW;
	fill_common(s, k);
	s->st_uid = k.uid > 0xffff ? 65534 : k.uid;
	s->st_gid = k.gid > 0xffff ? 65534 : k.gid;
	return OK;
}

template<class T> static void fill_blocks_times(T *s, const kstat &k)
{
	s->st_blksize = k.blksize;
	s->st_blocks = k.blocks;
	s->st_atime = k.atime.tv_sec;
	s->st_atime_nsec = k.atime.tv_nsec;
	s->st_mtime = k.mtime.tv_sec;
	s->st_mtime_nsec = k.mtime.tv_nsec;
	s->st_ctime = k.ctime.tv_sec;
	s->st_ctime_nsec = k.ctime.tv_nsec;
}

static status put_old_stat(const kstat &k, user_ptr<old_kernel_stat> u)
{
	old_kernel_stat s{};

	TRY(fill_small(&s, k));
	s.st_atime = k.atime.tv_sec;
	s.st_mtime = k.mtime.tv_sec;
	s.st_ctime = k.ctime.tv_sec;
	return put_user(s, u);
}

static status put_new_stat(const kstat &k, user_ptr<new_stat> u)
{
	new_stat s{};

	TRY(fill_small(&s, k));
	fill_blocks_times(&s, k);
	return put_user(s, u);
}

static status put_stat64(const kstat &k, user_ptr<stat64> u)
{
	stat64 s{};

	fill_common(&s, k);
	s.ino32 = k.ino;
	s.st_uid = k.uid;
	s.st_gid = k.gid;
	fill_blocks_times(&s, k);
	return put_user(s, u);
}

/* ---- the calls ---- */

SYSCALL result<long> sys_stat(user_str name, user_ptr<old_kernel_stat> u)
{
	kstat st;

	TRY(stat_path(AT_FDCWD, name, 0, &st));
	return put_old_stat(st, u);
}

SYSCALL result<long> sys_lstat(user_str name, user_ptr<old_kernel_stat> u)
{
	kstat st;

	TRY(stat_path(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &st));
	return put_old_stat(st, u);
}

SYSCALL result<long> sys_fstat(unsigned fd, user_ptr<old_kernel_stat> u)
{
	kstat st;

	TRY(stat_fd(fd, &st));
	return put_old_stat(st, u);
}

SYSCALL result<long> sys_newstat(user_str name, user_ptr<new_stat> u)
{
	kstat st;

	TRY(stat_path(AT_FDCWD, name, 0, &st));
	return put_new_stat(st, u);
}

SYSCALL result<long> sys_newlstat(user_str name, user_ptr<new_stat> u)
{
	kstat st;

	TRY(stat_path(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &st));
	return put_new_stat(st, u);
}

SYSCALL result<long> sys_newfstat(unsigned fd, user_ptr<new_stat> u)
{
	kstat st;

	TRY(stat_fd(fd, &st));
	return put_new_stat(st, u);
}

SYSCALL result<long> sys_stat64(user_str name, user_ptr<stat64> u)
{
	kstat st;

	TRY(stat_path(AT_FDCWD, name, 0, &st));
	return put_stat64(st, u);
}

SYSCALL result<long> sys_lstat64(user_str name, user_ptr<stat64> u)
{
	kstat st;

	TRY(stat_path(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, &st));
	return put_stat64(st, u);
}

SYSCALL result<long> sys_fstat64(unsigned fd, user_ptr<stat64> u)
{
	kstat st;

	TRY(stat_fd(fd, &st));
	return put_stat64(st, u);
}

SYSCALL result<long> sys_fstatat64(int dfd, user_str name, user_ptr<stat64> u,
				   int flags)
{
	kstat st;

	TRY(stat_path(dfd, name, flags, &st));
	return put_stat64(st, u);
}

/* ---- statx ---- */

static statx_timestamp to_statx(const timespec64 &t)
{
	return {t.tv_sec, (u32)t.tv_nsec, 0};
}

static void fill_statx(statx *s, const kstat &k)
{
	s->stx_mask = STATX_BASIC_STATS;
	s->stx_blksize = k.blksize;
	s->stx_nlink = k.nlink;
	s->stx_uid = k.uid;
	s->stx_gid = k.gid;
	s->stx_mode = k.mode;
	s->stx_ino = k.ino;
	s->stx_size = k.size;
	s->stx_blocks = k.blocks;
	s->stx_atime = to_statx(k.atime);
	s->stx_mtime = to_statx(k.mtime);
	s->stx_ctime = to_statx(k.ctime);
	s->stx_rdev_major = MAJOR(k.rdev);
	s->stx_rdev_minor = MINOR(k.rdev);
	s->stx_dev_major = MAJOR(k.dev);
	s->stx_dev_minor = MINOR(k.dev);
}

constexpr int AT_STATX_SYNC_TYPE = 0x6000;	/* a local disk is in sync */

SYSCALL result<long> sys_statx(int dfd, user_str name, int flags, u32 mask,
			       user_ptr<statx> u)
{
	kstat k;
	statx s{};

	if (mask & STATX__RESERVED)
		return -EINVAL;
	if ((flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	TRY(stat_path(dfd, name, flags & ~AT_STATX_SYNC_TYPE, &k));
	fill_statx(&s, k);
	return put_user(s, u);
}
