/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows, and a refill of one from a disk that is slow. */
#pragma once

#include <inflight.h>

constexpr size_t LEN = 512 * KIB;
constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
static int fd, plain;	/* the slow disk: pattern 7; a file elsewhere: 1 */

static inline uint8_t *window(int f, int type = WINDOW)
{
	void *p = mmap(nullptr, LEN, RW, type, f, 0);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* What is at LEN of the slow disk. */
static inline long slow_refill(void *at, int type = WINDOW)
{
	return (long)mmap(at, LEN, RW, type | MAP_FIXED, fd, LEN);
}

static inline bool has_slow_data(const void *at)
{
	return is_pattern(at, 7, LEN, LEN);
}

/* Skips the program where there are no refills, or no slow disk. */
static inline void set_up_slow_refills(const char *name)
{
	need_slow_disk();
	fd = open(scratch_dev, O_RDWR);
	MUST(fd >= 0);
	need_refill(fd, scratch_size);
	plain = make_file(test_path(name), 2 * LEN, 1);
	uint8_t *buf = anonymous(2 * LEN);
	pattern_fill(buf, 7, 0, 2 * LEN);
	MUST(pwrite(busy_fd, buf, 2 * LEN, 0) == (ssize_t)(2 * LEN));
	munmap(buf, 2 * LEN);
}
