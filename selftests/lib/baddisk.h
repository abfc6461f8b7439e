/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk of which one sector cannot be read. Whoever boots the test says
 * which in the environment: BAD_DEV=/dev/hdc BAD_SECTOR=40960. The first MiB
 * and the MiB on each side of it are overwritten with pattern 7.
 */
#pragma once

#include <abi.h>

static const char *bad_dev;
static uint64_t bad_pos;	/* byte */
constexpr uint32_t BAD_SEED = 7;

static inline void write_bad_disk(int fd, uint64_t from, uint64_t to)
{
	static uint8_t buf[64 * KIB];

	for (; from < to; from += sizeof(buf)) {
		pattern_fill(buf, BAD_SEED, from, sizeof(buf));
		MUST(pwrite(fd, buf, sizeof(buf), from) == sizeof(buf));
	}
}

/* Skips the program where there is no such disk. */
static inline void need_bad_disk()
{
	const char *sector = getenv("BAD_SECTOR");

	bad_dev = getenv("BAD_DEV");
	if (!bad_dev || !sector)
		ksft_exit_skip("no BAD_DEV and BAD_SECTOR\n");
	bad_pos = strtoull(sector, nullptr, 10) * 512;
	/* Whole pages before and behind it are used. */
	MUST(bad_pos % PAGE == 0 && bad_pos >= 2 * MIB);
	int fd = open(bad_dev, O_RDWR);
	MUST(fd >= 0);
	write_bad_disk(fd, 0, MIB);
	write_bad_disk(fd, bad_pos - MIB, bad_pos + MIB);
	MUST(fsync(fd) == 0);
	close(fd);
}
