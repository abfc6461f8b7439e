/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/kmsg: the messages of the kernel, from the oldest that is kept, once
 * to each opener, who waits for more.
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/poll.h>
#include "internal.h"

static result<long> next_text(file *f, u64 *seq, char *buf, size_t size)
{
	if (!(f->f_flags & O_NONBLOCK))
		return printk_wait_read(seq, buf, size);
	size_t n = printk_read(seq, buf, size);

	return n ? result<long>((long)n) : -EAGAIN;
}

static result<long> kmsg_read(file *f, user_ptr<char> buf, size_t n,
			      loff_t *pos)
{
	unsigned long page = __get_free_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	u64 seq = *pos;
	result<long> r = next_text(f, &seq, (char *)page,
				       min(n, (size_t)PAGE_SIZE));
	if (r.ok() && copy_to_user(buf.addr(), (void *)page,
				   r.value()).failed())
		r = -EFAULT;
	if (r.ok())
		*pos = seq;
	free_page(page);
	return r;
}

static unsigned kmsg_poll(file *f, poll_table *)
{
	u64 seq = f->f_pos;
	char c;

	return printk_read(&seq, &c, 1) ? POLLIN | POLLRDNORM : 0;
}

static status kmsg_open(inode *, file *)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static const file_operations kmsg_fops = {
	.read = kmsg_read,
	.poll = kmsg_poll,
	.open = kmsg_open,
};

static void kmsg_init()
{
	proc_create("kmsg", S_IRUSR, nullptr, nullptr, nullptr)->fops =
		&kmsg_fops;
}
core_initcall(kmsg_init);
