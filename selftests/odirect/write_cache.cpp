/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K4 K5
// machine: slow
// What is cached of a range that is written by DMA goes before the disk writes, and once more after it.
#include <inflight.h>
#include <sys/mount.h>

constexpr size_t LEN = 64 * PAGE;
static int fd, quiet;		/* O_DIRECT; the same through the cache */
static uint8_t *buf;

static size_t pages_cached(const void *p)
{
	static unsigned char v[LEN / PAGE];
	size_t n = 0;

	MUST(mincore((void *)p, LEN, v) == 0);
	for (unsigned char c : v)
		n += c & 1;
	return n;
}

static void *map_file()
{
	void *m = mmap(nullptr, LEN, PROT_READ, MAP_SHARED, quiet, 0);

	MUST(m != MAP_FAILED);
	return m;
}

/* The file again, with blocks of pattern @seed, or a hole. */
static void set_up_file(uint32_t seed)
{
	MUST(ftruncate(quiet, 0) == 0 && ftruncate(quiet, LEN) == 0);
	pattern_fill(buf, seed, 0, LEN);
	if (seed)
		MUST(pwrite(fd, buf, LEN, 0) == (ssize_t)LEN);
	pattern_fill(buf, 2, 0, LEN);
}

/* Writes pattern 2 and does @meanwhile. */
static int write_and(int (*meanwhile)(const void *), const void *arg)
{
	flight f([] { return pwrite(fd, buf, LEN, 0); });

	keep_disk_busy();
	bool early = f.start();
	int r = meanwhile(arg);
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	return early ? r : LATE;
}

static int it_is_dropped_before()
{
	set_up_file(1);
	void *m = map_file();
	CHECK(is_pattern(m, 1, 0, LEN));
	CHECK_EQ(pages_cached(m), LEN / PAGE);
	CHECK_CASE(write_and([](const void *p) {
		CHECK_EQ(pages_cached(p), 0);
		return KSFT_PASS;
	}, m));
	CHECK(is_pattern(m, 2, 0, LEN));
	CHECK_OK(munmap(m, LEN));
	return KSFT_PASS;
}

/* A hole is there until it has been filled. */
static int what_was_read_meanwhile_is_dropped()
{
	static uint8_t seen[LEN];

	set_up_file(0);
	CHECK_CASE(write_and([](const void *) {
		CHECK_EQ(pread(quiet, seen, LEN, 0), LEN);
		return KSFT_PASS;
	}, nullptr));
	CHECK(all_bytes(seen, 0, LEN));
	CHECK_EQ(pread(quiet, seen, LEN, 0), LEN);
	CHECK(is_pattern(seen, 2, 0, LEN));
	return KSFT_PASS;
}

static int what_was_mapped_meanwhile_is_dropped()
{
	set_up_file(0);
	void *m = map_file();
	CHECK_CASE(write_and([](const void *p) {
		CHECK(all_bytes(p, 0, LEN));
		return KSFT_PASS;
	}, m));
	CHECK(is_pattern(m, 2, 0, LEN));
	CHECK_OK(munmap(m, LEN));
	return KSFT_PASS;
}

static const test_case cases[] = {
	IN_TIME("what is cached goes before", it_is_dropped_before),
	IN_TIME("what was read meanwhile goes, too",
		what_was_read_meanwhile_is_dropped),
	IN_TIME("what was mapped meanwhile goes, too",
		what_was_mapped_meanwhile_is_dropped),
};

int main()
{
	ksft_print_header();
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		ksft_exit_skip("no /dev/hdb\n");
	close(make_file("/mnt/busy", MIB, 1));
	use_slow_file("/mnt/busy", 0);
	quiet = make_file("/mnt/write-cache", PAGE, 1);
	fd = open_direct("/mnt/write-cache", O_RDWR);
	buf = page_buffer(LEN);
	RUN_CASES(cases);
}
