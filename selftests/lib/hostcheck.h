/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Claims about the disks that the harness checks on the host once the boot is
 * over: what a file or a range of sectors holds then. Only for what no later
 * test touches.
 */
#pragma once

#include "crc32.h"
#include <kselftest.h>

/* @disk: "hdb"; @path: inside its file system. */
static inline void host_claim_file(const char *disk, const char *path,
				   const void *data, size_t len)
{
	ksft_print_msg("host: file %s %s %zu %08x\n", disk, path, len,
		       crc32(0, data, len));
}

static inline void host_claim_raw(const char *disk, unsigned long long offset,
				  const void *data, size_t len)
{
	ksft_print_msg("host: raw %s %llu %zu %08x\n", disk, offset, len,
		       crc32(0, data, len));
}
