/* SPDX-License-Identifier: GPL-2.0-only */
/* The heap: brk(2) (2.4: mm/mmap.c). */
#include "vma.h"

#include <linux/sched.h>

result<unsigned long> do_brk(unsigned long addr, size_t len)
{
	mm_struct *mm = current->mm;
	unsigned long pages;

	len = PAGE_ALIGN(len);
	if (!len)
		return addr;
	if ((addr & ~PAGE_MASK) || len > TASK_SIZE || addr > TASK_SIZE - len)
		return -EINVAL;
	pages = len >> PAGE_SHIFT;
	unsigned long flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE |
		VM_MAYEXEC | mm->def_flags;

	TRY(do_munmap(mm, addr, len));
	if (flags & VM_LOCKED)
		TRY(may_lock_pages(mm, pages));
	if (mm->map_count >= MAX_MAP_COUNT || !may_expand_vm(mm, pages) ||
	    !vm_enough_memory(pages))
		return -ENOMEM;
	vm_area_struct *vma = vma_alloc();

	if (!vma)
		return -ENOMEM;
	vma->vm_mm = mm;
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = flags;
	vma->vm_page_prot = protection_map[flags & 0xf];
	vma_link(mm, vma);
	vma_merge(mm, vma);
	mm->total_vm += pages;
	if (flags & VM_LOCKED) {
		mm->locked_vm += pages;
		make_pages_present(addr, addr + len).ignore();
	}
	return addr;
}

static bool may_move_break(mm_struct *mm, unsigned long from, unsigned long to,
			   unsigned long brk)
{
	if (brk - mm->start_data > rlimit(RLIMIT_DATA) || brk > TASK_SIZE)
		return false;
	vm_area_struct *next = find_vma(mm, from);

	return !next || to <= vma_guard_start(next);
}

/* Fails by returning the old break. */
SYSCALL result<long> sys_brk(unsigned long brk)
{
	mm_struct *mm = current->mm;
	write_guard g(mm->mmap_sem);
	unsigned long from = PAGE_ALIGN(mm->brk), to = PAGE_ALIGN(brk);

	if (brk < mm->start_brk)
		return (long)mm->brk;
	bool done = true;

	if (to < from)
		done = do_munmap(mm, to, from - to).ok();
	else if (to > from)
		done = may_move_break(mm, from, to, brk) &&
			do_brk(from, to - from).ok();
	if (done)
		mm->brk = brk;
	return (long)mm->brk;
}
