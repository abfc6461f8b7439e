/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of mmap and its relatives share. */
#pragma once

#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <uapi/mman.h>

constexpr unsigned long vma_pages(const vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}
/* The mapping whose i_shared_lock protects this VMA's extent, or null. */
address_space *vma_mapping(const vm_area_struct *vma);

/* vma.cpp; mmap_sem held for write. */

/* A copy, linked nowhere, with a count on the file; null: no memory. */
vm_area_struct *vma_dup(const vm_area_struct *vma);
/* vma_link with a place among the VMAs of the file: truncate must come to
 * @after first, because pages are moved or copied from there to here. */
void vma_link_after(mm_struct *mm, vm_area_struct *vma, vm_area_struct *after);
/* New bounds that no neighbour is in the way of. */
void vma_adjust(vm_area_struct *vma, unsigned long start, unsigned long end,
		pgoff_t pgoff);
/* Joins the VMA with neighbours that continue it; returns what covers it. */
vm_area_struct *vma_merge(mm_struct *mm, vm_area_struct *vma);
/* Gives [start, end), a part of @vma, these flags: splits and merges. Returns
 * the VMA that covers it then. Page tables are left alone. */
result<vm_area_struct *> vma_set_flags(vm_area_struct *vma,
				       unsigned long start, unsigned long end,
				       unsigned long flags);
/* Takes the VMAs from @first up to @end, where no VMA crosses, out of list and
 * tree. They stay chained by vm_next. */
void vma_detach(mm_struct *mm, vm_area_struct *first, unsigned long end);
/* Off the file's list; the last step before vma_free. */
void vma_unlink_file(vm_area_struct *vma);

/* mmap_limits.cpp */
bool vm_enough_memory(unsigned long pages);
bool may_expand_vm(const mm_struct *mm, unsigned long pages);
/* -EAGAIN: more than the caller may lock. */
status may_lock_pages(const mm_struct *mm, unsigned long pages);
/* Where nothing may be put: the VMA and, below a stack, its guard gap. */
unsigned long vma_guard_start(const vm_area_struct *vma);
