/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of descriptors. One allocation holds the array of files and both
 * bitmaps; it doubles when it is full. file_lock guards it all; a task that
 * does not share its table reads without it. A descriptor whose open bit is
 * set and whose file is null is reserved. 2.4: fs/file.c.
 */
#include "fdtable.h"

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

constexpr unsigned FIRST_FDS = 64;

/* ---- the memory of a table ---- */

struct fd_mem {
	unsigned max = 0;
	file **fd = nullptr;
	unsigned long *open = nullptr, *cloexec = nullptr;
};

/* File pointers, and a bit in each of two maps. */
static size_t fd_mem_size(unsigned max)
{
	return max * sizeof(file *) + 2 * (max / 8);
}

static void fd_mem_free(file **fd, unsigned max)
{
	if (fd_mem_size(max) > 4 * PAGE_SIZE)
		vfree(fd);
	else
		kfree(fd);
}

static bool fd_mem_alloc(fd_mem *m, unsigned max)
{
	size_t size = fd_mem_size(max);
	void *p = size > 4 * PAGE_SIZE ? vmalloc(size) :
					 kmalloc(size, GFP_KERNEL);

	if (!p)
		return false;
	memset(p, 0, size);
	m->max = max;
	m->fd = (file **)p;
	m->open = (unsigned long *)(m->fd + max);
	m->cloexec = m->open + max / 32;
	return true;
}

static void fd_mem_copy(fd_mem *to, const files_struct *from, unsigned max)
{
	memcpy(to->fd, from->fd, max * sizeof(file *));
	memcpy(to->open, from->open_fds, max / 8);
	memcpy(to->cloexec, from->close_on_exec, max / 8);
}

static void fd_mem_install(files_struct *files, const fd_mem &m)
{
	files->max_fds = m.max;
	files->fd = m.fd;
	files->open_fds = m.open;
	files->close_on_exec = m.cloexec;
}

status expand_files(files_struct *files, unsigned nr)
{
	unsigned max = FIRST_FDS;
	fd_mem m;

	while (max <= nr)
		max *= 2;
	spin_unlock(&files->file_lock);
	bool ok = fd_mem_alloc(&m, max);
	spin_lock(&files->file_lock);
	if (!ok)
		return -ENOMEM;
	file **old = files->fd;
	unsigned old_max = files->max_fds;
	if (old_max >= max) {		/* somebody was faster */
		old = m.fd;
		old_max = max;
	} else {
		if (old)
			fd_mem_copy(&m, files, old_max);
		fd_mem_install(files, m);
	}
	spin_unlock(&files->file_lock);
	if (old)
		fd_mem_free(old, old_max);
	spin_lock(&files->file_lock);
	return OK;
}

/* ---- descriptors ---- */

result<long> get_unused_fd(unsigned start, bool cloexec)
{
	files_struct *files = current->files;
	u64 limit = min(rlimit(RLIMIT_NOFILE), (u64)NR_OPEN_MAX);
	spin_guard g(files->file_lock);

	for (;;) {
		unsigned fd = max(start, files->next_fd);

		if (fd < files->max_fds)
			fd = find_next_zero_bit(files->open_fds,
						files->max_fds, fd);
		if (fd >= limit)
			return -EMFILE;
		if (fd >= files->max_fds) {
			TRY(expand_files(files, fd));
			continue;
		}
		__set_bit(fd & 31, &files->open_fds[fd / 32]);
		set_cloexec(files, fd, cloexec);
		if (start <= files->next_fd)
			files->next_fd = fd + 1;
		return (long)fd;
	}
}

