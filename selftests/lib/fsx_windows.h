/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct mappings for fsx.h: fresh ones, and windows that are refilled again
 * and again, each with a model of what it shows. What was stored in a shared
 * one gets to the file when it is synced; until then only the window shows
 * it.
 */
#pragma once

#include <fsx.h>

constexpr unsigned FSX_PAGES = 16;	/* of a window */
constexpr unsigned FSX_WINDOW = FSX_PAGES * PAGE;
constexpr int FSX_RW = PROT_READ | PROT_WRITE;
constexpr int FSX_NOBODY = -1;		/* a page of a direct buffer */

struct fsx_window {
	int type;
	uint8_t *at;
	uint8_t want[FSX_WINDOW];
	long origin[FSX_PAGES];		/* where in the file */
	bool dirty[FSX_PAGES];		/* stored to, and not yet synced */
};
static fsx_window fsx_windows[4] = {
	{MAP_PRIVATE}, {MAP_SHARED | MAP_NOSYNC}, {MAP_PRIVATE}, {MAP_SHARED},
};

static bool fsx_async;		/* a refill need not wait for the disk */

static inline fsx_window *fsx_any_window()
{
	return &fsx_windows[fsx_random(4)];
}

static inline void fsx_make_window(fsx_window *w)
{
	w->at = (uint8_t *)mmap(nullptr, FSX_WINDOW, FSX_RW, w->type |
				MAP_DIRECT | MAP_BLOCK | MAP_ANONYMOUS, -1, 0);
	MUST(w->at != MAP_FAILED);
	memset(w->want, 0, sizeof(w->want));
	memset(w->dirty, 0, sizeof(w->dirty));
	for (long &o : w->origin)
		o = FSX_NOBODY;
}

static inline unsigned fsx_first(fsx_range r) { return r.off / PAGE; }
static inline unsigned fsx_end(fsx_range r)
{
	return (r.off + r.len + PAGE - 1) / PAGE;
}

/* What the file says now; zeroes where it has ended. */
static inline void fsx_expect_page(fsx_window *w, unsigned page)
{
	long off = w->origin[page];
	unsigned n = off == FSX_NOBODY ? 0 : fsx_left(off);

	n = n < PAGE ? n : PAGE;
	memset(w->want + page * PAGE, 0, PAGE);
	if (n)
		memcpy(w->want + page * PAGE, fsx.model + off, n);
	w->dirty[page] = false;
}

static inline void fsx_stored(fsx_window *w, fsx_range r)
{
	for (unsigned i = fsx_first(r); i < fsx_end(r); i++)
		w->dirty[i] = w->type == MAP_SHARED;
}

/* What was stored gets to the file, as far as that goes; what is behind its
 * end in the same page is zeroed. */
static inline void fsx_sync_pages(fsx_window *w, fsx_range r)
{
	for (unsigned i = fsx_first(r); i < fsx_end(r); i++) {
		long off = w->origin[i];
		unsigned n = off == FSX_NOBODY ? 0 : fsx_left(off);
		uint8_t *want = w->want + i * PAGE;

		n = n < PAGE ? n : PAGE;
		if (!w->dirty[i])
			continue;
		w->dirty[i] = false;
		if (!n)
			continue;
		memcpy(fsx.model + off, want, n);
		memset(want + n, 0, PAGE - n);
	}
}

static inline int fsx_check(const fsx_window *w)
{
	CHECK(fsx_same(w->at, w->want, FSX_WINDOW));
	return KSFT_PASS;
}

static inline int fsx_check_all()
{
	for (const fsx_window &w : fsx_windows)
		CHECK_CASE(fsx_check(&w));
	return KSFT_PASS;
}

/* ---- operations ---- */

static inline int fsx_fresh()
{
	static const int types[] = {
		MAP_PRIVATE, MAP_SHARED | MAP_NOSYNC, MAP_SHARED,
	};
	fsx_range r = fsx_pick(FSX_MAX, PAGE);
	int type = types[fsx_random(3)], block = fsx_random(2) ? MAP_BLOCK : 0;
	unsigned bytes = fsx_left(r.off) < r.len ? fsx_left(r.off) : r.len;
	unsigned n = (bytes + PAGE - 1) / PAGE * PAGE;

	fsx_log("fresh %#x %#x+%#x", type | block, r.off, r.len);
	auto p = (uint8_t *)mmap(nullptr, r.len, FSX_RW, type | block |
				 MAP_DIRECT, fsx.fd, r.off);
	CHECK(p != MAP_FAILED);
	CHECK(fsx_same(p, fsx.model + r.off, bytes));
	CHECK(all_bytes(p + bytes, 0, n - bytes));
	fsx_fill(p, n);
	if (type == MAP_SHARED)
		fsx_written(r.off, p, bytes);
	if (n < r.len)
		CHECK_EQ(signal_of([&] { *(volatile uint8_t *)(p + n) = 1; }),
			 SIGBUS);
	CHECK_OK(munmap(p, r.len));
	return KSFT_PASS;
}

