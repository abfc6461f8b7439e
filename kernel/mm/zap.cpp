/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmapping pages (zap_page_range of 2.4's mm/memory.c). The order, for each
 * batch: clear the entries, pass what the processor noted in them on to the
 * pages, invalidate the TLB, and only then let go of the pages: nobody reaches
 * a freed page through an old translation.
 */
#include "pte_walk.h"

#include <linux/pagemap.h>
#include <linux/swap.h>

namespace {

/* Pages that wait for the invalidation; page_table_lock held throughout. */
class zap_batch {
	static constexpr unsigned MAX = 32;
	vm_area_struct *vma;
	tlb_batch tlb;
	page *pages[MAX];
	unsigned nr = 0;
	bool dying;

public:
	/* An address space without users is never entered again: whoever
	 * drops it invalidates everything at once. */
	explicit zap_batch(vm_area_struct *v) : vma(v), tlb(v->vm_mm),
		dying(!atomic_read(&v->vm_mm->mm_users)) {}
	void flush()
	{
		tlb.flush();
		for (unsigned i = 0; i < nr; i++)
			free_page_and_swap_cache(pages[i]);
		nr = 0;
	}
	void add(unsigned long addr, page *p)
	{
		if (dying) {
			if (p)
				free_page_and_swap_cache(p);
			return;
		}
		tlb.add(addr);
		if (!p)
			return;
		pages[nr++] = p;
		if (nr == MAX)
			flush();
	}
	void zap(pte_t *ptep, unsigned long addr);
};

} // namespace

static void zap_swap_entry(pte_t pte)
{
	swp_entry_t e = pte_to_swp_entry(pte);
	page *p = lookup_swap_cache(e);

	swap_free(e);
	if (!p)
		return;
	if (trylock_page(p)) {
		remove_exclusive_swap_page(p);
		unlock_page(p);
	}
	put_page(p);
}

/* The page behind a present entry, if it is one that is counted. */
static page *counted_page(pte_t pte)
{
	if (!pfn_valid(pte_pfn(pte)))
		return nullptr;
	page *p = pte_page(pte);

	return PageReserved(p) ? nullptr : p;
}

void zap_batch::zap(pte_t *ptep, unsigned long addr)
{
	if (pte_none(*ptep))
		return;
	pte_t pte = ptep_get_and_clear(ptep);

	if (!pte_present(pte)) {
		zap_swap_entry(pte);
		return;
	}
	page *p = counted_page(pte);

	if (p) {
		vma->vm_mm->rss--;
		if (p->mapping && pte_dirty(pte))
			set_page_dirty(p);
		if (p->mapping && pte_young(pte) && !PageReferenced(p))
			SetPageReferenced(p);
	}
	add(addr, p);
}

void zap_page_range(vm_area_struct *vma, unsigned long start, size_t len)
{
	mm_struct *mm = vma->vm_mm;
	zap_batch batch(vma);
	spin_guard g(mm->page_table_lock);

	for_each_pte(mm, start, start + len,
		     [&](pte_t *ptep, unsigned long addr) {
			     batch.zap(ptep, addr);
		     });
	batch.flush();
}
