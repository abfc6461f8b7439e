/* SPDX-License-Identifier: GPL-2.0-only */
// since: 470
// abi: B5 R7 D9 D13
// machine: slow
// Whatever is done to a window that the disk is filling, its data arrives, and in the right place.
#include <async.h>

static int kernel_reads_it(uint8_t *p)
{
	int f = open(test_path("async-copy"), O_RDWR | O_CREAT | O_TRUNC,
		     0644);
	static uint8_t copy[LEN];

	CHECK_EQ(write(f, p, LEN), LEN);
	CHECK_EQ(pread(f, copy, LEN, 0), LEN);
	CHECK(has_slow_data(copy));
	close(f);
	return arrives(p);
}

/* Another disk, which is fast, gets what this one has still to bring. */
static int disk_takes_it(uint8_t *p)
{
	const char *name = test_path("async-copy");
	int d = open_direct(name, O_RDWR | O_CREAT | O_TRUNC);

	CHECK_EQ(pwrite(d, p, LEN, 0), LEN);
	CHECK_EQ(pread(d, busy_buf, LEN, 0), LEN);
	CHECK(has_slow_data(busy_buf));
	close(d);
	return arrives(p);
}

/* Nothing comes any more once a page is there. */
static int stores(uint8_t *p)
{
	memset(p, 0x66, LEN);
	keep_disk_busy();
	CHECK(all_bytes(p, 0x66, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int child_reads_it(uint8_t *p)
{
	CHECK_CASE(in_child([=] {
		CHECK(has_slow_data(p));
		return KSFT_PASS;
	}));
	return arrives(p);
}

static int it_is_refilled(uint8_t *p)
{
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED, plain, LEN) == p);
	CHECK(is_pattern(p, 1, LEN, LEN));
	CHECK(mmap(p, LEN / 2, RW, LATER | MAP_FIXED, fd, LEN) == p);
	CHECK(mmap(p, LEN, RW, LATER | MAP_FIXED, plain, 0) == p);
	CHECK(mmap(p, LEN, RW, LATER | MAP_FIXED, fd, LEN) == p);
	return arrives(p);
}

static int a_half_is_refilled(uint8_t *p)
{
	CHECK(mmap(p, LEN / 2, RW, LATER | MAP_FIXED, plain, 0) == p);
	CHECK(is_pattern(p, 1, 0, LEN / 2));
	CHECK(is_pattern(p + LEN / 2, 7, LEN + LEN / 2, LEN / 2));
	/* All of the first fill has come: it is still the second's. */
	CHECK(is_pattern(p, 1, 0, LEN / 2));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int it_moves(uint8_t *p)
{
	uint8_t *to = anonymous(LEN);

	CHECK(mremap(p, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	return arrives(to);
}

static int a_part_is_protected(uint8_t *p)
{
	CHECK_OK(mprotect(p + 3 * PAGE, 2 * PAGE, PROT_READ));
	CHECK_EQ(signal_of([=] { *(volatile uint8_t *)(p + 4 * PAGE) = 1; }),
		 SIGSEGV);
	CHECK(is_pattern(p + 4 * PAGE, 7, LEN + 4 * PAGE, 4 * PAGE));
	CHECK_OK(mprotect(p + 3 * PAGE, 2 * PAGE, RW));
	return arrives(p);
}

/* The fill does not bring back what was given up meanwhile. */
static int a_part_is_given_up(uint8_t *p)
{
	CHECK_OK(madvise(p + PAGE, 3 * PAGE, MADV_DONTNEED));
	CHECK(!is_there(p + PAGE));
	keep_disk_busy();
	CHECK_EQ(pages_there(p, LEN), LEN / PAGE - 3);
	return arrives(p);
}

static int a_part_is_locked(uint8_t *p)
{
	CHECK_OK(mlock(p + 8 * PAGE, PAGE));
	CHECK(is_there(p + 8 * PAGE));
	CHECK_OK(munlock(p + 8 * PAGE, PAGE));
	return arrives(p);
}

static int msync_waits(uint8_t *p)
{
	CHECK_OK(msync(p, LEN, MS_SYNC));
	CHECK_EQ(pages_there(p, LEN), LEN / PAGE);
	return arrives(p);
}

static int part_goes(uint8_t *p)
{
	CHECK_OK(munmap(p + LEN / 4, LEN / 2));
	CHECK(is_pattern(p, 7, LEN, LEN / 4));
	CHECK(is_pattern(p + 3 * LEN / 4, 7, LEN + 3 * LEN / 4, LEN / 4));
	CHECK_EQ(signal_of([=] { *(volatile uint8_t *)(p + LEN / 2) = 1; }),
		 SIGSEGV);
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static const test_case cases[] = {
	DURING("the kernel reads it", kernel_reads_it),
	DURING("the disk takes it", disk_takes_it),
	DURING("stores are not lost", stores),
	DURING("a child reads it", child_reads_it),
	DURING("it is refilled", it_is_refilled),
	DURING("a half is refilled", a_half_is_refilled),
	DURING("mremap", it_moves),
	DURING("mprotect of a part", a_part_is_protected),
	DURING("MADV_DONTNEED of a part", a_part_is_given_up),
	DURING("mlock of a part waits for it", a_part_is_locked),
	DURING("msync waits for it", msync_waits),
	DURING("munmap of a part", part_goes),
};

int main()
{
	ksft_print_header();
	set_up_async("direct-async-vma");
	RUN_CASES(cases);
}
