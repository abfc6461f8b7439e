/* SPDX-License-Identifier: GPL-2.0-only */
/* The list behind vm_event: X(ENUM, name in /proc/vmstat). */
#define VM_EVENTS(X)						\
	X(PGFAULT, pgfault)		/* all page faults */	\
	X(PGMAJFAULT, pgmajfault)	/* that waited for I/O */ \
	X(PGFAULT_ANON, pgfault_anon)	/* zero-filled */	\
	X(PGFAULT_FILE, pgfault_file)	/* by vm_ops->nopage */	\
	X(PGFAULT_COW, pgfault_cow)	/* a page copied */	\
	X(PGFAULT_WP, pgfault_wp)	/* made writable in place */ \
	X(PGFAULT_SWAP, pgfault_swap)	/* read from swap */	\
	X(COPY_FROM_USER_BYTES, copy_from_user_bytes)		\
	X(COPY_TO_USER_BYTES, copy_to_user_bytes)		\
	X(PTE_WRITE, pte_write)		/* any store to a user PTE */ \
	X(TLB_FLUSH_ONE, tlb_flush_one)	/* invlpg */		\
	X(TLB_FLUSH_ALL, tlb_flush_all)	/* CR3 reload to flush */ \
	X(CR3_SWITCH, cr3_switch)	/* CR3 load, other mm */ \
	X(PAGE_ALLOC, page_alloc)	/* pages, not calls */	\
	X(PAGE_FREE, page_free)					\
	X(PAGECACHE_ADD, pagecache_add)				\
	X(PAGECACHE_REMOVE, pagecache_remove)			\
	X(PGSCAN, pgscan)		/* looked at by reclaim */ \
	X(PGSTEAL, pgsteal)		/* freed by reclaim */	\
	X(PSWPIN, pswpin)					\
	X(PSWPOUT, pswpout)					\
	X(OOM_KILL, oom_kill)					\
	X(CONTEXT_SWITCH, context_switch)			\
	X(INTERRUPT, interrupt)					\
	X(SYSCALL_ENTRY, syscall)				\
	X(DISK_READ, disk_read)		/* commands */		\
	X(DISK_WRITE, disk_write)				\
	X(DISK_FLUSH, disk_flush)				\
	X(DISK_READ_SECTORS, disk_read_sectors)			\
	X(DISK_WRITE_SECTORS, disk_write_sectors)		\
	X(DISK_PRD, disk_prd)		/* PRD entries used */	\
	X(DISK_PIO, disk_pio)		/* commands that fell back */ \
	X(DISK_ERROR, disk_error)				\
	X(DISK_RETRY, disk_retry)				\
	X(DISK_RESET, disk_reset)

enum vm_event : int {
#define X(e, name) e,
	VM_EVENTS(X)
#undef X
	NR_VM_EVENTS
};
