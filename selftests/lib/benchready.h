/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes before and after the operations of bench.h: what the kernel can
 * do, a cold cache, a buffer, descriptors.
 */
#pragma once

#include <bench.h>

/* ---- what a kernel can do ---- */

/* Only where a mapping reads into the frames that are there is a range behind
 * the end of the file ENXIO. */
static inline bool can_refill(run *r)
{
	constexpr int FLAGS = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;
	void *p = mmap(nullptr, PAGE, PROT_READ, FLAGS, r->fd, 0);

	if (p == MAP_FAILED)
		return failed(r, "mmap");
	void *q = mmap(p, PAGE, PROT_READ, FLAGS | MAP_FIXED, r->fd, FAR_AWAY);
	int err = q == MAP_FAILED ? errno : 0;
	munmap(p, PAGE);
	return err == ENXIO || failed(r, "refill", EOPNOTSUPP);
}

/* Do pages arrive that nobody touches? Gives them 300 ms. */
static inline bool arrives(const uint8_t *p, size_t len)
{
	unsigned char there[64];

	for (int i = 0; i < 300; i++) {
		unsigned n = 0;
		if (mincore((void *)p, len, there))
			return false;
		for (size_t k = 0; k < len / PAGE; k++)
			n += there[k] & 1;
		if (n == len / PAGE)
			return true;
		usleep(1000);
	}
	return false;
}

static inline bool can_run_ahead(run *r)
{
	constexpr int FLAGS = MAP_SHARED_VALIDATE | MAP_DIRECT;
	constexpr size_t LEN = 64 * KIB;

	if (!can_refill(r))
		return false;
	auto p = (uint8_t *)mmap(nullptr, LEN, PROT_READ, FLAGS | MAP_BLOCK,
				 r->fd, 0);
	if (p == MAP_FAILED)
		return failed(r, "mmap");
	bool good = mmap(p, LEN, PROT_READ, FLAGS | MAP_FIXED, r->fd,
			 LEN) == p && arrives(p, LEN);
	munmap(p, LEN);
	return good || failed(r, "refill", EOPNOTSUPP);
}

/* ---- getting ready ---- */

static inline void forget(const char *dev)
{
	int fd = open(dev, O_RDONLY);

	if (fd >= 0) {
		ioctl(fd, BLKFLSBUF_IOCTL, 0);
		close(fd);
	}
}

static inline bool remount(run *r, const char *dev, const char *folder)
{
	umount(folder);
	forget(dev);
	return mount(dev, folder, "ext2", 0, nullptr) == 0 ||
		failed(r, "mount");
}

static inline bool get_buffer(run *r)
{
	r->buffer = (uint8_t *)mmap(nullptr, r->size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->buffer == MAP_FAILED)
		return failed(r, "mmap");
	memset(r->buffer, 1, r->size);
	return true;
}

static inline bool open_both(run *r, const char *name, int flags)
{
	r->plain = open(name, O_RDWR);
	r->fd = open(name, O_RDWR | flags);
	if (r->fd < 0 || r->plain < 0)
		return failed(r, "open");
	if ((flags & O_DIRECT) && !(fcntl(r->fd, F_GETFL) & O_DIRECT))
		return failed(r, "open", EINVAL);
	return true;
}

/* A read that goes on behind its window's back keeps the file in use. */
static inline void finish(run *r)
{
	for (unsigned i = 0; !r->block && !r->err && i < r->nr_windows; i++)
		check(r, r->windows[i].p, r->windows[i].at);
	for (window &w : r->windows)
		if (w.p)
			munmap(w.p, r->size);
	if (r->buffer && r->buffer != MAP_FAILED)
		munmap(r->buffer, r->size);
	if (r->fd >= 0)
		close(r->fd);
	if (r->plain >= 0)
		close(r->plain);
}
