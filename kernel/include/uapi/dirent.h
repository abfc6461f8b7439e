/* SPDX-License-Identifier: GPL-2.0-only */
/* What readdir(2), getdents(2) and getdents64(2) store; i386 layouts. A name
 * ends with a 0 byte; a record of getdents has d_type as its last byte. */
#pragma once

#include <linux/types.h>

struct old_linux_dirent {
	u32 d_ino, d_offset;
	u16 d_namlen;
	char d_name[1];
};
struct linux_dirent {
	u32 d_ino, d_off;
	u16 d_reclen;
	char d_name[1];
};
struct __attribute__((packed)) linux_dirent64 {
	u64 d_ino;
	s64 d_off;
	u16 d_reclen;
	u8 d_type;
	char d_name[1];
};
static_assert(__builtin_offsetof(linux_dirent, d_name) == 10);
static_assert(__builtin_offsetof(linux_dirent64, d_name) == 19);
