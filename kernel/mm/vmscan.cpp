/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Getting memory back (2.4: mm/vmscan.c). Pages of files and of the swap cache
 * leave from the tail of the inactive list: clean and unused ones at once,
 * dirty ones after their write-out, which is started here. What processes
 * have mapped is unmapped by swap_out.cpp first. Every loop is bounded by what
 * was on the lists when it began.
 */
#include <linux/blkdev.h>
#include <linux/dcache.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "lru.h"
#include "reclaim.h"

constexpr unsigned DEF_PRIORITY = 6, BATCH = 16;
constexpr unsigned LRU_CHUNK = 512;	/* moved under one hold of the lock */

constexpr long MAX_IO_WAIT = HZ / 50;

struct scan_control {
	zone_t *classzone;		/* only this zone and those below */
	gfp_t gfp;
	unsigned freed = 0;
	page *laundered = nullptr;	/* one of them, with a count */
};

enum outcome { KEPT, FREED, WRITING };

/* Users besides the cache, the buffers and us. */
static bool page_in_use(const page *p)
{
	return page_count(p) - !!p->buffers > 2;
}

/* False if the last count has gone: the page is about to leave the list. */
static bool get_page_unless_zero(page *p)
{
	int c;

	do {
		c = page_count(p);
		if (!c)
			return false;
	} while (atomic_cmpxchg(&p->count, c, c + 1) != c);
	return true;
}

/* Writing goes deep: file system, block layer, driver, and interrupts on top.
 * A task that comes with little stack left leaves it to kswapd. */
static bool stack_is_low()
{
	unsigned long sp = (unsigned long)__builtin_frame_address(0);
	unsigned long left = (sp & (THREAD_SIZE - 1)) - sizeof(task_struct);

	return left < 2560;
}

static bool may_write(const page *p, gfp_t gfp)
{
	bool swap = PageSwapCache(p);
	gfp_t need = swap ? __GFP_IO : __GFP_FS;

	if (!(gfp & need) || !p->mapping->a_ops->writepage ||
	    (swap && swap_congested()))
		return false;
	if (!stack_is_low())
		return true;
	wakeup_kswapd();
	return false;
}

/* The page is locked; the end of the I/O unlocks it. */
static outcome launder_page(page *p)
{
	clear_page_dirty(p);
	SetPageLaunder(p);
	return p->mapping->a_ops->writepage(p).ok() ? WRITING : KEPT;
}

static bool release_buffers(page *p, gfp_t gfp)
{
	auto release = p->mapping ? p->mapping->a_ops->releasepage : nullptr;

	return release ? release(p, gfp) : try_to_free_buffers(p, gfp);
}

/* Out of the cache, unless somebody found the page meanwhile or made it
 * dirty. Both are looked at under the lock that finding it takes. */
static bool remove_unused(page *p)
{
	if (PageSwapCache(p))
		return drop_swap_cache_page(p);

	spin_guard g(p->mapping->page_lock);

	if (page_in_use(p) || PageDirty(p))
		return false;
	__remove_from_page_cache(p);
	g.unlock();
	put_page(p);
	return true;
}

/* Page locked; unlocks it unless it is being written now. */
static outcome shrink_locked(page *p, gfp_t gfp)
{
	if (p->mapping && PageDirty(p) && !page_in_use(p)) {
		if (may_write(p, gfp))
			return launder_page(p);
		unlock_page(p);
		return KEPT;
	}
	bool gone = false;

	if (!p->buffers || release_buffers(p, gfp))
		gone = p->mapping ? remove_unused(p) : page_count(p) == 1;
	unlock_page(p);
	return gone ? FREED : KEPT;
}

static outcome shrink_page(page *p, gfp_t gfp)
{
	if (p->mapping ? page_in_use(p) : !p->buffers)
		return KEPT;
	if (!trylock_page(p))
		return PageLaunder(p) ? WRITING : KEPT;
	ClearPageLaunder(p);
	return shrink_locked(p, gfp);
}

