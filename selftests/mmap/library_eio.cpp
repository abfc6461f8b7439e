/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R4
// machine: badsector
// lib/directmap.h on a disk with a bad sector: EIO in errno, a zeroed window, and the way on from there.
#include <baddisk.h>
#include <directmap.h>

constexpr size_t W = 16 * PAGE;
static int fd;

static int a_bad_fill_leaves_zeroes()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 2, DIRECTMAP_SCRATCH));
	memset(d.base, 0x66, 2 * W);
	CHECK_ERR(directmap_fill(&d, 0, fd, bad_pos, W), EIO);
	CHECK(all_bytes(d.base, 0, W));
	CHECK(all_bytes(d.base + W, 0x66, W));
	CHECK_OK(directmap_fill(&d, 0, fd, bad_pos - W, W));
	CHECK(is_pattern(d.base, BAD_SEED, bad_pos - W, W));
	directmap_close(&d);
	return KSFT_PASS;
}

/* With one window and with two: a window that is filled ahead fails when it
 * is asked for. */
static int scan_over_it(unsigned windows)
{
	off_t from = bad_pos - 3 * W, end = bad_pos + 3 * W, seen = 0;
	directmap d;
	struct directmap_scan s;
	size_t n;

	CHECK_OK(directmap_open(&d, W, windows, DIRECTMAP_READ));
	directmap_begin(&s, &d, fd, from, end, 0);
	while (auto p = directmap_next(&s, &n)) {
		CHECK(is_pattern(p, BAD_SEED, from + seen, n));
		seen += n;
	}
	CHECK_EQ(errno, EIO);
	CHECK_EQ(seen, 3 * W);
	CHECK_EQ(s.at, bad_pos);
	CHECK(!directmap_next(&s, &n));
	CHECK_EQ(errno, EIO);
	s.at += W;
	for (seen = 4 * W; auto p = directmap_next(&s, &n); seen += n)
		CHECK(is_pattern(p, BAD_SEED, from + seen, n));
	CHECK_EQ(errno, 0);
	CHECK_EQ(seen, 6 * W);
	directmap_close(&d);
	return KSFT_PASS;
}

static int a_started_fill_fails_at_wait()
{
	directmap d;

	CHECK_OK(directmap_open(&d, W, 2, DIRECTMAP_SCRATCH));
	memset(d.base, 0x67, 2 * W);
	int r = directmap_start(&d, 1, fd, bad_pos);
	if (r == 1)
		r = directmap_wait(&d, 1);
	CHECK(r == -1 && errno == EIO);
	CHECK(all_bytes(d.base + W, 0, W));
	directmap_close(&d);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"a bad fill leaves zeroes", a_bad_fill_leaves_zeroes},
	{"a scan stops, and goes on behind it", [] { return scan_over_it(1); }},
	{"the same with two windows", [] { return scan_over_it(2); }},
	{"a started fill fails at wait", a_started_fill_fails_at_wait},
};

int main()
{
	ksft_print_header();
	need_bad_disk();
	fd = open(bad_dev, O_RDONLY);
	MUST(fd >= 0);
	need_refill(fd, lseek(fd, 0, SEEK_END));
	RUN_CASES(cases);
}
