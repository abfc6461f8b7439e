/* SPDX-License-Identifier: GPL-2.0-only */
/* Fixed-width and POSIX types, as 2.4's <linux/types.h>. */
#pragma once

using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using s8 = signed char;
using s16 = short;
using s32 = int;
using s64 = long long;

using size_t = __SIZE_TYPE__;
using ssize_t = int;
using ptrdiff_t = __PTRDIFF_TYPE__;
using uintptr_t = unsigned long;

using loff_t = s64;
using off_t = long;
using pid_t = int;
using uid_t = u32;
using gid_t = u32;
using mode_t = u32;
using umode_t = u16;
using nlink_t = u16;
using ino_t = unsigned long;
using time_t = s64;		/* 64 bits inside, whatever a call carries */
using clockid_t = int;

using sector_t = unsigned long;	/* 512-byte units: 2 TiB, 2.4's own limit */
using block_t = unsigned long;	/* a file system block number on a device */
using pgoff_t = unsigned long;	/* page index in a file: 16 TiB */

/* A device number: major in bits 8.., minor in bits 0..7 (2.4's kdev_t). */
using kdev_t = u32;
constexpr kdev_t MKDEV(unsigned major, unsigned minor)
{
	return major << 8 | minor;
}
constexpr unsigned MAJOR(kdev_t d) { return d >> 8; }
constexpr unsigned MINOR(kdev_t d) { return d & 0xff; }

static_assert(sizeof(void *) == 4 && sizeof(long) == 4);
static_assert(sizeof(size_t) == 4 && sizeof(u64) == 8);
