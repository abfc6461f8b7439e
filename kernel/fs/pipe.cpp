/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pipes and the transfer of FIFOs. p->sem is held while bytes move; whoever
 * has to wait lets go of it. A reader returns what there is, a writer comes
 * back only when all is written, or with what was written before a signal.
 * 2.4: fs/pipe.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/pipe_fs_i.h>
#include <linux/poll.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/ioctl.h>

static inline pipe_inode_info *pipe_of(const file *f)
{
	return f->f_dentry->d_inode->i_pipe;
}

/* ---- the ring; p->sem held ---- */

static u32 slot_of(u32 at) { return at / PAGE_SIZE % PIPE_PAGES; }

static void put_ring_page(pipe_inode_info *p, u32 slot)
{
	if (p->spare)
		free_page((unsigned long)p->pages[slot]);
	else
		p->spare = p->pages[slot];
	p->pages[slot] = nullptr;
}

static char *get_ring_page(pipe_inode_info *p, u32 slot)
{
	if (!p->pages[slot]) {
		p->pages[slot] = p->spare ? p->spare :
				 (char *)__get_free_page(GFP_USER);
		p->spare = nullptr;
	}
	return p->pages[slot];
}

/* An empty ring starts a page afresh: small talk stays in one page. */
static void rewind(pipe_inode_info *p)
{
	if (p->head == p->tail && p->pages[slot_of(p->tail)]) {
		p->tail = p->tail & PAGE_MASK;
		p->head = p->tail;
	}
}

/* tail just left a page: a full ring's head may already be in it again. */
static bool head_in_page_behind(const pipe_inode_info *p)
{
	return p->content() > (PIPE_PAGES - 1) * PAGE_SIZE;
}

/* Up to @n bytes out to user memory; -EFAULT only if there were none. */
static result<long> ring_read(pipe_inode_info *p, unsigned long to, size_t n)
{
	size_t done = 0;

	while (done < n && p->content()) {
		u32 slot = slot_of(p->tail), off = p->tail & ~PAGE_MASK;
		size_t piece = min(min(n - done, (size_t)(PAGE_SIZE - off)),
				   (size_t)p->content());

		if (copy_to_user(to + done, p->pages[slot] + off, piece)
			    .failed())
			return done ? result<long>((long)done) : -EFAULT;
		done += piece;
		p->tail = p->tail + piece;
		if (!(p->tail & ~PAGE_MASK) && !head_in_page_behind(p))
			put_ring_page(p, slot);
	}
	rewind(p);
	return (long)done;
}

struct pipe_source {			/* user memory or a mapped page */
	unsigned long addr;
	bool user;

	status copy(char *to, size_t at, size_t n) const
	{
		if (user)
			return copy_from_user(to, addr + at, n);
		memcpy(to, (const char *)addr + at, n);
		return OK;
	}
};

/* Bytes [@at, @at + @n) of @src in; there is room. */
static result<long> ring_write(pipe_inode_info *p, const pipe_source &src,
			       size_t at, size_t n)
{
	size_t done = 0;
	status st;

	while (done < n) {
		u32 off = p->head & ~PAGE_MASK;
		size_t piece = min(n - done, (size_t)(PAGE_SIZE - off));
		char *page = get_ring_page(p, slot_of(p->head));

		st = page ? src.copy(page + off, at + done, piece) :
			    status(-ENOMEM);
		if (st.failed())
			break;
		done += piece;
		p->head = p->head + piece;
	}
	return done ? result<long>((long)done) : st;
}

/* ---- read and write ---- */

static result<long> pipe_read(file *f, user_ptr<char> buf, size_t n,
			      loff_t *pos)
{
	pipe_inode_info *p = pipe_of(f);

	if (pos != &f->f_pos)
		return -ESPIPE;
	if (!n)
		return 0;
	TRY(down_interruptible(&p->sem));
	while (!p->content()) {
		status st;

		if (p->writers && f->f_flags & O_NONBLOCK)
			st = -EAGAIN;
		bool wait = p->writers && st.ok();
		up(&p->sem);
		if (!wait)
			return st;	/* nobody will write: end of file */
		TRY(wait_event_interruptible(p->read_wait,
					     p->content() || !p->writers));
		TRY(down_interruptible(&p->sem));
	}
	auto r = ring_read(p, buf.addr(), n);
	up(&p->sem);
	if (waitqueue_active(&p->write_wait))
		wake_up_interruptible(&p->write_wait);
	return r;
}

