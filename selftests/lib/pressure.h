/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory pressure: a process that uses more than there is, again and again.
 * The machine "lowmem" has little enough for that, and swap at /dev/hdd1.
 */
#pragma once

#include <child.h>
#include <sys/swap.h>

constexpr size_t HOG = 56 * MIB;

/* Skips the program where there is too much memory or no swap. */
static inline void need_low_memory()
{
	long pages = sysconf(_SC_PHYS_PAGES);

	if (pages > (long)(64 * MIB / PAGE))
		ksft_exit_skip("too much memory: %ld pages\n", pages);
	if (swapon("/dev/hdd1", 0) && errno != EBUSY)
		ksft_exit_skip("no swap on /dev/hdd1\n");
}

/* Uses @bytes, a word of each page, and looks whether they stay. */
static inline int use_memory(size_t bytes, int rounds)
{
	auto p = (uint32_t *)mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	constexpr size_t STEP = PAGE / 4;

	CHECK(p != MAP_FAILED);
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < bytes / 4; i += STEP) {
			CHECK(p[i] == (r ? i * 7 + r - 1 : 0));
			p[i] = i * 7 + r;
		}
	CHECK_OK(munmap(p, bytes));
	return KSFT_PASS;
}

static inline pid_t start_hog(int rounds)
{
	return spawn([=] { return use_memory(HOG, rounds); });
}

/* Waits until @pages more are taken from somebody; false: that takes long. */
static inline bool await_reclaim(long pages)
{
	static vmstat before, now;

	vmstat_read(&before);
	for (int i = 0; i < 2000; i++) {
		vmstat_read(&now);
		if (vmstat_diff(&before, &now, "pgsteal") >= pages)
			return true;
		sleep_ms(2);
	}
	return false;
}
