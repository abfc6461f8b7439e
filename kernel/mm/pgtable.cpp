/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables: making, finding and freeing them, and filling them for devices
 * (the rest of 2.4's mm/memory.c). Whoever holds mmap_sem for read may make
 * one; only he who holds it for write, or the last user, frees them.
 */
#include <linux/kernel.h>
#include <linux/mm.h>

pte_t *find_pte(mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = mm->pgd + pgd_index(addr);

	return pgd_none(*pgd) ? nullptr : pte_offset(pgd, addr);
}

pte_t *__pte_alloc(mm_struct *mm, pgd_t *pgd, unsigned long addr)
{
	unsigned long table = get_zeroed_page(GFP_KERNEL);

	if (!table)
		return nullptr;
	{
		spin_guard g(mm->page_table_lock);

		if (pgd_none(*pgd)) {
			set_pgd(pgd, {__pa((void *)table) | _PAGE_TABLE});
			table = 0;
		}
	}
	if (table)
		free_page(table);
	return pte_offset(pgd, addr);
}

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
