/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of another process: access_mm() for all who need it, and
 * /proc/PID/mem. No lock of the address space is held while data moves to or
 * from the caller's own memory, which may be the same one.
 */
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include "internal.h"

/* One page of it, with a count; null: not there or not allowed. */
static page *get_remote_page(task_struct *task, mm_struct *mm,
			     unsigned long addr, bool write)
{
	page *p;
	read_guard g(mm->mmap_sem);
	result<long> n = get_user_pages(task, mm, addr & PAGE_MASK, 1, write,
					true, &p, nullptr);

	return n.ok() && n.value() == 1 ? p : nullptr;
}

size_t access_mm(task_struct *task, mm_struct *mm, unsigned long addr,
		 void *buf, size_t len, bool write)
{
	char *b = (char *)buf;
	size_t done = 0;

	while (done < len && addr + done < TASK_SIZE) {
		unsigned long at = addr + done, offset = at & ~PAGE_MASK;
		size_t n = min(len - done, (size_t)(PAGE_SIZE - offset));
		page *p = get_remote_page(task, mm, at, write);

		if (!p)
			break;
		char *k = (char *)kmap(p) + offset;
		if (write)
			memcpy(k, b + done, n);
		else
			memcpy(b + done, k, n);
		kunmap(p);
		if (write)
			set_page_dirty(p);
		put_page(p);
		done += n;
	}
	return done;
}

/* ---- /proc/PID/mem ---- */

static status mem_open(inode *inode, file *)
{
	return ptrace_may_attach(task_ref(inode)->task) ? 0 : -EACCES;
}

/* The task may have changed its program, and its user, since the open. */
static result<mm_struct *> mem_mm(const file *f)
{
	task_struct *t = task_ref(f->f_dentry->d_inode)->task;

	if (!ptrace_may_attach(t))
		return -ESRCH;
	mm_struct *mm = get_task_mm(t);
	if (!mm)
		return -ESRCH;
	return mm;
}

/* One piece through @page; returns the bytes moved, 0 at what is not there. */
static result<long> mem_piece(file *f, mm_struct *mm, unsigned long user,
			      unsigned long addr, size_t n, bool write,
			      void *page)
{
	task_struct *t = task_ref(f->f_dentry->d_inode)->task;

	if (write)
		TRY(copy_from_user(page, user, n));
	n = access_mm(t, mm, addr, page, n, write);
	if (!write)
		TRY(copy_to_user(user, page, n));
	return (long)n;
}

static result<long> mem_loop(file *f, mm_struct *mm, unsigned long user,
			     size_t n, loff_t *pos, bool write, void *page)
{
	size_t done = 0;

	while (done < n && *pos < (loff_t)TASK_SIZE) {
		size_t want = min(n - done, (size_t)PAGE_SIZE);
		result<long> r = mem_piece(f, mm, user + done,
					   (unsigned long)*pos, want, write,
					   page);

		if (r.failed() || !r.value()) {
			if (done)
				break;
			return r.failed() ? r : result<long>(-EIO);
		}
		done += r.value();
		*pos += r.value();
		if (signal_pending(current))
			break;
	}
	return (long)done;
}

static result<long> mem_rw(file *f, unsigned long user, size_t n, loff_t *pos,
			   bool write)
{
	if (!n || *pos < 0)
		return *pos < 0 ? -EINVAL : 0;
	mm_struct *mm = TRY(mem_mm(f));
	unsigned long page = __get_free_page(GFP_KERNEL);
	result<long> r = page ? mem_loop(f, mm, user, n, pos, write,
					 (void *)page) : -ENOMEM;

	free_page(page);
	mmput(mm);
	return r;
}

static result<long> mem_read(file *f, user_ptr<char> buf, size_t n,
			     loff_t *pos)
{
	return mem_rw(f, buf.addr(), n, pos, false);
}

static result<long> mem_write(file *f, user_ptr<const char> buf, size_t n,
			      loff_t *pos)
{
	return mem_rw(f, buf.addr(), n, pos, true);
}

static status mem_llseek(file *f, loff_t offset, int whence, loff_t *res)
{
	if (whence != 0 && whence != 1)
		return -EINVAL;
	if (whence == 1)
		offset += f->f_pos;
	if (offset < 0)
		return -EINVAL;
	*res = f->f_pos = offset;
	return OK;
}

const file_operations proc_mem_fops = {
	.llseek = mem_llseek,
	.read = mem_read,
	.write = mem_write,
	.open = mem_open,
};
