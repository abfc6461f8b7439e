/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel memory that need not be contiguous (2.4: mm/vmalloc.c). Areas lie in
 * a list sorted by address, a page that is never mapped behind each. All page
 * tables exist since boot, so mapping is only filling entries; nobody else
 * uses an area's entries until it is off the list, and it leaves the list only
 * when the TLB is clean.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

struct vm_struct {
	list_head list;
	unsigned long addr = 0, size = 0;	/* without the guard page */
};

static constinit spinlock_t vmlist_lock{"vmlist", RANK_VMLIST};
static constinit list_head vmlist;
static constinit unsigned long vmalloc_start;

void vmalloc_init()
{
	vmalloc_start = round_up((unsigned long)high_memory + VMALLOC_OFFSET,
				 VMALLOC_OFFSET);
}

/* First fit. */
static bool insert_area(vm_struct *area)
{
	unsigned long addr = vmalloc_start;
	list_head *before = &vmlist;
	spin_guard g(vmlist_lock);

	list_for_each_entry(vm_struct, a, &vmlist, list) {
		if (addr + area->size < a->addr) {
			before = &a->list;
			break;
		}
		addr = a->addr + a->size + PAGE_SIZE;
	}
	if (addr >= VMALLOC_END || area->size >= VMALLOC_END - addr)
		return false;
	area->addr = addr;
	list_add_tail(&area->list, before);
	return true;
}

static vm_struct *get_vm_area(unsigned long size)
{
	vm_struct *area = kmalloc_new<vm_struct>(GFP_KERNEL);

	if (!area)
		return nullptr;
	area->size = size;
	if (insert_area(area))
		return area;
	kfree(area);
	printk_ratelimited(KERN_WARNING "vmalloc: no room for %lu bytes\n",
			   size);
	return nullptr;
}

static vm_struct *find_area(unsigned long addr)
{
	spin_guard g(vmlist_lock);

	list_for_each_entry(vm_struct, a, &vmlist, list)
		if (a->addr == addr)
			return a;
	return nullptr;
}

static void remove_area(vm_struct *area)
{
	for (unsigned long a = area->addr; a < area->addr + area->size;
	     a += PAGE_SIZE) {
		pte_t *pte = kernel_pte(a), old = *pte;

		set_kernel_pte(pte, {0});
		if (!pte_none(old))
			__free_page(pte_page(old));
	}
	flush_tlb_all();

	spin_guard g(vmlist_lock);

	list_del(&area->list);
	g.unlock();
	kfree(area);
}

/* The pages of an area are freed before the TLB is flushed: so nobody may
 * touch it any more, which the caller of vfree promises anyway. */
void vfree(void *p)
{
	might_sleep();
	if (!p)
		return;
	vm_struct *area = find_area((unsigned long)p & PAGE_MASK);
	BUG_ON(!area);
	remove_area(area);
}

void *vmalloc(size_t size)
{
	unsigned long bytes = PAGE_ALIGN(size);

	if (!bytes || bytes >> PAGE_SHIFT > nr_total_pages())
		return nullptr;
	vm_struct *area = get_vm_area(bytes);
	if (!area)
		return nullptr;
	for (unsigned long a = area->addr; a < area->addr + bytes;
	     a += PAGE_SIZE) {
		page *p = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

		if (!p) {
			remove_area(area);
			return nullptr;
		}
		set_kernel_pte(kernel_pte(a), mk_pte(p, PAGE_KERNEL));
	}
	return (void *)area->addr;
}
