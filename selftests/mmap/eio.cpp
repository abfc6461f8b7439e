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
		CHECK_EQ(span.diff("pte_write"), 0);
	CHECK_OK(munmap(p, 64 * PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"map_block_eio_returns_error_and_does_not_loop",
	 map_block_eio_returns_error_and_does_not_loop},
	{"refill_eio_leaves_zeroed_direct_buffer",
	 refill_eio_leaves_zeroed_direct_buffer},
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
