/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R6 R2 D7 D9 D13
// machine: slow
// A refill overwrites no frame that another process shares or that a transfer pins: such a page gets a new one, and is counted.
#include <slow_refill.h>

constexpr size_t PIN = 8 * PAGE, PIN_AT = 4 * PAGE;	/* in the window */
constexpr off_t SPARE = 32 * MIB;			/* on the slow disk */
constexpr int SHARED = MAP_SHARED | MAP_NOSYNC | MAP_DIRECT | MAP_BLOCK;
static vmstat_span span;

/* New frames of the last refill: nothing else was changed for them than their
 * entries, each with one invalidation. (The kernel's bookkeeping may have a
 * flush of its own.) */
static int replaced(long pages)
{
	CHECK(vmstat_get(&span.a, "direct_frames_replaced") >= 0);
	CHECK_EQ(span.diff("direct_frames_replaced"), pages);
	CHECK_QUIET_EQ(span.diff("pte_write"), pages);
	CHECK_QUIET(span.diff("tlb_flush_one") <= pages);
	CHECK_QUIET(span.diff("tlb_flush_all") <= (pages ? 2 : 0));
	CHECK_QUIET(span.diff("tlb_flush_one") == pages ||
		    span.diff("tlb_flush_all") > 0);
	CHECK_QUIET_EQ(span.diff("copy_to_user_bytes"), 0);
	return KSFT_PASS;
}

static int refill(uint8_t *at, size_t len, off_t off, int type = WINDOW,
		  int f = plain)
{
	span.begin();
	void *r = mmap(at, len, RW, type | MAP_FIXED, f, off);
	span.end();
	CHECK(r == at);
	return KSFT_PASS;
}

/* Others move the counters, too: one quiet refill of some is enough. Frames
 * are replaced by refills alone, and mostly by the first of them. */
static int refill_replaces_nothing(uint8_t *w, int type = WINDOW)
{
	long long frames = 0;

	CHECK_CASE(in_quiet([&] {
		CHECK_CASE(refill(w, LEN, LEN, type));
		CHECK(is_pattern(w, 1, LEN, LEN));
		frames += span.diff("direct_frames_replaced");
		return replaced(0);
	}));
	CHECK_EQ(frames, 0);
	return KSFT_PASS;
}

/* ---- pinned by a transfer ---- */

static int pinned_page_is_not_refilled_in_place()
{
	uint8_t *w = window(plain);
	flight f([=] { return pread(busy_fd, w + PIN_AT, PIN, LEN); });

	keep_disk_busy();
	bool early = f.start();
	CHECK_CASE(refill(w, LEN, LEN));
	early = early && f.in_the_air();
	CHECK(is_pattern(w, 1, LEN, LEN));
	CHECK_EQ(f.land(), PIN);
	if (early) {
		/* What the transfer brought went to where it was told to. */
		CHECK(is_pattern(w, 1, LEN, LEN));
		CHECK_CASE(replaced(PIN / PAGE));
	}
	CHECK_CASE(refill_replaces_nothing(w));
	CHECK_OK(munmap(w, LEN));
	return early ? KSFT_PASS : LATE;
}

/* What the disk is to get is what was there when it was told. */
static int nor_while_it_is_written(int flags, int f_new, uint32_t seed)
{
	uint8_t *w = window(plain);
	alignas(PAGE) static uint8_t page[PIN];
	flight f([=] { return pwrite(busy_fd, w + PIN_AT, PIN, SPARE); });

	pattern_fill(w + PIN_AT, 9, 0, PIN);
	keep_disk_busy();
	bool early = f.start();
	CHECK_CASE(refill(w, LEN, 0, WINDOW | flags, f_new));
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), PIN);
	CHECK(seed ? is_pattern(w, seed, 0, LEN) : all_bytes(w, 0, LEN));
	CHECK_EQ(pread(busy_fd, page, PIN, SPARE), PIN);
	CHECK(is_pattern(page, 9, 0, PIN));
	if (early)
		CHECK_CASE(replaced(PIN / PAGE));
	CHECK_OK(munmap(w, LEN));
	return early ? KSFT_PASS : LATE;
}
static int written() { return nor_while_it_is_written(0, plain, 1); }
static int written_then_zeroed()
{
	return nor_while_it_is_written(MAP_ANONYMOUS, -1, 0);
}

