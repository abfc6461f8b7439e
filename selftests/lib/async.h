/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows that a slow disk fills after mmap has returned. */
#pragma once

#include <slow_refill.h>

constexpr int LATER = MAP_PRIVATE | MAP_DIRECT;
constexpr size_t BIG = 4 * MIB;		/* several requests */

static inline bool is_there(const void *p)
{
	unsigned char v = 0;

	MUST(mincore((void *)p, PAGE, &v) == 0);
	return v & 1;
}

static inline size_t pages_there(const void *p, size_t len)
{
	static unsigned char v[BIG / PAGE];
	size_t n = 0;

	MUST(mincore((void *)p, len, v) == 0);
	for (size_t i = 0; i < len / PAGE; i++)
		n += v[i] & 1;
	return n;
}

/* Begins to read what is at LEN of the slow disk, which is busy. */
static inline uint8_t *begin(int type = LATER, size_t len = LEN)
{
	keep_disk_busy();
	void *p = mmap(nullptr, len, RW, type, fd, LEN);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

static inline int arrives(uint8_t *p)
{
	CHECK(has_slow_data(p));
	CHECK_EQ(pages_there(p, LEN), LEN / PAGE);
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

/* @act on a window that is being filled; it does away with it. */
static inline int during(int (*act)(uint8_t *p))
{
	uint8_t *p = begin();
	bool early = !is_there(p);

	CHECK_CASE(act(p));
	return early ? KSFT_PASS : LATE;
}

#define DURING(name, act) \
	{name, [] { return in_time([] { return during(act); }); }}

static inline void set_up_async(const char *name)
{
	set_up_slow_refills(name);
	need_async(fd, scratch_size);
	uint8_t *buf = page_buffer(BIG);
	pattern_fill(buf, 7, LEN, BIG);
	MUST(pwrite(busy_fd, buf, BIG, LEN) == (ssize_t)BIG);
	munmap(buf, BIG);
}
