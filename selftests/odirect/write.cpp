/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K2 K4 K5
// O_DIRECT writes go by DMA from the caller's pages; no reader sees old data afterwards.
#include <abi.h>

static const char *path;
static int fd, rd;		/* direct, buffered */
static uint8_t *buf;		/* 1 MiB */
static vmstat_span span;

static int overwrite_one_mib()
{
	struct stat st;

	pattern_fill(buf, 2, 0, MIB);
	CHECK_EQ(pwrite(fd, buf, MIB, 0), MIB);
	memset(buf, 0, MIB);
	CHECK_EQ(pread(fd, buf, MIB, 0), MIB);
	CHECK(is_pattern(buf, 2, 0, MIB));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, MIB);
	return KSFT_PASS;
}

static int nothing_copied()
{
	span.begin();
	if (vmstat_get(&span.a, "copy_from_user_bytes") < 0)
		SKIP_CASE("the kernel does not count copies");
	ssize_t n = pwrite(fd, buf, MIB, 0);
	span.end();
	CHECK_EQ(n, MIB);
	/* open() of the counters copies its path */
	CHECK_QUIET(span.diff("copy_from_user_bytes") <= 64);
	CHECK(span.diff("disk_write") >= 1);
	CHECK(span.diff("disk_write_sectors") >= 2048);
	CHECK_QUIET_EQ(span.diff("nr_pagecache"), 0);
	return KSFT_PASS;
}

static int direct_write_then_buffered_read()
{
	static uint8_t seen[8 * PAGE];

	CHECK_EQ(pread(rd, seen, sizeof(seen), 0), sizeof(seen));
	pattern_fill(buf, 3, 0, sizeof(seen));
	CHECK_EQ(pwrite(fd, buf, sizeof(seen), 0), sizeof(seen));
	CHECK_EQ(pread(rd, seen, sizeof(seen), 0), sizeof(seen));
	CHECK(is_pattern(seen, 3, 0, sizeof(seen)));
	return KSFT_PASS;
}

static int direct_write_then_shared_mapping()
{
	auto m = (uint8_t *)mmap(nullptr, 4 * PAGE, PROT_READ, MAP_SHARED, rd,
				 0);

	CHECK(m != MAP_FAILED);
	CHECK(is_pattern(m, 3, 0, 4 * PAGE));
	pattern_fill(buf, 4, 0, 4 * PAGE);
	CHECK_EQ(pwrite(fd, buf, 4 * PAGE, 0), 4 * PAGE);
	CHECK(is_pattern(m, 4, 0, 4 * PAGE));
	CHECK_OK(munmap(m, 4 * PAGE));
	return KSFT_PASS;
}

/* What was dirty is not written over it, now or later. */
static int dirty_cache_does_not_come_back()
{
	static uint8_t seen[PAGE];
	int w = open(path, O_RDWR);

	memset(seen, 0x11, PAGE);
	CHECK_EQ(pwrite(w, seen, PAGE, 24 * PAGE), PAGE);
	memset(buf, 0x23, PAGE);
	CHECK_EQ(pwrite(fd, buf, PAGE, 24 * PAGE), PAGE);
	CHECK_EQ(pread(w, seen, PAGE, 24 * PAGE), PAGE);
	CHECK(all_bytes(seen, 0x23, PAGE));
	CHECK_OK(fsync(w));
	CHECK_EQ(pread(fd, buf, PAGE, 24 * PAGE), PAGE);
	CHECK(all_bytes(buf, 0x23, PAGE));
	close(w);
	return KSFT_PASS;
}

static int dirty_cache_outside_survives()
{
	int w = open(path, O_RDWR);
	uint8_t page[PAGE];

	memset(page, 0x11, PAGE);
	CHECK_EQ(pwrite(w, page, PAGE, 20 * PAGE), PAGE);
	CHECK_EQ(pwrite(w, page, PAGE, 22 * PAGE), PAGE);
	memset(buf, 0x22, PAGE);
	CHECK_EQ(pwrite(fd, buf, PAGE, 21 * PAGE), PAGE);
	CHECK_EQ(pread(fd, buf, 3 * PAGE, 20 * PAGE), 3 * PAGE);
	CHECK(all_bytes(buf, 0x11, PAGE));
	CHECK(all_bytes(buf + PAGE, 0x22, PAGE));
	CHECK(all_bytes(buf + 2 * PAGE, 0x11, PAGE));
	close(w);
	return KSFT_PASS;
}

