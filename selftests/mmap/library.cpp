/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: N1 R1 R2 R5 D7 D11 S1
// lib/directmap.h: windows, fills, scans and what goes wrong with them.
#include <abi.h>
#include <directmap.h>

constexpr size_t W = 64 * KIB, SIZE = 5 * W + 3 * PAGE + 100;
constexpr uint32_t SEED = 61;
static const char *path;
static int fd;
static vmstat_span span;

static int windows_start_as_zeroes()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 3, DIRECTMAP_SCRATCH));
	CHECK(all_bytes(d.base, 0, 3 * W));
	CHECK(directmap_window(&d, 2) == d.base + 2 * W);
	memset(d.base, 1, W);
	CHECK_OK(directmap_clear(&d, 0));
	CHECK(all_bytes(d.base, 0, W));
	unsigned char *was = d.base;
	directmap_close(&d);
	CHECK(!d.base);
	CHECK_ERR(msync(was, 3 * W, MS_ASYNC), ENOMEM);
	return KSFT_PASS;
}

static int every_fill_is_a_refill()
{
	static const char *const zero[] = {"copy_to_user_bytes", "pgfault",
		"pte_write", "tlb_flush_one", "tlb_flush_all", "page_alloc"};
	directmap d;

	CHECK_OK(directmap_open(&d, W, 2, DIRECTMAP_READ));
	for (unsigned i = 0; i < 4; i++) {
		span.begin();
		int r = directmap_fill(&d, i % 2, fd, i * W, W);
		span.end();
		CHECK_OK(r);
		CHECK(is_pattern(directmap_window(&d, i % 2), SEED, i * W, W));
		for (const char *name : zero)
			if (vmstat_get(&span.a, name) >= 0)
				CHECK_QUIET_EQ(span.diff(name), 0);
	}
	directmap_close(&d);
	return KSFT_PASS;
}

/* Goes through [@from, SIZE) and looks whether each window holds what it
 * should; the number of windows, or -1. */
static int count_windows(size_t window, unsigned count, off_t from,
			 size_t overlap)
{
	directmap d;
	struct directmap_scan s;
	size_t n;
	int found = 0;
	off_t at = from;

	MUST(directmap_open(&d, window, count, DIRECTMAP_READ) == 0);
	directmap_begin(&s, &d, fd, from, SIZE, overlap);
	while (auto p = directmap_next(&s, &n)) {
		if (!is_pattern(p, SEED, at, n))
			return -1;
		found++;
		at += at + (off_t)n == (off_t)SIZE ? n : n - overlap;
	}
	if (errno || at != SIZE)
		return -1;
	directmap_close(&d);
	return found;
}

static int a_scan_gives_everything_once()
{
	CHECK_EQ(count_windows(W, 1, 0, 0), 6);
	CHECK_EQ(count_windows(W, 2, 0, 0), 6);
	CHECK_EQ(count_windows(W, 3, PAGE, 0), 6);
	CHECK_EQ(count_windows(8 * W, 1, 0, 0), 1);
	CHECK_EQ(count_windows(PAGE, 2, 0, 0), SIZE / PAGE + 1);
	CHECK_EQ(count_windows(W, 1, 5 * W + 3 * PAGE, 0), 1);
	return KSFT_PASS;
}

static int windows_overlap()
{
	/* 64 KiB of 60 new each: 0, 60, ..., 300; the last ends the file. */
	CHECK_EQ(count_windows(W, 1, 0, PAGE), 6);
	CHECK_EQ(count_windows(W, 2, 0, W / 2), 10);
	CHECK_EQ(count_windows(2 * PAGE, 2, 5 * W, PAGE), 3);
	return KSFT_PASS;
}

