/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directory entries into user memory, in three layouts. The file system calls
 * the filler for each entry; the filler's error stops it, and matters only if
 * nothing was stored. 2.4: fs/readdir.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <uapi/dirent.h>

static status vfs_readdir(file *f, void *ctx, filldir_t fill)
{
	inode *dir = f->f_dentry->d_inode;

	if (!f->f_op->readdir)
		return -ENOTDIR;
	down_guard g(dir->i_sem);
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return f->f_op->readdir(f, ctx, fill);
}

struct dirent_buf {
	unsigned long at;		/* user address of the next record */
	unsigned long previous = 0;	/* of the last one stored */
	size_t left;
	int error = 0;
};

/* A record of layout @T, with @extra bytes behind the name's 0. */
template<class T> static result<long> reserve(dirent_buf *b, int len,
					      unsigned extra, unsigned align)
{
	size_t size = round_up(__builtin_offsetof(T, d_name) + len + 1 + extra,
			       align);

	b->error = -EINVAL;		/* if this is the first */
	if (size > b->left)
		return -EINVAL;
	b->error = -EFAULT;
	return (long)size;
}

/* The previous record's d_off is where the next one is to be read from. */
template<class T, class O> static status link_previous(dirent_buf *b, O offset)
{
	if (!b->previous)
		return OK;
	return copy_to_user(b->previous + __builtin_offsetof(T, d_off),
			    &offset, sizeof(offset));
}

static void advance(dirent_buf *b, size_t size)
{
	b->previous = b->at;
	b->at += size;
	b->left -= size;
	b->error = 0;
}

static status filldir(void *ctx, const char *name, int len, loff_t offset,
		      ino_t ino, unsigned d_type)
{
	dirent_buf *b = (dirent_buf *)ctx;
	size_t size = TRY(reserve<linux_dirent>(b, len, 1, 4));
	linux_dirent head{(u32)ino, 0, (u16)size, {}};
	constexpr size_t HEAD = __builtin_offsetof(linux_dirent, d_name);
	u8 type = d_type, zero = 0;

	TRY((link_previous<linux_dirent, u32>(b, offset)));
	TRY(copy_to_user(b->at, &head, HEAD));
	TRY(copy_to_user(b->at + HEAD, name, len));
	TRY(copy_to_user(b->at + HEAD + len, &zero, 1));
	TRY(copy_to_user(b->at + size - 1, &type, 1));
	advance(b, size);
	return OK;
}

static status filldir64(void *ctx, const char *name, int len, loff_t offset,
			ino_t ino, unsigned d_type)
{
	dirent_buf *b = (dirent_buf *)ctx;
	size_t size = TRY(reserve<linux_dirent64>(b, len, 0, 8));
	linux_dirent64 head{ino, 0, (u16)size, (u8)d_type, {}};
	constexpr size_t HEAD = __builtin_offsetof(linux_dirent64, d_name);
	u8 zero = 0;

	TRY((link_previous<linux_dirent64, s64>(b, offset)));
	TRY(copy_to_user(b->at, &head, HEAD));
	TRY(copy_to_user(b->at + HEAD, name, len));
	TRY(copy_to_user(b->at + HEAD + len, &zero, 1));
	advance(b, size);
	return OK;
}

template<class T, class O> static result<long> do_getdents(unsigned fd,
		unsigned long dirent, size_t count, filldir_t fill)
{
	dirent_buf b{.at = dirent, .left = count};
	fd_file f(fd);

	if (!f)
		return -EBADF;
	if (!access_ok(dirent, count))
		return -EFAULT;
	status st = vfs_readdir(f.get(), &b, fill);

	if (!b.previous)
		return st.failed() ? st : status(b.error);
	TRY((link_previous<T, O>(&b, f->f_pos)));
	return (long)(count - b.left);
}

SYSCALL result<long> sys_getdents(unsigned fd, unsigned long dirent,
				  size_t count)
{
	return do_getdents<linux_dirent, u32>(fd, dirent, count, filldir);
}

SYSCALL result<long> sys_getdents64(unsigned fd, unsigned long dirent,
				    size_t count)
{
	return do_getdents<linux_dirent64, s64>(fd, dirent, count, filldir64);
}

/* ---- readdir(2), number 89: one entry a call ---- */

static status fill_one(void *ctx, const char *name, int len, loff_t offset,
		       ino_t ino, unsigned)
{
	dirent_buf *b = (dirent_buf *)ctx;
	old_linux_dirent head{(u32)ino, (u32)offset, (u16)len, {}};
	constexpr size_t HEAD = __builtin_offsetof(old_linux_dirent, d_name);
	u8 zero = 0;

	if (!b->left)
		return -EINVAL;
	b->left = 0;
	b->error = -EFAULT;
	TRY(copy_to_user(b->at, &head, HEAD));
	TRY(copy_to_user(b->at + HEAD, name, len));
	TRY(copy_to_user(b->at + HEAD + len, &zero, 1));
	b->error = 1;			/* what the call returns */
	return OK;
}

SYSCALL result<long> sys_old_readdir(unsigned fd, unsigned long dirent,
				     unsigned)
{
	dirent_buf b{.at = dirent, .left = 1};
	fd_file f(fd);

	if (!f)
		return -EBADF;
	TRY(vfs_readdir(f.get(), &b, fill_one));
	return b.error;
}

result<long> generic_read_dir(file *, user_ptr<char>, size_t, loff_t *)
{
	return -EISDIR;
}
