/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two-level page tables. A pte_t that maps holds frame and flags; one that
 * does not is 0 (none) or a swap entry. Every store to a user entry goes
 * through set_pte, ptep_get_and_clear or a ptep_ function, which count it
 * (PTE_WRITE); every invalidation through the flush_tlb_ functions, which
 * count it too. All need mm->page_table_lock.
 */
#pragma once

#include <asm/page.h>
#include <asm/atomic.h>
#include <linux/vmstat.h>

struct page;
struct mm_struct;
struct vm_area_struct;

struct pte_t {
	unsigned long v;
};
struct pgd_t {
	unsigned long v;
};
struct pgprot_t {
	unsigned long v;
};

constexpr unsigned PGDIR_SHIFT = 22;
constexpr unsigned long PGDIR_SIZE = 1ul << PGDIR_SHIFT;
constexpr unsigned PTRS_PER_PGD = 1024, PTRS_PER_PTE = 1024;
constexpr unsigned USER_PTRS_PER_PGD = TASK_SIZE / PGDIR_SIZE;

/* Intel SDM vol. 3, 4.3, table 4-6. PROTNONE is ours: not present for the
 * MMU, present for us (an mprotect'ed PROT_NONE page keeps its frame). */
constexpr unsigned long _PAGE_PRESENT = 0x001, _PAGE_RW = 0x002,
	_PAGE_USER = 0x004, _PAGE_PWT = 0x008, _PAGE_PCD = 0x010,
	_PAGE_ACCESSED = 0x020, _PAGE_DIRTY = 0x040, _PAGE_PSE = 0x080,
	_PAGE_GLOBAL = 0x100, _PAGE_PROTNONE = 0x080;
constexpr unsigned long _PAGE_TABLE = _PAGE_PRESENT | _PAGE_RW | _PAGE_USER |
	_PAGE_ACCESSED | _PAGE_DIRTY;

constexpr pgprot_t
	PAGE_NONE{_PAGE_PROTNONE | _PAGE_ACCESSED},
	PAGE_READONLY{_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED},
	PAGE_SHARED{_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED},
	PAGE_KERNEL{_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY |
		    _PAGE_GLOBAL};

inline bool pte_none(pte_t p) { return !p.v; }
inline bool pte_present(pte_t p)
{
	return p.v & (_PAGE_PRESENT | _PAGE_PROTNONE);
}
inline bool pte_dirty(pte_t p) { return p.v & _PAGE_DIRTY; }
inline bool pte_young(pte_t p) { return p.v & _PAGE_ACCESSED; }
inline bool pte_write(pte_t p) { return p.v & _PAGE_RW; }
inline unsigned long pte_pfn(pte_t p) { return p.v >> PAGE_SHIFT; }
inline pte_t pte_mkdirty(pte_t p) { return {p.v | _PAGE_DIRTY}; }
inline pte_t pte_mkclean(pte_t p) { return {p.v & ~_PAGE_DIRTY}; }
inline pte_t pte_mkyoung(pte_t p) { return {p.v | _PAGE_ACCESSED}; }
inline pte_t pte_mkold(pte_t p) { return {p.v & ~_PAGE_ACCESSED}; }
inline pte_t pte_mkwrite(pte_t p) { return {p.v | _PAGE_RW}; }
inline pte_t pte_wrprotect(pte_t p) { return {p.v & ~_PAGE_RW}; }
inline pte_t pte_modify(pte_t p, pgprot_t prot)
{
	return {(p.v & (PAGE_MASK | _PAGE_DIRTY | _PAGE_ACCESSED)) | prot.v};
}
inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return {pfn << PAGE_SHIFT | prot.v};
}
inline bool pgd_none(pgd_t d) { return !d.v; }

/* The protection of a mapping from the low four bits of vm_flags (2.4). A
 * private writable page starts read-only: the first write makes the copy. */
extern const pgprot_t protection_map[16];

inline unsigned pgd_index(unsigned long a) { return a >> PGDIR_SHIFT; }
inline unsigned pte_index(unsigned long a)
{
	return a >> PAGE_SHIFT & (PTRS_PER_PTE - 1);
}
/* The entry for @a in the page table that @d points to. */
inline pte_t *pte_offset(const pgd_t *d, unsigned long a)
{
	return (pte_t *)__va(d->v & PAGE_MASK) + pte_index(a);
}

/* Entries of a page directory are not counted. */
inline void set_pgd(pgd_t *d, pgd_t v)
{
	*(volatile unsigned long *)&d->v = v.v;
}

/* User entries. */
inline void set_pte(pte_t *p, pte_t v)
{
	count_vm_event(PTE_WRITE);
	*(volatile unsigned long *)&p->v = v.v;
}
inline pte_t ptep_get_and_clear(pte_t *p)
{
	count_vm_event(PTE_WRITE);
	return {xchg(&p->v, 0ul)};
}
inline bool ptep_test_and_clear_dirty(pte_t *p)
{
	if (!pte_dirty(*p))
		return false;
	count_vm_event(PTE_WRITE);
	return test_and_clear_bit(6, &p->v);
}
inline bool ptep_test_and_clear_young(pte_t *p)
{
	if (!pte_young(*p))
		return false;
	count_vm_event(PTE_WRITE);
	return test_and_clear_bit(5, &p->v);
}
inline void ptep_set_wrprotect(pte_t *p)
{
	count_vm_event(PTE_WRITE);
	clear_bit(1, &p->v);
}

/* Kernel entries (vmalloc, kmap, fixmap): not counted with the user's. */
inline void set_kernel_pte(pte_t *p, pte_t v)
{
	*(volatile unsigned long *)&p->v = v.v;
}
inline void __flush_tlb_one(unsigned long a)
{
	asm volatile("invlpg %0" :: "m"(*(char *)a) : "memory");
}
/* The entry of a kernel address above high_memory; always exists. */
pte_t *kernel_pte(unsigned long addr);		/* arch/i386/mm/init.cpp */

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
pgd_t *pgd_alloc();		/* kernel half filled in; null: no memory */
void pgd_free(pgd_t *pgd);

/* arch/i386/mm/tlb.cpp. For user addresses; on more processors these would
 * send the request on. */
void flush_tlb_page(vm_area_struct *vma, unsigned long addr);
/* invlpg for short ranges, all for long ones. */
void flush_tlb_range(mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(mm_struct *mm);
void flush_tlb_all();		/* kernel addresses (global pages) too */
/* Makes @next's page tables the current ones; CR3 is loaded if they differ. */
void switch_mm(mm_struct *next);