/* Pages from the tail, each with a count for us; they go to the head, so that
 * those who stay are not met again soon. */
static unsigned take_batch(scan_control *sc, page **pages, unsigned *scan)
{
	unsigned n = 0, seen = 0;
	spin_guard g(pagemap_lru_lock);

	while (n < BATCH && *scan && !list_empty(&inactive_list)) {
		page *p = list_entry(inactive_list.prev, page, lru);

		--*scan;
		seen++;
		list_move(&p->lru, &inactive_list);
		if (page_zone(p) <= sc->classzone && get_page_unless_zero(p))
			pages[n++] = p;
	}
	count_vm_events(PGSCAN, seen);
	return n;
}

static void note_write(scan_control *sc, page *p)
{
	if (sc->laundered)
		return;
	get_page(p);
	sc->laundered = p;
}

static void shrink_batch(scan_control *sc, page **pages, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		switch (shrink_page(pages[i], sc->gfp)) {
		case FREED:
			sc->freed++;
			count_vm_event(PGSTEAL);
			break;
		case WRITING:
			note_write(sc, pages[i]);
			break;
		case KEPT:
			break;
		}
		put_page(pages[i]);
	}
}

static void shrink_cache(scan_control *sc, unsigned priority)
{
	unsigned scan = lru_nr.inactive / priority + BATCH;
	page *pages[BATCH];

	while (scan && sc->freed < SWAP_CLUSTER_MAX) {
		unsigned n = take_batch(sc, pages, &scan);

		if (!n && list_empty(&inactive_list))
			return;
		shrink_batch(sc, pages, n);
	}
}

/* Keeps the active list at most twice as long as the inactive one. All the
 * passes of one reclaim go round a too long list twice, so that they come to
 * pages that were all referenced. */
static void balance_lists(unsigned priority)
{
	unsigned long a = lru_nr.active, i = lru_nr.inactive;
	unsigned long nr = SWAP_CLUSTER_MAX;

	if (a > 2 * i)
		nr = max(nr, a / priority);
	for (; nr > LRU_CHUNK; nr -= LRU_CHUNK)
		refill_inactive(LRU_CHUNK);
	refill_inactive(nr);
}

/* Waits for the write-out of a page that was met, but not for ever: whoever
 * locked it may wait for memory that we are to free. */
static void wait_for_write(scan_control *sc)
{
	page *p = sc->laundered;

	if (swap_congested())
		swap_wait_congested(MAX_IO_WAIT);
	if (!p)
		return;
	sc->laundered = nullptr;
	run_task_queue_disk();
	wait_queue_head_t *q = page_waitqueue(p);
	wait_queue_t wait(current);

	prepare_to_wait(q, &wait, TASK_UNINTERRUPTIBLE);
	if (PageLocked(p))
		schedule_timeout(MAX_IO_WAIT);
	finish_wait(q, &wait);
	put_page(p);
}

static void shrink_caches(scan_control *sc, unsigned priority)
{
	if (sc->gfp & __GFP_FS) {
		prune_dcache(1024 / priority);
		prune_icache(1024 / priority);
	}
	sc->freed += kmem_cache_reap();
	if (sc->freed >= SWAP_CLUSTER_MAX)
		return;
	balance_lists(priority);
	shrink_cache(sc, priority);
	if (sc->freed < SWAP_CLUSTER_MAX)
		swap_out(priority, sc->classzone);
}

unsigned try_to_free_pages(zone_t *classzone, gfp_t gfp, unsigned)
{
	unsigned memalloc = current->flags & PF_MEMALLOC;
	scan_control sc{.classzone = classzone, .gfp = gfp};

	current->flags |= PF_MEMALLOC;
	for (unsigned priority = DEF_PRIORITY; priority; priority--) {
		shrink_caches(&sc, priority);
		if (sc.freed >= SWAP_CLUSTER_MAX)
			break;
		wait_for_write(&sc);
	}
	if (sc.laundered)
		put_page(sc.laundered);
	current->flags = (current->flags & ~PF_MEMALLOC) | memalloc;
	return sc.freed;
}
