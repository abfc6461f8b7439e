/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk of which one sector cannot be read. Whoever boots the test says
 * which in the environment: BAD_DEV=/dev/hdd BAD_SECTOR=2048. The rest of the
 * disk holds pattern 7.
 */
#pragma once

#include <abi.h>

static const char *bad_dev;
static uint64_t bad_pos;	/* byte */
constexpr uint32_t BAD_SEED = 7;

/* Skips the program where there is no such disk. */
static inline void need_bad_disk()
{
	const char *sector = getenv("BAD_SECTOR");

	bad_dev = getenv("BAD_DEV");
	if (!bad_dev || !sector)
		ksft_exit_skip("no BAD_DEV and BAD_SECTOR\n");
	bad_pos = strtoull(sector, nullptr, 10) * 512;
	/* Whole pages before and behind it are used. */
	MUST(bad_pos % PAGE == 0 && bad_pos >= MIB);
}
