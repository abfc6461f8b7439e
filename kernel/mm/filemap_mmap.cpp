/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of files: bringing pages in on a fault, and collecting what was
 * dirtied through page tables (2.4's filemap_nopage and filemap_sync).
 */
#include "filemap_internal.h"
#include "pte_walk.h"

#include <uapi/mman.h>

constexpr unsigned FAULT_AROUND = 16;	/* pages of a cluster */

/* A miss: sequential faults read ahead as read() does, others fetch the
 * aligned cluster around them, in the hope that it holds what comes next. */
static void read_around(vm_area_struct *vma, address_space *mapping,
			pgoff_t index)
{
	file *filp = vma->vm_file;

	if (vma->vm_flags & VM_RAND_READ)
		return;
	if ((vma->vm_flags & VM_SEQ_READ) || index == filp->f_raprev) {
		filp->f_raprev = index;
		page_cache_sync_readahead(filp, mapping, index, 1);
		return;
	}
	do_page_cache_readahead(filp, mapping, index & ~(FAULT_AROUND - 1),
				FAULT_AROUND);
	filp->f_raend = 0;
}

static result<page *> nopage_miss(vm_area_struct *vma, address_space *mapping,
				  pgoff_t index, page *p)
{
	if (p)
		return finish_page_read(vma->vm_file, p);
	read_around(vma, mapping, index);
	return read_file_page(vma->vm_file, mapping, index, 1);
}

result<page *> filemap_nopage(vm_area_struct *vma, unsigned long addr, bool)
{
	file *filp = vma->vm_file;
	address_space *mapping = file_mapping(filp);
	pgoff_t index = ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;

	for (;;) {
		if (index >= pages_of_file(mapping->host))
			return -EFAULT;
		if (readahead_due(filp, index, 1))
			page_cache_async_readahead(filp, mapping);
		page *p = find_get_page(mapping, index);

		if (unlikely(!p || !PageUptodate(p))) {
			result<page *> r = nopage_miss(vma, mapping, index, p);

			if (r.err() == -EAGAIN)
				continue;
			if (r.failed())
				return r;
			p = r.value();
		}
		filp->f_raprev = index + 1;
		touch_page(p);
		return p;
	}
}

/* ---- write-back ---- */

/* From the page table to the page. The flush makes the next store set the
 * bit again, so it must be done before the page is written. */
static void harvest_dirty(vm_area_struct *vma, unsigned long start,
			  unsigned long end)
{
	mm_struct *mm = vma->vm_mm;
	tlb_batch batch(mm);
	spin_guard g(mm->page_table_lock);

	for_each_pte(mm, start, end, [&](pte_t *ptep, unsigned long addr) {
		if (!pte_present(*ptep) || !pfn_valid(pte_pfn(*ptep)))
			return;
		page *p = pte_page(*ptep);

		if (PageReserved(p) || !ptep_test_and_clear_dirty(ptep))
			return;
		batch.add(addr);
		set_page_dirty(p);
	});
	batch.flush();
}

static status filemap_sync(vm_area_struct *vma, unsigned long start, size_t len,
			   unsigned flags)
{
	address_space *mapping = file_mapping(vma->vm_file);
	loff_t from = ((loff_t)vma->vm_pgoff << PAGE_SHIFT) +
		(start - vma->vm_start);
	loff_t last = from + len - 1;

	if (!(vma->vm_flags & VM_SHARED))
		return OK;
	harvest_dirty(vma, start, start + len);
	if (!(flags & (MS_SYNC | MS_ASYNC)))
		return OK;
	status st = filemap_write_range(mapping, from, last);

	if (!(flags & MS_SYNC))
		return st;
	status waited = filemap_wait_range(mapping, from, last);

	return st.failed() ? st : waited;
}

const vm_operations_struct generic_file_vm_ops = {
	.nopage = filemap_nopage,
	.sync = filemap_sync,
};

status generic_file_mmap(file *filp, vm_area_struct *vma)
{
	constexpr unsigned long WRITES_BACK = VM_SHARED | VM_MAYWRITE;
	const address_space_operations *op = file_mapping(filp)->a_ops;

	if (!op || !op->readpage)
		return -ENOEXEC;
	if ((vma->vm_flags & WRITES_BACK) == WRITES_BACK && !op->writepage)
		return -EINVAL;
	if (!(filp->f_flags & O_NOATIME))
		update_atime(filp->f_dentry->d_inode);
	vma->vm_ops = &generic_file_vm_ops;
	return OK;
}
