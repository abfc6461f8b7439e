/* SPDX-License-Identifier: GPL-2.0-only */
/* Between vmscan.cpp, swap_out.cpp, oom_kill.cpp and the swap cache. */
#pragma once

#include <linux/mm.h>
#include <linux/swap.h>

/* Page locked, the caller holds a count: the swap cache forgets the page, whose
 * slot keeps its content, unless it is dirty or somebody else found it. */
bool drop_swap_cache_page(page *p);

/* The next address space after @prev (null: from the start) that is still in
 * use, pinned; drops @prev. May sleep if it drops the last user. */
mm_struct *next_mm(mm_struct *prev);

/* Calls visit(vma, addr, pte, ctx) for the entries of page tables that exist
 * in the mappings from @start on, until it returns false; returns where it
 * stopped, or 0 at the end. mmap_sem and page_table_lock held. */
using pte_visit = bool (*)(vm_area_struct *vma, unsigned long addr,
			   pte_t *pte, void *ctx);
unsigned long walk_ptes(mm_struct *mm, unsigned long start,
			unsigned long skip_flags, pte_visit visit, void *ctx);
