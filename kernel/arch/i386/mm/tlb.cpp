/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which page tables are loaded, and forgetting old translations. An address
 * space that this processor has not loaded has nothing in its TLB: loading
 * CR3 drops everything that is not global. Kernel threads keep what was
 * loaded before (active_mm), so it counts as loaded. 2.4: smp.c, pgalloc.h.
 */
#include <linux/mm.h>
#include <linux/percpu.h>

constexpr unsigned long CR4_PGE = 1 << 7;
/* From here on reloading CR3 is cheaper than one invlpg for each page. */
constexpr unsigned long FLUSH_ONE_MAX = 32;

static void flush_local()
{
	count_vm_event(TLB_FLUSH_ALL);
	write_cr3(read_cr3());
}

void flush_tlb_page(vm_area_struct *vma, unsigned long addr)
{
	if (vma->vm_mm != this_cpu().active_mm)
		return;
	count_vm_event(TLB_FLUSH_ONE);
	__flush_tlb_one(addr);
}

void flush_tlb_range(mm_struct *mm, unsigned long start, unsigned long end)
{
	if (mm != this_cpu().active_mm)
		return;
	start &= PAGE_MASK;
	if (end - start > FLUSH_ONE_MAX * PAGE_SIZE) {
		flush_local();
		return;
	}
	for (; start < end; start += PAGE_SIZE) {
		count_vm_event(TLB_FLUSH_ONE);
		__flush_tlb_one(start);
	}
}

void flush_tlb_mm(mm_struct *mm)
{
	if (mm == this_cpu().active_mm)
		flush_local();
}

/* Global pages go when PGE is switched off. */
void flush_tlb_all()
{
	unsigned long cr4 = read_cr4();

	if (!(cr4 & CR4_PGE)) {
		flush_local();
		return;
	}
	count_vm_event(TLB_FLUSH_ALL);
	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
}

void switch_mm(mm_struct *next)
{
	if (this_cpu().active_mm == next)
		return;
	count_vm_event(CR3_SWITCH);
	this_cpu().active_mm = next;
	write_cr3(__pa(next->pgd));
}
