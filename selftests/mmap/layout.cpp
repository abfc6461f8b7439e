/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R1 R2 R5 D13
// timeout: 300 3000
// Refills of any range, from any source, over whatever is mapped there: pages that have a frame keep it.
#include <scratch.h>
#include <xorshift.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t FILE_LEN = 64 * PAGE + 100, PLACE = 48 * PAGE;
static vmstat_span span;
static uint8_t *place;		/* 48 pages of addresses */

/* Where data comes from. */
struct source {
	int fd;
	uint32_t seed;		/* 0: zeroes */
	off_t size;
};
static source sources[4];	/* two files, a disk, a direct buffer */
enum { FILE_A, FILE_B, DISK, BUFFER };

static void *refill(size_t at, size_t len, int from, off_t off)
{
	const source &s = sources[from];

	return mmap(place + at, len, RW, WINDOW | MAP_FIXED |
		    (s.fd < 0 ? MAP_ANONYMOUS : 0), s.fd, off);
}

static bool shows(size_t at, size_t len, int from, off_t off)
{
	const source &s = sources[from];
	off_t left = s.size - off;
	size_t n = left <= 0 ? 0 : left < (off_t)len ? left : len;

	return (s.seed ? is_pattern(place + at, s.seed, off, n) :
		all_bytes(place + at, 0, n)) &&
		all_bytes(place + at + n, 0, len - n);
}

/* The part is reserved, nothing else. */
static void empty(size_t at, size_t len)
{
	MUST(munmap(place + at, len) == 0);
	MUST(mmap(place + at, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		  MAP_FIXED, -1, 0) == place + at);
}
static void clear() { empty(0, PLACE); }

static bool counted()
{
	return vmstat_get(&span.a, "pte_write") >= 0;
}

/* ---- one after the other ---- */

static int refill_across(size_t gap, bool counts)
{
	clear();
	CHECK(refill(0, 8 * PAGE, FILE_A, 0) == place);
	CHECK(refill((8 + gap) * PAGE, 8 * PAGE, DISK, MIB) ==
	      place + (8 + gap) * PAGE);
	CHECK(refill((16 + 2 * gap) * PAGE, 8 * PAGE, BUFFER, 0) ==
	      place + (16 + 2 * gap) * PAGE);
	size_t len = (24 + 2 * gap) * PAGE;
	span.begin();
	void *r = refill(0, len, FILE_B, 7 * PAGE);
	span.end();
	CHECK(r == place);
	CHECK(shows(0, len, FILE_B, 7 * PAGE));
	if (counts)
		CHECK_QUIET_EQ(span.diff("pte_write"), 2 * gap);
	span.begin();
	r = refill(0, len, FILE_A, PAGE);
	span.end();
	CHECK(r == place);
	CHECK(shows(0, len, FILE_A, PAGE));
	if (counts) {
		CHECK_QUIET_EQ(span.diff("pte_write"), 0);
		CHECK_QUIET_EQ(span.diff("page_alloc"), 0);
	}
	return KSFT_PASS;
}

static int refill_across_three_mappings()
{
	return in_quiet([] { return refill_across(0, counted()); });
}
static int with_gaps_between_them()
{
	return in_quiet([] { return refill_across(3, counted()); });
}

/* R2: what is contiguous on the disk. */
static int one_command()
{
	constexpr size_t LEN = MIB;
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, WINDOW, sources[DISK].fd, 0);

	CHECK(p != MAP_FAILED);
	span.begin();
	if (vmstat_get(&span.a, "disk_read") < 0)
		SKIP_CASE("the kernel does not count disk commands");
	void *r = mmap(p, LEN, RW, WINDOW | MAP_FIXED, sources[DISK].fd, LEN);
	span.end();
	CHECK(r == p);
	CHECK(is_pattern(p, sources[DISK].seed, LEN, LEN));
	CHECK_OK(munmap(p, LEN));
	CHECK_QUIET_EQ(span.diff("disk_read"), 1);
	CHECK_QUIET_EQ(span.diff("disk_read_sectors"), LEN / 512);
	return KSFT_PASS;
}

