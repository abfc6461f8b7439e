/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D1 D3 D6 D8 D9 D11 D13 R1 R5 S1 B1
// The same with direct mappings: fresh ones, refills of any part of a window, stores that stay in it.
#include <fsx.h>

constexpr unsigned PAGES = 16;
constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int NOBODY = -1;	/* a page of a direct buffer */

/* A place in memory that is refilled again and again. */
struct window {
	int type;
	uint8_t *at;
	uint8_t want[PAGES * PAGE];
	long origin[PAGES];	/* where in the file each page came from */
};
static window windows[3] = {
	{MAP_PRIVATE}, {MAP_SHARED | MAP_NOSYNC}, {MAP_PRIVATE},
};

static window *any_window() { return &windows[fsx_random(3)]; }

static void make_buffer(window *w)
{
	w->at = (uint8_t *)mmap(nullptr, PAGES * PAGE, RW, w->type |
				MAP_DIRECT | MAP_BLOCK | MAP_ANONYMOUS, -1, 0);
	MUST(w->at != MAP_FAILED);
	memset(w->want, 0, sizeof(w->want));
	for (long &o : w->origin)
		o = NOBODY;
}

/* What the file says now; zeroes where it has ended. */
static void expect_page(window *w, unsigned page)
{
	long off = w->origin[page];
	unsigned n = off == NOBODY ? 0 : fsx_left(off);

	n = n < PAGE ? n : PAGE;
	memset(w->want + page * PAGE, 0, PAGE);
	if (n)
		memcpy(w->want + page * PAGE, fsx.model + off, n);
}

static int check(const window *w)
{
	CHECK(fsx_same(w->at, w->want, PAGES * PAGE));
	return KSFT_PASS;
}

static int check_all()
{
	for (const window &w : windows)
		CHECK_CASE(check(&w));
	return KSFT_PASS;
}

static int fresh()
{
	fsx_range r = fsx_pick(FSX_MAX, PAGE);
	static const int types[] = {MAP_PRIVATE, MAP_SHARED | MAP_NOSYNC,
				    MAP_PRIVATE | MAP_BLOCK,
				    MAP_SHARED | MAP_NOSYNC | MAP_BLOCK};
	int type = types[fsx_random(4)];
	unsigned n = (fsx_left(r.off) + PAGE - 1) / PAGE * PAGE;

	n = n < r.len ? n : r.len;
	fsx_log("fresh %#x %#x+%#x", type, r.off, r.len);
	auto p = (uint8_t *)mmap(nullptr, r.len, RW, type | MAP_DIRECT,
				 fsx.fd, r.off);
	CHECK(p != MAP_FAILED);
	CHECK(fsx_same(p, fsx.model + r.off, n));
	fsx_fill(p, n);
	if (n < r.len)
		CHECK_EQ(signal_of([&] { *(volatile uint8_t *)(p + n) = 1; }),
			 SIGBUS);
	CHECK_OK(munmap(p, r.len));
	return KSFT_PASS;
}

static int refill()
{
	window *w = any_window();
	fsx_range r = fsx_pick(PAGES * PAGE, PAGE);
	unsigned off = fsx_random((FSX_MAX - r.len) / PAGE + 1) * PAGE;
	unsigned first = r.off / PAGE;

	fsx_log("refill %zd %#x+%#x from %#x of %#x", w - windows, r.off,
		r.len, off, fsx.size);
	void *p = mmap(w->at + r.off, r.len, RW, w->type | MAP_DIRECT |
		       MAP_BLOCK | MAP_FIXED, fsx.fd, off);
	if (off >= fsx.size) {
		CHECK(p == MAP_FAILED && errno == ENXIO);
		return check(w);
	}
	CHECK(p == w->at + r.off);
	for (unsigned i = 0; i < r.len / PAGE; i++) {
		w->origin[first + i] = off + i * PAGE;
		expect_page(w, first + i);
	}
	return check(w);
}

static int store()
{
	window *w = any_window();
	fsx_range r = fsx_pick(PAGES * PAGE, 1);

	fsx_log("store %zd %#x+%#x", w - windows, r.off, r.len);
	fsx_fill(w->want + r.off, r.len);
	memcpy(w->at + r.off, w->want + r.off, r.len);
	return check(w);
}

