/* SPDX-License-Identifier: GPL-2.0-only */
// since: 440
// abi: D1 D2 D3 D4 D5 D6 D8 D9 D11 D14 B1 S2
// MAP_DIRECT: frames of the mapping's own, filled by DMA, outside the page cache, never copied on write.
#include <abi.h>
#include <sys/resource.h>

constexpr size_t SIZE = MIB + 100;
static const char *path;
static int fd;
static vmstat_span span;

static uint8_t *map(size_t len, int prot, int flags, off_t off)
{
	void *p = mmap(nullptr, len, prot, flags | MAP_DIRECT,
		       flags & MAP_ANONYMOUS ? -1 : fd, off);

	return p == MAP_FAILED ? nullptr : (uint8_t *)p;
}

/* D1, B1, D8: nothing copied or cached, no fault afterwards, also to write. */
static int check_window(uint8_t *p)
{
	CHECK_QUIET_EQ(span.diff("copy_to_user_bytes"), 0);
	CHECK_QUIET_EQ(span.diff("nr_pagecache"), 0);
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK(span.diff("disk_read_sectors") >= 2048);
	CHECK_QUIET(span.diff("disk_read") <= 8);
	span.begin();
	bool right = is_pattern(p, 1, 0, MIB);
	for (size_t i = 0; i < MIB; i += PAGE)
		p[i] = 0x99;
	span.end();
	CHECK(right);
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	return KSFT_PASS;
}

static int map_window(int type)
{
	span.begin();
	uint8_t *p = map(MIB, PROT_READ | PROT_WRITE, type | MAP_BLOCK, 0);
	span.end();
	CHECK(p);
	int r = check_window(p);
	CHECK_OK(munmap(p, MIB));
	return r;
}

static int blocking_window()
{
	static const int types[] = {MAP_PRIVATE, MAP_SHARED | MAP_NOSYNC,
				    MAP_SHARED_VALIDATE | MAP_NOSYNC};

	for (int type : types)
		CHECK_CASE(in_quiet([=] { return map_window(type); }));
	return KSFT_PASS;
}

static int touched_without_block()
{
	uint8_t *p = map(8 * PAGE, PROT_READ, MAP_PRIVATE, 4 * PAGE);

	CHECK(p);
	CHECK(is_pattern(p, 1, 4 * PAGE, 8 * PAGE));
	CHECK_OK(munmap(p, 8 * PAGE));
	return KSFT_PASS;
}

static int private_writes_stay_private()
{
	uint8_t *p = map(4 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_BLOCK, 0);
	uint8_t page[PAGE];

	CHECK(p);
	memset(p, 0x42, 4 * PAGE);
	CHECK_OK(msync(p, 4 * PAGE, MS_SYNC));
	CHECK_OK(munmap(p, 4 * PAGE));
	sync();
	CHECK_EQ(pread(fd, page, PAGE, 0), PAGE);
	CHECK(is_pattern(page, 1, 0, PAGE));
	return KSFT_PASS;
}

static int eof_tail_zeroed()
{
	uint8_t *p = map(2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_BLOCK, MIB);

	CHECK(p);
	CHECK(is_pattern(p, 1, MIB, 100));
	CHECK(all_bytes(p + 100, 0, PAGE - 100));
	CHECK_EQ(signal_of([&] { (void)*(volatile uint8_t *)(p + PAGE); }),
		 SIGBUS);
	CHECK_OK(munmap(p, 2 * PAGE));
	return KSFT_PASS;
}

static int hole_reads_zero()
{
	int h = open(test_path("direct-hole"), O_RDWR | O_CREAT | O_TRUNC,
		     0644);
	struct stat before, after;

	CHECK_OK(ftruncate(h, 16 * PAGE));
	CHECK_EQ(pwrite(h, "x", 1, 9 * PAGE), 1);
	CHECK_OK(fsync(h));
	CHECK_OK(fstat(h, &before));
	auto p = (uint8_t *)mmap(nullptr, 16 * PAGE, PROT_READ,
				 MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK, h, 0);
	CHECK(p != MAP_FAILED);
	CHECK(all_bytes(p, 0, 9 * PAGE));
	CHECK_EQ(p[9 * PAGE], 'x');
	CHECK(all_bytes(p + 9 * PAGE + 1, 0, 7 * PAGE - 1));
	CHECK_OK(fstat(h, &after));
	CHECK_EQ(before.st_blocks, after.st_blocks);
	CHECK_OK(munmap(p, 16 * PAGE));
	close(h);
	return KSFT_PASS;
}

static int frames_are_zeroed_first()
{
	for (int i = 0; i < 4; i++) {
		uint8_t *p = map(MIB, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_BLOCK, 0);

		CHECK(p);
		CHECK(all_bytes(p, 0, MIB));
		memset(p, 0xbb, MIB);
		CHECK_OK(munmap(p, MIB));
	}
	return KSFT_PASS;
}

static int snapshot_of_the_latest()
{
	uint8_t page[PAGE];

	memset(page, 0x31, PAGE);
	CHECK_EQ(pwrite(fd, page, PAGE, 8 * PAGE), PAGE);
	auto m = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 9 * PAGE);
	memset(m, 0x32, PAGE);
	uint8_t *p = map(2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_BLOCK,
			 8 * PAGE);
	CHECK(p);
	CHECK(all_bytes(p, 0x31, PAGE));
	CHECK(all_bytes(p + PAGE, 0x32, PAGE));
	memset(page, 0x33, PAGE);
	CHECK_EQ(pwrite(fd, page, PAGE, 8 * PAGE), PAGE);
	CHECK(all_bytes(p, 0x31, PAGE));
	CHECK_OK(munmap(p, 2 * PAGE));
	CHECK_OK(munmap(m, PAGE));
	return KSFT_PASS;
}

