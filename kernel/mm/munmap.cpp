/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking mappings away: a range (munmap, MAP_FIXED), or everything at exit
 * (2.4's do_munmap and exit_mmap). VMAs leave list and tree first; their file
 * still knows them until their pages are gone, so a truncate in between
 * unmaps what it must.
 */
#include "vma.h"

#include <linux/sched.h>

/* The last of a VMA that is in no list of its address space any more. */
static void remove_vma(vm_area_struct *vma)
{
	zap_page_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	vma_unlink_file(vma);
	vma_free(vma);
}

/* The first VMA that overlaps the range, whose ends no VMA crosses then; null
 * if there is none. */
static result<vm_area_struct *> isolate_range(mm_struct *mm,
					      unsigned long start,
					      unsigned long end)
{
	vm_area_struct *vma = find_vma_intersection(mm, start, end);

	if (!vma)
		return (vm_area_struct *)nullptr;
	if (vma->vm_start < start) {
		TRY(split_vma(mm, vma, start));
		vma = vma->vm_next;
	}
	vm_area_struct *last = end <= vma->vm_end ? vma :
		find_vma_intersection(mm, end - PAGE_SIZE, end);

	if (last && end < last->vm_end)
		TRY(split_vma(mm, last, end));
	return vma;
}

/* The page tables that map nothing but the range. Those at its ends stay, as
 * they will be used again: at most a thousandth of what was ever mapped. */
static void free_whole_pgtables(mm_struct *mm, unsigned long start,
				unsigned long end)
{
	start = round_up(start, PGDIR_SIZE);
	end = round_down(end, PGDIR_SIZE);
	if (start < end)
		free_pgtables(mm, start, end);
}

status do_munmap(mm_struct *mm, unsigned long addr, size_t len)
{
	if ((addr & ~PAGE_MASK) || addr > TASK_SIZE || len > TASK_SIZE - addr)
		return -EINVAL;
	unsigned long end = addr + PAGE_ALIGN(len);

	if (end == addr)
		return -EINVAL;
	vm_area_struct *vma = TRY(isolate_range(mm, addr, end));

	if (!vma)
		return OK;
	vma_detach(mm, vma, end);
	while (vma) {
		vm_area_struct *next = vma->vm_next;

		mm->total_vm -= vma_pages(vma);
		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= vma_pages(vma);
		remove_vma(vma);
		vma = next;
	}
	free_whole_pgtables(mm, addr, end);
	if (addr >= TASK_UNMAPPED_BASE && addr < mm->free_area_cache)
		mm->free_area_cache = addr;
	return OK;
}

SYSCALL result<long> sys_munmap(unsigned long addr, size_t len)
{
	write_guard g(current->mm->mmap_sem);

	return do_munmap(current->mm, addr, len);
}

/* No task uses it any more, but swap_out may be looking at it. */
void exit_mmap(mm_struct *mm)
{
	write_guard lock(mm->mmap_sem);
	vm_area_struct *vma;

	{
		spin_guard g(mm->page_table_lock);

		vma = mm->mmap;
		mm->mmap = mm->mmap_cache = nullptr;
		mm->mm_rb = {};
		mm->map_count = 0;
	}
	while (vma) {
		vm_area_struct *next = vma->vm_next;

		remove_vma(vma);
		vma = next;
	}
	free_pgtables(mm, 0, TASK_SIZE);
	mm->total_vm = mm->locked_vm = 0;
}
