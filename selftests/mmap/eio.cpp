/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: B3 R4
// machine: badsector
// A read error makes mmap fail with EIO: nothing new is mapped, a refilled window is a zeroed buffer.
#include <baddisk.h>

constexpr int RW = PROT_READ | PROT_WRITE;
static int fd;

static bool is_mapped(void *p)
{
	unsigned char v;

	return mincore(p, PAGE, &v) == 0;
}

static int map_block_eio_returns_error_and_does_not_loop()
{
	static const int types[] = {MAP_SHARED, MAP_PRIVATE | MAP_DIRECT};
	static vmstat_span span;

	for (int type : types) {
		void *p = mmap(nullptr, 64 * PAGE, PROT_READ,
			       type | MAP_BLOCK, fd, bad_pos - 32 * PAGE);
		CHECK(p == MAP_FAILED && errno == EIO);
		/* A retry does real I/O. */
		span.begin();
		p = mmap(nullptr, 64 * PAGE, PROT_READ, type | MAP_BLOCK, fd,
			 bad_pos - 32 * PAGE);
		span.end();
		CHECK(p == MAP_FAILED && errno == EIO);
		CHECK(span.diff("disk_read") >= 1);
		p = mmap(nullptr, 32 * PAGE, PROT_READ, type | MAP_BLOCK, fd,
			 bad_pos - 32 * PAGE);
		CHECK(p != MAP_FAILED);
		CHECK(is_pattern(p, BAD_SEED, bad_pos - 32 * PAGE,
				 32 * PAGE));
		CHECK_OK(munmap(p, 32 * PAGE));
		CHECK(!is_mapped(p));
	}
	return KSFT_PASS;
}

/* What is mapped, and where. */
static void read_maps(char *text, size_t room)
{
	int f = open("/proc/self/maps", O_RDONLY);
	size_t len = 0;
	ssize_t n;

	MUST(f >= 0);
	while ((n = read(f, text + len, room - 1 - len)) > 0)
		len += n;
	text[len] = 0;
	close(f);
}

static int no_new_mapping_is_left()
{
	static const int types[] = {MAP_SHARED, MAP_PRIVATE,
		MAP_PRIVATE | MAP_DIRECT, MAP_SHARED | MAP_DIRECT};
	static char before[16 * KIB], after[16 * KIB];

	for (int type : types) {
		read_maps(before, sizeof(before));
		CHECK(mmap(nullptr, 64 * PAGE, PROT_READ, type | MAP_BLOCK, fd,
			   bad_pos - 32 * PAGE) == MAP_FAILED && errno == EIO);
		read_maps(after, sizeof(after));
		CHECK(!strcmp(before, after));
	}
	return KSFT_PASS;
}

/* A shared window belongs to no file then. */
static int what_is_stored_in_it_is_not_written()
{
	constexpr int W = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;
	int rw = open_direct(bad_dev, O_RDWR);
	off_t to = bad_pos - 32 * PAGE;
	uint8_t *buf = page_buffer(32 * PAGE);
	void *r = mmap(nullptr, 64 * PAGE, RW, W, rw, 0);

	CHECK(r != MAP_FAILED);
	CHECK(mmap(r, 64 * PAGE, RW, W | MAP_FIXED, rw, to) == MAP_FAILED &&
	      errno == EIO);
	memset(r, 0x45, 64 * PAGE);
	CHECK_OK(msync(r, 64 * PAGE, MS_SYNC));
	CHECK_OK(munmap(r, 64 * PAGE));
	CHECK_OK(fsync(rw));
	CHECK_EQ(pread(rw, buf, 32 * PAGE, 0), 32 * PAGE);
	CHECK(is_pattern(buf, BAD_SEED, 0, 32 * PAGE));
	CHECK_EQ(pread(rw, buf, 32 * PAGE, to), 32 * PAGE);
	CHECK(is_pattern(buf, BAD_SEED, to, 32 * PAGE));
	CHECK_OK(munmap(buf, 32 * PAGE));
	close(rw);
	return KSFT_PASS;
}

static int refill_eio_leaves_zeroed_direct_buffer()
{
	constexpr int W = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
	vmstat_span span;
	auto p = (uint8_t *)mmap(nullptr, 64 * PAGE, RW, W, fd, 0);

	CHECK(p != MAP_FAILED);
	CHECK(is_pattern(p, BAD_SEED, 0, 64 * PAGE));
	CHECK(mmap(p, 64 * PAGE, RW, W | MAP_FIXED, fd, bad_pos - 32 * PAGE) ==
	      MAP_FAILED && errno == EIO);
	CHECK(all_bytes(p, 0, 64 * PAGE));
	memset(p, 0x44, 64 * PAGE);
	span.begin();
	void *r = mmap(p, 64 * PAGE, RW, W | MAP_FIXED, fd, 64 * PAGE);
	span.end();
	CHECK(r == p);
	CHECK(is_pattern(p, BAD_SEED, 64 * PAGE, 64 * PAGE));
	if (vmstat_get(&span.a, "pte_write") >= 0)
		CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	CHECK_OK(munmap(p, 64 * PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"map_block_eio_returns_error_and_does_not_loop",
	 map_block_eio_returns_error_and_does_not_loop},
	{"no new mapping is left", no_new_mapping_is_left},
	IN_QUIET("refill_eio_leaves_zeroed_direct_buffer",
		 refill_eio_leaves_zeroed_direct_buffer),
	{"what is stored in it is not written",
	 what_is_stored_in_it_is_not_written},
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