/* A part of the window, and of the transfer: the rest of it arrives. */
static int refill_of_a_part()
{
	constexpr size_t HALF = PIN_AT + PIN / 2;
	uint8_t *w = window(plain);
	flight f([=] { return pread(busy_fd, w + PIN_AT, PIN, LEN); });

	keep_disk_busy();
	bool early = f.start();
	CHECK_CASE(refill(w, HALF, LEN));
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), PIN);
	if (early) {
		CHECK(is_pattern(w, 1, LEN, HALF));
		CHECK(is_pattern(w + HALF, 7, LEN + PIN / 2, PIN / 2));
		CHECK_EQ(span.diff("direct_frames_replaced"), PIN / 2 / PAGE);
	}
	CHECK_OK(munmap(w, LEN));
	return early ? KSFT_PASS : LATE;
}

/* ---- shared with another process ---- */

/* A child that looks at the window when it is told to, and says whether it is
 * as it was. */
class looker {
	int go[2], told[2];
	pid_t pid;

public:
	looker(uint8_t *w, long (*before)(uint8_t *), uint32_t seed, off_t off)
	{
		char c;

		MUST(pipe(go) == 0 && pipe(told) == 0);
		pid = spawn([=, this] {
			close(go[1]);
			char d = !before || before(w) == (long)w;
			(void)!write(told[1], &d, 1);
			(void)!read(go[0], &d, 1);
			d = is_pattern(w, seed, off, LEN);
			(void)!write(told[1], &d, 1);
			return 0;
		});
		MUST(read(told[0], &c, 1) == 1 && c);
	}
	~looker()
	{
		close(go[1]);
		reap(pid);
		close(go[0]);
		close(told[0]);
		close(told[1]);
	}
	bool is_right()
	{
		char c = 0;

		return write(go[1], "g", 1) == 1 && read(told[0], &c, 1) == 1 &&
			c;
	}
};

static int fork_then_refill()
{
	return in_quiet([] {
		uint8_t *w = window(plain, SHARED);
		{
			looker child(w, nullptr, 1, 0);

			CHECK_CASE(refill(w, LEN, LEN, SHARED));
			CHECK(is_pattern(w, 1, LEN, LEN));
			CHECK(child.is_right());
			CHECK_CASE(replaced(LEN / PAGE));
		}
		CHECK_CASE(refill_replaces_nothing(w, SHARED));
		CHECK_OK(munmap(w, LEN));
		return KSFT_PASS;
	});
}

