/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical pages, mappings (VMAs) and address spaces of processes.
 *
 * A page's count says how many hold it: the allocator's caller, the page
 * cache (1), its buffers (1), each user PTE, each pin. It is freed when the
 * last lets go. PG_locked is held while the page's content is being read,
 * written out or truncated away.
 */
#pragma once

#include <asm/page.h>
#include <asm/pgtable.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/rbtree.h>
#include <linux/semaphore.h>
#include <linux/status.h>

struct address_space;
struct buffer_head;
struct file;
struct inode;
struct task_struct;

/* ---- struct page ---- */

struct page {
	atomic_t count;
	volatile unsigned long flags;	/* PG_ bits; top 2: zone */
	address_space *mapping;		/* page cache or swap cache */
	pgoff_t index;			/* in mapping; swap cache: entry */
	list_head list;			/* mapping's clean/dirty list; free
					 * list; slab's use */
	list_head lru;			/* active or inactive; slab's use */
	buffer_head *buffers;		/* ring; or order of a free block */
	void *virtual_;			/* highmem: where kmap put it */
};

enum page_flag : int {
	PG_locked, PG_error, PG_referenced, PG_uptodate, PG_dirty, PG_lru,
	PG_active, PG_slab, PG_reserved, PG_buddy, PG_swapcache, PG_reclaim,
	PG_launder, PG_poison, PG_dirtylist,
};

#define PAGE_FLAG(Name, bit)						\
	inline bool Page##Name(const page *p)				\
	{ return p->flags >> (bit) & 1; }				\
	inline void SetPage##Name(page *p) { set_bit(bit, &p->flags); }	\
	inline void ClearPage##Name(page *p) { clear_bit(bit, &p->flags); } \
	inline bool TestSetPage##Name(page *p)				\
	{ return test_and_set_bit(bit, &p->flags); }			\
	inline bool TestClearPage##Name(page *p)			\
	{ return test_and_clear_bit(bit, &p->flags); }
PAGE_FLAG(Locked, PG_locked)
PAGE_FLAG(Error, PG_error)
PAGE_FLAG(Referenced, PG_referenced)
PAGE_FLAG(Uptodate, PG_uptodate)
PAGE_FLAG(Dirty, PG_dirty)
PAGE_FLAG(LRU, PG_lru)
PAGE_FLAG(Active, PG_active)
PAGE_FLAG(Slab, PG_slab)
PAGE_FLAG(Reserved, PG_reserved)
PAGE_FLAG(Buddy, PG_buddy)
PAGE_FLAG(SwapCache, PG_swapcache)
PAGE_FLAG(Reclaim, PG_reclaim)
PAGE_FLAG(Launder, PG_launder)
PAGE_FLAG(Poison, PG_poison)	/* debug build: free, filled with a pattern */
/* On its mapping's dirty_pages, and counted; mapping->page_lock. */
PAGE_FLAG(DirtyList, PG_dirtylist)
#undef PAGE_FLAG

extern page *mem_map;			/* one for each frame below max_pfn */
inline unsigned long page_to_pfn(const page *p) { return p - mem_map; }
inline page *pfn_to_page(unsigned long pfn) { return mem_map + pfn; }
inline bool pfn_valid(unsigned long pfn) { return pfn < max_pfn; }
inline unsigned long page_to_phys(const page *p)
{
	return page_to_pfn(p) << PAGE_SHIFT;
}
inline page *virt_to_page(const void *kaddr)	/* low memory */
{
	return pfn_to_page(__pa(kaddr) >> PAGE_SHIFT);
}
inline bool PageHighMem(const page *p)
{
	return p->flags >> 30 == ZONE_HIGHMEM;
}
inline zone_t *page_zone(const page *p) { return &zone_table[p->flags >> 30]; }
inline int page_count(const page *p) { return atomic_read(&p->count); }
inline void get_page(page *p) { atomic_inc(&p->count); }
void __page_last_put(page *p);		/* off the LRU, to the buddy */
inline void put_page(page *p)
{
	if (!PageReserved(p) && atomic_dec_and_test(&p->count))
		__page_last_put(p);
}
inline void page_cache_get(page *p) { get_page(p); }
inline void page_cache_release(page *p) { put_page(p); }
inline page *pte_page(pte_t p) { return pfn_to_page(pte_pfn(p)); }
inline pte_t mk_pte(page *p, pgprot_t prot)
{
	return pfn_pte(page_to_pfn(p), prot);
}
/* One page of zeros, reserved, mapped read-only for reads of untouched
 * anonymous memory. */
extern page *zero_page;

/* ---- mappings ---- */