static int extends_the_file()
{
	struct stat st;

	pattern_fill(buf, 5, MIB, 64 * KIB);
	CHECK_EQ(lseek(fd, 0, SEEK_END), MIB);
	CHECK_EQ(write(fd, buf, 64 * KIB), 64 * KIB);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, MIB + 64 * KIB);
	memset(buf, 0, 64 * KIB);
	CHECK_EQ(pread(rd, buf, 64 * KIB, MIB), 64 * KIB);
	CHECK(is_pattern(buf, 5, MIB, 64 * KIB));
	CHECK_OK(fsync(fd));
	return KSFT_PASS;
}

static int fills_a_hole()
{
	const char *name = test_path("odirect-fill");
	int w = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	int d = open_direct(name, O_RDWR);

	CHECK_OK(ftruncate(w, 64 * PAGE));
	pattern_fill(buf, 6, 30 * PAGE, 2 * PAGE);
	CHECK_EQ(pwrite(d, buf, 2 * PAGE, 30 * PAGE), 2 * PAGE);
	CHECK_EQ(pread(w, buf, 64 * PAGE, 0), 64 * PAGE);
	CHECK(all_bytes(buf, 0, 30 * PAGE));
	CHECK(is_pattern(buf + 30 * PAGE, 6, 30 * PAGE, 2 * PAGE));
	CHECK(all_bytes(buf + 32 * PAGE, 0, 32 * PAGE));
	close(d);
	close(w);
	return KSFT_PASS;
}

static int append_goes_to_the_end()
{
	int d = open_direct(path, O_WRONLY | O_APPEND);
	off_t end = lseek(d, 0, SEEK_END);

	memset(buf, 0x33, PAGE);
	CHECK_OK(lseek(d, 0, SEEK_SET));
	CHECK_EQ(write(d, buf, PAGE), PAGE);
	CHECK_EQ(lseek(d, 0, SEEK_END), end + (off_t)PAGE);
	CHECK_EQ(pread(rd, buf, PAGE, end), PAGE);
	CHECK(all_bytes(buf, 0x33, PAGE));
	close(d);
	return KSFT_PASS;
}

/* The data, the size and the disk's own cache, before it returns. */
static int o_sync_is_on_the_disk()
{
	const char *name = test_path("odirect-sync");
	int d = open_direct(name, O_RDWR | O_CREAT | O_TRUNC | O_SYNC);

	memset(buf, 0x34, 2 * PAGE);
	CHECK_EQ(pwrite(d, buf, PAGE, 0), PAGE);
	span.begin();
	if (vmstat_get(&span.a, "disk_flush") < 0)
		SKIP_CASE("the kernel does not count flushes");
	ssize_t n = pwrite(d, buf, PAGE, PAGE);
	span.end();
	CHECK_EQ(n, PAGE);
	CHECK(span.diff("disk_flush") >= 1);
	/* Data and inode, at least. */
	CHECK(span.diff("disk_write") >= 2);
	close(d);
	return KSFT_PASS;
}

static int misaligned_is_einval()
{
	struct stat before, after;

	CHECK_OK(fstat(fd, &before));
	CHECK_OK(lseek(fd, PAGE, SEEK_SET));
	CHECK_ERR(write(fd, buf + 8, PAGE), EINVAL);
	CHECK_ERR(write(fd, buf, 100), EINVAL);
	CHECK_ERR(pwrite(fd, buf, PAGE, 100), EINVAL);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), PAGE);
	CHECK_EQ(write(fd, buf, 0), 0);
	CHECK_OK(fstat(fd, &after));
	CHECK_EQ(before.st_size, after.st_size);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"overwrite 1 MiB", overwrite_one_mib},
	{"nothing copied", [] { return in_quiet(nothing_copied); }},
	{"direct_write_then_buffered_read", direct_write_then_buffered_read},
	{"direct write, then shared mapping", direct_write_then_shared_mapping},
	{"dirty cache does not come back", dirty_cache_does_not_come_back},
	{"dirty cache outside the range survives",
	 dirty_cache_outside_survives},
	{"extends the file", extends_the_file},
	{"fills a hole", fills_a_hole},
	{"O_APPEND goes to the end", append_goes_to_the_end},
	{"O_SYNC is on the disk", o_sync_is_on_the_disk},
	{"misaligned is EINVAL", misaligned_is_einval},
};

int main()
{
	ksft_print_header();
	path = test_path("odirect-write");
	rd = make_file(path, MIB, 1);
	fd = open_direct(path, O_RDWR);
	buf = page_buffer(MIB);
	RUN_CASES(cases);
}
