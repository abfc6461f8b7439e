/* SPDX-License-Identifier: GPL-2.0-only */
// since: 470
// abi: B5 R7
// machine: slow
// Without MAP_BLOCK mmap starts the disk and returns: a touch waits for its page only, and the rest goes on.
#include <async.h>
#include <sys/resource.h>

static vmstat_span span;

static int mmap_returns_first(int type)
{
	uint8_t *p = begin(type);
	bool early = pages_there(p, LEN) == 0;

	CHECK_CASE(arrives(p));
	return early ? KSFT_PASS : LATE;
}
static int private_one() { return mmap_returns_first(LATER); }
static int shared_one()
{
	return mmap_returns_first(MAP_SHARED_VALIDATE | MAP_DIRECT);
}
static int nosync_one()
{
	return mmap_returns_first(MAP_SHARED | MAP_NOSYNC | MAP_DIRECT);
}

/* R7: the frames are kept. */
static int refill_returns_first(int type)
{
	uint8_t *w = window(plain, type | MAP_BLOCK);

	memset(w, 0x55, LEN);
	keep_disk_busy();
	span.begin();
	void *r = mmap(w, LEN, RW, type | MAP_FIXED, fd, LEN);
	bool early = pages_there(w, LEN) == 0;
	span.end();
	CHECK(r == w);
	CHECK_CASE(arrives(w));
	CHECK(span.diff("page_alloc") < (long long)(LEN / PAGE));
	CHECK_EQ(span.diff("copy_to_user_bytes") / (long long)LEN, 0);
	return early ? KSFT_PASS : LATE;
}
static int private_refill() { return refill_returns_first(LATER); }
static int nosync_refill()
{
	return refill_returns_first(MAP_SHARED | MAP_NOSYNC | MAP_DIRECT);
}

static int touch_waits_for_its_own_page()
{
	uint8_t *p = begin(LATER, BIG);
	bool early = !is_there(p) && !is_there(p + BIG - PAGE);

	CHECK_EQ(p[0], pattern_byte(7, LEN));
	early = early && !is_there(p + BIG - PAGE);
	CHECK_EQ(p[BIG - 1], pattern_byte(7, LEN + BIG - 1));
	CHECK(is_pattern(p, 7, LEN, BIG));
	CHECK_OK(munmap(p, BIG));
	return early ? KSFT_PASS : LATE;
}

/* The disk fills the one while the program is busy with the other: whenever
 * it turns to a window that has arrived, it need not wait. */
static int two_windows_in_turn()
{
	uint8_t *w[2] = {window(plain), window(plain)};
	rusage before, after;
	int busy = 0;

	for (int i = 0; i < 6; i++) {
		uint8_t *next = w[i % 2], *now = w[1 - i % 2];

		CHECK(mmap(next, LEN, RW, LATER | MAP_FIXED, fd, LEN) == next);
		while (pages_there(next, LEN) != LEN / PAGE) {
			CHECK(i ? has_slow_data(now) :
			      is_pattern(now, 1, 0, LEN));
			busy++;
		}
		CHECK_OK(getrusage(RUSAGE_SELF, &before));
		CHECK(has_slow_data(next));
		CHECK_OK(getrusage(RUSAGE_SELF, &after));
		CHECK_EQ(after.ru_majflt, before.ru_majflt);
	}
	munmap(w[0], LEN);
	munmap(w[1], LEN);
	/* Twice while the disk worked, in most rounds. */
	return busy > 6 ? KSFT_PASS : LATE;
}

static int others_go_on_while_a_touch_waits()
{
	uint8_t *p = begin(), *fresh = anonymous(16 * PAGE);
	flight f([=] { return (long)*(volatile uint8_t *)p; });
	bool early = f.start();

	for (int i = 0; i < 16; i++)
		fresh[i * PAGE] = 1;
	munmap(anonymous(PAGE), PAGE);
	CHECK_OK(mprotect(fresh, PAGE, PROT_READ));
	munmap(window(plain), LEN);
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), pattern_byte(7, LEN));
	CHECK_OK(munmap(fresh, 16 * PAGE));
	CHECK_CASE(arrives(p));
	return early ? KSFT_PASS : LATE;
}

static const test_case cases[] = {
	IN_TIME("mmap returns first", private_one),
	IN_TIME("the same, shared", shared_one),
	IN_TIME("the same, NOSYNC", nosync_one),
	IN_TIME("a refill returns first, and keeps the frames", private_refill),
	IN_TIME("the same, NOSYNC", nosync_refill),
	IN_TIME("a touch waits for its own page", touch_waits_for_its_own_page),
	IN_TIME("two windows in turn", two_windows_in_turn),
	IN_TIME("others go on while a touch waits",
		others_go_on_while_a_touch_waits),
};

int main()
{
	ksft_print_header();
	set_up_async("direct-async");
	RUN_CASES(cases);
}