/* 2.4's bits. The low four index protection_map. */
constexpr unsigned long VM_READ = 0x1, VM_WRITE = 0x2, VM_EXEC = 0x4,
	VM_SHARED = 0x8, VM_MAYREAD = 0x10, VM_MAYWRITE = 0x20,
	VM_MAYEXEC = 0x40, VM_MAYSHARE = 0x80, VM_GROWSDOWN = 0x100,
	VM_DENYWRITE = 0x800, VM_EXECUTABLE = 0x1000, VM_LOCKED = 0x2000,
	VM_IO = 0x4000, VM_SEQ_READ = 0x8000, VM_RAND_READ = 0x10000,
	VM_DONTCOPY = 0x20000, VM_DONTEXPAND = 0x40000,
	VM_RESERVED = 0x80000;

struct vm_area_struct;

/* Called with mmap_sem held, for read at least, and no spinlock. */
struct vm_operations_struct {
	/* A VMA came to be by split, fork or mremap / is about to go. */
	void (*open)(vm_area_struct *vma);
	void (*close)(vm_area_struct *vma);
	/* The page for @addr with one count for the caller. -ENOMEM kills or
	 * waits as the fault handler sees fit; any other error is SIGBUS. */
	result<page *> (*nopage)(vm_area_struct *vma, unsigned long addr,
				 bool write);
	/* Starts (and with MS_SYNC in @flags waits for) write-back of dirty
	 * pages of the range. Null: nothing to write. */
	status (*sync)(vm_area_struct *vma, unsigned long start, size_t len,
		       unsigned flags);
};

struct vm_area_struct {
	mm_struct *vm_mm = nullptr;
	unsigned long vm_start = 0, vm_end = 0;
	vm_area_struct *vm_next = nullptr, *vm_prev = nullptr;	/* by address */
	rb_node vm_rb{};
	pgprot_t vm_page_prot{};
	unsigned long vm_flags = 0;
	list_head shared;		/* mapping->i_mmap or i_mmap_shared */
	const vm_operations_struct *vm_ops = nullptr;	/* null: anonymous */
	pgoff_t vm_pgoff = 0;		/* page in vm_file of vm_start */
	struct file *vm_file = nullptr;	/* holds a count */
	void *vm_private_data = nullptr;
};

struct mm_struct {
	vm_area_struct *mmap = nullptr;		/* sorted list */
	rb_root mm_rb;
	vm_area_struct *mmap_cache = nullptr;	/* last find_vma */
	pgd_t *pgd = nullptr;
	atomic_t mm_users{1};		/* tasks (and lookers: get_task_mm) */
	atomic_t mm_count{1};		/* all users together count one */
	int map_count = 0;
	rw_semaphore mmap_sem{"mmap_sem", RANK_MMAP_SEM};
	spinlock_t page_table_lock{"page_table_lock", RANK_PAGE_TABLE};
	list_head mmlist;		/* all mms, for swap_out */
	unsigned long start_code = 0, end_code = 0, start_data = 0,
		end_data = 0, start_brk = 0, brk = 0, start_stack = 0,
		arg_start = 0, arg_end = 0, env_start = 0, env_end = 0;
	unsigned long rss = 0, total_vm = 0, locked_vm = 0;	/* pages */
	unsigned long def_flags = 0;	/* VM_LOCKED after mlockall FUTURE */
	unsigned long swap_address = 0;	/* where swap_out goes on */
	unsigned long free_area_cache = 0;	/* where mmap looks first */
	file *exe_file = nullptr;
};
extern mm_struct init_mm;

/* kernel/fork.cpp */
mm_struct *mm_alloc();
void mmput(mm_struct *mm);	/* drops a user; the last unmaps everything */
void mmdrop(mm_struct *mm);	/* drops a count; the last frees the struct */

/* mm/mmap.cpp; mmap_sem held: for read by find_, for write by the others */
vm_area_struct *find_vma(mm_struct *mm, unsigned long addr);
vm_area_struct *find_vma_prev(mm_struct *mm, unsigned long addr,
			      vm_area_struct **prev);
/* The first VMA that overlaps [start, end), or null. */
vm_area_struct *find_vma_intersection(mm_struct *mm, unsigned long start,
				      unsigned long end);
/* @flags are mmap's MAP_ bits, @pgoff in pages; returns the address. */
result<unsigned long> do_mmap_pgoff(struct file *file, unsigned long addr,
				    size_t len, unsigned long prot,
				    unsigned long flags, pgoff_t pgoff);
status do_munmap(mm_struct *mm, unsigned long addr, size_t len);
result<unsigned long> do_brk(unsigned long addr, size_t len);
/* @vma keeps what lies below @addr; the rest becomes its vm_next. */
status split_vma(mm_struct *mm, vm_area_struct *vma, unsigned long addr);
void vma_link(mm_struct *mm, vm_area_struct *vma);
void exit_mmap(mm_struct *mm);
status dup_mmap(mm_struct *mm, mm_struct *oldmm);	/* for fork */
result<unsigned long> get_unmapped_area(struct file *file, unsigned long addr,
					size_t len, pgoff_t pgoff,
					unsigned long flags);