static int fork_then_refill_of_a_part()
{
	uint8_t *w = window(plain, SHARED);
	looker child(w, nullptr, 1, 0);

	CHECK_CASE(refill(w + PIN_AT, PIN, LEN, SHARED));
	CHECK(is_pattern(w, 1, 0, PIN_AT));
	CHECK(is_pattern(w + PIN_AT, 1, LEN, PIN));
	CHECK_EQ(span.diff("direct_frames_replaced"), PIN / PAGE);
	w[PIN_AT] ^= 1;		/* of the parent alone now */
	CHECK(child.is_right());
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

static int the_child_refills()
{
	uint8_t *w = window(plain, SHARED);
	looker child(w, [](uint8_t *p) {
		return (long)mmap(p, LEN, RW, SHARED | MAP_FIXED, plain, LEN);
	}, 1, LEN);

	CHECK(is_pattern(w, 1, 0, LEN));
	memset(w, 0x77, LEN);
	CHECK(child.is_right());
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

/* Nobody shares what only a process shared that is gone. */
static int after_the_child_nothing_is_replaced()
{
	uint8_t *w = window(plain, SHARED);

	CHECK_CASE(in_child([=] {
		CHECK(is_pattern(w, 1, 0, LEN));
		return KSFT_PASS;
	}));
	CHECK_CASE(refill(w, LEN, LEN, SHARED));
	CHECK(is_pattern(w, 1, LEN, LEN));
	CHECK_CASE(replaced(0));
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

/* A child stores, and nobody else knows: whoever drops or re-reads the page
 * must not take the store away. */
static int keeps_the_childs_stores(int flags, int (*drop)(uint8_t *w))
{
	int own = make_file(test_path("direct-shared-own"), LEN, 2);
	uint8_t *w = (uint8_t *)mmap(nullptr, LEN, RW, MAP_SHARED | flags |
				     MAP_DIRECT | MAP_BLOCK, own, 0);

	CHECK(w != MAP_FAILED);
	looker child(w, [](uint8_t *p) {
		pattern_fill(p, 3, 0, LEN);
		return (long)p;
	}, 3, 0);
	CHECK_CASE(drop(w));
	CHECK(is_pattern(w, 3, 0, LEN));
	CHECK(child.is_right());
	CHECK_OK(munmap(w, LEN));
	close(own);
	return KSFT_PASS;
}

static int dont_need(uint8_t *w)
{
	CHECK_OK(madvise(w, LEN, MADV_DONTNEED));
	return KSFT_PASS;
}
static int invalidate(uint8_t *w)
{
	CHECK_OK(msync(w, LEN, MS_SYNC | MS_INVALIDATE));
	return KSFT_PASS;
}

static int dont_need_keeps_them()
{
	CHECK_CASE(keeps_the_childs_stores(0, dont_need));
	return keeps_the_childs_stores(MAP_NOSYNC, dont_need);
}
static int invalidate_keeps_them()
{
	CHECK_CASE(keeps_the_childs_stores(0, invalidate));
	return keeps_the_childs_stores(MAP_NOSYNC, invalidate);
}

/* Private frames were copied at fork: there is nobody to share them with. */
static int private_frames_are_kept()
{
	uint8_t *w = window(plain);
	looker child(w, nullptr, 1, 0);

	CHECK_CASE(refill_replaces_nothing(w));
	CHECK(child.is_right());
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

static int private_child_refills()
{
	uint8_t *w = window(plain);
	looker child(w, [](uint8_t *p) {
		return refill_replaces_nothing(p) == KSFT_PASS ? (long)p : 0;
	}, 1, LEN);

	CHECK(is_pattern(w, 1, 0, LEN));
	CHECK(child.is_right());
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

/* For checks of counters while a transfer is under way. */
#define IN_QUIET_TIME(name, round) \
	{name, [] { return in_quiet([] { return in_time(round); }); }}
static const test_case cases[] = {
	IN_QUIET_TIME("pinned_page_is_not_refilled_in_place",
		      pinned_page_is_not_refilled_in_place),
	IN_QUIET_TIME("nor while the disk takes it", written),
	IN_QUIET_TIME("nor is it zeroed then", written_then_zeroed),
	IN_TIME("a refill of a part", refill_of_a_part),
	{"fork_then_refill", fork_then_refill},
	{"fork, then a refill of a part", fork_then_refill_of_a_part},
	{"fork, and the child refills", the_child_refills},
	{"after the child nothing is replaced", [] {
		return in_quiet(after_the_child_nothing_is_replaced);
	}},
	{"MADV_DONTNEED keeps the child's stores", dont_need_keeps_them},
	{"MS_INVALIDATE keeps the child's stores", invalidate_keeps_them},
	{"private frames are kept", private_frames_are_kept},
	{"private frames, and the child refills", private_child_refills},
};

int main()
{
	ksft_print_header();
	set_up_slow_refills("direct-shared");
	if (!vmstat_read(&span.a))
		ksft_exit_skip("no /proc/vmstat\n");
	RUN_CASES(cases);
}
