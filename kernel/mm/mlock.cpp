/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mlock(2) and its relatives (2.4: mm/mlock.c). Locked memory is present and
 * swap_out passes it by; mm->locked_vm counts the pages of VM_LOCKED VMAs.
 */
#include "vma.h"

#include <linux/sched.h>

/* [start, end) lies within @vma; returns what covers it then. */
static result<vm_area_struct *> lock_vma(vm_area_struct *vma,
					 unsigned long start,
					 unsigned long end, bool on)
{
	mm_struct *mm = vma->vm_mm;
	unsigned long flags = on ? vma->vm_flags | VM_LOCKED :
		vma->vm_flags & ~VM_LOCKED;

	if (flags == vma->vm_flags)
		return vma;
	vma = TRY(vma_set_flags(vma, start, end, flags));
	unsigned long pages = (end - start) >> PAGE_SHIFT;

	mm->locked_vm += on ? pages : -pages;
	return vma;
}

static status lock_range(mm_struct *mm, unsigned long start, unsigned long end,
			 bool on)
{
	while (start < end) {
		vm_area_struct *vma = find_vma(mm, start);

		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		unsigned long stop = min(end, vma->vm_end);

		TRY(lock_vma(vma, start, stop, on));
		start = stop;
	}
	return OK;
}

static unsigned long locked_pages(mm_struct *mm, unsigned long start,
				  unsigned long end)
{
	vm_area_struct *vma = find_vma_intersection(mm, start, end);
	unsigned long n = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			n += (min(end, vma->vm_end) -
			      max(start, vma->vm_start)) >> PAGE_SHIFT;
	return n;
}

static status do_mlock(unsigned long start, size_t len, bool on)
{
	mm_struct *mm = current->mm;
	unsigned long end = PAGE_ALIGN(start + len);

	start &= PAGE_MASK;
	if (end < start || (len && end == start))
		return -EINVAL;
	write_guard g(mm->mmap_sem);

	if (on) {
		if (!rlimit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK))
			return -EPERM;
		unsigned long pages = (end - start) >> PAGE_SHIFT;

		if (may_lock_pages(mm, pages - locked_pages(mm, start, end))
		    .failed())
			return -ENOMEM;
	}
	TRY(lock_range(mm, start, end, on));
	if (on && make_pages_present(start, end).failed())
		return -ENOMEM;
	return OK;
}

SYSCALL result<long> sys_mlock(unsigned long start, size_t len)
{
	return do_mlock(start, len, true);
}

SYSCALL result<long> sys_munlock(unsigned long start, size_t len)
{
	return do_mlock(start, len, false);
}

static void lock_all(mm_struct *mm, bool on)
{
	for (vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
		result<vm_area_struct *> r = lock_vma(vma, vma->vm_start,
						      vma->vm_end, on);
		if (r.failed())
			continue;
		vma = r.value();
		/* What cannot be there (past an end of file) is not locked. */
		if (on)
			make_pages_present(vma->vm_start, vma->vm_end).ignore();
	}
}

SYSCALL result<long> sys_mlockall(int flags)
{
	mm_struct *mm = current->mm;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE)))
		return -EINVAL;
	if (!rlimit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK))
		return -EPERM;
	write_guard g(mm->mmap_sem);

	if ((flags & MCL_CURRENT) &&
	    may_lock_pages(mm, mm->total_vm - mm->locked_vm).failed())
		return -ENOMEM;
	mm->def_flags = flags & MCL_FUTURE ? VM_LOCKED : 0;
	if (flags & MCL_CURRENT)
		lock_all(mm, true);
	return 0l;
}

SYSCALL result<long> sys_munlockall()
{
	mm_struct *mm = current->mm;
	write_guard g(mm->mmap_sem);

	mm->def_flags = 0;
	lock_all(mm, false);
	return 0l;
}