status expand_stack(vm_area_struct *vma, unsigned long addr);
vm_area_struct *vma_alloc();
void vma_free(vm_area_struct *vma);	/* drops vm_file too */

/* mm/memory.cpp */
enum fault_result { FAULT_MINOR, FAULT_MAJOR, FAULT_SIGBUS, FAULT_OOM };
/* mmap_sem held for read; @addr inside @vma, whose permissions allow it. */
fault_result handle_mm_fault(mm_struct *mm, vm_area_struct *vma,
			     unsigned long addr, bool write);
/* Makes page tables down to the entry for @addr; null: no memory. No spinlock
 * held; mmap_sem, for read at least, keeps the table where it is. */
pte_t *__pte_alloc(mm_struct *mm, pgd_t *pgd, unsigned long addr);
inline pte_t *pte_alloc(mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = mm->pgd + pgd_index(addr);

	return likely(!pgd_none(*pgd)) ? pte_offset(pgd, addr) :
		__pte_alloc(mm, pgd, addr);
}
/* The existing entry, or null. page_table_lock or mmap_sem held. */
pte_t *find_pte(mm_struct *mm, unsigned long addr);
/* Calls visit(vma, addr, pte, ctx) for the entries of page tables that exist
 * in the mappings (@files_only: of files) from @start on, until it returns
 * false; returns where it stopped, or 0 at the end. page_table_lock held.
 * mm/swap_out.cpp. */
using pte_visit = bool (*)(vm_area_struct *vma, unsigned long addr,
			   pte_t *pte, void *ctx);
unsigned long walk_ptes(mm_struct *mm, unsigned long start,
			unsigned long skip_flags, pte_visit visit, void *ctx,
			bool files_only = false);
void zap_page_range(vm_area_struct *vma, unsigned long start, size_t len);
/* Both mmap_sems held. Entries of @src that become copy-on-write are not
 * flushed: the caller does that once for all VMAs. */
status copy_page_range(mm_struct *dst, mm_struct *src, vm_area_struct *vma);
void free_pgtables(mm_struct *mm, unsigned long start, unsigned long end);
/* Unmaps the pages of @mapping from byte @offset on from all processes. */
void vmtruncate_mappings(address_space *mapping, loff_t offset);
status vmtruncate(inode *inode, loff_t size);
/* Faults in and takes a count on each page of [start, start+nr pages).
 * mmap_sem held for read. Returns how many (fewer if a later one fails),
 * or the error of the first. @force: as ptrace, past missing permission. */
result<long> get_user_pages(task_struct *task, mm_struct *mm,
			    unsigned long start, long nr, bool write,
			    bool force, page **pages, vm_area_struct **vmas);
/* The page that is mapped at @addr, with a count, if it may be accessed as it
 * is (for @write: without copying it first); else null. */
page *follow_page(mm_struct *mm, unsigned long addr, bool write);
/* Reads or writes another address space, as ptrace does; returns how many bytes
 * could be. May sleep. fs/proc/pid_mem.cpp. */
size_t access_mm(task_struct *task, mm_struct *mm, unsigned long addr,
		 void *buf, size_t len, bool write);
status make_pages_present(unsigned long start, unsigned long end);
/* Maps @len bytes of physical memory (devices): VM_IO, VM_RESERVED. */
status remap_page_range(vm_area_struct *vma, unsigned long from,
			unsigned long phys, size_t len, pgprot_t prot);

/* mm/filemap.cpp, shmem */
extern const vm_operations_struct generic_file_vm_ops;
/* Gives @vma zeroed shared memory that is swappable but has no name. */
status shmem_zero_setup(vm_area_struct *vma);

/* mm/page_alloc.cpp: memory map from the boot loader -> zones. */
void mem_init();
unsigned long nr_total_pages();
/* A page that only boot needed becomes free memory. */
void free_reserved_page(page *p);
/* mm/vmscan.cpp. Returns how many pages were freed; SWAP_CLUSTER_MAX is what
 * it tries for. */
constexpr unsigned SWAP_CLUSTER_MAX = 32;
unsigned try_to_free_pages(zone_t *zone, gfp_t gfp, unsigned order);
void wakeup_kswapd();
void mark_page_accessed(page *p);
void lru_cache_add(page *p);
void lru_cache_del(page *p);
bool swap_enabled();

constexpr unsigned long TASK_UNMAPPED_BASE = TASK_SIZE / 3;
constexpr int MAX_MAP_COUNT = 65536;
/* What stays free between a stack and the mapping below it. */
constexpr unsigned long STACK_GUARD_GAP = 256 * PAGE_SIZE;
extern int sysctl_overcommit_memory;
