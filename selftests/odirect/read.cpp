/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K2 K3 K4 K7 K11
// O_DIRECT reads go by DMA into the caller's pages, are exact at end of file and see dirty cache.
#include <slack.h>
#include <sys/uio.h>

constexpr size_t SIZE = MIB + 2 * PAGE + 100;
static const char *path;
static int fd;
static uint8_t *buf;		/* 1 MiB */
static vmstat_span span;

static int one_mib()
{
	CHECK_EQ(pread(fd, buf, MIB, 0), MIB);
	CHECK(is_pattern(buf, 1, 0, MIB));
	return KSFT_PASS;
}

static int eof_tail_exact_bytes()
{
	memset(buf, 0x55, 4 * PAGE);
	CHECK_EQ(pread(fd, buf, 4 * PAGE, MIB), 2 * PAGE + 100);
	CHECK(is_pattern(buf, 1, MIB, 2 * PAGE + 100));
	CHECK(all_bytes(buf + 3 * PAGE, 0x55, PAGE));
	CHECK_EQ(pread(fd, buf, PAGE, MIB + 3 * PAGE), 0);
	CHECK_EQ(pread(fd, buf, PAGE, 64 * MIB), 0);
	return KSFT_PASS;
}

/* The sector in which the file ends comes whole. */
static int what_is_behind_the_end_is_not_shown()
{
	return with_slack(100, [](int f) {
		CHECK_OK(fcntl(f, F_SETFL, O_DIRECT));
		memset(buf, 0x55, PAGE);
		CHECK_EQ(pread(f, buf, PAGE, 0), 100);
		CHECK(is_pattern(buf, 1, 0, 100));
		CHECK(!memchr(buf + 100, SLACK, PAGE - 100));
		return KSFT_PASS;
	});
}

static int read_loop_ends_at_eof()
{
	size_t sum = 0;
	ssize_t n;

	CHECK_OK(lseek(fd, 0, SEEK_SET));
	while ((n = read(fd, buf, 256 * KIB)) > 0)
		sum += n;
	CHECK_EQ(n, 0);
	CHECK_EQ(sum, SIZE);
	return KSFT_PASS;
}

static int einval_matrix_no_side_effect()
{
	static const size_t bad[] = {1, 256, 511, 513, 2047};

	memset(buf, 0xaa, 8 * PAGE);
	for (int mask = 1; mask < 8; mask++) {
		for (size_t b : bad) {
			off_t off = PAGE + (mask & 1 ? b : 0);
			size_t len = PAGE + (mask & 2 ? b : 0);
			uint8_t *at = buf + (mask & 4 ? b : 0);

			CHECK_ERR(pread(fd, at, len, off), EINVAL);
			CHECK_EQ(lseek(fd, off, SEEK_SET), off);
			CHECK_ERR(read(fd, at, len), EINVAL);
			CHECK_EQ(lseek(fd, 0, SEEK_CUR), off);
		}
	}
	CHECK(all_bytes(buf, 0xaa, 8 * PAGE));
	CHECK_EQ(pread(fd, buf, 0, 0), 0);
	return KSFT_PASS;
}

static int nothing_copied_and_few_commands()
{
	CHECK_EQ(pread(fd, buf, MIB, 0), MIB);
	span.begin();
	if (vmstat_get(&span.a, "copy_to_user_bytes") < 0)
		SKIP_CASE("the kernel does not count copies");
	ssize_t n = pread(fd, buf, MIB, 0);
	span.end();
	CHECK_EQ(n, MIB);
	CHECK_QUIET_EQ(span.diff("copy_to_user_bytes"), 0);
	CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK_QUIET_EQ(span.diff("nr_pagecache"), 0);
	CHECK(span.diff("disk_read") >= 1);
	CHECK_QUIET(span.diff("disk_read") <= 8);
	CHECK_QUIET_EQ(span.diff("disk_read_sectors") / 2048, 1);
	return KSFT_PASS;
}

static int readv_scatters()
{
	struct iovec iov[] = {{buf, PAGE}, {buf + 4 * PAGE, 2 * PAGE},
			      {buf + PAGE, PAGE}};

	CHECK_OK(lseek(fd, 8 * PAGE, SEEK_SET));
	CHECK_EQ(readv(fd, iov, 3), 4 * PAGE);
	CHECK(is_pattern(buf, 1, 8 * PAGE, PAGE));
	CHECK(is_pattern(buf + 4 * PAGE, 1, 9 * PAGE, 2 * PAGE));
	CHECK(is_pattern(buf + PAGE, 1, 11 * PAGE, PAGE));
	return KSFT_PASS;
}

