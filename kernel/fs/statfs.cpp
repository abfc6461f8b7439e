/* SPDX-License-Identifier: GPL-2.0-only */
/* statfs, fstatfs and their 64-bit forms. 2.4: fs/open.c. */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <uapi/statfs.h>

static status vfs_statfs(super_block *sb, kstatfs *buf)
{
	*buf = {};
	return sb->s_op->statfs ? sb->s_op->statfs(sb, buf) : status(-ENOSYS);
}

/* ST_ bits: the MS_ bits of the same names have the same values. */
static u32 statfs_flags(const vfsmount *mnt)
{
	unsigned long ms = mnt->mnt_flags | mnt->mnt_sb->s_flags;

	static_assert(ST_RDONLY == MS_RDONLY && ST_NOSUID == MS_NOSUID &&
		      ST_NODEV == MS_NODEV && ST_NOEXEC == MS_NOEXEC &&
		      ST_SYNCHRONOUS == MS_SYNCHRONOUS &&
		      ST_NOATIME == MS_NOATIME);
	return ST_VALID | (ms & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC |
				 ST_SYNCHRONOUS | ST_NOATIME));
}

template<class T> static status put_layout(const kstatfs &k,
					    const vfsmount *mnt, user_ptr<T> u)
{
	T s{};

	s.f_type = k.f_type;
	s.f_bsize = s.f_frsize = k.f_bsize;
	s.f_blocks = k.f_blocks;
	s.f_bfree = k.f_bfree;
	s.f_bavail = k.f_bavail;
	s.f_files = k.f_files;
	s.f_ffree = k.f_ffree;
	s.f_namelen = k.f_namelen;
	s.f_fsid[0] = mnt->mnt_sb->s_dev;
	s.f_flags = statfs_flags(mnt);
	return put_user(s, u);
}

static result<long> put_statfs64(const kstatfs &k, const vfsmount *mnt,
				 size_t size, user_ptr<statfs64> u)
{
	if (size != sizeof(statfs64))
		return -EINVAL;
	return put_layout(k, mnt, u);
}

static result<long> put_statfs32(const kstatfs &k, const vfsmount *mnt,
				 user_ptr<statfs32> u)
{
	if ((k.f_blocks | k.f_bfree | k.f_bavail | k.f_files | k.f_ffree) >> 32)
		return -EOVERFLOW;
	return put_layout(k, mnt, u);
}

SYSCALL result<long> sys_statfs(user_str name, user_ptr<statfs32> u)
{
	nameidata nd;
	kstatfs k;

	TRY(user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &nd));
	path_guard g(nd);
	TRY(vfs_statfs(nd.mnt->mnt_sb, &k));
	return put_statfs32(k, nd.mnt, u);
}

SYSCALL result<long> sys_statfs64(user_str name, size_t size,
				  user_ptr<statfs64> u)
{
	nameidata nd;
	kstatfs k;

	TRY(user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &nd));
	path_guard g(nd);
	TRY(vfs_statfs(nd.mnt->mnt_sb, &k));
	return put_statfs64(k, nd.mnt, size, u);
}

SYSCALL result<long> sys_fstatfs(unsigned fd, user_ptr<statfs32> u)
{
	fd_file_raw f(fd);
	kstatfs k;

	if (!f)
		return -EBADF;
	TRY(vfs_statfs(f->f_vfsmnt->mnt_sb, &k));
	return put_statfs32(k, f->f_vfsmnt, u);
}

SYSCALL result<long> sys_fstatfs64(unsigned fd, size_t size,
				   user_ptr<statfs64> u)
{
	fd_file_raw f(fd);
	kstatfs k;

	if (!f)
		return -EBADF;
	TRY(vfs_statfs(f->f_vfsmnt->mnt_sb, &k));
	return put_statfs64(k, f->f_vfsmnt, size, u);
}