static int the_tail_is_zeroes()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 1, DIRECTMAP_SCRATCH));
	memset(d.base, 0x77, W);
	CHECK_OK(directmap_fill(&d, 0, fd, 5 * W, W));
	CHECK(is_pattern(d.base, SEED, 5 * W, 3 * PAGE + 100));
	CHECK(all_bytes(d.base + 3 * PAGE + 100, 0, W - 3 * PAGE - 100));
	directmap_close(&d);
	return KSFT_PASS;
}

static int a_part_of_a_window()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 1, DIRECTMAP_SCRATCH));
	memset(d.base, 0x78, W);
	CHECK_OK(directmap_fill(&d, 0, fd, W, 2 * PAGE));
	CHECK(is_pattern(d.base, SEED, W, 2 * PAGE));
	CHECK(all_bytes(d.base + 2 * PAGE, 0x78, W - 2 * PAGE));
	CHECK_OK(directmap_fill(&d, 0, fd, 2 * W, W));
	CHECK(is_pattern(d.base, SEED, 2 * W, W));
	directmap_close(&d);
	return KSFT_PASS;
}

static int only_write_back_writes()
{
	static uint8_t buf[PAGE];
	directmap d;

	CHECK_OK(directmap_open(&d, W, 1, DIRECTMAP_SCRATCH));
	CHECK_OK(directmap_fill(&d, 0, fd, W, W));
	memset(d.base, 0x11, W);
	CHECK_OK(directmap_sync(&d, 0));
	directmap_close(&d);
	CHECK_EQ(pread(fd, buf, PAGE, W), PAGE);
	CHECK(is_pattern(buf, SEED, W, PAGE));

	int copy = make_file(test_path("library-copy"), 2 * W, SEED);
	CHECK_OK(directmap_open(&d, W, 1, DIRECTMAP_WRITE_BACK));
	CHECK_OK(directmap_fill(&d, 0, copy, 0, W));
	memset(d.base + PAGE, 0x22, PAGE);
	CHECK_OK(directmap_sync(&d, 0));
	CHECK_EQ(pread(copy, buf, PAGE, PAGE), PAGE);
	CHECK(all_bytes(buf, 0x22, PAGE));
	memset(d.base + 2 * PAGE, 0x33, PAGE);
	CHECK_OK(directmap_fill(&d, 0, copy, W, W));
	CHECK_EQ(pread(copy, buf, PAGE, 2 * PAGE), PAGE);
	CHECK(all_bytes(buf, 0x33, PAGE));
	memset(d.base, 0x44, PAGE);
	directmap_close(&d);
	CHECK_EQ(pread(copy, buf, PAGE, W), PAGE);
	CHECK(all_bytes(buf, 0x44, PAGE));
	close(copy);
	return KSFT_PASS;
}

static int read_windows_are_read_only()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 1, DIRECTMAP_READ));
	CHECK_EQ(signal_of([&] { *(volatile char *)d.base = 1; }), SIGSEGV);
	directmap_close(&d);
	return KSFT_PASS;
}

static int what_open_refuses()
{
	static const struct { size_t size; unsigned count; } bad[] = {
		{0, 1}, {100, 1}, {PAGE + 1, 1}, {PAGE, 0},
		{(size_t)-PAGE, 2}};
	directmap d;

	for (auto &b : bad)
		CHECK_ERR(directmap_open(&d, b.size, b.count, DIRECTMAP_READ),
			  EINVAL);
	return KSFT_PASS;
}

