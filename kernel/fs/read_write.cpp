/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * read, write, lseek and the calls that carry their own position. A driver
 * that has no positions recognises such a call by its position not being the
 * file's own. 2.4: fs/read_write.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>

/* Null operations: what cannot be read is invalid, not unreadable. */
result<long> vfs_read(file *f, user_ptr<char> buf, size_t n, loff_t *pos)
{
	TRY(rw_verify(f, FMODE_READ, buf.addr(), n));
	if (unlikely(!f->f_op->read))
		return -EINVAL;
	return f->f_op->read(f, buf, n, pos);
}

result<long> vfs_write(file *f, user_ptr<const char> buf, size_t n,
		       loff_t *pos)
{
	TRY(rw_verify(f, FMODE_WRITE, buf.addr(), n));
	if (unlikely(!f->f_op->write))
		return -EINVAL;
	return f->f_op->write(f, buf, n, pos);
}

SYSCALL result<long> sys_read(unsigned fd, user_ptr<char> buf, size_t n)
{
	fd_file f(fd);

	return likely(!!f) ? vfs_read(f.get(), buf, n, &f->f_pos) : -EBADF;
}

SYSCALL result<long> sys_write(unsigned fd, user_ptr<const char> buf, size_t n)
{
	fd_file f(fd);

	return likely(!!f) ? vfs_write(f.get(), buf, n, &f->f_pos) : -EBADF;
}

SYSCALL result<long> sys_pread64(unsigned fd, user_ptr<char> buf, size_t n,
				 u32 pos_low, u32 pos_high)
{
	loff_t pos = make_loff(pos_low, pos_high);
	fd_file f(fd);

	if (!f)
		return -EBADF;
	return pos < 0 ? -EINVAL : vfs_read(f.get(), buf, n, &pos);
}

SYSCALL result<long> sys_pwrite64(unsigned fd, user_ptr<const char> buf,
				  size_t n, u32 pos_low, u32 pos_high)
{
	loff_t pos = make_loff(pos_low, pos_high);
	fd_file f(fd);

	if (!f)
		return -EBADF;
	return pos < 0 ? -EINVAL : vfs_write(f.get(), buf, n, &pos);
}

/* ---- lseek ---- */

status generic_file_llseek(file *f, loff_t offset, int whence, loff_t *res)
{
	inode *inode = f->f_dentry->d_inode->i_mapping->host;

	if (whence == 1)
		offset += f->f_pos;
	else if (whence == 2)
		offset += i_size_read(inode);
	else if (whence != 0)
		return -EINVAL;
	if (offset < 0 || offset > inode->i_sb->s_maxbytes)
		return -EINVAL;
	f->f_pos = *res = offset;
	return OK;
}

status no_llseek(file *, loff_t, int, loff_t *) { return -ESPIPE; }

static status vfs_llseek(unsigned fd, loff_t offset, int whence, loff_t *res)
{
	fd_file f(fd);

	if (!f)
		return -EBADF;
	return f->f_op->llseek ? f->f_op->llseek(f.get(), offset, whence, res) :
			generic_file_llseek(f.get(), offset, whence, res);
}

SYSCALL result<long> sys_lseek(unsigned fd, long offset, int whence)
{
	loff_t res;

	TRY(vfs_llseek(fd, offset, whence, &res));
	return res > 0x7fffffff ? result<long>(-EOVERFLOW) : (long)res;
}

SYSCALL result<long> sys_llseek(unsigned fd, u32 high, u32 low,
				user_ptr<loff_t> result_, int whence)
{
	loff_t res;

	TRY(vfs_llseek(fd, make_loff(low, high), whence, &res));
	return put_user(res, result_);
}
