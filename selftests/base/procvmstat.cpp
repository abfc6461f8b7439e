/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// /proc/vmstat has the counters that the other tests rely on, and they count.
#include <sys/mman.h>
#include <unistd.h>

#include <cases.h>
#include <vmstat.h>

static vmstat_span span;

static int names()
{
	static const char *const names[] = {
		"pgfault", "copy_to_user_bytes", "copy_from_user_bytes",
		"pte_write", "tlb_flush_one", "tlb_flush_all", "disk_read",
		"disk_write", "disk_prd", "nr_pagecache",
	};

	CHECK(vmstat_read(&span.a));
	for (const char *name : names) {
		if (vmstat_get(&span.a, name) < 0) {
			ksft_print_msg("%s is missing\n", name);
			return KSFT_FAIL;
		}
	}
	return KSFT_PASS;
}

static int empty_interval_is_zero()
{
	span.begin();
	span.end();
	CHECK_QUIET_EQ(span.diff("copy_to_user_bytes"), 0);
	CHECK_QUIET_EQ(span.diff("pgfault"), 0);
	CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	return KSFT_PASS;
}

static int faults_are_counted()
{
	constexpr int PAGES = 8;
	void *p = mmap(nullptr, PAGES * 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	span.begin();
	for (int i = 0; i < PAGES; i++)
		((volatile char *)p)[i * 4096] = 1;
	span.end();
	CHECK_QUIET_EQ(span.diff("pgfault"), PAGES);
	CHECK(span.diff("pte_write") >= PAGES);
	CHECK_OK(munmap(p, PAGES * 4096));
	return KSFT_PASS;
}

static int copies_are_counted()
{
	static char buf[4096];
	int fd = open("/dev/zero", O_RDONLY);

	CHECK(fd >= 0);
	CHECK_EQ(read(fd, buf, sizeof(buf)), sizeof(buf));
	span.begin();
	long n = read(fd, buf, 1000);
	span.end();
	close(fd);
	CHECK_EQ(n, 1000);
	/* /dev/zero may clear instead of copy. */
	long long copied = span.diff("copy_to_user_bytes");
	CHECK(copied == 0 || copied == 1000);
	int fds[2];
	CHECK_OK(pipe(fds));
	CHECK_EQ(write(fds[1], buf, 100), 100);
	span.begin();
	n = read(fds[0], buf, 100);
	span.end();
	CHECK_EQ(n, 100);
	CHECK_QUIET_EQ(span.diff("copy_to_user_bytes"), 100);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"names", names},
	IN_QUIET("empty interval is zero", empty_interval_is_zero),
	IN_QUIET("faults are counted", faults_are_counted),
	IN_QUIET("copies are counted", copies_are_counted),
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
