/* SPDX-License-Identifier: GPL-2.0-only */
// since: 450
// abi: D3 D6 D7 D9 D12
// What a direct mapping shows when its file has holes, is dirty elsewhere, becomes shorter, or is another process's, too.
#include <abi.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr int SHARED = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;
static vmstat_span span;

static uint8_t *map(int f, size_t len, int flags = WINDOW, off_t off = 0)
{
	void *p = mmap(nullptr, len, RW, flags, f, off);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* Every access to @p raises SIGBUS. */
static bool is_gone(uint8_t *p)
{
	return signal_of([=] { (void)*(volatile uint8_t *)p; }) == SIGBUS &&
		signal_of([=] { *(volatile uint8_t *)p = 1; }) == SIGBUS;
}

/* ---- holes ---- */

/* @pages pages of nothing, and one of data behind them. */
static int make_hole(const char *name, size_t pages)
{
	int f = open(test_path(name), O_RDWR | O_CREAT | O_TRUNC, 0644);

	MUST(f >= 0 && ftruncate(f, (pages + 1) * PAGE) == 0);
	MUST(pwrite(f, "x", 1, pages * PAGE) == 1);
	MUST(fsync(f) == 0);
	return f;
}

static int hole_reads_zero_without_io()
{
	constexpr size_t LEN = 512 * PAGE;
	int f = make_hole("snapshot-hole", 512);
	struct stat before, after;

	CHECK_OK(fstat(f, &before));
	munmap(map(f, LEN), LEN);	/* what metadata there is, is cached */
	span.begin();
	uint8_t *p = map(f, LEN);
	span.end();
	CHECK(all_bytes(p, 0, LEN));
	CHECK_OK(fstat(f, &after));
	CHECK_EQ(after.st_blocks, before.st_blocks);
	CHECK_OK(munmap(p, LEN));
	close(f);
	CHECK_QUIET_EQ(span.diff("disk_read"), 0);
	CHECK_QUIET_EQ(span.diff("disk_write"), 0);
	return KSFT_PASS;
}

/* Of what is written to it only what was stored needs blocks. */
static int stores_in_a_hole_take_their_blocks_only()
{
	int f = make_hole("snapshot-stores", 64);
	struct stat before, after;
	uint8_t *p = map(f, 64 * PAGE, SHARED), c[PAGE];

	CHECK_OK(fstat(f, &before));
	CHECK(all_bytes(p, 0, 64 * PAGE));
	CHECK_OK(msync(p, 64 * PAGE, MS_SYNC));
	CHECK_OK(fstat(f, &after));
	CHECK_EQ(after.st_blocks, before.st_blocks);
	memset(p + 20 * PAGE, 0x20, PAGE);
	CHECK_OK(munmap(p, 64 * PAGE));
	CHECK_OK(fstat(f, &after));
	/* The page, and perhaps an indirect block. */
	CHECK(after.st_blocks > before.st_blocks &&
	      after.st_blocks <= before.st_blocks + 16);
	CHECK_EQ(pread(f, c, PAGE, 20 * PAGE), PAGE);
	CHECK(all_bytes(c, 0x20, PAGE));
	close(f);
	return KSFT_PASS;
}

/* ---- what is dirty ---- */

/* Pages 10 and 50 are dirty; only what is mapped or read is written. */
static int only_the_range_is_flushed(int (*look)(int f, uint8_t *page))
{
	int f = make_file(test_path("snapshot-dirty"), 64 * PAGE, 1);
	static uint8_t *page = page_buffer(PAGE);

	memset(page, 0x10, PAGE);
	CHECK_EQ(pwrite(f, page, PAGE, 10 * PAGE), PAGE);
	CHECK_EQ(pwrite(f, page, PAGE, 50 * PAGE), PAGE);
	span.begin();
	CHECK_CASE(look(f, page));
	span.end();
	close(f);
	CHECK_QUIET_EQ(span.diff("nr_dirty"), -1);
	return KSFT_PASS;
}

static int look_by_mapping(int f, uint8_t *)
{
	uint8_t *p = map(f, 4 * PAGE, WINDOW, 48 * PAGE);

	CHECK(is_pattern(p, 1, 48 * PAGE, 2 * PAGE));
	CHECK(all_bytes(p + 2 * PAGE, 0x10, PAGE));
	CHECK_OK(munmap(p, 4 * PAGE));
	return KSFT_PASS;
}

static int look_by_reading(int, uint8_t *page)
{
	int d = open_direct(test_path("snapshot-dirty"), O_RDONLY);

	CHECK_EQ(pread(d, page, PAGE, 50 * PAGE), PAGE);
	CHECK(all_bytes(page, 0x10, PAGE));
	close(d);
	return KSFT_PASS;
}

static int mapping_flushes_its_range()
{
	return only_the_range_is_flushed(look_by_mapping);
}
static int reading_flushes_its_range()
{
	return only_the_range_is_flushed(look_by_reading);
}

/* ---- truncate ---- */

/* What was read stays; what was not is not there any more. */
static int truncate_leaves_a_snapshot(int flags)
{
	int f = make_file(test_path("snapshot-cut"), 8 * PAGE, 1);
	uint8_t *p = map(f, 8 * PAGE, flags);

	CHECK_OK(madvise(p + 5 * PAGE, 2 * PAGE, MADV_DONTNEED));
	CHECK_OK(ftruncate(f, 2 * PAGE + 100));
	CHECK(is_pattern(p, 1, 0, 5 * PAGE));
	CHECK(is_gone(p + 5 * PAGE));
	CHECK(is_gone(p + 6 * PAGE));
	CHECK(is_pattern(p + 7 * PAGE, 1, 7 * PAGE, PAGE));
	/* Now they are there, and nothing of what they were. */
	CHECK_OK(ftruncate(f, 8 * PAGE));
	CHECK(all_bytes(p + 5 * PAGE, 0, 2 * PAGE));
	CHECK(is_pattern(p, 1, 0, 5 * PAGE));
	CHECK_OK(munmap(p, 8 * PAGE));
	p = map(f, 8 * PAGE);
	CHECK(is_pattern(p, 1, 0, 2 * PAGE + 100));
	CHECK(all_bytes(p + 2 * PAGE + 100, 0, 6 * PAGE - 100));
	CHECK_OK(munmap(p, 8 * PAGE));
	close(f);
	return KSFT_PASS;
}
static int of_a_private_one() { return truncate_leaves_a_snapshot(WINDOW); }
static int of_a_shared_one() { return truncate_leaves_a_snapshot(SHARED); }

/* ---- two processes ---- */

/* What a child stores the parent sees at once, and the file when it goes. */
static int child_stores_are_written()
{
	int f = make_file(test_path("snapshot-child"), 8 * PAGE, 1);
	uint8_t *p = map(f, 8 * PAGE, SHARED), page[PAGE];

	CHECK_CASE(in_child([=] {
		memset(p + PAGE, 0x41, PAGE);
		CHECK_OK(msync(p, 2 * PAGE, MS_SYNC));
		memset(p + 3 * PAGE, 0x43, PAGE);
		return KSFT_PASS;
	}));
	CHECK(all_bytes(p + PAGE, 0x41, PAGE));
	CHECK(all_bytes(p + 3 * PAGE, 0x43, PAGE));
	CHECK_EQ(pread(f, page, PAGE, PAGE), PAGE);
	CHECK(all_bytes(page, 0x41, PAGE));
	CHECK_EQ(pread(f, page, PAGE, 3 * PAGE), PAGE);
	CHECK(all_bytes(page, 0x43, PAGE));
	p[5 * PAGE] ^= 0xff;
	CHECK_OK(munmap(p, 8 * PAGE));
	CHECK_EQ(pread(f, page, PAGE, 5 * PAGE), PAGE);
	CHECK_EQ(page[0] ^ 0xff, pattern_byte(1, 5 * PAGE));
	close(f);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"hole_reads_zero without a disk command",
	 [] { return in_quiet(hole_reads_zero_without_io); }},
	{"stores in a hole take their blocks only",
	 stores_in_a_hole_take_their_blocks_only},
	{"only dirty pages of the range are written first",
	 [] { return in_quiet(mapping_flushes_its_range); }},
	{"the same for a direct read",
	 [] { return in_quiet(reading_flushes_its_range); }},
	{"truncate leaves a snapshot", of_a_private_one},
	{"the same, shared", of_a_shared_one},
	{"what a child stores is written", child_stores_are_written},
};

int main()
{
	ksft_print_header();
	int f = make_file(test_path("snapshot"), PAGE, 1);
	need_map_flags(f, MAP_DIRECT);
	if (mmap(nullptr, PAGE, RW, SHARED, f, 0) == MAP_FAILED)
		ksft_exit_skip("no write-back of direct mappings\n");
	if (!vmstat_read(&span.a))
		ksft_exit_skip("no /proc/vmstat\n");
	RUN_CASES(cases);
}
