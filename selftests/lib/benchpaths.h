/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which points bench measures: paths, targets, orders and sizes; how many
 * operations, and on which piece of the file each.
 */
#pragma once

#include <benchready.h>

constexpr off_t FILE_SIZE = 64 * MIB, BASE = MIB, HOT_SIZE = 16 * MIB;
constexpr unsigned MOST = 256;		/* operations */

static bool quick, timing;

/* ---- the paths ---- */

/* Cold: not in memory. Warm: read once. Hot: read so often that the cache has
 * learnt it. */
enum source { NOTHING, HOT, WARM, COLD };

enum : unsigned {
	ONCE = 1,		/* each operation needs another part */
	STORES = 2,		/* what is in the buffer */
	ODIRECT = 4,
	CHAR_RAW = 8,		/* through a raw device */
	WINDOW = 16,
	TURNS = 32,		/* two windows, refills do not wait */
	SHARED = 64,		/* the windows */
};

static const struct path {
	const char *name;
	bool (*op)(run *r);
	source from;
	unsigned how;
	const char *moves;	/* between memory and the disk */
} paths[] = {
	{"getppid", by_getppid, NOTHING, 0, "-"},
	{"read-hot", by_read, HOT, 0, "-"},
	{"read-warm", by_read, WARM, ONCE, "-"},
	{"read-cold", by_read, COLD, ONCE, "r"},
	{"mmap-hot", by_mmap, HOT, 0, "-"},
	{"mmap-cold", by_mmap, COLD, ONCE, "r"},
	{"block-hot", by_block, HOT, 0, "-"},
	{"block-cold", by_block, COLD, ONCE, "r"},
	{"odirect-read", by_read, COLD, ODIRECT, "r"},
	{"raw-read", by_read, COLD, CHAR_RAW, "r"},
	{"direct", by_direct, COLD, 0, "r"},
	{"refill", by_refill, COLD, WINDOW, "r"},
	{"async-refill", by_turns, COLD, WINDOW | TURNS, "r"},
	{"write-hot", by_write, HOT, STORES, "-"},
	{"write-sync", by_sync_write, COLD, ONCE | STORES, "w"},
	{"mmap-write-hot", by_mmap_write, HOT, 0, "w"},
	{"mmap-write-cold", by_mmap_write, COLD, ONCE, "rw"},
	{"block-write", by_block_write, COLD, ONCE, "rw"},
	{"odirect-write", by_write, COLD, ODIRECT | STORES, "w"},
	{"raw-write", by_write, COLD, CHAR_RAW | STORES, "w"},
	{"direct-write", by_direct_write, COLD, 0, "rw"},
	{"refill-write", by_refill, COLD, WINDOW | SHARED, "rw"},
	{"async-write", by_turns, COLD, WINDOW | TURNS | SHARED, "rw"},
};

struct point {
	const path *p;
	size_t size;
	bool on_device, random;
};

static const struct {
	size_t size;
	unsigned count;
	bool quick;
} sizes[] = {
	{4 * KIB, 256, true}, {16 * KIB, 128, false}, {64 * KIB, 64, true},
	{256 * KIB, 32, false}, {MIB, 12, true}, {4 * MIB, 8, false},
};

/* A clock needs more of them than a counter; where each needs another part
 * there are no more. */
static unsigned operations(const point *pt)
{
	bool once = pt->p->how & ONCE;
	unsigned n = 0;

	for (auto &s : sizes)
		if (s.size == pt->size)
			n = s.count;
	if (quick && !once)
		n /= 2;
	if (timing && !once)
		n *= 4;
	return n < MOST ? n : MOST;
}

/* Where a refill goes on behind the operation that started it, a whole row of
 * operations is one interval. */
static unsigned row_length(const point *pt)
{
	return pt->p->how & TURNS ? operations(pt) / 4 : 1;
}

/* ---- order ---- */

static uint32_t gcd(uint32_t a, uint32_t b) { return b ? gcd(b, a % b) : a; }

/* Number @n of the pieces of the range: one after the other, or each once in
 * an order that no read-ahead can guess. */
static off_t piece(const point *pt, uint32_t n)
{
	off_t range = pt->p->from == HOT ? HOT_SIZE : FILE_SIZE - BASE;
	uint32_t pieces = range / pt->size, step = pieces * 618 / 1000;

	while (gcd(step, pieces) != 1)
		step++;
	return BASE + (uint64_t)n * (pt->random ? step : 1) % pieces *
		pt->size;
}

static bool move_to(run *r, const point *pt, off_t at)
{
	r->at = at;
	if (pt->p->op != by_read && pt->p->op != by_write &&
	    pt->p->op != by_sync_write)
		return true;
	/* Even a seek that goes nowhere may end reading ahead. */
	if (lseek(r->fd, 0, SEEK_CUR) == at)
		return true;
	return lseek(r->fd, at, SEEK_SET) == at || failed(r, "lseek");
}

/* ---- which points ---- */

static bool wanted(const path *p, char **words)
{
	if (timing && *p->moves == '-')
		return false;
	if (!*words)
		return true;
	for (; *words; words++)
		if (strstr(p->name, *words))
			return true;
	return false;
}

static unsigned points_of(const path *p, bool on_device, point *out)
{
	unsigned n = 0;

	if ((p->how & CHAR_RAW && !on_device) ||
	    (p->from == NOTHING && on_device))
		return 0;
	for (int random = 0; random < 2; random++)
		for (auto &s : sizes) {
			if (p->from == NOTHING && (random || n))
				continue;
			if (quick && (random || !s.quick))
				continue;
			out[n++] = {p, s.size, on_device, random != 0};
		}
	return n;
}

static point points[64 * 12];
static unsigned nr_points;

static void choose(const char *target, char **words)
{
	for (int on_device = 0; on_device < 2; on_device++) {
		const char *name = on_device ? "device" : "file";
		if (target && strcmp(target, name))
			continue;
		if (quick && !target && on_device)
			continue;
		for (const path &p : paths)
			if (wanted(&p, words))
				nr_points += points_of(&p, on_device,
						       points + nr_points);
	}
}
