/* SPDX-License-Identifier: GPL-2.0-only */
// since: 450
// abi: D7 D8 D12 D13 S1
// A shared direct mapping writes what was changed back to its file, and nothing else does.
#include <abi.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int SHARED = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t SIZE = 64 * PAGE + 100;
static int fd;
static vmstat_span span;
static uint8_t buf[PAGE];

static uint8_t *map(size_t len, int flags, off_t off)
{
	void *p = mmap(nullptr, len, RW, flags, fd, off);

	return p == MAP_FAILED ? nullptr : (uint8_t *)p;
}

static bool page_is(unsigned page, uint8_t c)
{
	MUST(pread(fd, buf, PAGE, page * PAGE) == (ssize_t)PAGE);
	return all_bytes(buf, c, PAGE);
}

static int msync_writes()
{
	uint8_t *p = map(16 * PAGE, SHARED, 0);

	CHECK(p);
	CHECK(is_pattern(p, 1, 0, 16 * PAGE));
	CHECK_EQ(pread(fd, buf, PAGE, 3 * PAGE), PAGE);	/* cached: stale soon */
	memset(p + 3 * PAGE, 0x13, 2 * PAGE);
	CHECK_OK(msync(p, 16 * PAGE, MS_SYNC));
	CHECK(page_is(3, 0x13));
	CHECK(page_is(4, 0x13));
	CHECK_EQ(pread(fd, buf, PAGE, 5 * PAGE), PAGE);
	CHECK(is_pattern(buf, 1, 5 * PAGE, PAGE));
	p[3 * PAGE] = 0x14;
	CHECK_OK(msync(p, 16 * PAGE, MS_ASYNC));
	CHECK_OK(munmap(p, 16 * PAGE));
	CHECK_EQ(pread(fd, buf, 1, 3 * PAGE), 1);
	CHECK_EQ(buf[0], 0x14);
	return KSFT_PASS;
}

static int only_dirty_pages_and_in_one_command()
{
	uint8_t *p = map(32 * PAGE, SHARED, 0);

	CHECK(p);
	memset(p + 20 * PAGE, 0x20, 8 * PAGE);
	span.begin();
	if (vmstat_get(&span.a, "disk_write") < 0)
		SKIP_CASE("the kernel does not count disk commands");
	CHECK_OK(msync(p, 32 * PAGE, MS_ASYNC));
	span.end();
	CHECK_QUIET(span.diff("copy_from_user_bytes") <= 64);
	CHECK(span.diff("disk_write") >= 1);
	CHECK_QUIET(span.diff("disk_write") <= 3);
	CHECK(span.diff("disk_write_sectors") >= 64);
	CHECK_QUIET(span.diff("disk_write_sectors") < 128);
	CHECK_OK(munmap(p, 32 * PAGE));
	CHECK(page_is(20, 0x20) && page_is(27, 0x20));
	return KSFT_PASS;
}

static int munmap_and_exit_write()
{
	uint8_t *p = map(4 * PAGE, SHARED, 8 * PAGE);

	CHECK(p);
	memset(p, 0x31, PAGE);
	CHECK_OK(munmap(p, 2 * PAGE));
	CHECK(page_is(8, 0x31));
	memset(p + 3 * PAGE, 0x32, PAGE);
	CHECK_OK(munmap(p + 2 * PAGE, 2 * PAGE));
	CHECK(page_is(11, 0x32));
	CHECK_CASE(in_child([] {
		uint8_t *q = map(PAGE, SHARED, 12 * PAGE);

		CHECK(q);
		memset(q, 0x33, PAGE);
		return KSFT_PASS;
	}));
	CHECK(page_is(12, 0x33));
	return KSFT_PASS;
}

static int others_do_not()
{
	static const int flags[] = {MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK,
		SHARED | MAP_NOSYNC};

	for (int f : flags) {
		uint8_t *p = map(PAGE, f, 14 * PAGE);

		CHECK(p);
		memset(p, 0x41, PAGE);
		CHECK_OK(msync(p, PAGE, MS_SYNC));
		CHECK_OK(munmap(p, PAGE));
		CHECK_EQ(pread(fd, buf, PAGE, 14 * PAGE), PAGE);
		CHECK(is_pattern(buf, 1, 14 * PAGE, PAGE));
	}
	return KSFT_PASS;
}

static int the_file_does_not_grow()
{
	uint8_t *p = map(2 * PAGE, SHARED, 63 * PAGE);
	struct stat st;

	CHECK(p);
	memset(p, 0x51, 2 * PAGE);
	CHECK_OK(msync(p, 2 * PAGE, MS_SYNC));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, SIZE);
	CHECK_EQ(pread(fd, buf, PAGE, 64 * PAGE), 100);
	CHECK(all_bytes(buf, 0x51, 100));
	CHECK_OK(ftruncate(fd, 65 * PAGE));
	CHECK_EQ(pread(fd, buf, PAGE, 64 * PAGE), PAGE);
	CHECK(all_bytes(buf + 100, 0, PAGE - 100));
	CHECK_OK(munmap(p, 2 * PAGE));
	CHECK_OK(ftruncate(fd, SIZE));
	return KSFT_PASS;
}

