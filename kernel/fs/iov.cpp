/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * readv, writev, preadv, pwritev: one transfer for each piece, until one is
 * short or fails; what was moved before counts more than the error.
 * 2.4: fs/read_write.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <uapi/uio.h>

constexpr unsigned UIO_FAST = 8;	/* so few need no memory */

/* The pieces of a call, checked. */
class io_vector {
	iovec fast[UIO_FAST];
	iovec *v = fast;
	unsigned n = 0;

public:
	io_vector() = default;
	io_vector(const io_vector &) = delete;
	~io_vector()
	{
		if (v != fast)
			kfree(v);
	}
	status copy(user_ptr<const iovec> u, unsigned nr);
	const iovec *begin() const { return v; }
	const iovec *end() const { return v + n; }
};

status io_vector::copy(user_ptr<const iovec> u, unsigned nr)
{
	size_t total = 0;

	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > UIO_FAST) {
		iovec *p = (iovec *)kmalloc(nr * sizeof(iovec), GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		v = p;
	}
	n = nr;
	TRY(copy_from_user(v, u.addr(), nr * sizeof(iovec)));
	for (const iovec &i : *this) {
		total += i.iov_len;
		if ((ssize_t)i.iov_len < 0 || (ssize_t)total < 0)
			return -EINVAL;
		if (!access_ok(i.iov_base, i.iov_len))
			return -EFAULT;
	}
	return OK;
}

static result<long> one_piece(file *f, bool write, const iovec &i, loff_t *pos)
{
	return write ?
		vfs_write(f, user_at<const char>(i.iov_base), i.iov_len, pos) :
		vfs_read(f, user_at<char>(i.iov_base), i.iov_len, pos);
}

static result<long> do_rwv(file *f, bool write, user_ptr<const iovec> u,
			   unsigned nr, loff_t *pos)
{
	io_vector vec;
	long done = 0;

	if (!(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	TRY(vec.copy(u, nr));
	for (const iovec &i : vec) {
		if (!i.iov_len)
			continue;
		auto r = one_piece(f, write, i, pos);
		if (r.failed())
			return done ? result<long>(done) : r;
		done += r.value();
		if ((size_t)r.value() != i.iov_len)
			break;
	}
	return done;
}

SYSCALL result<long> sys_readv(unsigned fd, user_ptr<const iovec> vec,
			       unsigned nr)
{
	fd_file f(fd);

	return f ? do_rwv(f.get(), false, vec, nr, &f->f_pos) : -EBADF;
}

SYSCALL result<long> sys_writev(unsigned fd, user_ptr<const iovec> vec,
				unsigned nr)
{
	fd_file f(fd);

	return f ? do_rwv(f.get(), true, vec, nr, &f->f_pos) : -EBADF;
}

SYSCALL result<long> sys_preadv(unsigned fd, user_ptr<const iovec> vec,
				unsigned nr, u32 low, u32 high)
{
	loff_t pos = make_loff(low, high);
	fd_file f(fd);

	if (!f)
		return -EBADF;
	return pos < 0 ? -EINVAL : do_rwv(f.get(), false, vec, nr, &pos);
}

SYSCALL result<long> sys_pwritev(unsigned fd, user_ptr<const iovec> vec,
				 unsigned nr, u32 low, u32 high)
{
	loff_t pos = make_loff(low, high);
	fd_file f(fd);

	if (!f)
		return -EBADF;
	return pos < 0 ? -EINVAL : do_rwv(f.get(), true, vec, nr, &pos);
}