/* Gone, and read again by a touch. Behind the end there is nothing to read. */
static int dont_need()
{
	window *w = any_window();
	fsx_range r = fsx_pick(PAGES * PAGE, PAGE);
	unsigned first = r.off / PAGE, last = first + r.len / PAGE;

	for (unsigned i = first; i < last; i++)
		if (w->origin[i] != NOBODY && !fsx_left(w->origin[i]))
			return KSFT_PASS;
	fsx_log("don't need %zd %#x+%#x", w - windows, r.off, r.len);
	CHECK_OK(madvise(w->at + r.off, r.len, MADV_DONTNEED));
	for (unsigned i = first; i < last; i++)
		expect_page(w, i);
	return check(w);
}

static int direct_buffer()
{
	window *w = any_window();
	fsx_range r = fsx_pick(PAGES * PAGE, PAGE);

	fsx_log("buffer %zd %#x+%#x", w - windows, r.off, r.len);
	CHECK(mmap(w->at + r.off, r.len, RW, w->type | MAP_DIRECT | MAP_BLOCK |
		   MAP_FIXED | MAP_ANONYMOUS, -1, 0) == w->at + r.off);
	memset(w->want + r.off, 0, r.len);
	for (unsigned i = r.off / PAGE; i < (r.off + r.len) / PAGE; i++)
		w->origin[i] = NOBODY;
	return check(w);
}

/* Back at once, by the other of mremap's ways to say it. */
static int move()
{
	window *w = any_window();
	fsx_range r = fsx_pick(PAGES * PAGE, PAGE);

	fsx_log("a new place for %zd", w - windows);
	CHECK_OK(munmap(w->at, PAGES * PAGE));
	make_buffer(w);
	void *spare = mmap(nullptr, r.len, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mremap(w->at + r.off, r.len, r.len, MREMAP_MAYMOVE |
		     MREMAP_FIXED, spare) == spare);
	CHECK(mremap(spare, r.len, r.len, MREMAP_MAYMOVE | MREMAP_FIXED,
		     w->at + r.off) == w->at + r.off);
	return check(w);
}

/* O_DIRECT from or into the window. */
static int transfer()
{
	window *w = any_window();
	fsx_range r = fsx_pick(PAGES * PAGE, fsx.block);
	unsigned off = fsx_random((FSX_MAX - r.len) / fsx.block + 1) *
		fsx.block;
	bool write = fsx_random(2);
	unsigned n = fsx_left(off) < r.len ? fsx_left(off) : r.len;

	fsx_log("direct %s %#x+%#x of %#x, buffer is %zd %#x", write ?
		"write" : "read", off, r.len, fsx.size, w - windows, r.off);
	if (write) {
		CHECK_EQ(pwrite(fsx.direct, w->at + r.off, r.len, off), r.len);
		fsx_written(off, w->want + r.off, r.len);
		return check(w);
	}
	CHECK_EQ(pread(fsx.direct, w->at + r.off, r.len, off), n);
	/* The rest of the last sector is nobody's. */
	memcpy(w->want + r.off, fsx.model + off, n);
	memcpy(w->want + r.off + n, w->at + r.off + n, -n % 512);
	return check(w);
}

static int look_from_a_child()
{
	fsx_log("fork");
	CHECK_CASE(in_child(check_all));
	return KSFT_PASS;
}

static const fsx_operation operations[] = {
	{4, fsx_read}, {8, fsx_write}, {6, fsx_truncate},
	{4, fsx_map_read}, {10, fsx_map_write},
	{4, fsx_direct_read}, {8, fsx_direct_write}, {2, fsx_direct_vector},
	{2, fsx_direct_self}, {4, fsx_sync}, {2, fsx_whole_file},
	{8, fresh}, {24, refill}, {8, store}, {4, dont_need},
	{2, direct_buffer}, {1, move}, {8, transfer}, {1, look_from_a_child},
	{2, check_all},
};

static int random_operations() { return fsx_run(operations); }

static const test_case cases[] = {
	{"random operations agree with a model", random_operations},
};

int main()
{
	ksft_print_header();
	fsx_open(test_path("direct-fsx"), effort(3000, 200000));
	need_refill(fsx.fd, FSX_MAX);
	for (window &w : windows)
		make_buffer(&w);
	RUN_CASES(cases);
}