/* How many pages from @first on are neighbours in the file, too. */
static inline unsigned fsx_one_piece(const fsx_window *w, fsx_range r)
{
	unsigned first = fsx_first(r), i = first;
	bool buffer = w->origin[first] == FSX_NOBODY;

	while (i < fsx_end(r) && w->origin[i] == (buffer ? FSX_NOBODY :
	       w->origin[first] + (long)((i - first) * PAGE)))
		i++;
	return i - first;
}

/* A part of a window goes elsewhere, is looked at, and comes back. */
static inline int fsx_move(const fsx_window *w)
{
	constexpr int HOW = MREMAP_MAYMOVE | MREMAP_FIXED;
	fsx_range r = fsx_pick(FSX_WINDOW, PAGE);
	unsigned len = fsx_one_piece(w, r) * PAGE;
	uint8_t *at = w->at + r.off;
	void *to = mmap(nullptr, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	/* It does not take several mappings at once. */
	if (mremap(at, len, len, HOW, to) == to) {
		CHECK(fsx_same(to, w->want + r.off, len));
		CHECK(mremap(to, len, len, HOW, at) == at);
	}
	munmap(to, len);
	return fsx_check(w);
}

static inline int fsx_refill()
{
	fsx_window *w = fsx_any_window();
	fsx_range r = fsx_pick(FSX_WINDOW, PAGE);
	unsigned off = fsx_random((FSX_MAX - r.len) / PAGE + 1) * PAGE;
	unsigned first = fsx_first(r);
	bool later = fsx_random(2) && fsx_async;

	fsx_log("refill %zd %#x+%#x from %#x of %#x%s", w - fsx_windows, r.off,
		r.len, off, fsx.size, later ? ", later" : "");
	void *p = mmap(w->at + r.off, r.len, FSX_RW, w->type | MAP_DIRECT |
		       (later ? 0 : MAP_BLOCK) | MAP_FIXED, fsx.fd, off);
	if (off >= fsx.size) {
		CHECK(p == MAP_FAILED && errno == ENXIO);
		return fsx_check(w);
	}
	CHECK(p == w->at + r.off);
	fsx_sync_pages(w, r);
	for (unsigned i = 0; i < r.len / PAGE; i++) {
		w->origin[first + i] = off + i * PAGE;
		fsx_expect_page(w, first + i);
	}
	/* What others write next may be seen or not: look at it first. But
	 * while it is on its way something may happen to it. */
	if (later && fsx_random(4) == 0)
		CHECK_CASE(fsx_move(w));
	if (later && fsx_random(16) == 0)
		CHECK_CASE(in_child(fsx_check_all));
	return fsx_check(w);
}

static inline int fsx_store()
{
	fsx_window *w = fsx_any_window();
	fsx_range r = fsx_pick(FSX_WINDOW, 1);

	fsx_log("store %zd %#x+%#x", w - fsx_windows, r.off, r.len);
	fsx_fill(w->want + r.off, r.len);
	memcpy(w->at + r.off, w->want + r.off, r.len);
	fsx_stored(w, r);
	return fsx_check(w);
}

static inline int fsx_msync()
{
	fsx_window *w = fsx_any_window();
	fsx_range r = fsx_pick(FSX_WINDOW, PAGE);
	static const int how[] = {MS_SYNC, MS_ASYNC, MS_SYNC | MS_INVALIDATE};
	int flags = how[fsx_random(w->type == MAP_SHARED ? 3 : 2)];

	fsx_log("msync %zd %#x+%#x %#x", w - fsx_windows, r.off, r.len, flags);
	/* All is written before the first page is read again. */
	CHECK_OK(msync(w->at + r.off, r.len, flags & ~MS_INVALIDATE));
	CHECK_OK(msync(w->at + r.off, r.len, flags));
	fsx_sync_pages(w, r);
	for (unsigned i = fsx_first(r); i < fsx_end(r); i++)
		if ((flags & MS_INVALIDATE) && w->origin[i] != FSX_NOBODY &&
		    fsx_left(w->origin[i]))
			fsx_expect_page(w, i);
	return fsx_check(w);
}

/* Gone, and read again by a touch. Behind the end there is nothing to read. */
static inline int fsx_dont_need()
{
	fsx_window *w = fsx_any_window();
	fsx_range r = fsx_pick(FSX_WINDOW, PAGE);

	for (unsigned i = fsx_first(r); i < fsx_end(r); i++)
		if (w->origin[i] != FSX_NOBODY && !fsx_left(w->origin[i]))
			return KSFT_PASS;
	fsx_log("don't need %zd %#x+%#x", w - fsx_windows, r.off, r.len);
	CHECK_OK(madvise(w->at + r.off, r.len, MADV_DONTNEED));
	fsx_sync_pages(w, r);
	for (unsigned i = fsx_first(r); i < fsx_end(r); i++)
		fsx_expect_page(w, i);
	return fsx_check(w);
}

static inline int fsx_direct_buffer()
{
	fsx_window *w = fsx_any_window();
	fsx_range r = fsx_pick(FSX_WINDOW, PAGE);

	fsx_log("buffer %zd %#x+%#x", w - fsx_windows, r.off, r.len);
	CHECK(mmap(w->at + r.off, r.len, FSX_RW, w->type | MAP_DIRECT |
		   MAP_BLOCK | MAP_FIXED | MAP_ANONYMOUS, -1, 0) ==
	      w->at + r.off);
	fsx_sync_pages(w, r);
	for (unsigned i = fsx_first(r); i < fsx_end(r); i++) {
		w->origin[i] = FSX_NOBODY;
		fsx_expect_page(w, i);
	}
	return fsx_check(w);
}

static inline int fsx_move_any()
{
	fsx_window *w = fsx_any_window();

	fsx_log("a part of %zd moves", w - fsx_windows);
	return fsx_move(w);
}

static inline int fsx_new_place()
{
	fsx_window *w = fsx_any_window();

	fsx_log("a new place for %zd", w - fsx_windows);
	CHECK_OK(munmap(w->at, FSX_WINDOW));
	fsx_sync_pages(w, {0, FSX_WINDOW});
	fsx_make_window(w);
	return fsx_check(w);
}

/* O_DIRECT from or into the window. */
static inline int fsx_transfer()
{
	fsx_window *w = fsx_any_window();
	fsx_range r = fsx_pick(FSX_WINDOW, fsx.block);
	unsigned off = fsx_random((FSX_MAX - r.len) / fsx.block + 1) *
		fsx.block;
	bool write = fsx_random(2);
	unsigned n = fsx_left(off) < r.len ? fsx_left(off) : r.len;

	fsx_log("direct %s %#x+%#x of %#x, buffer is %zd %#x", write ?
		"write" : "read", off, r.len, fsx.size, w - fsx_windows,
		r.off);
	if (write) {
		CHECK_EQ(pwrite(fsx.direct, w->at + r.off, r.len, off), r.len);
		fsx_written(off, w->want + r.off, r.len);
		return fsx_check(w);
	}
	CHECK_EQ(pread(fsx.direct, w->at + r.off, r.len, off), n);
	/* The rest of the last sector is nobody's. */
	memcpy(w->want + r.off, fsx.model + off, n);
	memcpy(w->want + r.off + n, w->at + r.off + n, -n % 512);
	if (n)
		fsx_stored(w, r);
	return fsx_check(w);
}

static inline int fsx_look_from_a_child()
{
	fsx_log("fork");
	CHECK_CASE(in_child(fsx_check_all));
	return KSFT_PASS;
}

static const fsx_operation fsx_window_operations[] = {
	{4, fsx_read}, {8, fsx_write}, {6, fsx_truncate},
	{4, fsx_map_read}, {10, fsx_map_write},
	{4, fsx_direct_read}, {8, fsx_direct_write}, {2, fsx_direct_vector},
	{2, fsx_direct_self}, {4, fsx_sync}, {2, fsx_whole_file},
	{8, fsx_fresh}, {24, fsx_refill}, {8, fsx_store}, {4, fsx_msync},
	{4, fsx_dont_need}, {2, fsx_direct_buffer}, {2, fsx_move_any},
	{1, fsx_new_place}, {8, fsx_transfer}, {1, fsx_look_from_a_child},
	{2, fsx_check_all},
};

/* On the file that is open. */
static inline int fsx_run_windows()
{
	MUST(ftruncate(fsx.fd, PAGE) == 0);
	fsx_async = has_async(fsx.fd, FSX_MAX);
	MUST(ftruncate(fsx.fd, 0) == 0);
	for (fsx_window &w : fsx_windows)
		fsx_make_window(&w);
	int r = fsx_run(fsx_window_operations);
	for (fsx_window &w : fsx_windows)
		munmap(w.at, FSX_WINDOW);
	return r;
}
