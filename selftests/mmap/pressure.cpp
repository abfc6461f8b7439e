/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D5 S1 S3 R2
// machine: lowmem
// Memory pressure takes no frame from a direct mapping, and brings no NOSYNC page to the disk.
#include <pressure.h>
#include <sys/resource.h>

constexpr size_t LEN = 4 * MIB;
constexpr int RW = PROT_READ | PROT_WRITE;
static int fd;

/* Of this process alone: the others' pages come and go. */
static long nr_faults()
{
	struct rusage u;

	MUST(getrusage(RUSAGE_SELF, &u) == 0);
	return u.ru_minflt + u.ru_majflt;
}

/* Half of the pages have been stored to. */
static int swapout_keeps_clean_direct_pages(int flags, int f, bool unlock)
{
	constexpr int FIXED = MAP_FIXED;
	flags |= MAP_DIRECT | MAP_BLOCK;
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, flags, f, 0);

	CHECK(p != MAP_FAILED);
	if (unlock)
		CHECK_OK(munlock(p, LEN));
	if (f < 0)
		CHECK(mmap(p, LEN, RW, (flags & ~MAP_ANONYMOUS) | FIXED, fd,
			   0) == p);
	memset(p, 0x31, LEN / 2);
	CHECK_EQ(reap(start_hog(1)), 0);
	long faults = nr_faults();
	CHECK(all_bytes(p, 0x31, LEN / 2));
	CHECK(is_pattern(p + LEN / 2, 1, LEN / 2, LEN / 2));
	CHECK_EQ(nr_faults(), faults);
	CHECK(mmap(p, LEN, RW, (flags & ~MAP_ANONYMOUS) | FIXED, fd, 0) == p);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int private_window()
{
	return swapout_keeps_clean_direct_pages(MAP_PRIVATE, fd, false);
}
static int shared_window()
{
	return swapout_keeps_clean_direct_pages(MAP_SHARED | MAP_NOSYNC, fd,
						false);
}
static int munlocked_window()
{
	return swapout_keeps_clean_direct_pages(MAP_PRIVATE, fd, true);
}
static int direct_buffer()
{
	return swapout_keeps_clean_direct_pages(MAP_PRIVATE | MAP_ANONYMOUS,
						-1, false);
}

static int nosync_never_reaches_disk_under_pressure()
{
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, MAP_SHARED | MAP_NOSYNC, fd,
				 0);

	CHECK(p != MAP_FAILED);
	for (size_t i = 0; i < LEN; i += 2 * PAGE)
		memset(p + i, 0xbb, PAGE);
	CHECK_EQ(reap(start_hog(2)), 0);
	for (size_t i = 0; i < LEN; i += 2 * PAGE) {
		CHECK(all_bytes(p + i, 0xbb, PAGE));
		CHECK(is_pattern(p + i + PAGE, 1, i + PAGE, PAGE));
	}
	CHECK_OK(munmap(p, LEN));
	p = (uint8_t *)mmap(nullptr, LEN, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"swapout_keeps_clean_direct_pages", private_window},
	{"the same, shared", shared_window},
	{"the same after munlock", munlocked_window},
	{"the same, a direct buffer", direct_buffer},
	{"nosync_never_reaches_disk", nosync_never_reaches_disk_under_pressure},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("direct-pressure"), LEN, 1);
	need_refill(fd, LEN);
	need_low_memory();
	/* What faults now is the windows. */
	MUST(mlockall(MCL_CURRENT) == 0);
	RUN_CASES(cases);
}
