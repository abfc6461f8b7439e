/* SPDX-License-Identifier: GPL-2.0-only */
/* Between vmscan.cpp, swap_out.cpp, oom_kill.cpp and the swap cache. */
#pragma once

#include <linux/mm.h>
#include <linux/swap.h>

/* Page locked, the caller holds a count: the swap cache forgets the page, whose
 * slot keeps its content, unless it is dirty or somebody else found it. */
bool drop_swap_cache_page(page *p);

/* Writes to swap are under way; so many that one should rather wait, at most
 * @ticks, than start more. page_io.cpp. */
bool swap_writing();
bool swap_congested();
void swap_wait_congested(long ticks);

/* Every address space in turn: as many calls as there are see each once. With
 * one mm_count; its mappings may go while page_table_lock is not held. */
unsigned count_mms();
mm_struct *take_next_mm();
/* The next address space after @prev (null: from the start) that is still in
 * use, pinned; drops @prev. May sleep if it drops the last user. */
mm_struct *next_mm(mm_struct *prev);
