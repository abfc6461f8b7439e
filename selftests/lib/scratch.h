/* SPDX-License-Identifier: GPL-2.0-only */
/* A whole disk that tests may overwrite: SCRATCH_DEV, or /dev/hdc. */
#pragma once

#include <abi.h>
#include <sys/ioctl.h>

static const char *scratch_dev;
static uint64_t scratch_size;	/* bytes */

#ifndef BLKGETSIZE64
#define BLKGETSIZE64 _IOR(0x12, 114, size_t)
#endif

/* Skips the program where there is none. */
static inline void need_scratch_disk()
{
	const char *dev = getenv("SCRATCH_DEV");

	scratch_dev = dev ? dev : "/dev/hdc";
	int fd = open(scratch_dev, O_RDWR);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &scratch_size))
		ksft_exit_skip("no scratch disk %s\n", scratch_dev);
	close(fd);
	MUST(scratch_size >= 4 * MIB);
}
