/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much may be mapped and locked, where there is room for it, and how
 * stacks grow (the rest of 2.4's mm/mmap.c).
 */
#include "vma.h"

#include <linux/init.h>
#include <linux/pagemap.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/swap.h>

/* 0: what can obviously not be had is refused. 1: everything is granted. */
constinit int sysctl_overcommit_memory;

static void register_overcommit_sysctl()
{
	proc_sysctl_int("overcommit_memory", proc_sys_vm,
			&sysctl_overcommit_memory, 0, 1);
}
fs_initcall(register_overcommit_sysctl);

/* A rough guess, as it ever was: what is free, what the page cache could give
 * back, and swap. */
bool vm_enough_memory(unsigned long pages)
{
	if (sysctl_overcommit_memory)
		return true;
	unsigned long free = nr_free_pages() + nr_pagecache_pages() +
		get_swap_counts().free;

	return free > pages;
}

bool may_expand_vm(const mm_struct *mm, unsigned long pages)
{
	return (u64)(mm->total_vm + pages) << PAGE_SHIFT <= rlimit(RLIMIT_AS);
}

status may_lock_pages(const mm_struct *mm, unsigned long pages)
{
	u64 bytes = (u64)(mm->locked_vm + pages) << PAGE_SHIFT;

	if (bytes <= rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK))
		return OK;
	return -EAGAIN;
}

/* ---- room ---- */

unsigned long vma_guard_start(const vm_area_struct *vma)
{
	unsigned long start = vma->vm_start;

	if (!(vma->vm_flags & VM_GROWSDOWN))
		return start;
	return start > STACK_GUARD_GAP ? start - STACK_GUARD_GAP : 0;
}

/* [addr, addr + len) is free, where @next is the first VMA that ends behind
 * @addr. */
static bool room_below(const vm_area_struct *next, unsigned long addr,
		       size_t len)
{
	return !next || (next->vm_start > addr &&
			 addr + len <= vma_guard_start(next));
}

/* The lowest free place at or above @addr, or -ENOMEM. */
static result<unsigned long> find_room(mm_struct *mm, unsigned long addr,
				       size_t len)
{
	vm_area_struct *vma = find_vma(mm, addr);

	for (; addr <= TASK_SIZE - len; vma = vma->vm_next) {
		if (room_below(vma, addr, len))
			return addr;
		addr = max(addr, vma->vm_end);
	}
	return -ENOMEM;
}

static result<unsigned long> find_any_room(mm_struct *mm, size_t len)
{
	unsigned long hint = max(mm->free_area_cache, TASK_UNMAPPED_BASE);
	result<unsigned long> r = find_room(mm, hint, len);

	if (r.failed() && hint != TASK_UNMAPPED_BASE)
		r = find_room(mm, TASK_UNMAPPED_BASE, len);
	if (r.ok())
		mm->free_area_cache = r.value() + len;
	return r;
}

result<unsigned long> get_unmapped_area(file *, unsigned long addr, size_t len,
					pgoff_t, unsigned long flags)
{
	mm_struct *mm = current->mm;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		if (addr > TASK_SIZE - len)
			return -ENOMEM;
		return addr & ~PAGE_MASK ? -EINVAL : addr;
	}
	if (addr) {
		addr = PAGE_ALIGN(addr);
		if (addr && addr <= TASK_SIZE - len &&
		    room_below(find_vma(mm, addr), addr, len))
			return addr;
	}
	return find_any_room(mm, len);
}

/* ---- stacks ---- */

static status may_grow(const vm_area_struct *vma, const vm_area_struct *prev,
		       unsigned long addr)
{
	const mm_struct *mm = vma->vm_mm;
	unsigned long grow = (vma->vm_start - addr) >> PAGE_SHIFT;

	if (vma->vm_end - addr > rlimit(RLIMIT_STACK) ||
	    !may_expand_vm(mm, grow) || !vm_enough_memory(grow))
		return -ENOMEM;
	if (addr < STACK_GUARD_GAP)
		return -ENOMEM;
	/* A stack may sit on an inaccessible mapping: that is a guard too. */
	if (prev && (prev->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) &&
	    prev->vm_end > addr - STACK_GUARD_GAP)
		return -ENOMEM;
	if (prev && prev->vm_end > addr)
		return -ENOMEM;
	return vma->vm_flags & VM_LOCKED ? may_lock_pages(mm, grow) : OK;
}

/* Threads that fault at the same time hold mmap_sem for read only: the lock
 * decides, and growing to where another already grew is no growth. */
status expand_stack(vm_area_struct *vma, unsigned long addr)
{
	mm_struct *mm = vma->vm_mm;
	vm_area_struct *prev;

	addr &= PAGE_MASK;
	find_vma_prev(mm, addr, &prev);
	spin_guard g(mm->page_table_lock);

	if (addr >= vma->vm_start)
		return OK;
	TRY(may_grow(vma, prev, addr));
	unsigned long grow = (vma->vm_start - addr) >> PAGE_SHIFT;

	vma->vm_start = addr;
	vma->vm_pgoff -= grow;
	mm->total_vm += grow;
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += grow;
	return OK;
}
