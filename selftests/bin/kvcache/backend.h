/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the store's clusters get into memory and back to the file, in five ways.
 * The store is the same for all; a way says where a cluster's bytes are once it
 * is loaded, and how pages of it are written.
 *
 * direct fills windows by refill, and writes by O_DIRECT from the windows: the
 * store knows which pages it has changed, so nobody needs to ask the page
 * table, which therefore is never written to; and a failed write is the
 * return value of the call that wrote. shared leaves both to the kernel: it
 * finds changed pages by their dirty bits and writes them before a refill and
 * at msync, which costs an entry and an invalidation for each.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <directmap.h>

constexpr size_t PAGE = DIRECTMAP_PAGE;

struct pool {
	const struct backend *way;
	size_t cluster;			/* bytes of one */
	unsigned frames;
	uint64_t size;			/* of the file */
	int fd = -1;
	uint8_t *memory = nullptr;	/* frames, or for mmap the file */
	directmap windows = {};
	const char *call = "";		/* that failed, with errno */
};

struct backend {
	const char *name;
	int open_flags;
	bool (*open)(pool *p);
	/* Where the cluster is now, or null. What the frame held is lost. */
	uint8_t *(*load)(pool *p, unsigned frame, uint32_t cluster);
	/* Writes pages of a cluster that was loaded at @data. */
	bool (*save)(pool *p, uint8_t *data, size_t len, off_t offset);
	/* A cluster leaves its frame: must the store have it saved? */
	bool save_before_load;
	void (*leave)(pool *p, uint8_t *data);	/* or null */
	void (*close)(pool *p);
};

static bool failed(pool *p, const char *call)
{
	p->call = call;
	return false;
}

/* ---- read() and write(), with the page cache or without it ---- */

static bool open_memory(pool *p)
{
	size_t n = p->frames * p->cluster;
	void *m = mmap(nullptr, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		return failed(p, "mmap");
	p->memory = (uint8_t *)memset(m, 1, n);
	return true;
}

static bool open_odirect(pool *p)
{
	errno = EINVAL;
	if (!(fcntl(p->fd, F_GETFL) & O_DIRECT))
		return failed(p, "open");
	return open_memory(p);
}

/* A short read or write is an error here: clusters are whole. */
static bool whole(pool *p, const char *call, ssize_t n, size_t wanted)
{
	if (n >= 0 && n != (ssize_t)wanted)
		errno = EIO;
	return n == (ssize_t)wanted || failed(p, call);
}

static uint8_t *load_read(pool *p, unsigned frame, uint32_t cluster)
{
	uint8_t *to = p->memory + frame * p->cluster;
	ssize_t n = pread(p->fd, to, p->cluster,
			  (off_t)cluster * p->cluster);

	return whole(p, "pread", n, p->cluster) ? to : nullptr;
}

static bool save_write(pool *p, uint8_t *data, size_t len, off_t offset)
{
	return whole(p, "pwrite", pwrite(p->fd, data, len, offset), len);
}

static void close_memory(pool *p)
{
	munmap(p->memory, p->frames * p->cluster);
}

/* ---- mmap: the whole file; a cluster that leaves is given up ---- */

static bool open_mmap(pool *p)
{
	void *m = mmap(nullptr, p->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		       p->fd, 0);

	if (m == MAP_FAILED)
		return failed(p, "mmap");
	p->memory = (uint8_t *)m;
	return true;
}

static uint8_t *load_mmap(pool *p, unsigned, uint32_t cluster)
{
	return p->memory + (size_t)cluster * p->cluster;
}

static bool save_msync(pool *p, uint8_t *data, size_t len, off_t)
{
	return msync(data, len, MS_SYNC) == 0 || failed(p, "msync");
}

static void leave_mmap(pool *p, uint8_t *data)
{
	madvise(data, p->cluster, MADV_DONTNEED);
}

static void close_mmap(pool *p)
{
	munmap(p->memory, p->size);
}

/* ---- direct windows ---- */

static bool open_windows(pool *p, directmap_mode mode)
{
	return directmap_open(&p->windows, p->cluster, p->frames, mode) == 0 ||
		failed(p, "directmap_open");
}

static bool open_direct(pool *p)
{
	return open_windows(p, DIRECTMAP_SCRATCH);
}

static bool open_shared(pool *p)
{
	return open_windows(p, DIRECTMAP_WRITE_BACK);
}

static uint8_t *load_refill(pool *p, unsigned frame, uint32_t cluster)
{
	if (!directmap_fill(&p->windows, frame, p->fd,
			    (off_t)cluster * p->cluster, p->cluster))
		return directmap_window(&p->windows, frame);
	failed(p, "directmap_fill");
	return nullptr;
}

static void close_windows(pool *p)
{
	directmap_close(&p->windows);
}

static const backend backends[] = {
	{"read", O_RDWR, open_memory, load_read, save_write, true, nullptr,
	 close_memory},
	{"mmap", O_RDWR, open_mmap, load_mmap, save_msync, false, leave_mmap,
	 close_mmap},
	{"odirect", O_RDWR | O_DIRECT, open_odirect, load_read, save_write,
	 true, nullptr, close_memory},
	{"direct", O_RDWR | O_DIRECT, open_direct, load_refill, save_write,
	 true, nullptr, close_windows},
	{"shared", O_RDWR, open_shared, load_refill, save_msync, false,
	 nullptr, close_windows},
};
