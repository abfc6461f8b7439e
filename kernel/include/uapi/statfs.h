/* SPDX-License-Identifier: GPL-2.0-only */
/* statfs(2) and statfs64(2), i386 layouts. */
#pragma once

#include <linux/types.h>

struct statfs32 {
	u32 f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	u32 f_fsid[2];
	u32 f_namelen, f_frsize, f_flags, f_spare[4];
};
static_assert(sizeof(statfs32) == 64);

struct __attribute__((packed, aligned(4))) statfs64 {
	u32 f_type, f_bsize;
	u64 f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	u32 f_fsid[2];
	u32 f_namelen, f_frsize, f_flags, f_spare[4];
};
static_assert(sizeof(statfs64) == 84);

/* f_flags. VALID says that the others mean something. */
constexpr u32 ST_RDONLY = 1, ST_NOSUID = 2, ST_NODEV = 4, ST_NOEXEC = 8,
	ST_SYNCHRONOUS = 16, ST_VALID = 32, ST_NOATIME = 1024;
