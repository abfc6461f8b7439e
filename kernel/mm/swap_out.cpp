/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking pages away from processes (2.4: swap_out in mm/vmscan.c). The page
 * tables of all address spaces are scanned in turn, each from where the last
 * scan stopped. A page that was used since then only loses its accessed bit.
 * A page of a file goes back to its cache; an anonymous page gets a slot and
 * goes to the swap cache, and the entry names the slot. Nothing is written or
 * freed here: shrink_cache does that once the last entry is gone. Anonymous
 * pages are not looked at while no slot is free: they cannot leave.
 */
#include <linux/pagemap.h>
#include <linux/sched.h>
#include "reclaim.h"

constinit spinlock_t mmlist_lock{"mmlist", RANK_MMLIST};
constinit list_head mmlist_head;

struct unmap_scan {
	zone_t *classzone;
	unsigned want;			/* pages still to be unmapped */
	unsigned budget;		/* entries still to be looked at */
	bool slots;			/* a swap device has a free one */
};

/* ---- walking ---- */

unsigned long walk_ptes(mm_struct *mm, unsigned long start,
			unsigned long skip_flags, pte_visit visit, void *ctx,
			bool files_only)
{
	for (vm_area_struct *vma = find_vma(mm, start); vma;
	     vma = vma->vm_next) {
		unsigned long addr = max(vma->vm_start, start);

		if (vma->vm_flags & skip_flags ||
		    (files_only && !vma->vm_file))
			continue;
		while (addr < vma->vm_end) {
			pgd_t *pgd = &mm->pgd[pgd_index(addr)];

			if (pgd_none(*pgd)) {
				addr = (addr & ~(PGDIR_SIZE - 1)) + PGDIR_SIZE;
				continue;
			}
			if (!visit(vma, addr, pte_offset(pgd, addr), ctx))
				return addr;
			addr += PAGE_SIZE;
		}
	}
	return 0;
}

/* The count keeps the struct and its page directory; VMAs and page tables
 * come and go under page_table_lock. */
mm_struct *take_next_mm()
{
	spin_guard g(mmlist_lock);

	if (list_empty(&mmlist_head))
		return nullptr;
	mm_struct *mm = list_entry(mmlist_head.next, mm_struct, mmlist);

	list_move_tail(&mm->mmlist, &mmlist_head);
	atomic_inc(&mm->mm_count);
	return mm;
}

unsigned count_mms()
{
	unsigned n = 0;
	spin_guard g(mmlist_lock);

	list_for_each(e, &mmlist_head)
		n++;
	return n;
}

static mm_struct *pin_after(mm_struct *prev)
{
	spin_guard g(mmlist_lock);
	list_head *e = prev ? prev->mmlist.next : mmlist_head.next;

	for (; e != &mmlist_head; e = e->next) {
		mm_struct *mm = list_entry(e, mm_struct, mmlist);

		if (atomic_read(&mm->mm_users)) {
			atomic_inc(&mm->mm_users);
			return mm;
		}
	}
	return nullptr;
}

mm_struct *next_mm(mm_struct *prev)
{
	mm_struct *mm = pin_after(prev);

	if (prev)
		mmput(prev);
	return mm;
}

/* ---- unmapping one page ---- */

static void unmap_page(vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		       page *p)
{
	pte_t swapped{0}, old;

	if (PageSwapCache(p)) {
		swp_entry_t entry{p->index};

		if (swap_duplicate(entry).failed())
			return;
		swapped = swp_entry_to_pte(entry);
	}
	old = ptep_get_and_clear(ptep);
	flush_tlb_page(vma, addr);
	if (pte_dirty(old))
		set_page_dirty(p);
	if (!pte_none(swapped))
		set_pte(ptep, swapped);
	vma->vm_mm->rss--;
	put_page(p);
}

/* Page locked. An anonymous page has no other home than swap, whatever its
 * dirty bit says: a device may have written to it. */
static bool has_home(page *p)
{
	return p->mapping || (!p->buffers && add_to_swap(p));
}

static void try_to_swap_out(unmap_scan *s, vm_area_struct *vma,
			    unsigned long addr, pte_t *ptep)
{
	page *p = pte_page(*ptep);

	if (!pfn_valid(page_to_pfn(p)) || PageReserved(p) ||
	    page_zone(p) > s->classzone)
		return;
	s->budget--;
	if (ptep_test_and_clear_young(ptep)) {
		mark_page_accessed(p);
		return;
	}
	if (PageActive(p) || (!p->mapping && !s->slots) || !trylock_page(p))
		return;
	get_page(p);
	if (has_home(p)) {
		unmap_page(vma, addr, ptep, p);
		s->want--;
	}
	unlock_page(p);
	put_page(p);
}

static bool visit_pte(vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		      void *ctx)
{
	unmap_scan *s = (unmap_scan *)ctx;

	if (!s->want || !s->budget)
		return false;
	if (pte_present(*ptep))
		try_to_swap_out(s, vma, addr, ptep);
	return true;
}

/* ---- all address spaces ---- */

/* Not mmap_sem: it may be held by ourselves, further up. */
static void swap_out_mm(unmap_scan *s, mm_struct *mm, unsigned priority)
{
	spin_guard g(mm->page_table_lock);

	s->budget = mm->rss / priority + 1;
	mm->swap_address = walk_ptes(mm, mm->swap_address,
				     VM_LOCKED | VM_RESERVED | VM_IO,
				     visit_pte, s,
				     !s->slots && !swapper_space.nrpages);
}

void swap_out(unsigned priority, zone_t *classzone)
{
	unmap_scan s{.classzone = classzone, .want = 32, .budget = 0,
		     .slots = swap_enabled()};

	for (unsigned n = count_mms(); n && s.want; n--) {
		mm_struct *mm = take_next_mm();

		if (!mm)
			return;
		swap_out_mm(&s, mm, priority);
		mmdrop(mm);
	}
}
