/* SPDX-License-Identifier: GPL-2.0-only */
/* Between swap.cpp (the lists) and vmscan.cpp (who empties them). */
#pragma once

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/swap.h>

extern spinlock_t pagemap_lru_lock;
extern list_head active_list, inactive_list;	/* newest first */
extern lru_counts lru_nr;

void refill_inactive(unsigned nr);
