/* SPDX-License-Identifier: GPL-2.0-only */
// since: 360
// abi: K4 K7 K8
// machine: lowmem
// Under memory pressure every byte of a direct transfer still gets to where it belongs.
#include <pressure.h>
#include <scratch.h>

constexpr size_t LEN = 8 * MIB;
static int fd;
static uint8_t *check;		/* 8 MiB */

/* Reads the disk into @p while a hog swaps. A piece is not looked at before
 * the whole was read: pages that nobody uses are the first to go. */
static int read_under_pressure(uint8_t *p, int max)
{
	pid_t pid = start_hog(1);
	int status = 0, n = 0, bad = 0;

	for (; n < max && !waitpid(pid, &status, WNOHANG); n++) {
		size_t at = n % 8 * (LEN / 8);

		bad += pread(fd, p + at, LEN / 8, at) != LEN / 8;
		if (n % 8 == 7)
			bad += pattern_check(p, 9, 0, LEN) >= 0;
	}
	if (n == max)
		status = reap(pid);
	ksft_print_msg("%d reads\n", n);
	CHECK_EQ(bad, 0);
	CHECK_EQ(status, 0);
	CHECK(n > 0);
	return KSFT_PASS;
}

static int in_and_out(uint8_t *p)
{
	CHECK_EQ(pread(fd, p, LEN, 0), LEN);
	CHECK_CASE(read_under_pressure(p, 100));
	CHECK_EQ(pread(fd, p, LEN, 0), LEN);
	CHECK_EQ(reap(start_hog(1)), 0);
	CHECK(is_pattern(p, 9, 0, LEN));
	return KSFT_PASS;
}

/* Data that came by DMA is swapped out, and back in, like any other. */
static int swapout_during_transfer()
{
	uint8_t *p = page_buffer(LEN);

	CHECK_CASE(in_and_out(p));
	CHECK_EQ(pwrite(fd, p, LEN, LEN), LEN);
	CHECK_EQ(pread(fd, check, LEN, LEN), LEN);
	CHECK(is_pattern(check, 9, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int into_shared_memory()
{
	auto p = (uint8_t *)mmap(nullptr, LEN, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	CHECK_CASE(in_and_out(p));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

/* Pages of a file that a transfer made dirty are written to that file. */
static int read_into_mmap_of_other_file_under_pressure()
{
	const char *name = test_path("pressure");
	int f = make_file(name, LEN, 2), d = open_direct(name, O_RDONLY);
	auto p = (uint8_t *)mmap(nullptr, LEN, PROT_READ | PROT_WRITE,
				 MAP_SHARED, f, 0);

	CHECK(p != MAP_FAILED);
	CHECK_CASE(in_and_out(p));
	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(pread(d, check, LEN, 0), LEN);
	CHECK(is_pattern(check, 9, 0, LEN));
	close(d);
	close(f);
	CHECK_OK(unlink(name));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"swapout_during_transfer", swapout_during_transfer},
	{"into shared memory", into_shared_memory},
	{"read_into_mmap_of_other_file_under_pressure",
	 read_into_mmap_of_other_file_under_pressure},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	need_low_memory();
	fd = open_direct(scratch_dev, O_RDWR);
	check = page_buffer(LEN);
	pattern_fill(check, 9, 0, LEN);
	MUST(pwrite(fd, check, LEN, 0) == (ssize_t)LEN);
	RUN_CASES(cases);
}