/* file_lock held. */
static void release_fd(files_struct *files, unsigned fd)
{
	__clear_bit(fd & 31, &files->open_fds[fd / 32]);
	set_cloexec(files, fd, false);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

void put_unused_fd(unsigned fd)
{
	files_struct *files = current->files;
	spin_guard g(files->file_lock);

	release_fd(files, fd);
}

void fd_install(unsigned fd, file *f)
{
	files_struct *files = current->files;
	spin_guard g(files->file_lock);

	BUG_ON(files->fd[fd]);
	files->fd[fd] = f;
}

result<long> fd_attach(file *f, bool cloexec)
{
	auto fd = get_unused_fd(0, cloexec);

	if (fd.ok())
		fd_install(fd.value(), f);
	else
		filp_close(f).ignore();
	return fd;
}

file *fd_detach(files_struct *files, unsigned fd)
{
	spin_guard g(files->file_lock);
	file *f = fcheck(files, fd);

	if (!f)
		return nullptr;
	files->fd[fd] = nullptr;
	release_fd(files, fd);
	return f;
}

file *fget_raw(unsigned fd)
{
	files_struct *files = current->files;
	spin_guard g(files->file_lock);
	file *f = fcheck(files, fd);

	if (f)
		get_file(f);
	return f;
}

file *fget(unsigned fd)
{
	file *f = fget_raw(fd);

	if (!f || !(f->f_mode & FMODE_PATH))
		return f;
	fput(f);
	return nullptr;
}

/* ---- whole tables ---- */

/* One past the highest open descriptor, rounded up; file_lock held. */
static unsigned open_fds_end(const files_struct *files)
{
	unsigned words = files->max_fds / 32;

	while (words && !files->open_fds[words - 1])
		words--;
	return words * 32;
}

/* file_lock of @old held, dropped and taken again: memory for a copy. */
static bool alloc_copy(files_struct *old, fd_mem *m)
{
	for (;;) {
		unsigned need = open_fds_end(old), max = FIRST_FDS;

		while (max < need)
			max *= 2;
		if (max <= m->max)
			return true;
		spin_unlock(&old->file_lock);
		if (m->fd)
			fd_mem_free(m->fd, m->max);
		m->fd = nullptr;
		bool ok = fd_mem_alloc(m, max);
		spin_lock(&old->file_lock);
		if (!ok)
			return false;
	}
}

/* Counts on what is open; what is only reserved is not copied. */
static void take_copies(files_struct *f)
{
	for (unsigned fd = find_next_bit(f->open_fds, f->max_fds, 0);
	     fd < f->max_fds;
	     fd = find_next_bit(f->open_fds, f->max_fds, fd + 1)) {
		if (f->fd[fd])
			get_file(f->fd[fd]);
		else
			release_fd(f, fd);
	}
}

files_struct *dup_files(files_struct *old)
{
	files_struct *f = kmalloc_new<files_struct>(GFP_KERNEL);
	fd_mem m;

	if (!f)
		return nullptr;
	spin_guard g(old->file_lock);
	if (!alloc_copy(old, &m)) {
		g.unlock();
		kfree(f);
		return nullptr;
	}
	if (old->fd)
		fd_mem_copy(&m, old, min(m.max, old->max_fds));
	fd_mem_install(f, m);
	f->next_fd = old->next_fd;
	take_copies(f);
	return f;
}

static void close_all(files_struct *files)
{
	for (unsigned fd = 0; fd < files->max_fds; fd++) {
		if (!(fd & 31) && !files->open_fds[fd / 32]) {
			fd += 31;
			continue;
		}
		file *f = fd_detach(files, fd);
		if (f)
			filp_close_owner(f, files).ignore();
	}
}

void put_files_struct(files_struct *files)
{
	if (!files || !atomic_dec_and_test(&files->count))
		return;
	close_all(files);
	if (files->fd)
		fd_mem_free(files->fd, files->max_fds);
	if (files != &init_files)
		kfree(files);
}

void flush_old_files(files_struct *files)
{
	for (unsigned fd = 0; fd < files->max_fds; fd++) {
		if (!(fd & 31) && !files->close_on_exec[fd / 32]) {
			fd += 31;
			continue;
		}
		if (!test_bit(fd & 31, &files->close_on_exec[fd / 32]))
			continue;
		file *f = fd_detach(files, fd);
		if (f)
			filp_close_owner(f, files).ignore();
	}
}
