/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking the entries of a range, and invalidating what changed on the way.
 */
#pragma once

#include <linux/kernel.h>
#include <linux/mm.h>

/* Calls f(ptep, addr) for each entry whose page table exists. mmap_sem or
 * page_table_lock held. */
template<class F>
inline void for_each_pte(mm_struct *mm, unsigned long addr, unsigned long end,
			 F f)
{
	while (addr < end) {
		pgd_t *pgd = mm->pgd + pgd_index(addr);
		unsigned long next = min(end, (addr & -PGDIR_SIZE) +
					 PGDIR_SIZE);

		if (!pgd_none(*pgd)) {
			pte_t *ptep = pte_offset(pgd, addr);

			for (; addr < next; addr += PAGE_SIZE)
				f(ptep++, addr);
		}
		addr = next;
	}
}

/*
 * Remembers where present entries were cleared or lost rights, so that exactly
 * those are invalidated: each run without a gap by itself. page_table_lock
 * held throughout.
 */
class tlb_batch {
	mm_struct *mm;
	unsigned long start = 0, end = 0;

public:
	explicit tlb_batch(mm_struct *m) : mm(m) {}
	tlb_batch(const tlb_batch &) = delete;

	void flush()
	{
		if (start != end)
			flush_tlb_range(mm, start, end);
		start = end = 0;
	}
	/* In ascending order. */
	void add(unsigned long addr)
	{
		if (addr != end) {
			flush();
			start = addr;
		}
		end = addr + PAGE_SIZE;
	}
};
