/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs behind make bench share: the operations that are measured
 * (benchready.h: what they need). Each page of the file carries its pattern's
 * first two words; they are written before and looked at after an operation,
 * the rest of a page does not matter. Nothing here depends on one kernel
 * tree: what a kernel lacks shows as the error of a call.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <marker.h>
#include <pattern.h>

constexpr size_t PAGE = 4096, KIB = 1024, MIB = 1024 * 1024;
constexpr unsigned long BLKFLSBUF_IOCTL = 0x1261, RAW_SETBIND = 0xac00;
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
constexpr int MAP_DIRECT = 0x400000, MAP_BLOCK = 0x800000;
constexpr off_t FAR_AWAY = 1ll << 40;	/* behind the end of everything */

/* A direct mapping and the part of the file that it holds. */
struct window {
	uint8_t *p;
	off_t at;
};

struct run {
	int fd = -1, plain = -1;	/* plain: without O_DIRECT */
	unsigned seed = 0;
	size_t size = 0;
	off_t at = 0;			/* of the next operation */
	uint8_t *buffer = nullptr;	/* touched */
	bool shared = false;		/* the windows; then they are dirty */
	int block = MAP_BLOCK;		/* or 0: refills do not wait */
	unsigned nr_windows = 0, turn = 0;
	window windows[2] = {};
	const char *call = "";		/* that failed, ... */
	int err = 0;			/* ... and how */
};

static inline bool failed(run *r, const char *call, int err = errno)
{
	r->call = call;
	r->err = err;
	return false;
}

/* Is that how a kernel says that it has no such thing? */
static inline bool lacks(int err)
{
	return err == EINVAL || err == EOPNOTSUPP || err == ENOENT ||
		err == ENXIO || err == ENODEV || err == ENOSYS;
}

static inline uint64_t ticks()
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* ---- contents ---- */

static inline void stamp(const run *r, uint8_t *p, off_t at)
{
	for (size_t i = 0; i < r->size; i += PAGE) {
		auto w = (volatile uint32_t *)(p + i);
		w[0] = pattern_word(r->seed, at + i);
		w[1] = pattern_word(r->seed, at + i + 4);
	}
}

/* Nothing that is there may pass for what an operation reads. */
static inline void poison(const run *r, uint8_t *p, off_t next)
{
	for (size_t i = 0; i < r->size; i += PAGE) {
		auto w = (volatile uint32_t *)(p + i);
		w[0] = ~pattern_word(r->seed, next + i);
		w[1] = ~pattern_word(r->seed, next + i + 4);
	}
}

static inline bool check(run *r, const uint8_t *p, off_t at)
{
	for (size_t i = 0; i < r->size; i += PAGE) {
		auto w = (const volatile uint32_t *)(p + i);
		if (w[1] != pattern_word(r->seed, at + i + 4))
			return failed(r, "data", EILSEQ);
	}
	return true;
}

/* ---- operations ---- */

static inline bool whole(run *r, const char *call, long n)
{
	if (n >= 0 && n != (long)r->size)
		errno = ENODATA;
	return n == (long)r->size || failed(r, call);
}

static inline bool by_getppid(run *)
{
	syscall(SYS_getppid);
	return true;
}

static inline bool by_read(run *r)
{
	return whole(r, "read", read(r->fd, r->buffer, r->size));
}

static inline bool by_write(run *r)
{
	return whole(r, "write", write(r->fd, r->buffer, r->size));
}

static inline bool by_sync_write(run *r)
{
	return by_write(r) && (!fdatasync(r->fd) || failed(r, "fdatasync"));
}

static inline bool by_map(run *r, int flags)
{
	void *p = mmap(nullptr, r->size, PROT_READ, flags, r->fd, r->at);

	if (p == MAP_FAILED)
		return failed(r, "mmap");
	return check(r, (uint8_t *)p, r->at) &&
		(munmap(p, r->size) == 0 || failed(r, "munmap"));
}

static inline bool by_mmap(run *r) { return by_map(r, MAP_SHARED); }

static inline bool by_block(run *r)
{
	return by_map(r, MAP_SHARED_VALIDATE | MAP_BLOCK);
}

static inline bool by_direct(run *r)
{
	return by_map(r, MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK);
}

static inline bool by_map_write(run *r, int flags)
{
	void *p = mmap(nullptr, r->size, PROT_READ | PROT_WRITE, flags,
		       r->fd, r->at);

	if (p == MAP_FAILED)
		return failed(r, "mmap");
	for (size_t i = 0; i < r->size; i += PAGE)
		*(volatile uint32_t *)((uint8_t *)p + i) =
			pattern_word(r->seed, r->at + i);
	if (msync(p, r->size, MS_SYNC))
		return failed(r, "msync");
	return check(r, (uint8_t *)p, r->at) &&
		(munmap(p, r->size) == 0 || failed(r, "munmap"));
}

static inline bool by_mmap_write(run *r)
{
	return by_map_write(r, MAP_SHARED);
}

static inline bool by_block_write(run *r)
{
	return by_map_write(r, MAP_SHARED_VALIDATE | MAP_BLOCK);
}

static inline bool by_direct_write(run *r)
{
	return by_map_write(r, MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK);
}

/* flags: MAP_FIXED, or 0 for a new window. */
static inline bool fill(run *r, window *w, int flags)
{
	int type = r->shared ? MAP_SHARED_VALIDATE : MAP_PRIVATE;
	void *p = mmap(w->p, r->size, PROT_READ | PROT_WRITE,
		       type | MAP_DIRECT | r->block | flags, r->fd, r->at);

	if (p == MAP_FAILED)
		return failed(r, "mmap");
	w->p = (uint8_t *)p;
	w->at = r->at;
	return true;
}

static inline bool by_refill(run *r)
{
	return fill(r, &r->windows[0], MAP_FIXED);
}

/* Between two refills the program writes to its window. */
static inline void use_window(run *r, window *w)
{
	if (r->shared)
		stamp(r, w->p, w->at);
	else
		poison(r, w->p, r->at);
}

/* Two windows in turn: while one is looked at and written to, the disk fills
 * the other. */
static inline bool by_turns(run *r)
{
	window *w = &r->windows[r->turn];

	r->turn ^= 1;
	if (!check(r, w->p, w->at))
		return false;
	use_window(r, w);
	return fill(r, w, MAP_FIXED);
}
