/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User memory as pages: finding, faulting in and holding them (the rest of
 * 2.4's mm/memory.c). A page that was got for writing is the one that the
 * process sees from then on, until it is unmapped or the process forks.
 */
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

page *follow_page(mm_struct *mm, unsigned long addr, bool write)
{
	spin_guard g(mm->page_table_lock);
	pte_t *ptep = find_pte(mm, addr);

	if (!ptep)
		return nullptr;
	pte_t pte = *ptep;

	if (!pte_present(pte) || !pfn_valid(pte_pfn(pte)))
		return nullptr;
	if (write && !(pte_write(pte) && pte_dirty(pte)))
		return nullptr;
	page *p = pte_page(pte);

	get_page(p);
	return p;
}

namespace {

struct gup_walk {
	task_struct *task;
	mm_struct *mm;
	vm_area_struct *vma;
	bool write, force;
};

} // namespace

/* The VMA that @addr is in or that its stack can grow to hold. */
static vm_area_struct *find_extend_vma(mm_struct *mm, unsigned long addr)
{
	vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start <= addr)
		return vma;
	if (!(vma->vm_flags & VM_GROWSDOWN) || expand_stack(vma, addr).failed())
		return nullptr;
	return vma;
}

static bool access_allowed(const gup_walk &w)
{
	unsigned long flags = w.vma->vm_flags;

	if (flags & (VM_IO | VM_RESERVED))
		return false;
	if (!w.write)
		return (flags & (VM_READ | VM_WRITE | VM_EXEC)) ||
			(w.force && (flags & VM_MAYREAD));
	/* By force only into a copy of the process's own. */
	return (flags & VM_WRITE) || (w.force && (flags & VM_MAYWRITE) &&
				      !(flags & VM_MAYSHARE));
}

/* A forced write to a private mapping that is read-only: after the fault the
 * page is a copy of the process's own, but its entry stays read-only. */
static page *follow_forced(const gup_walk &w, unsigned long addr)
{
	page *p = follow_page(w.mm, addr, false);

	if (!p || (!PageReserved(p) && (!p->mapping || PageSwapCache(p))))
		return p;
	put_page(p);
	return nullptr;
}

static status fault_in_page(const gup_walk &w, unsigned long addr)
{
	switch (handle_mm_fault(w.mm, w.vma, addr, w.write)) {
	case FAULT_MINOR:
		if (w.task)
			w.task->min_flt++;
		return OK;
	case FAULT_MAJOR:
		if (w.task)
			w.task->maj_flt++;
		count_vm_event(PGMAJFAULT);
		return OK;
	case FAULT_OOM:
		return -ENOMEM;
	case FAULT_SIGBUS:
		break;
	}
	return -EFAULT;
}

static result<page *> get_one_page(const gup_walk &w, unsigned long addr)
{
	bool forced = w.write && !(w.vma->vm_flags & VM_WRITE);

	for (;;) {
		page *p = follow_page(w.mm, addr, w.write);

		if (p)
			return p;
		if (fatal_signal_pending(current))
			return -EINTR;
		TRY(fault_in_page(w, addr));
		if (!forced)
			continue;
		p = follow_forced(w, addr);
		if (p)
			return p;
	}
}

static status get_next_page(gup_walk *w, unsigned long addr, page **pp)
{
	if (!w->vma || addr >= w->vma->vm_end)
		w->vma = find_extend_vma(w->mm, addr);
	if (!w->vma || !access_allowed(*w))
		return -EFAULT;
	*pp = TRY(get_one_page(*w, addr));
	return OK;
}

result<long> get_user_pages(task_struct *task, mm_struct *mm,
			    unsigned long start, long nr, bool write,
			    bool force, page **pages, vm_area_struct **vmas)
{
	gup_walk w{task, mm, nullptr, write, force};
	unsigned long addr = start & PAGE_MASK;

	for (long i = 0; i < nr; i++, addr += PAGE_SIZE) {
		page *p;
		status st = get_next_page(&w, addr, &p);

		if (st.failed())
			return i ? i : (long)st.err();
		if (pages)
			pages[i] = p;
		else
			put_page(p);
		if (vmas)
			vmas[i] = w.vma;
	}
	return nr;
}

/* Private writable memory is faulted in for writing, so that no copy follows;
 * shared pages are not made dirty just because they are locked. */
static status make_vma_present(vm_area_struct *vma, unsigned long start,
			       unsigned long end)
{
	bool write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
	long nr = (long)((end - start) >> PAGE_SHIFT);
	long got = TRY(get_user_pages(current, vma->vm_mm, start, nr, write,
				      false, nullptr, nullptr));
	return got == nr ? 0 : -ENOMEM;
}

status make_pages_present(unsigned long start, unsigned long end)
{
	while (start < end) {
		vm_area_struct *vma = find_vma(current->mm, start);

		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		unsigned long stop = min(end, vma->vm_end);

		TRY(make_vma_present(vma, start, stop));
		start = stop;
	}
	return OK;
}
