/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run of random operations on a directory tree consists of: its state,
 * the last operations, the choice of names and offsets. Each operation is done
 * twice, by the kernel and in the model (model.h): the results, the errors and
 * what is read must be the same. Only "no space" is believed; it is counted,
 * and what failed must not have changed anything.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <fs/model.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <xorshift.h>

constexpr size_t FS_PAGE = 4096, FS_MOST = 64 * 1024;
constexpr unsigned FS_LOG = 24;

static struct {
	uint32_t seed, random, ops, op, stamp;
	unsigned enospc, remounts;
	unsigned block;			/* of the file system */
	bool full;			/* no space to be had for a hole */
	bool fixed;			/* directories stay as they are */
	bool direct;			/* the kernel knows O_DIRECT */
	bool mapped;			/* and MAP_DIRECT */
	const char *device;
	char log[FS_LOG][160];
} ex;
static uint8_t *fs_buf, *fs_want;	/* FS_MOST bytes, page-aligned */

/* Before an inode or its name changes; see fsexer.cpp. */
static void fs_touch(unsigned ino);

static inline uint32_t fs_random(uint32_t below)
{
	return xorshift(ex.random) % below;
}

[[gnu::format(printf, 1, 2)]]
static inline void fs_log(const char *fmt, ...)
{
	char *line = ex.log[ex.op % FS_LOG];
	int n = snprintf(line, 16, "%u: ", ex.op);
	va_list args;

	va_start(args, fmt);
	vsnprintf(line + n, sizeof(ex.log[0]) - n, fmt, args);
	va_end(args);
}

[[noreturn, gnu::format(printf, 1, 2)]]
static inline void fs_die(const char *fmt, ...)
{
	char why[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	for (uint32_t i = ex.op < FS_LOG - 1 ? 0 : ex.op - FS_LOG + 1;
	     i <= ex.op; i++)
		printf("# %s\n", ex.log[i % FS_LOG]);
	printf("fsexer: wrong: seed %u, operation %u: %s\n", ex.seed, ex.op,
	       why);
	exit(1);
}

/* Did a call that gave @r succeed? @want is the error that it should give, or
 * 0. */
static inline bool fs_did(long r, int want = 0)
{
	int err = r < 0 ? errno : 0;

	if (err == want)
		return !err;
	if (err == ENOSPC && !want) {
		ex.enospc++;
		return false;
	}
	fs_die("%s, not %s", strerror(err), strerror(want));
}

#define FS_MUST(cond) do {						\
	if (!(cond))							\
		fs_die("%s:%d: %s (%s)", __FILE__, __LINE__, #cond,	\
		       strerror(errno));				\
} while (0)

/* ---- picking ---- */

/* Any name of an inode whose type is in @types; null if there is none. */
static inline fs_name *fs_pick(const char *types)
{
	unsigned start = fs_random(FS_NAMES);

	for (unsigned n = 0; n < FS_NAMES; n++) {
		fs_name *e = &fs.name[(start + n) % FS_NAMES];

		if (e->used && strchr(types, fs.inode[e->ino].type))
			return e;
	}
	return nullptr;
}

/* One to change. What is promised to stay is mostly left alone. */
static inline fs_name *fs_pick_victim(const char *types)
{
	fs_name *e = fs_pick(types);

	return e && fs.inode[e->ino].seal && fs_random(6) ? nullptr : e;
}

static inline unsigned fs_pick_dir()
{
	fs_name *e = fs_random(4) ? fs_pick("d") : nullptr;

	return e ? e->ino : 0;
}

/* Where a file's tree of blocks gets a level more; the third one only if that
 * is not too far for whoever reads all of it. */
static inline uint64_t fs_edge(bool far)
{
	uint64_t a = ex.block / 4, at[3] = {12, 12 + a, 12 + a + a * a};
	uint64_t off = at[fs_random(far ? 3 : 2)] * ex.block;

	return off < 80u << 20 ? off : at[1] * ex.block;
}

static inline uint64_t fs_pick_offset(const fs_inode *i)
{
	const fs_content *c = &i->data;
	uint32_t near = fs_random(3 * ex.block);
	uint64_t edge = fs_edge((i - fs.inode) % 16 == 3);

	switch (fs_random(8)) {
	case 0: return c->size;
	case 1: return edge > near ? edge - near : 0;
	case 2: return edge + near;
	case 3: return fs_random(8) * FS_PAGE;
	default: return fs_random(c->size < 1u << 19 ?
				  (uint32_t)c->size + 8192 : 1u << 19);
	}
}

static inline size_t fs_pick_length()
{
	return 1 + fs_random(fs_random(3) ? 3000 : FS_MOST / 2);
}
