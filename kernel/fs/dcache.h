/* SPDX-License-Identifier: GPL-2.0-only */
/* What dcache.cpp, dcache_prune.cpp and d_path.cpp share. */
#pragma once

#include <linux/dcache.h>

constexpr unsigned DCACHE_REFERENCED = 1;	/* used since last looked at */

extern list_head dentry_unused;		/* LRU, coldest last */
extern unsigned long nr_unused_dentries;

/* dcache_lock held; drops it. Frees a dentry whose count is 0 and returns its
 * parent, whose count the caller has to drop, or null. */
dentry *dentry_kill(dentry *d);
