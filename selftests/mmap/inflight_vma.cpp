/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D5 D13 R8
// machine: slow
// Whatever is done to a window while the disk fills it, the data arrives in its frames, and the charge is right.
#include <slow_refill.h>

static long locked_kib()
{
	static char text[4096];
	int s = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(s, text, sizeof(text) - 1);

	close(s);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, "VmLck:");
	return p ? strtol(p + 6, nullptr, 10) : -1;
}

/* @act on a window that is being refilled, then @check it. */
static int during_a_refill(int (*act)(uint8_t *w), int (*check)(uint8_t *w))
{
	uint8_t *w = window(fd);
	flight f([=] { return slow_refill(w); });

	keep_disk_busy();
	if (!f.start()) {
		f.land();
		munmap(w, LEN);
		return LATE;
	}
	CHECK_CASE(act(w));
	CHECK_EQ(f.land(), (long)w);
	return check(w);
}

static int its_data(uint8_t *w)
{
	CHECK(has_slow_data(w));
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

static int two_refills_of_one_range(size_t from)
{
	uint8_t *w = window(fd);
	size_t rest = LEN / 2 - from;
	flight f([=] { return slow_refill(w); });

	keep_disk_busy();
	bool early = f.start();
	CHECK(mmap(w + from, LEN / 2, RW, WINDOW | MAP_FIXED, plain, 0) ==
	      w + from);
	CHECK_EQ(f.land(), (long)w);
	if (early) {
		CHECK(is_pattern(w + from, 1, 0, LEN / 2));
		CHECK(is_pattern(w + rest, 7, LEN + rest, LEN / 2));
	}
	CHECK_OK(munmap(w, LEN));
	return early ? KSFT_PASS : LATE;
}
static int first_half() { return two_refills_of_one_range(0); }
static int second_half() { return two_refills_of_one_range(LEN / 2); }

static int mremap_during_a_refill()
{
	static uint8_t *to;

	to = anonymous(LEN);
	return during_a_refill([](uint8_t *w) {
		CHECK(mremap(w, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
		      to);
		return KSFT_PASS;
	}, [](uint8_t *) { return its_data(to); });
}

/* The window moves in two parts. */
static int half_of_it_moves()
{
	static uint8_t *to;

	to = anonymous(LEN);
	return during_a_refill([](uint8_t *w) {
		CHECK(mremap(w, LEN / 2, LEN / 2, MREMAP_MAYMOVE |
			     MREMAP_FIXED, to) == to);
		return KSFT_PASS;
	}, [](uint8_t *w) {
		CHECK(is_pattern(to, 7, LEN, LEN / 2));
		CHECK(is_pattern(w + LEN / 2, 7, LEN + LEN / 2, LEN / 2));
		CHECK_OK(munmap(to, LEN));
		CHECK_OK(munmap(w, LEN));
		return KSFT_PASS;
	});
}

static int dont_need_during_a_refill()
{
	return during_a_refill([](uint8_t *w) {
		CHECK_OK(madvise(w, LEN, MADV_DONTNEED));
		CHECK(is_pattern(w + 5 * PAGE, 7, LEN + 5 * PAGE, PAGE));
		return KSFT_PASS;
	}, its_data);
}

static int mprotect_during_a_refill()
{
	return during_a_refill([](uint8_t *w) {
		CHECK_OK(mprotect(w, LEN, PROT_READ));
		CHECK_OK(mprotect(w + PAGE, PAGE, PROT_NONE));
		CHECK_OK(mprotect(w, LEN, PROT_READ));
		return KSFT_PASS;
	}, [](uint8_t *w) {
		CHECK_EQ(signal_of([=] { *(volatile uint8_t *)w = 1; }),
			 SIGSEGV);
		return its_data(w);
	});
}

static int locked_before;
static int munmap_of_a_part()
{
	locked_before = locked_kib();
	return during_a_refill([](uint8_t *w) {
		CHECK_OK(munmap(w + 4 * PAGE, 8 * PAGE));
		CHECK_EQ(locked_kib() - locked_before,
			 (LEN - 8 * PAGE) / KIB);
		return KSFT_PASS;
	}, [](uint8_t *w) {
		CHECK(is_pattern(w, 7, LEN, 4 * PAGE));
		CHECK(is_pattern(w + 12 * PAGE, 7, LEN + 12 * PAGE,
				 LEN - 12 * PAGE));
		CHECK_EQ(signal_of([=] {
			*(volatile uint8_t *)(w + 4 * PAGE) = 1;
		}), SIGSEGV);
		CHECK_OK(munmap(w, LEN));
		CHECK_EQ(locked_kib(), locked_before);
		return KSFT_PASS;
	});
}

static int lock_and_ask_during_a_refill()
{
	locked_before = locked_kib();
	return during_a_refill([](uint8_t *w) {
		static unsigned char v[LEN / PAGE];

		CHECK_OK(mlock(w, LEN));
		CHECK_OK(munlock(w, LEN));
		CHECK_EQ(locked_kib() - locked_before, LEN / KIB);
		CHECK_OK(mincore(w, LEN, v));
		CHECK_OK(madvise(w, LEN, MADV_RANDOM));
		CHECK_OK(msync(w, LEN, MS_SYNC));
		return KSFT_PASS;
	}, its_data);
}

/* Another mapping takes a part of the place. */
static int something_else_is_mapped_there()
{
	return during_a_refill([](uint8_t *w) {
		CHECK(mmap(w, 4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS |
			   MAP_FIXED, -1, 0) == w);
		memset(w, 0x4d, 4 * PAGE);
		return KSFT_PASS;
	}, [](uint8_t *w) {
		CHECK(all_bytes(w, 0x4d, 4 * PAGE));
		CHECK(is_pattern(w + 4 * PAGE, 7, LEN + 4 * PAGE,
				 LEN - 4 * PAGE));
		CHECK_OK(munmap(w, LEN));
		return KSFT_PASS;
	});
}

static const test_case cases[] = {
	IN_TIME("two_refills_of_one_range: its first half", first_half),
	IN_TIME("two_refills_of_one_range: its second half", second_half),
	IN_TIME("mremap during a refill", mremap_during_a_refill),
	IN_TIME("a half of it moves", half_of_it_moves),
	IN_TIME("MADV_DONTNEED during a refill", dont_need_during_a_refill),
	IN_TIME("mprotect during a refill", mprotect_during_a_refill),
	IN_TIME("munmap of a part", munmap_of_a_part),
	IN_TIME("mlock, mincore and others", lock_and_ask_during_a_refill),
	IN_TIME("something else is mapped there",
		something_else_is_mapped_there),
};

int main()
{
	ksft_print_header();
	set_up_slow_refills("direct-inflight-vma");
	RUN_CASES(cases);
}
