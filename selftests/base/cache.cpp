/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// The page cache: what was read or written once is not read from the disk again, and neighbours come along.
#include <scratch.h>

static vmstat_span span;
static uint8_t buf[MIB];

/* Disk commands of reading @len bytes at @at, or -1. */
static long reads(int fd, off_t at, size_t len)
{
	span.begin();
	ssize_t n = pread(fd, buf, len, at);
	span.end();
	return n == (ssize_t)len ? span.diff("disk_read") : -1;
}

/* Where nobody has read yet: a round of its own for each try. */
static off_t fresh(off_t at)
{
	static int round;

	return at + 16 * MIB * round++;
}

static int a_file_twice()
{
	const char *path = test_path("cache");
	int fd = make_file(path, MIB, 1);

	/* Just written: all of it is there. */
	CHECK_QUIET_EQ(reads(fd, 0, MIB), 0);
	CHECK(is_pattern(buf, 1, 0, MIB));
	close(fd);
	fd = open(path, O_RDONLY);
	CHECK_QUIET_EQ(reads(fd, 0, MIB), 0);	/* opened anew */
	close(fd);
	return KSFT_PASS;
}

static int a_disk_twice()
{
	int fd = open(scratch_dev, O_RDONLY);
	off_t at = fresh(8 * MIB);

	CHECK(fd >= 0);
	long n = reads(fd, at, MIB);
	CHECK(n > 0);
	CHECK_QUIET(n <= 16);	/* not block by block */
	CHECK_QUIET_EQ(reads(fd, at, MIB), 0);
	CHECK_QUIET_EQ(reads(fd, at + 4321, 100000), 0);
	close(fd);
	return KSFT_PASS;
}

static int sequential_reading_reads_ahead()
{
	int fd = open(scratch_dev, O_RDONLY);
	off_t at = fresh(12 * MIB);

	span.begin();
	for (int i = 0; i < 256; i++)
		CHECK_EQ(pread(fd, buf, PAGE, at + i * PAGE), PAGE);
	span.end();
	long n = span.diff("disk_read");
	ksft_print_msg("%ld commands for 256 reads of a page\n", n);
	CHECK(n > 0);
	CHECK_QUIET(n < 64);
	close(fd);
	return KSFT_PASS;
}

static int a_mapping_uses_the_same_pages()
{
	int fd = open(scratch_dev, O_RDONLY);
	off_t at = fresh(16 * MIB);

	CHECK(reads(fd, at, 64 * PAGE) > 0);
	span.begin();
	auto p = (uint8_t *)mmap(nullptr, 64 * PAGE, PROT_READ, MAP_SHARED,
				 fd, at);
	CHECK(p != MAP_FAILED);
	bool same = !memcmp(p, buf, 64 * PAGE);
	span.end();
	CHECK(same);
	CHECK_QUIET_EQ(span.diff("disk_read"), 0);
	CHECK_OK(munmap(p, 64 * PAGE));
	close(fd);
	return KSFT_PASS;
}

static int writes_wait_and_are_merged()
{
	int fd = open(scratch_dev, O_RDWR);
	off_t at = fresh(20 * MIB);

	CHECK(reads(fd, at, 64 * PAGE) > 0);
	CHECK_OK(fsync(fd));
	span.begin();
	for (int i = 0; i < 64; i++)
		CHECK_EQ(pwrite(fd, buf + i * PAGE, PAGE, at + i * PAGE),
			 PAGE);
	CHECK_OK(fsync(fd));
	span.end();
	long n = span.diff("disk_write");
	ksft_print_msg("%ld commands for 64 writes of a page\n", n);
	CHECK(n > 0);
	CHECK_QUIET(n <= 8);
	close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	IN_QUIET("a file twice", a_file_twice),
	IN_QUIET("a disk twice", a_disk_twice),
	IN_QUIET("sequential reading reads ahead", sequential_reading_reads_ahead),
	IN_QUIET("a mapping uses the same pages", a_mapping_uses_the_same_pages),
	IN_QUIET("writes wait and are merged", writes_wait_and_are_merged),
};

int main()
{
	ksft_print_header();
	if (!vmstat_read(&span.a) || vmstat_get(&span.a, "disk_read") < 0)
		ksft_exit_skip("no counters of disk commands\n");
	need_scratch_disk();
	RUN_CASES(cases);
}
