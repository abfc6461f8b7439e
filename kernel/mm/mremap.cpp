/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mremap(2) (2.4: mm/mremap.c). Moving takes the entries of the page tables
 * along, so no page is touched. All that may fail (splitting, page tables for
 * the new place) is done first: once entries move, nothing fails any more.
 */
#include "pte_walk.h"
#include "vma.h"

#include <linux/sched.h>

struct remap {
	mm_struct *mm;
	unsigned long addr, old_len, new_len, flags, new_addr;
};

static void move_ptes(mm_struct *mm, unsigned long from, unsigned long to,
		      size_t len)
{
	tlb_batch batch(mm);
	spin_guard g(mm->page_table_lock);

	for_each_pte(mm, from, from + len,
		     [&](pte_t *ptep, unsigned long addr) {
			     if (pte_none(*ptep))
				     return;
			     pte_t pte = ptep_get_and_clear(ptep);

			     set_pte(find_pte(mm, addr - from + to), pte);
			     if (pte.v & _PAGE_PRESENT)
				     batch.add(addr);
		     });
	batch.flush();
}

static status alloc_page_tables(mm_struct *mm, unsigned long start,
				unsigned long end)
{
	for (; start < end; start = (start & -PGDIR_SIZE) + PGDIR_SIZE)
		if (!pte_alloc(mm, start))
			return -ENOMEM;
	return OK;
}

/* @vma covers exactly the old range. */
static status move_vma(const remap &r, vm_area_struct *vma)
{
	TRY(alloc_page_tables(r.mm, r.new_addr, r.new_addr + r.old_len));
	vm_area_struct *moved = vma_dup(vma);

	if (!moved)
		return -ENOMEM;
	moved->vm_start = r.new_addr;
	moved->vm_end = r.new_addr + r.new_len;
	if (moved->vm_ops && moved->vm_ops->open)
		moved->vm_ops->open(moved);
	vma_link_after(r.mm, moved, vma->vm_file ? vma : nullptr);
	move_ptes(r.mm, r.addr, r.new_addr, r.old_len);
	r.mm->total_vm += vma_pages(moved);
	if (moved->vm_flags & VM_LOCKED)
		r.mm->locked_vm += vma_pages(moved);
	BUG_ON(do_munmap(r.mm, r.addr, r.old_len).failed());
	vma_merge(r.mm, moved);
	return OK;
}

/* Cuts the old range out of its VMA. */
static result<vm_area_struct *> isolate_vma(const remap &r,
					    vm_area_struct *vma)
{
	if (vma->vm_start < r.addr) {
		TRY(split_vma(r.mm, vma, r.addr));
		vma = vma->vm_next;
	}
	if (r.addr + r.old_len < vma->vm_end)
		TRY(split_vma(r.mm, vma, r.addr + r.old_len));
	return vma;
}

/* ---- growing ---- */

static status may_remap(const remap &r, const vm_area_struct *vma)
{
	constexpr unsigned long CHARGED = VM_SHARED | VM_WRITE;

	if (r.new_len <= r.old_len)
		return OK;
	unsigned long grow = (r.new_len - r.old_len) >> PAGE_SHIFT;

	if (vma->vm_flags & VM_DONTEXPAND)
		return -EFAULT;
	if (vma->vm_file && vma->vm_pgoff + vma_pages(vma) + grow <
	    vma->vm_pgoff)
		return -EINVAL;
	if (vma->vm_flags & VM_LOCKED)
		TRY(may_lock_pages(r.mm, grow));
	if (!may_expand_vm(r.mm, grow))
		return -ENOMEM;
	if ((vma->vm_flags & CHARGED) == VM_WRITE && !vm_enough_memory(grow))
		return -ENOMEM;
	return OK;
}

static bool can_grow_in_place(const remap &r, const vm_area_struct *vma)
{
	unsigned long end = r.addr + r.new_len;

	if ((r.flags & MREMAP_FIXED) || r.addr + r.old_len != vma->vm_end ||
	    r.new_len > TASK_SIZE - r.addr)
		return false;
	return !vma->vm_next || end <= vma_guard_start(vma->vm_next);
}

static void grow_in_place(const remap &r, vm_area_struct *vma)
{
	unsigned long grow = (r.new_len - r.old_len) >> PAGE_SHIFT;

	vma_adjust(vma, vma->vm_start, r.addr + r.new_len, vma->vm_pgoff);
	r.mm->total_vm += grow;
	if (vma->vm_flags & VM_LOCKED)
		r.mm->locked_vm += grow;
	vma_merge(r.mm, vma);
}

/* ---- the call ---- */

static status make_room(remap *r)
{
	if (r->new_len > TASK_SIZE || r->new_addr > TASK_SIZE - r->new_len)
		return -EINVAL;
	if ((r->new_addr & ~PAGE_MASK) || !(r->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (r->new_addr < r->addr + r->old_len &&
	    r->addr < r->new_addr + r->new_len)
		return -EINVAL;
	return do_munmap(r->mm, r->new_addr, r->new_len);
}

static result<unsigned long> remap_vma(remap *r, vm_area_struct *vma)
{
	if (r->new_len > r->old_len && can_grow_in_place(*r, vma)) {
		grow_in_place(*r, vma);
		return r->addr;
	}
	if (!(r->flags & MREMAP_MAYMOVE) ||
	    r->mm->map_count > MAX_MAP_COUNT - 3)
		return -ENOMEM;
	if (!(r->flags & MREMAP_FIXED))
		r->new_addr = TRY(get_unmapped_area(vma->vm_file, 0, r->new_len,
						    0, 0));
	vma = TRY(isolate_vma(*r, vma));
	TRY(move_vma(*r, vma));
	return r->new_addr;
}

static result<unsigned long> do_mremap(remap *r)
{
	bool locked;

	if (r->flags & MREMAP_FIXED)
		TRY(make_room(r));
	if (r->new_len < r->old_len) {
		TRY(do_munmap(r->mm, r->addr + r->new_len,
			      r->old_len - r->new_len));
		r->old_len = r->new_len;
	}
	vm_area_struct *vma = find_vma(r->mm, r->addr);

	if (!vma || vma->vm_start > r->addr ||
	    r->old_len > vma->vm_end - r->addr)
		return -EFAULT;
	if (r->new_len == r->old_len && !(r->flags & MREMAP_FIXED))
		return r->addr;
	TRY(may_remap(*r, vma));
	locked = vma->vm_flags & VM_LOCKED;
	unsigned long at = TRY(remap_vma(r, vma));

	if (locked)
		make_pages_present(at + r->old_len, at + r->new_len).ignore();
	return at;
}

SYSCALL result<long> sys_mremap(unsigned long addr, size_t old_len,
				size_t new_len, unsigned long flags,
				unsigned long new_addr)
{
	remap r{current->mm, addr, PAGE_ALIGN(old_len), PAGE_ALIGN(new_len),
		flags, new_addr};

	if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) || (addr & ~PAGE_MASK) ||
	    !r.old_len || !r.new_len || r.old_len > TASK_SIZE - addr ||
	    addr > TASK_SIZE)
		return -EINVAL;
	write_guard g(r.mm->mmap_sem);

	return do_mremap(&r);
}
