/* SPDX-License-Identifier: GPL-2.0-only */
// since: 420
// abi: B1 B2
// MAP_BLOCK returns when the region is in memory and mapped.
#include <abi.h>

constexpr size_t SIZE = 64 * PAGE + 100;
static int fd;
static vmstat_span span;

/* Out of the cache: a new file whose pages nobody has read since. */
static int cold_file(const char *path)
{
	alignas(PAGE) static uint8_t page[PAGE];
	int d = open_direct(path, O_RDWR);

	MUST(pread(d, page, PAGE, 0) == (ssize_t)PAGE);
	for (size_t at = 0; at < SIZE - 100; at += PAGE) {
		pattern_fill(page, 1, at, PAGE);
		MUST(pwrite(d, page, PAGE, at) == (ssize_t)PAGE);
	}
	return d;
}

static int no_fault_after_it()
{
	int d = cold_file(test_path("block"));

	span.begin();
	auto p = (volatile uint8_t *)mmap(nullptr, 64 * PAGE, PROT_READ,
					  MAP_SHARED | MAP_BLOCK, fd, 0);
	span.end();
	CHECK(p != MAP_FAILED);
	CHECK_QUIET(span.diff("disk_read") <= 16);
	span.begin();
	unsigned sum = 0;
	for (size_t i = 0; i < 64; i++)
		sum += p[i * PAGE];
	span.end();
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK_QUIET_EQ(span.diff("disk_read"), 0);
	CHECK(is_pattern((void *)p, 1, 0, 64 * PAGE));
	CHECK_OK(munmap((void *)p, 64 * PAGE));
	close(d);
	return KSFT_PASS;
}

static int stops_at_end_of_file()
{
	auto p = (uint8_t *)mmap(nullptr, 80 * PAGE, PROT_READ,
				 MAP_SHARED | MAP_BLOCK, fd, 0);

	CHECK(p != MAP_FAILED);
	CHECK(is_pattern(p, 1, 0, SIZE));
	CHECK(all_bytes(p + SIZE, 0, 65 * PAGE - SIZE));
	CHECK_EQ(signal_of([&] { (void)*(volatile uint8_t *)(p + 65 * PAGE); }),
		 SIGBUS);
	CHECK_OK(munmap(p, 80 * PAGE));
	return KSFT_PASS;
}

static int anonymous_is_populated()
{
	auto p = (uint8_t *)mmap(nullptr, 32 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_BLOCK, -1,
				 0);

	CHECK(p != MAP_FAILED);
	span.begin();
	for (size_t i = 0; i < 32; i++)
		p[i * PAGE] = 1;
	span.end();
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK_OK(munmap(p, 32 * PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"no access faults after it",
	 [] { return in_quiet(no_fault_after_it); }},
	{"it stops at end of file", stops_at_end_of_file},
	{"anonymous memory is populated",
	 [] { return in_quiet(anonymous_is_populated); }},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("block"), SIZE, 1);
	need_map_flags(fd, MAP_BLOCK);
	if (!vmstat_read(&span.a))
		ksft_exit_skip("no /proc/vmstat\n");
	RUN_CASES(cases);
}
