/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address space of a new process (2.4's dup_mmap and copy_page_range).
 * Private pages that may be written become read-only in both; the first write
 * copies them.
 */
#include "pte_walk.h"
#include "vma.h"

#include <linux/sched.h>
#include <linux/swap.h>

namespace {

struct copy_walk {
	mm_struct *dst, *src;
	bool cow, shared;
};

} // namespace

/* Both page_table_locks held. */
static void copy_present(const copy_walk &w, pte_t *to, pte_t *from)
{
	pte_t pte = *from;
	page *p = pfn_valid(pte_pfn(pte)) ? pte_page(pte) : nullptr;

	if (p && PageReserved(p))
		p = nullptr;
	if (w.cow && p && pte_write(pte)) {
		ptep_set_wrprotect(from);
		pte = *from;
	}
	/* A shared page is dirty once: the parent's entry says so. */
	if (w.shared)
		pte = pte_mkclean(pte);
	if (p) {
		get_page(p);
		w.dst->rss++;
	}
	set_pte(to, pte_mkold(pte));
}

static status copy_entry(const copy_walk &w, pte_t *to, pte_t *from)
{
	pte_t pte = *from;

	if (pte_present(pte)) {
		copy_present(w, to, from);
	} else if (!pte_none(pte)) {
		TRY(swap_duplicate(pte_to_swp_entry(pte)));
		set_pte(to, pte);
	}
	return OK;
}

/* What one page table maps. */
static status copy_table(const copy_walk &w, unsigned long addr,
			 unsigned long end)
{
	pte_t *to = pte_alloc(w.dst, addr);

	if (!to)
		return -ENOMEM;
	spin_guard gd(w.dst->page_table_lock);
	spin_nested_guard gs(w.src->page_table_lock);
	pte_t *from = find_pte(w.src, addr);

	for (; addr < end; addr += PAGE_SIZE)
		TRY(copy_entry(w, to++, from++));
	return OK;
}

status copy_page_range(mm_struct *dst, mm_struct *src, vm_area_struct *vma)
{
	constexpr unsigned long COW = VM_SHARED | VM_MAYWRITE;
	copy_walk w{dst, src, (vma->vm_flags & COW) == VM_MAYWRITE,
		(vma->vm_flags & VM_SHARED) != 0};
	unsigned long addr = vma->vm_start;

	while (addr < vma->vm_end) {
		unsigned long next = min(vma->vm_end, (addr & -PGDIR_SIZE) +
					 PGDIR_SIZE);

		if (!pgd_none(src->pgd[pgd_index(addr)]))
			TRY(copy_table(w, addr, next));
		addr = next;
	}
	return OK;
}

static status dup_vma(mm_struct *mm, mm_struct *oldmm, vm_area_struct *vma)
{
	vm_area_struct *copy = vma_dup(vma);

	if (!copy)
		return -ENOMEM;
	copy->vm_mm = mm;
	copy->vm_flags &= ~VM_LOCKED;
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	vma_link_after(mm, copy, vma->vm_file ? vma : nullptr);
	mm->total_vm += vma_pages(copy);
	return copy_page_range(mm, oldmm, vma);
}

/* Where the program, its heap and its arguments lie. */
static void copy_places(mm_struct *mm, const mm_struct *oldmm)
{
	mm->start_code = oldmm->start_code;
	mm->end_code = oldmm->end_code;
	mm->start_data = oldmm->start_data;
	mm->end_data = oldmm->end_data;
	mm->start_brk = oldmm->start_brk;
	mm->brk = oldmm->brk;
	mm->start_stack = oldmm->start_stack;
	mm->arg_start = oldmm->arg_start;
	mm->arg_end = oldmm->arg_end;
	mm->env_start = oldmm->env_start;
	mm->env_end = oldmm->env_end;
	mm->free_area_cache = oldmm->free_area_cache;
}

/* oldmm->mmap_sem held for write. On failure @mm holds what was copied so
 * far: mmput() gives it back. */
status dup_mmap(mm_struct *mm, mm_struct *oldmm)
{
	status st;

	copy_places(mm, oldmm);
	for (vm_area_struct *vma = oldmm->mmap; vma && st.ok();
	     vma = vma->vm_next)
		if (!(vma->vm_flags & VM_DONTCOPY))
			st = dup_vma(mm, oldmm, vma);
	flush_tlb_mm(oldmm);
	return st;
}