static int memlock_charged_and_returned()
{
	return in_child([] {
		struct rlimit rl = {64 * PAGE, 64 * PAGE};

		CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &rl));
		CHECK_OK(setuid(1000));
		void *big = map(65 * PAGE, PROT_READ, MAP_PRIVATE | MAP_BLOCK,
				0);
		CHECK(!big && errno == EAGAIN);
		for (int i = 0; i < 100; i++) {
			uint8_t *p = map(64 * PAGE, PROT_READ,
					 MAP_PRIVATE | MAP_BLOCK, 0);

			if (!p)
				ksft_perror("map");
			CHECK(p);
			CHECK(!map(PAGE, PROT_READ, MAP_PRIVATE, 0));
			CHECK_OK(munmap(p + 32 * PAGE, 32 * PAGE));
			uint8_t *q = map(32 * PAGE, PROT_READ,
					 MAP_PRIVATE, 0);
			CHECK(q);
			CHECK_OK(munmap(p, 32 * PAGE));
			CHECK_OK(munmap(q, 32 * PAGE));
		}
		return KSFT_PASS;
	});
}

static int fork_shares_or_copies()
{
	constexpr int RW = PROT_READ | PROT_WRITE;
	uint8_t *shared = map(4 * PAGE, RW, MAP_SHARED | MAP_NOSYNC |
			      MAP_BLOCK, 0);
	uint8_t *own = map(4 * PAGE, RW, MAP_PRIVATE | MAP_BLOCK, 0);

	CHECK(shared && own);
	CHECK_CASE(in_child([&] {
		CHECK(is_pattern(own, 1, 0, 4 * PAGE));
		memset(shared, 0x71, 4 * PAGE);
		memset(own, 0x72, 4 * PAGE);
		return KSFT_PASS;
	}));
	CHECK(all_bytes(shared, 0x71, 4 * PAGE));
	CHECK(is_pattern(own, 1, 0, 4 * PAGE));
	span.begin();
	memset(own, 0x73, 4 * PAGE);
	span.end();
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK_OK(munmap(shared, 4 * PAGE));
	CHECK_OK(munmap(own, 4 * PAGE));
	return KSFT_PASS;
}

static int split_keeps_its_frames()
{
	uint8_t *p = map(8 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_BLOCK, 0);

	CHECK(p);
	p[7 * PAGE] = 0x77;
	CHECK_OK(munmap(p + 2 * PAGE, 2 * PAGE));
	CHECK(is_pattern(p, 1, 0, 2 * PAGE));
	CHECK(is_pattern(p + 4 * PAGE, 1, 4 * PAGE, 3 * PAGE));
	CHECK_EQ(p[7 * PAGE], 0x77);
	CHECK_EQ(signal_of([&] { (void)*(volatile uint8_t *)(p + 2 * PAGE); }),
		 SIGSEGV);
	CHECK_OK(mprotect(p, PAGE, PROT_READ));
	CHECK_EQ(signal_of([&] { *(volatile uint8_t *)p = 1; }), SIGSEGV);
	CHECK_OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	CHECK_EQ(signal_of([&] { *(volatile uint8_t *)p = 1; }), 0);
	CHECK_OK(munmap(p, 8 * PAGE));
	return KSFT_PASS;
}

static int refused()
{
	int wo = open(path, O_WRONLY);
	int ro = open(path, O_RDONLY);
	constexpr int V = MAP_SHARED_VALIDATE | MAP_DIRECT;

	CHECK_ERR(mmap(nullptr, PAGE, PROT_READ, V, wo, 0), EACCES);
	CHECK_ERR(mmap(nullptr, PAGE, PROT_WRITE, V, ro, 0), EACCES);
	CHECK_ERR(mmap(nullptr, 0, PROT_READ, V, ro, 0), EINVAL);
	CHECK_ERR(mmap(nullptr, PAGE, PROT_READ, V, -1, 0), EBADF);
	CHECK_OK(mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, V | MAP_NOSYNC,
		      ro, 0));
	close(wo);
	close(ro);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"a blocking window: no copy, no cache, no fault", blocking_window},
	{"without MAP_BLOCK a touch finds its page", touched_without_block},
	{"private writes stay private", private_writes_stay_private},
	{"eof_tail_zeroed, past_eof_sigbus", eof_tail_zeroed},
	{"hole_reads_zero_and_allocates_nothing", hole_reads_zero},
	{"frames are zeroed first", frames_are_zeroed_first},
	{"a snapshot of the latest content", snapshot_of_the_latest},
	{"memlock_charged_and_returned", memlock_charged_and_returned},
	IN_QUIET("fork shares or copies, no copy on write",
		 fork_shares_or_copies),
	{"a split keeps its frames", split_keeps_its_frames},
	{"what is refused", refused},
};

int main()
{
	ksft_print_header();
	path = test_path("direct");
	fd = make_file(path, SIZE, 1);
	MUST(fchmod(fd, 0666) == 0);
	need_map_flags(fd, MAP_DIRECT);
	if (!vmstat_read(&span.a))
		ksft_exit_skip("no /proc/vmstat\n");
	RUN_CASES(cases);
}
