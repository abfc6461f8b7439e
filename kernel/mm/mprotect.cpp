/* SPDX-License-Identifier: GPL-2.0-only */
/* mprotect(2) (2.4: mm/mprotect.c). */
#include "pte_walk.h"
#include "vma.h"

#include <linux/sched.h>

constexpr unsigned long PROT_BITS = PROT_READ | PROT_WRITE | PROT_EXEC;
constexpr unsigned long PROT_SEM = 8;	/* means nothing on i386 */

/* A private page that is writable already belongs to this process alone: it
 * stays writable if it may. Only entries that lose a right are invalidated. */
static void change_protection(mm_struct *mm, unsigned long start,
			      unsigned long end, unsigned long vm_flags)
{
	constexpr unsigned long RIGHTS = _PAGE_PRESENT | _PAGE_RW;
	pgprot_t prot = protection_map[vm_flags & 0xf];
	tlb_batch batch(mm);
	spin_guard g(mm->page_table_lock);

	for_each_pte(mm, start, end, [&](pte_t *ptep, unsigned long addr) {
		pte_t old = *ptep, pte = pte_modify(old, prot);

		if (!pte_present(old))
			return;
		if (pte_write(old) && (vm_flags & VM_WRITE))
			pte = pte_mkwrite(pte);
		if (pte.v == old.v)
			return;
		/* The processor may set its bits until the entry is clear. */
		old = ptep_get_and_clear(ptep);
		pte.v |= old.v & (_PAGE_DIRTY | _PAGE_ACCESSED);
		set_pte(ptep, pte);
		if (old.v & RIGHTS & ~pte.v)
			batch.add(addr);
	});
	batch.flush();
}

/* [start, end) lies within @vma; returns what covers it then. */
static result<vm_area_struct *> protect_vma(vm_area_struct *vma,
					    unsigned long start,
					    unsigned long end,
					    unsigned long prot)
{
	mm_struct *mm = vma->vm_mm;
	unsigned long flags = (vma->vm_flags & ~PROT_BITS) | prot;

	/* VM_MAYxxx is VM_xxx shifted by four. */
	if (prot & ~(flags >> 4) & PROT_BITS)
		return -EACCES;
	if (flags == vma->vm_flags)
		return vma;
	vma = TRY(vma_set_flags(vma, start, end, flags));
	change_protection(mm, start, end, flags);
	return vma;
}

static status do_mprotect(mm_struct *mm, unsigned long start,
			  unsigned long end, unsigned long prot)
{
	vm_area_struct *vma = find_vma(mm, start);

	if (vma && (prot & PROT_GROWSDOWN)) {
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		start = vma->vm_start;
	}
	while (start < end) {
		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		unsigned long stop = min(end, vma->vm_end);

		vma = TRY(protect_vma(vma, start, stop, prot & PROT_BITS));
		start = stop;
		if (start >= vma->vm_end)
			vma = vma->vm_next;
	}
	return OK;
}

SYSCALL result<long> sys_mprotect(unsigned long start, size_t len,
				  unsigned long prot)
{
	mm_struct *mm = current->mm;

	if ((start & ~PAGE_MASK) ||
	    (prot & ~(PROT_BITS | PROT_SEM | PROT_GROWSDOWN)))
		return -EINVAL;
	unsigned long end = start + PAGE_ALIGN(len);

	if (end < start || PAGE_ALIGN(len) < len)
		return -ENOMEM;
	write_guard g(mm->mmap_sem);

	return do_mprotect(mm, start, end, prot);
}