/* p->sem held, given up while asleep. Waits for @need bytes of room. */
static status wait_for_room(file *f, pipe_inode_info *p, size_t need)
{
	while (p->readers && p->room() < need) {
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		up(&p->sem);
		status st = wait_event_interruptible(p->write_wait,
				p->room() >= need || !p->readers);
		down(&p->sem);
		TRY(st);
	}
	if (p->readers)
		return OK;
	send_sig(SIGPIPE, current).ignore();
	return -EPIPE;
}

/* p->sem held. */
static result<long> write_locked(file *f, pipe_inode_info *p,
				 const pipe_source &src, size_t n)
{
	/* Small writes go in whole, larger ones as there is room. */
	size_t done = 0, need = n <= PIPE_BUF ? n : 1;
	status st;

	while (done < n) {
		st = wait_for_room(f, p, need);
		if (st.failed())
			break;
		auto r = ring_write(p, src, done,
				    min(n - done, (size_t)p->room()));
		st = r.err();
		if (st.failed())
			break;
		done += r.value();
		if (waitqueue_active(&p->read_wait))
			wake_up_interruptible(&p->read_wait);
		need = 1;
	}
	return done ? result<long>((long)done) : st;
}

static result<long> pipe_write_from(file *f, const pipe_source &src, size_t n)
{
	pipe_inode_info *p = pipe_of(f);

	if (!n)
		return 0;
	TRY(down_interruptible(&p->sem));
	auto r = write_locked(f, p, src, n);
	up(&p->sem);
	return r;
}

static result<long> pipe_write(file *f, user_ptr<const char> buf, size_t n,
			       loff_t *pos)
{
	if (pos != &f->f_pos)
		return -ESPIPE;
	return pipe_write_from(f, {buf.addr(), true}, n);
}

static result<long> pipe_sendpage(file *f, page *pg, unsigned offset,
				  size_t size, loff_t *)
{
	unsigned long addr = (unsigned long)kmap(pg) + offset;
	auto r = pipe_write_from(f, {addr, false}, size);

	kunmap(pg);
	return r;
}

static unsigned pipe_poll(file *f, poll_table *wait)
{
	pipe_inode_info *p = pipe_of(f);
	unsigned mask = 0;

	if (f->f_mode & FMODE_READ) {
		poll_wait(f, &p->read_wait, wait);
		if (p->content())
			mask |= POLLIN | POLLRDNORM;
		/* Not before there was a writer at all (see fifo_open). */
		if (!p->writers && f->private_data != (void *)p->w_counter)
			mask |= POLLHUP;
	}
	if (f->f_mode & FMODE_WRITE) {
		poll_wait(f, &p->write_wait, wait);
		if (p->room() >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!p->readers)
			mask |= POLLERR;
	}
	return mask;
}

static result<long> pipe_ioctl(inode *inode, file *, unsigned cmd,
			       unsigned long arg)
{
	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user((int)inode->i_pipe->content(), user_at<int>(arg));
}

void pipe_wake_all(pipe_inode_info *p)
{
	wake_up_all(&p->read_wait);
	wake_up_all(&p->write_wait);
}

static status pipe_release(inode *inode, file *f)
{
	pipe_inode_info *p = inode->i_pipe;

	down(&p->sem);
	if (f->f_mode & FMODE_READ)
		p->readers = p->readers - 1;
	if (f->f_mode & FMODE_WRITE)
		p->writers = p->writers - 1;
	up(&p->sem);
	pipe_wake_all(p);
	pipe_put(inode);
	return OK;
}

const file_operations pipe_fops = {
	.llseek = no_llseek,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
	.sendpage = pipe_sendpage,
};

/* ---- its memory ---- */

static void free_pipe(pipe_inode_info *p)
{
	for (char *page : p->pages)
		free_page((unsigned long)page);
	free_page((unsigned long)p->spare);
	kfree(p);
}

result<pipe_inode_info *> pipe_get(inode *inode)
{
	down_guard g(inode->i_sem);

	if (!inode->i_pipe)
		inode->i_pipe = kmalloc_new<pipe_inode_info>(GFP_KERNEL);
	if (!inode->i_pipe)
		return -ENOMEM;
	inode->i_pipe->users++;
	return inode->i_pipe;
}

void pipe_put(inode *inode)
{
	down_guard g(inode->i_sem);
	pipe_inode_info *p = inode->i_pipe;

	if (--p->users)
		return;
	inode->i_pipe = nullptr;
	g.unlock();
	free_pipe(p);
}
