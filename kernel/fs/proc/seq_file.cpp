/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text files made on the fly (2.4: fs/seq_file.c, without its iterators: what
 * we show fits into memory). Invariant under m->lock: if filled, buf[0..count)
 * is a text that one call of show() printed as a whole.
 */
#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

constexpr size_t KMALLOC_LIMIT = 32 << 10, SIZE_LIMIT = 32 << 20;

void seq_write(seq_file *m, const void *data, size_t n)
{
	if (n >= m->size - m->count) {
		m->count = m->size;
		return;
	}
	memcpy(m->buf + m->count, data, n);
	m->count += n;
}

void seq_puts(seq_file *m, const char *s) { seq_write(m, s, strlen(s)); }
void seq_putc(seq_file *m, char c) { seq_write(m, &c, 1); }

void seq_printf(seq_file *m, const char *fmt, ...)
{
	size_t room = m->size - m->count;
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	size_t n = vsnprintf(m->buf + m->count, room, fmt, ap);
	__builtin_va_end(ap);
	m->count = n < room ? m->count + n : m->size;
}

static void put_escaped(seq_file *m, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\", *s))
			seq_printf(m, "\\%03o", (unsigned char)*s);
		else
			seq_putc(m, *s);
	}
}

void seq_path(seq_file *m, vfsmount *mnt, dentry *d)
{
	char *page = (char *)__get_free_page(GFP_KERNEL);

	if (!page)
		return;
	result<char *> path = d_path(d, mnt, page, PAGE_SIZE);
	if (path.ok())
		put_escaped(m, path.value());
	free_page((unsigned long)page);
}

/* ---- the buffer ---- */

static void free_buffer(seq_file *m)
{
	if ((unsigned long)m->buf >= (unsigned long)high_memory)
		vfree(m->buf);
	else
		kfree(m->buf);
	m->buf = nullptr;
	m->size = m->count = 0;
	m->filled = false;
}

static status alloc_buffer(seq_file *m, size_t size)
{
	if (size > SIZE_LIMIT)
		return -EFBIG;
	free_buffer(m);
	m->buf = (char *)(size > KMALLOC_LIMIT ? vmalloc(size) :
			  kmalloc(size, GFP_KERNEL));
	if (!m->buf)
		return -ENOMEM;
	m->size = size;
	return OK;
}

static status fill(seq_file *m)
{
	if (!m->buf)
		TRY(alloc_buffer(m, PAGE_SIZE));
	for (;;) {
		m->filled = false;
		m->count = 0;
		TRY(m->show(m, m->private_));
		if (m->count < m->size)
			break;
		TRY(alloc_buffer(m, m->size * 2));
	}
	m->filled = true;
	return OK;
}

/* ---- file operations ---- */

status single_open(file *f, status (*show)(seq_file *m, void *v), void *data)
{
	seq_file *m = kmalloc_new<seq_file>(GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	m->show = show;
	m->private_ = data;
	f->private_data = m;
	return OK;
}

result<long> seq_read(file *f, user_ptr<char> buf, size_t n, loff_t *pos)
{
	seq_file *m = (seq_file *)f->private_data;
	down_guard g(m->lock);

	if (*pos < 0)
		return -EINVAL;
	if (!m->filled || !*pos)
		TRY(fill(m));
	if (*pos >= (loff_t)m->count)
		return 0l;
	n = min(n, m->count - (size_t)*pos);
	TRY(copy_to_user(buf.addr(), m->buf + *pos, n));
	*pos += n;
	return (long)n;
}

status seq_release(inode *, file *f)
{
	seq_file *m = (seq_file *)f->private_data;

	free_buffer(m);
	kfree(m);
	return OK;
}
