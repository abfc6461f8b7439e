/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening a FIFO: each side waits for the other, by a counter of opens, so
 * that a peer who came and went again counts too. From then on it is a pipe.
 * 2.4: fs/fifo.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/pipe_fs_i.h>
#include <linux/sched.h>

/* p->sem held, given up while asleep. */
static status wait_for_peer(pipe_inode_info *p, wait_queue_head_t *q,
			    const volatile unsigned *opens)
{
	unsigned before = *opens;

	up(&p->sem);
	status st = wait_event_interruptible(*q, *opens != before);
	down(&p->sem);
	return st;
}

static void enter(pipe_inode_info *p, unsigned mode)
{
	if (mode & FMODE_READ) {
		p->readers = p->readers + 1;
		p->r_counter = p->r_counter + 1;
	}
	if (mode & FMODE_WRITE) {
		p->writers = p->writers + 1;
		p->w_counter = p->w_counter + 1;
	}
	pipe_wake_all(p);
}

static void leave(pipe_inode_info *p, unsigned mode)
{
	if (mode & FMODE_READ)
		p->readers = p->readers - 1;
	if (mode & FMODE_WRITE)
		p->writers = p->writers - 1;
	pipe_wake_all(p);
}

/* p->sem held. */
static status open_locked(pipe_inode_info *p, file *f)
{
	bool nonblock = f->f_flags & O_NONBLOCK;
	unsigned mode = f->f_mode & (FMODE_READ | FMODE_WRITE);
	status st;

	f->private_data = (void *)~0ul;
	if (mode == FMODE_WRITE && nonblock && !p->readers)
		return -ENXIO;
	enter(p, mode);
	if (mode == FMODE_READ && !p->writers) {
		/* Poll: no hang-up until somebody has written and gone. */
		if (nonblock)
			f->private_data = (void *)p->w_counter;
		else
			st = wait_for_peer(p, &p->read_wait, &p->w_counter);
	} else if (mode == FMODE_WRITE && !p->readers) {
		st = wait_for_peer(p, &p->write_wait, &p->r_counter);
	}
	if (st.failed())
		leave(p, mode);
	return st;
}

static status fifo_open(inode *inode, file *f)
{
	if (!(f->f_mode & (FMODE_READ | FMODE_WRITE)))
		return -EINVAL;
	pipe_inode_info *p = TRY(pipe_get(inode));
	down(&p->sem);
	f->f_op = &pipe_fops;
	status st = open_locked(p, f);
	up(&p->sem);
	if (st.failed())
		pipe_put(inode);
	return st;
}

const file_operations def_fifo_fops = {
	.open = fifo_open,
};
