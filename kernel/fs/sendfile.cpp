/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sendfile: pages of the page cache handed to the target without a stop in
 * user space. The target is a pipe, or a file in the page cache, where the
 * bytes go from page to page. 2.4: sys_sendfile in mm/filemap.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/signal.h>
#include <linux/string.h>

using sendpage_t = result<long> (*)(file *f, page *p, unsigned offset,
				    size_t size, loff_t *pos);

/* ---- a target in the page cache ---- */

static void copy_between(page *to, unsigned at, page *from, unsigned offset,
			 size_t n)
{
	char *d = (char *)kmap(to), *s = (char *)kmap(from);

	memmove(d + at, s + offset, n);	/* maybe one page */
	kunmap(from);
	kunmap(to);
}

/* @to is locked. */
static status fill_page(file *f, page *to, unsigned at, page *from,
			unsigned offset, size_t n)
{
	const address_space_operations *op = to->mapping->a_ops;

	TRY(op->prepare_write(f, to, at, at + n));
	copy_between(to, at, from, offset, n);
	return op->commit_write(f, to, at, at + n);
}

/* A piece that lies in one page of the target. */
static result<long> send_piece(file *f, page *from, unsigned offset, size_t n,
			       loff_t pos)
{
	address_space *mapping = f->f_dentry->d_inode->i_mapping;
	unsigned at = pos & ~PAGE_MASK;

	n = min(n, (size_t)(PAGE_SIZE - at));
	page *to = grab_cache_page(mapping, pos >> PAGE_SHIFT);
	if (!to)
		return -ENOMEM;
	status st = fill_page(f, to, at, from, offset, n);
	unlock_page(to);
	page_cache_release(to);
	return st.ok() ? result<long>((long)n) : st.fail();
}

/* How much of @n a write at @pos may do: RLIMIT_FSIZE, largest file. */
static result<long> write_room(inode *inode, loff_t pos, size_t n)
{
	u64 limit = rlimit(RLIMIT_FSIZE);

	if ((u64)pos >= limit) {
		send_sig(SIGXFSZ, current).ignore();
		return -EFBIG;
	}
	limit = min(limit, (u64)inode->i_sb->s_maxbytes);
	if ((u64)pos >= limit)
		return -EFBIG;
	return (long)min((u64)n, limit - pos);
}

static result<long> file_sendpage(file *f, page *p, unsigned offset,
				  size_t size, loff_t *ppos)
{
	inode *inode = f->f_dentry->d_inode->i_mapping->host;
	down_guard g(inode->i_sem);
	loff_t pos = f->f_flags & O_APPEND ? i_size_read(inode) : *ppos;
	size_t todo = TRY(write_room(inode, pos, size)), done = 0;
	status st;

	remove_suid(f->f_dentry);
	inode->i_ctime = inode->i_mtime = current_fs_time();
	mark_inode_dirty_sync(inode);
	while (done < todo && st.ok()) {
		auto r = send_piece(f, p, offset + done, todo - done,
				    pos + done);
		if (r.ok())
			done += r.value();
		st = r.err();
	}
	*ppos = pos + done;
	return done ? result<long>((long)done) : st.fail();
}

/* ---- the call ---- */

struct send_target {
	file *f;
	sendpage_t send;
};

static sendpage_t find_sendpage(const file *f)
{
	const inode *inode = f->f_dentry->d_inode;

	if (f->f_op->sendpage)
		return f->f_op->sendpage;
	if (S_ISREG(inode->i_mode) && inode->i_mapping->a_ops->prepare_write)
		return file_sendpage;
	return nullptr;
}

static size_t send_actor(read_descriptor_t *desc, page *p, unsigned offset,
			 size_t size)
{
	const send_target *t = (const send_target *)desc->buf;

	auto r = t->send(t->f, p, offset, min(size, desc->count), &t->f->f_pos);
	if (r.failed()) {
		desc->error = r.err();
		return 0;
	}
	desc->count -= r.value();
	desc->written += r.value();
	return r.value();
}

static result<long> send(file *out, file *in, loff_t *pos, size_t count)
{
	send_target t{out, find_sendpage(out)};
	read_descriptor_t desc{.count = count, .buf = (unsigned long)&t};

	TRY(rw_verify(in, FMODE_READ, 0, 0));
	TRY(rw_verify(out, FMODE_WRITE, 0, 0));
	const inode *from = in->f_dentry->d_inode;

	if (!t.send || !(S_ISREG(from->i_mode) || S_ISBLK(from->i_mode)) ||
	    !from->i_mapping->a_ops->readpage)
		return -EINVAL;
	if (*pos < 0 || (ssize_t)count < 0)
		return -EINVAL;
	do_generic_file_read(in, pos, &desc, send_actor);
	return desc.written ? result<long>((long)desc.written) :
			      result<long>(desc.error);
}

static result<long> do_sendfile(unsigned out_fd, unsigned in_fd, loff_t *pos,
				size_t count)
{
	fd_file in(in_fd), out(out_fd);

	if (!in || !out)
		return -EBADF;
	return send(out.get(), in.get(), pos ? pos : &in->f_pos, count);
}

SYSCALL result<long> sys_sendfile(unsigned out_fd, unsigned in_fd,
				  user_ptr<s32> offset, size_t count)
{
	s32 off32;

	if (!offset)
		return do_sendfile(out_fd, in_fd, nullptr, count);
	TRY(get_user(&off32, offset));
	loff_t pos = off32;
	auto r = do_sendfile(out_fd, in_fd, &pos, count);
	TRY(put_user((s32)pos, offset));
	return r;
}

SYSCALL result<long> sys_sendfile64(unsigned out_fd, unsigned in_fd,
				    user_ptr<loff_t> offset, size_t count)
{
	loff_t pos;

	if (!offset)
		return do_sendfile(out_fd, in_fd, nullptr, count);
	TRY(get_user(&pos, offset));
	auto r = do_sendfile(out_fd, in_fd, &pos, count);
	TRY(put_user(pos, offset));
	return r;
}