static int a_fill_that_is_refused_changes_nothing()
{
	int ro = open(path, O_RDONLY), wo = open(path, O_WRONLY);
	int proc = open("/proc/self/maps", O_RDONLY);
	directmap d;

	CHECK(ro >= 0 && wo >= 0 && proc >= 0);
	CHECK_OK(directmap_open(&d, W, 2, DIRECTMAP_WRITE_BACK));
	CHECK_OK(directmap_fill(&d, 0, fd, W, W));
	CHECK_ERR(directmap_fill(&d, 0, fd, 6 * W, W), ENXIO);
	CHECK_ERR(directmap_fill(&d, 0, -1, 0, W), EBADF);
	CHECK_ERR(directmap_fill(&d, 0, ro, 0, W), EACCES);
	CHECK_ERR(directmap_fill(&d, 0, wo, 0, W), EACCES);
	CHECK_ERR(directmap_fill(&d, 0, fd, 100, W), EINVAL);
	CHECK_ERR(directmap_fill(&d, 0, fd, 0, 0), EINVAL);
	CHECK_ERR(directmap_fill(&d, 2, fd, 0, W), EINVAL);
	CHECK_ERR(directmap_fill(&d, 1, fd, 0, W + PAGE), EINVAL);
	int r = directmap_fill(&d, 0, proc, 0, W);
	CHECK(r == -1 && (errno == EOPNOTSUPP || errno == ENODEV));
	CHECK(is_pattern(d.base, SEED, W, W));
	directmap_close(&d);
	close(ro);
	close(wo);
	close(proc);
	return KSFT_PASS;
}

/* Whether or not the kernel can do it in the background. */
static int started_fills_arrive()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 2, DIRECTMAP_SCRATCH));
	for (int round = 0; round < 3; round++) {
		memset(d.base, 0x55, 2 * W);
		int a = directmap_start(&d, 0, fd, 0);
		int b = directmap_start(&d, 1, fd, 4 * W);
		CHECK(a == b && a == d.background);
		CHECK_OK(directmap_wait(&d, 1));
		CHECK_OK(directmap_wait(&d, 0));
		CHECK(is_pattern(d.base, SEED, 0, W));
		CHECK(is_pattern(d.base + W, SEED, 4 * W, W));
	}
	CHECK_ERR(directmap_start(&d, 1, fd, 6 * W), ENXIO);
	CHECK_ERR(directmap_start(&d, 2, fd, 0), EINVAL);
	directmap_close(&d);
	return KSFT_PASS;
}

static int fills_in_the_background()
{
	directmap d;
	size_t at;

	CHECK_OK(directmap_open(&d, W, 2, DIRECTMAP_SCRATCH));
	CHECK(directmap_start(&d, 0, fd, W) >= 0);
	CHECK_OK(directmap_wait(&d, 0));
	if (!d.background) {
		directmap_close(&d);
		SKIP_CASE("no fills in the background");
	}
	CHECK_EQ(directmap_start(&d, 1, fd, 0), 1);
	/* Nobody touches it; it arrives all the same. */
	for (int i = 0; i < 2000 && !directmap_ready(&d, 1, &at); i++)
		usleep(1000);
	CHECK(directmap_ready(&d, 1, &at));
	CHECK(is_pattern(d.base + W, SEED, 0, W));
	directmap_close(&d);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"windows start as zeroes", windows_start_as_zeroes},
	{"every fill is a refill",
	 [] { return in_quiet(every_fill_is_a_refill); }},
	{"a scan gives everything once", a_scan_gives_everything_once},
	{"windows overlap", windows_overlap},
	{"the tail is zeroes", the_tail_is_zeroes},
	{"a part of a window", a_part_of_a_window},
	{"only write-back windows write", only_write_back_writes},
	{"read windows are read-only", read_windows_are_read_only},
	{"what open refuses", what_open_refuses},
	{"a fill that is refused changes nothing",
	 a_fill_that_is_refused_changes_nothing},
	{"started fills arrive", started_fills_arrive},
	{"fills in the background", fills_in_the_background},
};

int main()
{
	directmap d;

	ksft_print_header();
	path = test_path("library");
	fd = make_file(path, SIZE, SEED);
	if (directmap_open(&d, W, 1, DIRECTMAP_READ)) {
		/* The one answer of a kernel without them. */
		MUST(errno == EOPNOTSUPP);
		ksft_exit_skip("no direct mappings\n");
	}
	directmap_close(&d);
	need_refill(fd, 6 * W);
	RUN_CASES(cases);
}
