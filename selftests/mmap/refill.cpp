/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R1 R2 R5 D3 D6 D11
// mmap with MAP_FIXED over a direct mapping reads into the same frames, touching no page table.
#include <abi.h>

constexpr size_t SIZE = 4 * MIB + 3 * PAGE + 100;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr int RW = PROT_READ | PROT_WRITE;
static int fd;
static vmstat_span span;

static uint8_t *window(size_t len, off_t off)
{
	void *p = mmap(nullptr, len, RW, WINDOW, fd, off);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

static void *refill_from(int f, void *at, size_t len, off_t off)
{
	return mmap(at, len, RW, WINDOW | MAP_FIXED, f, off);
}

static void *refill(void *at, size_t len, off_t off)
{
	return refill_from(fd, at, len, off);
}

/* R2: what a refill must not do. */
static int check_span()
{
	static const char *const zero[] = {
		"copy_to_user_bytes", "pgfault", "pte_write", "tlb_flush_one",
		"tlb_flush_all", "nr_pagecache", "page_alloc", "page_free",
	};

	for (const char *name : zero) {
		if (vmstat_get(&span.a, name) < 0 || span.diff(name) == 0)
			continue;
		ksft_print_msg("%s: %lld\n", name, span.diff(name));
		return DISTURBED;
	}
	return KSFT_PASS;
}

static int counted_refill(int f, uint8_t *p, size_t len, off_t off)
{
	memset(p, 0x99, len);
	span.begin();
	void *at = refill_from(f, p, len, off);
	span.end();
	CHECK(at == p);
	return check_span();
}

/* The first one of a window, and the next. */
static int touches_nothing_from(off_t off)
{
	uint8_t *p = window(MIB, 0);
	int r = counted_refill(fd, p, MIB, off);

	if (r == KSFT_PASS)
		r = counted_refill(fd, p, MIB, off + MIB);
	CHECK(span.diff("disk_read") >= 1);
	CHECK_QUIET(span.diff("disk_read") <= 8);
	CHECK(r || is_pattern(p, 1, off + MIB, MIB));
	CHECK_OK(munmap(p, MIB));
	return r;
}

static int touches_nothing()
{
	CHECK_CASE(touches_nothing_from(0));
	return touches_nothing_from(2 * MIB);
}

static int real_io_each_time()
{
	uint8_t *p = window(64 * KIB, 0);

	for (int i = 0; i < 3; i++) {
		memset(p, 0, 64 * KIB);
		span.begin();
		void *r = refill(p, 64 * KIB, MIB);
		span.end();
		CHECK(r == p);
		CHECK_QUIET_EQ(span.diff("disk_read_sectors"), 128);
		CHECK(is_pattern(p, 1, MIB, 64 * KIB));
	}
	CHECK_OK(munmap(p, 64 * KIB));
	return KSFT_PASS;
}

static int other_file_and_direct_buffer()
{
	int other = make_file(test_path("refill-other"), 64 * KIB, 2);
	auto p = (uint8_t *)mmap(nullptr, 64 * KIB, RW,
				 WINDOW | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	CHECK(all_bytes(p, 0, 64 * KIB));
	CHECK_CASE(counted_refill(other, p, 64 * KIB, 0));
	CHECK(is_pattern(p, 2, 0, 64 * KIB));
	CHECK(refill(p, 64 * KIB, 64 * KIB) == p);
	CHECK(is_pattern(p, 1, 64 * KIB, 64 * KIB));
	CHECK(mmap(p, 64 * KIB, RW, WINDOW | MAP_FIXED | MAP_ANONYMOUS, -1,
		   0) == p);
	CHECK(all_bytes(p, 0, 64 * KIB));
	CHECK_OK(munmap(p, 64 * KIB));
	close(other);
	return KSFT_PASS;
}

static int refill_past_eof_zero_filled()
{
	uint8_t *p = window(16 * PAGE, 0);

	CHECK_CASE(counted_refill(fd, p, 16 * PAGE, 4 * MIB));
	CHECK(is_pattern(p, 1, 4 * MIB, 3 * PAGE + 100));
	CHECK(all_bytes(p + 3 * PAGE + 100, 0, 13 * PAGE - 100));
	CHECK_OK(munmap(p, 16 * PAGE));
	return KSFT_PASS;
}

static int refill_at_eof_enxio()
{
	uint8_t *p = window(4 * PAGE, 0);

	CHECK_ERR(refill(p, 4 * PAGE, 4 * MIB + 4 * PAGE), ENXIO);
	CHECK_ERR(refill(p, 4 * PAGE, 64 * MIB), ENXIO);
	CHECK(is_pattern(p, 1, 0, 4 * PAGE));
	CHECK_OK(munmap(p, 4 * PAGE));
	return KSFT_PASS;
}

/* How many mappings there are in the range. */
static int mappings(const uint8_t *at, size_t len)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start;
	char line[256];
	int n = 0;

	MUST(f);
	while (fgets(line, sizeof(line), f)) {
		start = strtoul(line, nullptr, 16);
		n += start >= (unsigned long)at &&
			start < (unsigned long)at + len;
	}
	fclose(f);
	return n;
}

static int split_and_refill_half()
{
	uint8_t *p = window(16 * PAGE, 0);

	span.begin();
	void *r = refill(p + 8 * PAGE, 8 * PAGE, MIB);
	span.end();
	CHECK(r == p + 8 * PAGE);
	CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK(is_pattern(p, 1, 0, 8 * PAGE));
	CHECK(is_pattern(p + 8 * PAGE, 1, MIB, 8 * PAGE));
	CHECK(refill(p + 4 * PAGE, 2 * PAGE, 2 * MIB) == p + 4 * PAGE);
	CHECK(is_pattern(p, 1, 0, 4 * PAGE));
	CHECK(is_pattern(p + 4 * PAGE, 1, 2 * MIB, 2 * PAGE));
	CHECK(is_pattern(p + 6 * PAGE, 1, 6 * PAGE, 2 * PAGE));
	span.begin();
	r = refill(p, 16 * PAGE, 3 * MIB);
	span.end();
	CHECK(r == p);
	CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	CHECK(is_pattern(p, 1, 3 * MIB, 16 * PAGE));
	/* One window again: nothing is allocated any more. */
	CHECK_EQ(mappings(p, 16 * PAGE), 1);
	CHECK_CASE(counted_refill(fd, p, 16 * PAGE, 0));
	CHECK_OK(munmap(p, 16 * PAGE));
	return KSFT_PASS;
}

static int refill_larger_than_mapping()
{
	auto p = (uint8_t *)mmap(nullptr, 32 * PAGE, PROT_READ,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	CHECK(refill(p + 8 * PAGE, 4 * PAGE, 0) == p + 8 * PAGE);
	CHECK(refill(p + 20 * PAGE, 4 * PAGE, 0) == p + 20 * PAGE);
	CHECK(refill(p + 4 * PAGE, 24 * PAGE, MIB) == p + 4 * PAGE);
	CHECK(is_pattern(p + 4 * PAGE, 1, MIB, 24 * PAGE));
	/* Every page knows where it belongs in the file. */
	CHECK_OK(madvise(p + 4 * PAGE, 24 * PAGE, MADV_DONTNEED));
	CHECK(is_pattern(p + 4 * PAGE, 1, MIB, 24 * PAGE));
	CHECK_EQ(mappings(p + 4 * PAGE, 24 * PAGE), 1);
	CHECK(all_bytes(p, 0, 4 * PAGE));
	CHECK(all_bytes(p + 28 * PAGE, 0, 4 * PAGE));
	CHECK_OK(munmap(p, 32 * PAGE));
	return KSFT_PASS;
}

static int refill_sees_latest_write()
{
	uint8_t *p = window(4 * PAGE, 0);
	uint8_t page[PAGE];

	memset(page, 0x61, PAGE);
	CHECK_EQ(pwrite(fd, page, PAGE, 2 * MIB + PAGE), PAGE);
	CHECK(refill(p, 4 * PAGE, 2 * MIB) == p);
	CHECK(is_pattern(p, 1, 2 * MIB, PAGE));
	CHECK(all_bytes(p + PAGE, 0x61, PAGE));
	pattern_fill(page, 1, 2 * MIB + PAGE, PAGE);
	CHECK_EQ(pwrite(fd, page, PAGE, 2 * MIB + PAGE), PAGE);
	CHECK_OK(munmap(p, 4 * PAGE));
	return KSFT_PASS;
}

static int fork_then_refill()
{
	constexpr int SHARED = MAP_SHARED | MAP_NOSYNC | MAP_DIRECT |
		MAP_BLOCK;
	auto p = (uint8_t *)mmap(nullptr, 4 * PAGE, RW, SHARED, fd, 0);
	int go[2], done[2];
	char c;

	CHECK(p != MAP_FAILED);
	CHECK_OK(pipe(go));
	CHECK_OK(pipe(done));
	pid_t pid = fork();
	if (!pid) {
		(void)!read(go[0], &c, 1);
		c = pattern_check(p, 1, 0, 4 * PAGE) < 0;
		(void)!write(done[1], &c, 1);
		_exit(0);
	}
	CHECK(mmap(p, 4 * PAGE, RW, SHARED | MAP_FIXED, fd, MIB) == p);
	CHECK(is_pattern(p, 1, MIB, 4 * PAGE));
	CHECK_EQ(write(go[1], "g", 1), 1);
	CHECK_EQ(read(done[0], &c, 1), 1);
	CHECK(c);
	waitpid(pid, nullptr, 0);
	CHECK_OK(munmap(p, 4 * PAGE));
	return KSFT_PASS;
}

/* R3, for the errors that need no broken disk. */
static int failed_map_fixed_changes_nothing()
{
	uint8_t *p = window(4 * PAGE, 0);
	int wo = open(test_path("refill"), O_WRONLY);
	int dir = open("/", O_RDONLY);

	p[5] = 0x15;
	CHECK_ERR(refill_from(99, p, 4 * PAGE, 0), EBADF);
	CHECK_ERR(refill_from(wo, p, 4 * PAGE, 0), EACCES);
	CHECK_ERR(refill(p + 1, 4 * PAGE, 0), EINVAL);
	CHECK_ERR(refill(p, 0, 0), EINVAL);
	CHECK_ERR(refill(p, 4 * PAGE, 64 * MIB), ENXIO);
	CHECK_ERR(mmap(p, 4 * PAGE, RW, MAP_SHARED_VALIDATE | MAP_DIRECT |
		       MAP_BLOCK | MAP_FIXED | 0x2000000, fd, 0), EOPNOTSUPP);
	CHECK_EQ(p[5], 0x15);
	CHECK(is_pattern(p + 6, 1, 6, 4 * PAGE - 6));
	CHECK_CASE(counted_refill(fd, p, 4 * PAGE, MIB));
	close(wo);
	close(dir);
	CHECK_OK(munmap(p, 4 * PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	IN_QUIET("a refill touches no page table, TLB, allocator or cache",
		 touches_nothing),
	IN_QUIET("a refill does real I/O each time", real_io_each_time),
	IN_QUIET("another file, and a direct buffer",
		 other_file_and_direct_buffer),
	IN_QUIET("refill_past_eof_zero_filled", refill_past_eof_zero_filled),
	{"refill_at_eof_enxio", refill_at_eof_enxio},
	IN_QUIET("split_and_refill_half", split_and_refill_half),
	{"refill_larger_than_mapping", refill_larger_than_mapping},
	{"refill_sees_latest_write", refill_sees_latest_write},
	{"fork_then_refill", fork_then_refill},
	IN_QUIET("failed_map_fixed_changes_nothing",
		 failed_map_fixed_changes_nothing),
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("refill"), SIZE, 1);
	need_refill(fd, 16 * MIB);
	if (!vmstat_read(&span.a))
		ksft_exit_skip("no /proc/vmstat\n");
	RUN_CASES(cases);
}
