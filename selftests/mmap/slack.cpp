/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D3 D7 R5
// What is on the disk behind the end of a file, in its last block, is not seen through a direct mapping, nor is anything written there.
#include <slack.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int LATER = MAP_PRIVATE | MAP_DIRECT;
constexpr int WINDOW = LATER | MAP_BLOCK;
constexpr size_t LEN = 700;	/* the end is in the second sector */
static int plain;		/* a file elsewhere: pattern 2 */

static int reads_zeroes(int fd, int flags, void *at)
{
	auto p = (uint8_t *)mmap(at, PAGE, RW, flags | (at ? MAP_FIXED : 0),
				 fd, 0);

	CHECK(p != MAP_FAILED);
	bool right = is_pattern(p, 1, 0, LEN) &&
		all_bytes(p + LEN, 0, PAGE - LEN);
	CHECK_OK(munmap(p, PAGE));
	CHECK(right);
	return KSFT_PASS;
}

static int fresh(int flags)
{
	return with_slack(LEN, [=](int fd) {
		return reads_zeroes(fd, flags, nullptr);
	});
}

static int refilled(int flags)
{
	return with_slack(LEN, [=](int fd) {
		void *p = mmap(nullptr, PAGE, RW, WINDOW, plain, 0);

		CHECK(p != MAP_FAILED);
		return reads_zeroes(fd, flags, p);
	});
}

/* The block itself, whatever the cache says. */
static int block_of(int fd, uint8_t *page)
{
	int block = 0, d = open(slack_dev, O_RDONLY);

	CHECK_OK(ioctl(fd, FIBMAP, &block));
	CHECK_EQ(pread(d, page, PAGE, block * (off_t)PAGE), PAGE);
	close(d);
	return KSFT_PASS;
}

static int store_behind_the_end(int fd)
{
	auto p = (uint8_t *)mmap(nullptr, PAGE, RW, MAP_SHARED_VALIDATE |
				 MAP_DIRECT | MAP_BLOCK, fd, 0);

	CHECK(p != MAP_FAILED);
	pattern_fill(p, 3, 0, LEN);
	memset(p + LEN, SLACK, PAGE - LEN);
	int r = msync(p, PAGE, MS_SYNC);
	CHECK_OK(munmap(p, PAGE));
	CHECK_EQ(r, 0);
	return KSFT_PASS;
}

static int stores_behind_the_end_are_not_written()
{
	return with_slack(LEN, [](int fd) {
		static uint8_t page[PAGE];

		CHECK_CASE(store_behind_the_end(fd));
		CHECK_CASE(block_of(fd, page));
		CHECK(is_pattern(page, 3, 0, LEN));
		CHECK(!memchr(page + LEN, SLACK, PAGE - LEN));
		CHECK_OK(ftruncate(fd, PAGE));
		CHECK_EQ(pread(fd, page, PAGE, 0), PAGE);
		CHECK(is_pattern(page, 3, 0, LEN));
		CHECK(all_bytes(page + LEN, 0, PAGE - LEN));
		return KSFT_PASS;
	});
}

static const test_case cases[] = {
	{"a new window", [] { return fresh(WINDOW); }},
	{"in the background", [] { return fresh(LATER); }},
	{"a refill", [] { return refilled(WINDOW); }},
	{"a refill in the background", [] { return refilled(LATER); }},
	{"stores behind the end are not written",
	 stores_behind_the_end_are_not_written},
};

int main()
{
	ksft_print_header();
	plain = make_file(test_path("direct-slack"), PAGE, 2);
	need_refill(plain, PAGE);
	RUN_CASES(cases);
}
