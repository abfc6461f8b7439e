/* SPDX-License-Identifier: GPL-2.0-only */
// since: 510
// abi: D2 K11
// machine: lowmem
// Where memory is in pieces a direct mapping takes the pieces; where it is whole again, long runs.
#include <abi.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t LEN = 4 * MIB;
static int fd, direct;
static vmstat_span span;

static unsigned long free_pages()
{
	static vmstat v;

	MUST(vmstat_read(&v));
	return (unsigned long)vmstat_get(&v, "nr_free_pages");
}

/* The line of the mapping at @p in /proc/self/directmap, from its runs on. */
static char *runs_in_line(const void *p)
{
	static char line[65536];
	FILE *f = fopen("/proc/self/directmap", "r");
	char *found = nullptr;
	int at = 0;

	MUST(f);
	while (!found && fgets(line, sizeof(line), f)) {
		if (strtoul(line, nullptr, 16) != (uintptr_t)p)
			continue;
		MUST(sscanf(line, "%*s %*s %*x %*u %*u %*s%n", &at) == 0);
		found = line + at;
	}
	fclose(f);
	MUST(found);
	return found;
}

struct layout {
	unsigned runs = 0;
	unsigned length[LEN / PAGE], colour[LEN / PAGE];	/* of each */
	unsigned colours = 0;		/* that there are */

	explicit layout(const void *p)
	{
		char *l = runs_in_line(p), *c = strstr(l, " colours=");
		int at;

		for (unsigned n; sscanf(l, " %u%n", &n, &at) == 1; l += at)
			length[runs++] = n;
		MUST(c && runs);
		c += strlen(" colours");
		for (unsigned i = 0; i < runs; i++) {
			colour[i] = strtoul(c + 1, &c, 10);
			if (colour[i] >= colours)
				colours = colour[i] + 1;
		}
	}
	/* Runs whose colour is the next after that of the page before. */
	unsigned in_turn() const
	{
		unsigned n = 0;

		for (unsigned i = 1; i < runs; i++)
			n += colour[i] ==
				(colour[i - 1] + length[i - 1]) % colours;
		return n;
	}
};

/* All free memory but some, every third page of it free again: no two free
 * pages are neighbours there, and they have all colours. */
constexpr size_t STEP = 3 * PAGE;
static uint8_t *crumble(size_t *len)
{
	constexpr size_t SPARE = MIB;
	size_t free = free_pages() * PAGE;

	MUST(free > SPARE && free < 64 * MIB);
	*len = free - SPARE;
	uint8_t *p = page_buffer(*len);
	for (size_t i = 0; i + PAGE <= *len; i += STEP)
		MUST(madvise(p + i, PAGE, MADV_DONTNEED) == 0);
	return p;
}

/* The other pages are as they were. */
static int mend(uint8_t *p, size_t len)
{
	for (size_t i = 0; i + PAGE <= len; i += PAGE)
		CHECK(i % STEP == 0 || all_bytes(p + i, 0x5a, PAGE));
	CHECK_OK(munmap(p, len));
	return KSFT_PASS;
}

static int shorter_runs_still_work()
{
	size_t len;
	uint8_t *memory = crumble(&len);
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, WINDOW, fd, 0);

	CHECK(p != MAP_FAILED);
	unsigned pieces = layout(p).runs;
	CHECK(is_pattern(p, 1, 0, LEN));
	span.begin();
	void *r = mmap(p, LEN, RW, WINDOW | MAP_FIXED, fd, LEN);
	span.end();
	CHECK(r == p);
	CHECK(is_pattern(p, 1, LEN, LEN));
	CHECK(span.diff("disk_prd") >= pieces);
	CHECK_EQ(span.diff("disk_pio"), 0);
	memset(p, 0, LEN);
	CHECK_EQ(pread(direct, p, LEN, 0), LEN);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	CHECK_CASE(mend(memory, len));
	ksft_print_msg("%u runs\n", pieces);
	/* Reclaim may have made room meanwhile. */
	CHECK_QUIET(pieces > LEN / PAGE / 64);
	return KSFT_PASS;
}

/* One after the other, as in a run: then the window spreads evenly over a cache
 * that goes by addresses. */
static int pieces_have_their_colours()
{
	size_t len;
	uint8_t *memory = crumble(&len);
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, WINDOW, fd, 0);

	CHECK(p != MAP_FAILED);
	layout l(p);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	CHECK_CASE(mend(memory, len));
	ksft_print_msg("%u runs, %u colours, %u in turn\n", l.runs, l.colours,
		       l.in_turn());
	/* Blocks of as many pages as there are colours all begin with one. */
	CHECK_QUIET(l.runs > LEN / PAGE / 4);
	CHECK(l.colours > 1);
	CHECK(l.in_turn() > l.runs / 4 * 3);
	return KSFT_PASS;
}

static int long_runs_come_back()
{
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, WINDOW, fd, 0);

	CHECK(p != MAP_FAILED);
	unsigned pieces = layout(p).runs;
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	ksft_print_msg("%u runs\n", pieces);
	CHECK(pieces < LEN / PAGE / 64);
	return KSFT_PASS;
}

static const test_case cases[] = {
	IN_QUIET("fragmented memory: shorter runs still work",
		 shorter_runs_still_work),
	IN_QUIET("fragmented memory: each piece has its colour",
		 pieces_have_their_colours),
	{"long runs come back with whole memory", long_runs_come_back},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("fragmented"), 2 * LEN, 1);
	if (access("/proc/self/directmap", R_OK))
		ksft_exit_skip("no /proc/PID/directmap\n");
	need_refill(fd, 2 * LEN);
	if (sysconf(_SC_PHYS_PAGES) > (long)(64 * MIB / PAGE))
		ksft_exit_skip("too much memory\n");
	direct = open_direct(test_path("fragmented"), O_RDONLY);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	RUN_CASES(cases);
}
