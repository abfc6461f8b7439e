/* SPDX-License-Identifier: GPL-2.0-only */
/* set_thread_area(2): one segment, i386 layout. */
#pragma once

#include <linux/types.h>

struct user_desc {
	u32 entry_number, base_addr, limit;
	u32 seg_32bit : 1, contents : 2, read_exec_only : 1,
		limit_in_pages : 1, seg_not_present : 1, useable : 1;
};
static_assert(sizeof(user_desc) == 16);