static int readonly_target_efault()
{
	void *ro = mmap(nullptr, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	CHECK_ERR(pread(fd, ro, PAGE, 0), EFAULT);
	return KSFT_PASS;
}

static int buffer_partly_unmapped_partial_count()
{
	uint8_t *two = page_buffer(2 * PAGE);

	CHECK_OK(munmap(two + PAGE, PAGE));
	CHECK_EQ(pread(fd, two, 2 * PAGE, 0), PAGE);
	CHECK(is_pattern(two, 1, 0, PAGE));
	return KSFT_PASS;
}

static int untouched_memory_is_faulted_in()
{
	void *p = mmap(nullptr, 64 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_EQ(pread(fd, p, 64 * PAGE, 16 * PAGE), 64 * PAGE);
	CHECK(is_pattern(p, 1, 16 * PAGE, 64 * PAGE));
	return KSFT_PASS;
}

/* Anonymous memory, a file's pages and more memory, some of it untouched. */
static int across_mappings()
{
	int w = open(test_path("odirect-other"), O_RDWR | O_CREAT | O_TRUNC,
		     0644);
	auto p = (uint8_t *)mmap(nullptr, 24 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t page[PAGE];

	CHECK(p != MAP_FAILED);
	CHECK_OK(ftruncate(w, 8 * PAGE));
	CHECK(mmap(p + 8 * PAGE, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED |
		   MAP_FIXED, w, 0) == p + 8 * PAGE);
	memset(p + 20 * PAGE, 0x12, PAGE);
	CHECK_EQ(pread(fd, p + 2 * PAGE, 20 * PAGE, PAGE), 20 * PAGE);
	CHECK(is_pattern(p + 2 * PAGE, 1, PAGE, 20 * PAGE));
	CHECK(all_bytes(p, 0, 2 * PAGE));
	CHECK(all_bytes(p + 22 * PAGE, 0, 2 * PAGE));
	CHECK_EQ(pread(w, page, PAGE, 3 * PAGE), PAGE);
	CHECK(is_pattern(page, 1, 10 * PAGE, PAGE));
	CHECK_OK(munmap(p, 24 * PAGE));
	close(w);
	return KSFT_PASS;
}

static int hole_reads_zero_and_allocates_nothing()
{
	const char *name = test_path("odirect-hole");
	int w = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	struct stat before, after;

	CHECK_OK(ftruncate(w, 8 * PAGE));
	CHECK_EQ(pwrite(w, "end", 3, 7 * PAGE), 3);
	CHECK_OK(fsync(w));
	CHECK_OK(fstat(w, &before));
	int d = open_direct(name, O_RDONLY);
	memset(buf, 0xff, 8 * PAGE);
	CHECK_EQ(pread(d, buf, 8 * PAGE, 0), 8 * PAGE);
	CHECK(all_bytes(buf, 0, 7 * PAGE));
	CHECK(!memcmp(buf + 7 * PAGE, "end", 3));
	CHECK_OK(fstat(w, &after));
	CHECK_EQ(before.st_blocks, after.st_blocks);
	close(d);
	close(w);
	return KSFT_PASS;
}

static int buffered_dirty_then_direct_read()
{
	int w = open(path, O_RDWR);
	uint8_t page[PAGE];

	pattern_fill(page, 2, 3 * PAGE, PAGE);
	CHECK_EQ(pwrite(w, page, PAGE, 3 * PAGE), PAGE);
	CHECK_EQ(pread(fd, buf, PAGE, 3 * PAGE), PAGE);
	CHECK(is_pattern(buf, 2, 3 * PAGE, PAGE));
	close(w);
	return KSFT_PASS;
}

static int mapped_dirty_then_direct_read()
{
	int w = open(path, O_RDWR);
	auto m = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, w, 5 * PAGE);

	CHECK(m != MAP_FAILED);
	pattern_fill(m, 3, 5 * PAGE, PAGE);
	CHECK_EQ(pread(fd, buf, PAGE, 5 * PAGE), PAGE);
	CHECK(is_pattern(buf, 3, 5 * PAGE, PAGE));
	m[7] ^= 0xff;
	CHECK_EQ(pread(fd, buf, PAGE, 5 * PAGE), PAGE);
	CHECK_EQ(buf[7], m[7]);
	CHECK_CASE(in_child([&] { m[9] = 0x77; return KSFT_PASS; }));
	CHECK_EQ(pread(fd, buf, PAGE, 5 * PAGE), PAGE);
	CHECK_EQ(buf[9], 0x77);
	munmap(m, PAGE);
	close(w);
	return KSFT_PASS;
}

static int read_into_mmap_of_same_file()
{
	int w = open(path, O_RDWR);
	auto m = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, w, 20 * PAGE);

	CHECK(m != MAP_FAILED);
	CHECK_EQ(pread(fd, m, PAGE, 21 * PAGE), PAGE);
	CHECK(is_pattern(m, 1, 21 * PAGE, PAGE));
	CHECK_EQ(pread(fd, m, PAGE, 20 * PAGE), PAGE);
	munmap(m, PAGE);
	close(w);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"1 MiB", one_mib},
	{"eof_tail_exact_bytes", eof_tail_exact_bytes},
	{"what is behind the end is not shown",
	 what_is_behind_the_end_is_not_shown},
	{"a read loop ends at end of file", read_loop_ends_at_eof},
	{"einval_matrix_no_side_effect", einval_matrix_no_side_effect},
	{"nothing copied, few commands",
	 [] { return in_quiet(nothing_copied_and_few_commands); }},
	{"readv scatters", readv_scatters},
	{"readonly_target_efault", readonly_target_efault},
	{"buffer_partly_unmapped_partial_count",
	 buffer_partly_unmapped_partial_count},
	{"untouched memory is faulted in", untouched_memory_is_faulted_in},
	{"a buffer across mappings", across_mappings},
	{"hole_reads_zero_and_allocates_nothing",
	 hole_reads_zero_and_allocates_nothing},
	{"buffered_dirty_then_direct_read", buffered_dirty_then_direct_read},
	{"mapped dirty, then direct read", mapped_dirty_then_direct_read},
	{"read_into_mmap_of_same_file", read_into_mmap_of_same_file},
};

int main()
{
	ksft_print_header();
	path = test_path("odirect-read");
	close(make_file(path, SIZE, 1));
	fd = open_direct(path, O_RDONLY);
	buf = page_buffer(MIB);
	RUN_CASES(cases);
}
