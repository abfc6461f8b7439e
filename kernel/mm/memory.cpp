/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page faults of user addresses, once it is known that the access is allowed
 * (2.4's mm/memory.c).
 *
 * mmap_sem is held for read: VMAs and page tables stay. An entry is looked at
 * without a lock first, the page for it is found or made (which may sleep),
 * and then it is set under page_table_lock if it is still what it was; if not,
 * somebody else was quicker and the access is simply tried again. Filling an
 * empty entry, or giving more rights, invalidates nothing in the TLB.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/swap.h>

struct pte_fault {
	mm_struct *mm;
	vm_area_struct *vma;
	unsigned long addr;
	pte_t *ptep;
	pte_t old;			/* what was there */
	bool write;
};

/* page_table_lock held. */
static bool entry_changed(const pte_fault &f) { return f.ptep->v != f.old.v; }

static pte_t writable_pte(const vm_area_struct *vma, pte_t pte)
{
	pte = pte_mkdirty(pte_mkyoung(pte));
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;
}

/* ---- anonymous memory ---- */

/* A page that truncate took away after nopage found it: mapping it, or a copy
 * of it, would outlive the file's end. page_table_lock held; the fault happens
 * again and sees the new size. */
static bool was_truncated(const pte_fault &f, const page *p)
{
	return f.vma->vm_ops->nopage == filemap_nopage && !p->mapping;
}

static fault_result map_zero_page(const pte_fault &f)
{
	spin_guard g(f.mm->page_table_lock);

	if (!entry_changed(f))
		set_pte(f.ptep, pte_wrprotect(mk_pte(zero_page,
						     f.vma->vm_page_prot)));
	return FAULT_MINOR;
}

/* Page with one count, which the entry takes over; null: out of memory.
 * @src: what it is a copy of, or null. */
static fault_result map_new_page(const pte_fault &f, page *p, const page *src)
{
	if (!p)
		return FAULT_OOM;
	spin_guard g(f.mm->page_table_lock);

	if (entry_changed(f) || (src && was_truncated(f, src))) {
		put_page(p);
		return FAULT_MINOR;
	}
	f.mm->rss++;
	lru_cache_add(p);
	set_pte(f.ptep, writable_pte(f.vma, mk_pte(p, f.vma->vm_page_prot)));
	return FAULT_MINOR;
}

static page *new_zeroed_page()
{
	page *p = alloc_page(GFP_HIGHUSER);

	if (p)
		clear_highpage(p);
	return p;
}

static fault_result do_anonymous_page(const pte_fault &f)
{
	count_vm_event(PGFAULT_ANON);
	return f.write ? map_new_page(f, new_zeroed_page(), nullptr) :
		map_zero_page(f);
}

/* ---- pages of files ---- */

/* The caller's count of @p goes to the entry if it is set. */
static bool map_file_page(const pte_fault &f, page *p)
{
	pte_t pte = mk_pte(p, f.vma->vm_page_prot);
	spin_guard g(f.mm->page_table_lock);

	if (entry_changed(f) || was_truncated(f, p))
		return false;
	if (!PageReserved(p))
		f.mm->rss++;
	set_pte(f.ptep, f.write ? writable_pte(f.vma, pte) : pte);
	return true;
}

/* The first access writes to a private mapping: copy at once. */
static fault_result map_private_copy(const pte_fault &f, page *src)
{
	page *copy = alloc_page(GFP_HIGHUSER);

	if (copy) {
		copy_highpage(copy, src);
		count_vm_event(PGFAULT_COW);
	}
	fault_result res = map_new_page(f, copy, src);

	put_page(src);
	return res;
}

static fault_result do_no_page(const pte_fault &f)
{
	current->flags &= ~PF_IOWAIT;
	result<page *> r = f.vma->vm_ops->nopage(f.vma, f.addr, f.write);

	if (r.failed())
		return r.err() == -ENOMEM ? FAULT_OOM : FAULT_SIGBUS;
	count_vm_event(PGFAULT_FILE);
	fault_result res = FAULT_MINOR;
	bool waited = current->flags & PF_IOWAIT;

	if (f.write && !(f.vma->vm_flags & VM_SHARED))
		res = map_private_copy(f, r.value());
	else if (!map_file_page(f, r.value()))
		put_page(r.value());
	return res == FAULT_MINOR && waited ? FAULT_MAJOR : res;
}

/* ---- copy on write ---- */

/* page_table_lock held: nobody but this entry can reach the page. */
static bool may_reuse(const pte_fault &f, page *p)
{
	if (f.vma->vm_flags & VM_SHARED)
		return true;
	if (PageReserved(p))
		return false;
	if (!p->mapping)
		return page_count(p) == 1;
	if (!PageSwapCache(p) || !trylock_page(p))
		return false;
	bool alone = can_share_swap_page(p);

	unlock_page(p);
	return alone;
}

/* Under the lock; true: done. Else the old page has a count for the caller. */
static bool make_writable(const pte_fault &f, page *old)
{
	spin_guard g(f.mm->page_table_lock);

	if (entry_changed(f))
		return true;
	if (may_reuse(f, old)) {
		count_vm_event(PGFAULT_WP);
		set_pte(f.ptep, writable_pte(f.vma, f.old));
		return true;
	}
	if (!PageReserved(old))
		get_page(old);
	return false;
}

/* The entry's count of @old goes, that of @copy is the entry's now. */
static bool replace_page(const pte_fault &f, page *old, page *copy)
{
	spin_guard g(f.mm->page_table_lock);

	if (entry_changed(f))
		return false;
	set_pte(f.ptep, writable_pte(f.vma, mk_pte(copy,
						   f.vma->vm_page_prot)));
	flush_tlb_page(f.vma, f.addr);
	lru_cache_add(copy);
	if (PageReserved(old))
		f.mm->rss++;
	else
		free_page_and_swap_cache(old);
	return true;
}

static fault_result do_wp_page(const pte_fault &f)
{
	if (!pfn_valid(pte_pfn(f.old)))
		return FAULT_SIGBUS;
	page *old = pte_page(f.old);

	if (make_writable(f, old))
		return FAULT_MINOR;
	page *copy = alloc_page(GFP_HIGHUSER);
	fault_result res = FAULT_MINOR;

	if (!copy) {
		res = FAULT_OOM;
	} else {
		count_vm_event(PGFAULT_COW);
		if (old == zero_page)
			clear_highpage(copy);
		else
			copy_highpage(copy, old);
		if (!replace_page(f, old, copy))
			put_page(copy);
	}
	put_page(old);
	return res;
}

/* ---- swap ---- */

/* Page locked, in the swap cache and up to date; the caller's count goes to
 * the entry. False: the entry changed. */
static bool map_swap_page(const pte_fault &f, page *p, swp_entry_t e)
{
	pte_t pte = mk_pte(p, f.vma->vm_page_prot);
	spin_guard g(f.mm->page_table_lock);

	if (entry_changed(f))
		return false;
	swap_free(e);
	f.mm->rss++;
	if (f.write && remove_exclusive_swap_page(p))
		pte = writable_pte(f.vma, pte);
	set_pte(f.ptep, pte);
	return true;
}

static fault_result use_swap_page(const pte_fault &f, page *p, swp_entry_t e)
{
	fault_result res = FAULT_MINOR;
	bool used = false;

	lock_page(p);
	if (PageSwapCache(p) && p->index == e.val) {
		if (PageUptodate(p))
			used = map_swap_page(f, p, e);
		else
			res = FAULT_SIGBUS;
	}
	unlock_page(p);
	if (!used)
		put_page(p);
	return res;
}

static fault_result do_swap_page(const pte_fault &f)
{
	swp_entry_t e = pte_to_swp_entry(f.old);
	page *p = lookup_swap_cache(e);
	bool cached = p;

	if (!cached) {
		result<page *> r = read_swap_cache_async(e);

		if (r.err() == -ENOMEM)
			return f.ptep->v == f.old.v ? FAULT_OOM : FAULT_MINOR;
		if (r.failed())
			return r.err() == -ENOENT ? FAULT_MINOR : FAULT_SIGBUS;
		p = r.value();
	}
	count_vm_event(PGFAULT_SWAP);
	mark_page_accessed(p);
	fault_result res = use_swap_page(f, p, e);

	return res == FAULT_MINOR && !cached ? FAULT_MAJOR : res;
}

/* ---- all of them ---- */

static fault_result fill_entry(const pte_fault &f)
{
	if (f.vma->vm_ops && f.vma->vm_ops->nopage)
		return do_no_page(f);
	/* A hole in a mapped device is not memory. */
	if (f.vma->vm_flags & VM_IO)
		return FAULT_SIGBUS;
	return do_anonymous_page(f);
}

/* The entry allows it already: another thread was quicker, or get_user_pages
 * wants a page that was written back since to be dirty again. */
static fault_result note_access(const pte_fault &f)
{
	spin_guard g(f.mm->page_table_lock);

	if (!entry_changed(f) && f.write && !pte_dirty(f.old))
		set_pte(f.ptep, pte_mkdirty(pte_mkyoung(f.old)));
	return FAULT_MINOR;
}

fault_result handle_mm_fault(mm_struct *mm, vm_area_struct *vma,
			     unsigned long addr, bool write)
{
	addr &= PAGE_MASK;
	pte_t *ptep = pte_alloc(mm, addr);

	if (!ptep)
		return FAULT_OOM;
	pte_fault f{mm, vma, addr, ptep, {READ_ONCE(ptep->v)}, write};

	if (pte_none(f.old))
		return fill_entry(f);
	if (!pte_present(f.old))
		return do_swap_page(f);
	if (write && !pte_write(f.old))
		return do_wp_page(f);
	return note_access(f);
}