/* TLB entries of the one must not show in the other. */
static int swapped_addresses()
{
	constexpr size_t LEN = 16 * PAGE;

	for (int i = 0; i < 50; i++) {
		int a = i % 2 ? FILE_A : DISK, b = i % 2 ? DISK : FILE_A;

		clear();
		CHECK(refill(0, LEN, a, 0) == place);
		CHECK(refill(LEN, LEN, b, 0) == place + LEN);
		CHECK(shows(0, LEN, a, 0) && shows(LEN, LEN, b, 0));
		CHECK_OK(munmap(place, 2 * LEN));
		/* Frames that were freed last are the next to be had. */
		if (i / 2 % 2)
			CHECK(refill(0, LEN, b, 0) == place);
		CHECK(refill(LEN, LEN, a, 0) == place + LEN);
		if (i / 2 % 2 == 0)
			CHECK(refill(0, LEN, b, 0) == place);
		CHECK(shows(0, LEN, b, 0) && shows(LEN, LEN, a, 0));
	}
	return KSFT_PASS;
}

/* The same without a disk, so that nothing else is done in between. A child
 * has no old TLB entries: it sees where the stores went. */
static int swapped_buffers()
{
	constexpr size_t LEN = 16 * PAGE;

	for (int i = 0; i < 10; i++) {
		clear();
		CHECK(refill(0, LEN, BUFFER, 0) == place);
		CHECK(refill(LEN, LEN, BUFFER, 0) == place + LEN);
		memset(place, 0x11, LEN);
		memset(place + LEN, 0x22, LEN);
		CHECK_OK(munmap(place, 2 * LEN));
		size_t first = i % 2 * LEN;
		CHECK(refill(first, LEN, BUFFER, 0) == place + first);
		CHECK(refill(LEN - first, LEN, BUFFER, 0) ==
		      place + LEN - first);
		CHECK(all_bytes(place, 0, 2 * LEN));
		memset(place, 0x33, LEN);
		memset(place + LEN, 0x44, LEN);
		CHECK_CASE(in_child([] {
			CHECK(all_bytes(place, 0x33, LEN));
			CHECK(all_bytes(place + LEN, 0x44, LEN));
			return KSFT_PASS;
		}));
	}
	return KSFT_PASS;
}

/* R5 for each source that ends: the last byte still counts, the next page
 * does not. Over a window, a part of it and more than it. */
static int the_end_of_each()
{
	static const struct { size_t at, len; } ranges[] = {
		{0, 8 * PAGE}, {2 * PAGE, 3 * PAGE}, {4 * PAGE, 8 * PAGE},
	};

	for (int from = FILE_A; from <= DISK; from += DISK)
		for (auto r : ranges) {
			off_t size = sources[from].size;
			off_t last = (size - 1) / PAGE * PAGE;
			void *at = place + r.at;

			clear();
			CHECK(refill(0, 8 * PAGE, FILE_B, 0) == place);
			CHECK_ERR(refill(r.at, r.len, from, last + PAGE),
				  ENXIO);
			CHECK_ERR(refill(r.at, r.len, from, last + MIB),
				  ENXIO);
			CHECK(shows(0, 8 * PAGE, FILE_B, 0));
			CHECK(refill(r.at, r.len, from, last) == at);
			CHECK(shows(r.at, r.len, from, last));
		}
	return KSFT_PASS;
}

static int an_empty_file_is_enxio()
{
	int f = open(test_path("layout-empty"), O_RDWR | O_CREAT | O_TRUNC,
		     0644);

	clear();
	CHECK(refill(0, 8 * PAGE, FILE_B, 0) == place);
	CHECK_ERR(mmap(place, 8 * PAGE, RW, WINDOW | MAP_FIXED, f, 0), ENXIO);
	CHECK(shows(0, 8 * PAGE, FILE_B, 0));
	close(f);
	return KSFT_PASS;
}

/* ---- anything over anything, against a model ---- */

struct model_page {
	bool mapped, there;	/* not there: behind the file's end */
	int from;
	off_t off;
};
static model_page model[PLACE / PAGE];
static uint32_t state;

static uint32_t random_below(uint32_t n)
{
	return xorshift(state) % n;
}

static int check_model(const char *what)
{
	for (size_t i = 0; i < PLACE / PAGE; i++) {
		const model_page &m = model[i];

		if (!m.there || shows(i * PAGE, PAGE, m.from, m.off))
			continue;
		ksft_print_msg("page %zu after: %s\n", i, what);
		return KSFT_FAIL;
	}
	return KSFT_PASS;
}