static int truncated_pages_are_not_written()
{
	int f = make_file(test_path("writeback-cut"), 8 * PAGE, 2);
	auto p = (uint8_t *)mmap(nullptr, 8 * PAGE, RW, SHARED, f, 0);
	struct stat st;

	CHECK(p != MAP_FAILED);
	memset(p, 0x61, 8 * PAGE);
	CHECK_OK(ftruncate(f, 3 * PAGE));
	CHECK(all_bytes(p, 0x61, 8 * PAGE));
	CHECK_OK(munmap(p, 8 * PAGE));
	CHECK_OK(fstat(f, &st));
	CHECK_EQ(st.st_size, 3 * PAGE);
	CHECK_EQ(pread(f, buf, PAGE, 2 * PAGE), PAGE);
	CHECK(all_bytes(buf, 0x61, PAGE));
	close(f);
	return KSFT_PASS;
}

static int holes_are_filled()
{
	int h = open(test_path("writeback-hole"), O_RDWR | O_CREAT | O_TRUNC,
		     0644);

	CHECK_OK(ftruncate(h, 16 * PAGE));
	auto p = (uint8_t *)mmap(nullptr, 16 * PAGE, RW, SHARED, h, 0);
	CHECK(p != MAP_FAILED);
	memset(p + 7 * PAGE, 0x71, PAGE);
	CHECK_OK(msync(p, 16 * PAGE, MS_SYNC));
	CHECK_EQ(pread(h, buf, PAGE, 7 * PAGE), PAGE);
	CHECK(all_bytes(buf, 0x71, PAGE));
	CHECK_EQ(pread(h, buf, PAGE, 8 * PAGE), PAGE);
	CHECK(all_bytes(buf, 0, PAGE));
	CHECK_OK(munmap(p, 16 * PAGE));
	close(h);
	return KSFT_PASS;
}

static int invalidate_reads_again()
{
	uint8_t *p = map(2 * PAGE, SHARED, 40 * PAGE);

	CHECK(p);
	memset(buf, 0x81, PAGE);
	CHECK_EQ(pwrite(fd, buf, PAGE, 40 * PAGE), PAGE);
	CHECK(is_pattern(p, 1, 40 * PAGE, PAGE));
	memset(p + PAGE, 0x82, PAGE);
	CHECK_OK(msync(p, 2 * PAGE, MS_SYNC | MS_INVALIDATE));
	CHECK(all_bytes(p, 0x81, PAGE));
	CHECK(all_bytes(p + PAGE, 0x82, PAGE));
	CHECK_OK(munmap(p, 2 * PAGE));
	return KSFT_PASS;
}

static int dontneed_writes_then_reads_again()
{
	uint8_t *p = map(2 * PAGE, SHARED, 44 * PAGE);

	CHECK(p);
	memset(p, 0x91, PAGE);
	CHECK_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
	CHECK(page_is(44, 0x91));
	CHECK(all_bytes(p, 0x91, PAGE));
	CHECK_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
	memset(buf, 0x92, PAGE);
	CHECK_EQ(pwrite(fd, buf, PAGE, 44 * PAGE), PAGE);
	CHECK(all_bytes(p, 0x92, PAGE));
	CHECK(is_pattern(p + PAGE, 1, 45 * PAGE, PAGE));
	CHECK_OK(munmap(p, 2 * PAGE));
	return KSFT_PASS;
}

/* R3, once there is reuse. */
static int a_refill_writes_the_old_pages_first()
{
	uint8_t *p = map(4 * PAGE, SHARED, 48 * PAGE);

	CHECK(p);
	memset(p + PAGE, 0xa1, PAGE);
	CHECK(mmap(p, 4 * PAGE, RW, SHARED | MAP_FIXED, fd, 52 * PAGE) == p);
	CHECK(page_is(49, 0xa1));
	CHECK(is_pattern(p, 1, 52 * PAGE, 4 * PAGE));
	CHECK_OK(munmap(p, 4 * PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"msync writes", msync_writes},
	{"only dirty pages, and in one command",
	 [] { return in_quiet(only_dirty_pages_and_in_one_command); }},
	{"munmap and exit write", munmap_and_exit_write},
	{"private and NOSYNC mappings do not", others_do_not},
	{"the file does not grow", the_file_does_not_grow},
	{"truncated pages are not written", truncated_pages_are_not_written},
	{"holes are filled", holes_are_filled},
	{"MS_INVALIDATE reads again", invalidate_reads_again},
	{"MADV_DONTNEED writes, then a touch reads again",
	 dontneed_writes_then_reads_again},
	{"a refill writes the old pages first",
	 a_refill_writes_the_old_pages_first},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("writeback"), SIZE, 1);
	need_map_flags(fd, MAP_DIRECT);
	if (!map(PAGE, SHARED, 0))
		ksft_exit_skip("no write-back of direct mappings\n");
	RUN_CASES(cases);
}
