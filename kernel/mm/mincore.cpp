/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mincore(2) (2.4: mm/filemap.c). The answer is collected in a page of the
 * kernel's: storing it to user memory while mmap_sem is held could fault, and
 * the fault would wait for mmap_sem.
 */
#include "pte_walk.h"
#include "vma.h"

#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/swap.h>

static bool cached(address_space *mapping, pgoff_t index)
{
	page *p = find_get_page(mapping, index);

	if (!p)
		return false;
	bool there = PageUptodate(p);

	put_page(p);
	return there;
}

/* What is not in the page table may still be in a cache. */
static bool in_core(const vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	if (pte_present(pte))
		return true;
	if (!pte_none(pte))
		return cached(&swapper_space, pte_to_swp_entry(pte).val);
	address_space *mapping = vma_mapping(vma);

	return mapping && mapping->nrpages &&
		cached(mapping, vma->vm_pgoff +
		       ((addr - vma->vm_start) >> PAGE_SHIFT));
}

static status collect(mm_struct *mm, unsigned long start, unsigned long end,
		      u8 *vec)
{
	read_guard g(mm->mmap_sem);

	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		vm_area_struct *vma = find_vma(mm, addr);

		if (!vma || vma->vm_start > addr)
			return -ENOMEM;
		pte_t *ptep = find_pte(mm, addr);

		*vec++ = in_core(vma, addr, ptep ? *ptep : pte_t{0});
	}
	return OK;
}

static status fill_vector(unsigned long start, unsigned long pages,
			  unsigned long vec, u8 *buf)
{
	while (pages) {
		unsigned long n = min(pages, PAGE_SIZE);

		TRY(collect(current->mm, start, start + n * PAGE_SIZE, buf));
		TRY(copy_to_user(vec, buf, n));
		start += n * PAGE_SIZE;
		vec += n;
		pages -= n;
	}
	return OK;
}

SYSCALL result<long> sys_mincore(unsigned long start, size_t len,
				 user_ptr<u8> vec)
{
	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (start > TASK_SIZE || len > TASK_SIZE - start)
		return -ENOMEM;
	unsigned long pages = PAGE_ALIGN(len) >> PAGE_SHIFT;

	if (!access_ok(vec.addr(), pages))
		return -EFAULT;
	u8 *buf = (u8 *)__get_free_page(GFP_KERNEL);

	if (!buf)
		return -EAGAIN;
	status st = fill_vector(start, pages, vec.addr(), buf);

	free_page((unsigned long)buf);
	return st;
}
