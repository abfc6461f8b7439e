/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmapping pages, and page tables that became empty (the zap half of 2.4's
 * mm/memory.c). The order, for each batch: clear the entries, pass what the
 * processor noted in them on to the pages, invalidate the TLB, and only then
 * let go of the pages: nobody reaches a freed page through an old translation.
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

/* ---- page tables ---- */

/* The processor also caches directory entries: one invalidation drops all of
 * those before the tables are freed. mmap_sem held for write, or no users. */
void free_pgtables(mm_struct *mm, unsigned long start, unsigned long end)
{
	list_head tables;

	{
		spin_guard g(mm->page_table_lock);

		for (unsigned i = pgd_index(start); i < end >> PGDIR_SHIFT;
		     i++) {
			pgd_t old = mm->pgd[i];

			if (pgd_none(old))
				continue;
			set_pgd(&mm->pgd[i], {0});
			list_add(&pfn_to_page(old.v >> PAGE_SHIFT)->list,
				 &tables);
		}
	}
	if (list_empty(&tables))
		return;
	if (atomic_read(&mm->mm_users))
		flush_tlb_range(mm, start, start + PAGE_SIZE);
	else
		flush_tlb_mm(mm);
	list_for_each_entry_safe(page, p, n, &tables, list) {
		list_del(&p->list);
		__free_page(p);
	}
}

/* ---- devices ---- */

status remap_page_range(vm_area_struct *vma, unsigned long from,
			unsigned long phys, size_t len, pgprot_t prot)
{
	unsigned long pfn = phys >> PAGE_SHIFT, end = from + len;

	vma->vm_flags |= VM_IO | VM_RESERVED;
	for (unsigned long addr = from; addr < end; addr += PAGE_SIZE, pfn++) {
		pte_t *ptep = pte_alloc(vma->vm_mm, addr);

		if (!ptep)
			return -ENOMEM;
		/* Memory that the kernel gives out is not a device. */
		if (pfn_valid(pfn) && !PageReserved(pfn_to_page(pfn)))
			continue;
		spin_guard g(vma->vm_mm->page_table_lock);

		BUG_ON(!pte_none(*ptep));
		set_pte(ptep, pfn_pte(pfn, prot));
	}
	return OK;
}