/* True if it cost what it must, an entry for each page without a frame. */
static int random_refill(size_t first, size_t n, bool *cost_right)
{
	int from = (int)random_below(4);
	off_t off = random_below(60) * PAGE;
	size_t missing = 0;
	bool reuse = false;

	for (size_t i = first; i < first + n; i++)
		reuse |= model[i].mapped;
	/* What is no refill ends where the file does. */
	for (size_t i = first; i < first + n; i++) {
		off_t at = off + (off_t)((i - first) * PAGE);
		bool there = reuse || from == BUFFER ||
			at < sources[from].size;

		missing += there && !model[i].there;
		model[i] = {true, there, from, at};
	}
	vmstat_read(&span.a);
	void *r = refill(first * PAGE, n * PAGE, from, off);
	vmstat_read(&span.b);
	CHECK(r == place + first * PAGE);
	*cost_right = vmstat_diff(&span.a, &span.b, "pte_write") ==
		(long long)missing;
	return KSFT_PASS;
}

static void lose(size_t first, size_t n)
{
	empty(first * PAGE, n * PAGE);
	for (size_t i = first; i < first + n; i++)
		model[i].mapped = model[i].there = false;
}

/* How many pages from @first on come from places that follow each other. */
static size_t one_piece(size_t first, size_t n)
{
	const model_page *m = model + first;
	size_t i = 0;

	while (i < n && m[i].there && m[i].from == m->from &&
	       m[i].off - m->off == (off_t)(i * PAGE))
		i++;
	return i;
}

/* There and back. */
static int take_away_and_back(size_t first, size_t n)
{
	constexpr int HOW = MREMAP_MAYMOVE | MREMAP_FIXED;
	uint8_t *at = place + first * PAGE, *to = page_buffer(PLACE);
	size_t len = one_piece(first, n) * PAGE;

	/* Of several VMAs, which look alike from here, mremap takes none. */
	if (len && mremap(at, len, len, HOW, to) == to)
		CHECK(mremap(to, len, len, HOW, at) == at);
	CHECK_OK(munmap(to, PLACE));
	return KSFT_PASS;
}

static int random_refills()
{
	uint32_t seed = getenv("SEED") ? strtoul(getenv("SEED"), nullptr, 0) :
		460, wrong = 0, refills = 0, rounds = effort(400, 10000);

	state = seed * 2 + 1;
	ksft_print_msg("SEED=%u\n", seed);
	clear();
	for (uint32_t i = 0; i < rounds; i++) {
		size_t first = random_below(PLACE / PAGE);
		size_t n = 1 + random_below(PLACE / PAGE - first);
		const char *what = "refill";
		bool cost_right = true;

		switch (random_below(8)) {
		case 0:
			what = "munmap";
			lose(first, n);
			break;
		case 1:
			what = "mremap";
			CHECK_CASE(take_away_and_back(first, n));
			break;
		default:
			CHECK_CASE(random_refill(first, n, &cost_right));
			refills++;
			wrong += !cost_right;
		}
		CHECK_CASE(check_model(what));
	}
	ksft_print_msg("%u refills, %u with too many entries\n", refills,
		       wrong);
	/* Another process may have had a fault now and then. */
	CHECK(!counted() || wrong <= 2 + refills / 100);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"refill_across_three_mappings", refill_across_three_mappings},
	{"the same with gaps between them", with_gaps_between_them},
	{"one command", [] { return in_quiet(one_command); }},
	{"swapped addresses", swapped_addresses},
	{"swapped addresses of buffers", swapped_buffers},
	{"the end of a file and of a disk", the_end_of_each},
	{"an empty file is ENXIO", an_empty_file_is_enxio},
	{"random refills agree with a model", random_refills},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	int disk = open(scratch_dev, O_RDWR);
	MUST(disk >= 0);
	need_refill(disk, scratch_size);
	uint8_t *p = page_buffer(2 * MIB);
	pattern_fill(p, 7, 0, 2 * MIB);
	MUST(pwrite(disk, p, 2 * MIB, 0) == (ssize_t)(2 * MIB));
	off_t tail = scratch_size - PAGE;
	pattern_fill(p, 7, tail, PAGE);
	MUST(pwrite(disk, p, PAGE, tail) == (ssize_t)PAGE);
	munmap(p, 2 * MIB);
	sources[FILE_A] = {make_file(test_path("layout-a"), FILE_LEN, 1), 1,
			   FILE_LEN};
	sources[FILE_B] = {make_file(test_path("layout-b"), FILE_LEN, 2), 2,
			   FILE_LEN};
	sources[DISK] = {disk, 7, (off_t)scratch_size};
	sources[BUFFER] = {-1, 0, 0};
	place = page_buffer(PLACE);
	vmstat_read(&span.a);
	RUN_CASES(cases);
}
