/* SPDX-License-Identifier: GPL-2.0-only */
/* File types and modes, and what the stat calls store; i386 layouts. */
#pragma once

#include <linux/types.h>

constexpr unsigned S_IFMT = 0170000, S_IFSOCK = 0140000, S_IFLNK = 0120000,
	S_IFREG = 0100000, S_IFBLK = 0060000, S_IFDIR = 0040000,
	S_IFCHR = 0020000, S_IFIFO = 0010000, S_ISUID = 04000,
	S_ISGID = 02000, S_ISVTX = 01000, S_IRWXUGO = 0777, S_IALLUGO = 07777,
	S_IRWXU = 0700, S_IRUSR = 0400, S_IWUSR = 0200, S_IXUSR = 0100,
	S_IRWXG = 070, S_IRGRP = 040, S_IWGRP = 020, S_IXGRP = 010,
	S_IRWXO = 07, S_IROTH = 04, S_IWOTH = 02, S_IXOTH = 01,
	S_IRUGO = 0444, S_IWUGO = 0222, S_IXUGO = 0111;

constexpr bool S_ISLNK(unsigned m) { return (m & S_IFMT) == S_IFLNK; }
constexpr bool S_ISREG(unsigned m) { return (m & S_IFMT) == S_IFREG; }
constexpr bool S_ISDIR(unsigned m) { return (m & S_IFMT) == S_IFDIR; }
constexpr bool S_ISCHR(unsigned m) { return (m & S_IFMT) == S_IFCHR; }
constexpr bool S_ISBLK(unsigned m) { return (m & S_IFMT) == S_IFBLK; }
constexpr bool S_ISFIFO(unsigned m) { return (m & S_IFMT) == S_IFIFO; }
constexpr bool S_ISSOCK(unsigned m) { return (m & S_IFMT) == S_IFSOCK; }

constexpr unsigned DT_UNKNOWN = 0, DT_FIFO = 1, DT_CHR = 2, DT_DIR = 4,
	DT_BLK = 6, DT_REG = 8, DT_LNK = 10, DT_SOCK = 12;

struct old_kernel_stat {		/* stat, lstat, fstat: 18, 84, 28 */
	u16 st_dev, st_ino, st_mode, st_nlink, st_uid, st_gid, st_rdev;
	u16 pad;
	u32 st_size, st_atime, st_mtime, st_ctime;
};
static_assert(sizeof(old_kernel_stat) == 32);

struct new_stat {			/* 106 .. 108 */
	u32 st_dev, st_ino;
	u16 st_mode, st_nlink, st_uid, st_gid;
	u32 st_rdev, st_size, st_blksize, st_blocks;
	u32 st_atime, st_atime_nsec, st_mtime, st_mtime_nsec, st_ctime,
		st_ctime_nsec, pad[2];
};
static_assert(sizeof(new_stat) == 64);

struct __attribute__((packed, aligned(4))) stat64 {
	u64 st_dev;
	u32 pad0, ino32, st_mode, st_nlink, st_uid, st_gid;
	u64 st_rdev;
	u32 pad1;
	s64 st_size;
	u32 st_blksize;
	u64 st_blocks;
	u32 st_atime, st_atime_nsec, st_mtime, st_mtime_nsec, st_ctime,
		st_ctime_nsec;
	u64 st_ino;
};
static_assert(sizeof(stat64) == 96);

struct statx_timestamp {
	s64 tv_sec;
	u32 tv_nsec;
	s32 pad;
};
struct statx {
	u32 stx_mask, stx_blksize;
	u64 stx_attributes;
	u32 stx_nlink, stx_uid, stx_gid;
	u16 stx_mode, pad0;
	u64 stx_ino, stx_size, stx_blocks, stx_attributes_mask;
	statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
	u32 stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
	u64 spare[14];
};
static_assert(sizeof(statx) == 256);
constexpr u32 STATX_BASIC_STATS = 0x7ff, STATX__RESERVED = 0x80000000;
constexpr u64 STATX_ATTR_IMMUTABLE = 0x10, STATX_ATTR_APPEND = 0x20;
