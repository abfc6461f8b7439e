/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page allocator (2.4: mm/page_alloc.c): binary buddies per zone, and in
 * front of them a short list of single free pages per processor and zone, so
 * that the usual request touches neither the zone nor its lock. Invariant: of
 * a free block in a zone's lists the first page has PG_buddy and its order;
 * nothing else has PG_buddy. A block is handed out from its low end, so that
 * pages asked for one after the other tend to be neighbours on the bus.
 * What happens when memory is short is in page_slow.cpp.
 */
#include <linux/highmem.h>
#include "page_internal.h"

/* Single pages of one zone; touched with interrupts off. */
struct hot_list {
	unsigned count = 0;
	list_head pages;
};
constexpr unsigned HOT_ORDER = 4, HOT_BATCH = 1 << HOT_ORDER, HOT_HIGH = 48;
static constinit static_array<static_array<hot_list, MAX_NR_ZONES>, NR_CPUS>
	hot_lists;

static hot_list &hot_of(const zone_t *z)
{
	return hot_lists[smp_processor_id()][z - zone_table];
}

/* ---- buddies; zone->lock held ---- */

static unsigned long block_order(const page *p)
{
	return (unsigned long)p->buffers;
}

static void insert_block(zone_t *z, page *p, unsigned long order)
{
	p->buffers = (buffer_head *)order;
	p->flags = p->flags | 1ul << PG_buddy;
	list_add(&p->list, &z->free_area[order].free_list);
	z->free_area[order].nr_free++;
}

static void remove_block(zone_t *z, page *p, unsigned long order)
{
	list_del(&p->list);
	p->flags = p->flags & ~(1ul << PG_buddy);
	p->buffers = nullptr;
	z->free_area[order].nr_free--;
}

static page *find_buddy(const zone_t *z, unsigned long pfn, unsigned order)
{
	unsigned long other = pfn ^ 1ul << order;

	if (!pfn_valid(other))
		return nullptr;
	page *b = pfn_to_page(other);
	bool fits = PageBuddy(b) && block_order(b) == order &&
		    page_zone(b) == z;
	return fits ? b : nullptr;
}

void buddy_free(zone_t *z, page *p, unsigned order)
{
	unsigned long pfn = page_to_pfn(p);

	z->free_pages += 1ul << order;
	for (; order < MAX_ORDER - 1; order++) {
		page *b = find_buddy(z, pfn, order);

		if (!b)
			break;
		remove_block(z, b, order);
		pfn &= ~(1ul << order);
	}
	insert_block(z, pfn_to_page(pfn), order);
}

/* The order of the smallest free blocks from @order on; MAX_ORDER: none. */
static unsigned smallest_order(const zone_t *z, unsigned order)
{
	while (order < MAX_ORDER && list_empty(&z->free_area[order].free_list))
		order++;
	return order;
}

static page *buddy_alloc(zone_t *z, unsigned order)
{
	unsigned have = smallest_order(z, order);

	if (have == MAX_ORDER)
		return nullptr;

	page *p = list_entry(z->free_area[have].free_list.next, page, list);

	remove_block(z, p, have);
	while (have > order) {
		have--;
		insert_block(z, p + (1ul << have), have);
	}
	z->free_pages -= 1ul << order;
	return p;
}

/* ---- hot lists ---- */

/* Small blocks first, as a whole. */
static void refill_hot(zone_t *z, unsigned long mark)
{
	hot_list &h = hot_of(z);

	while (h.count < HOT_BATCH && z->free_pages >= mark + HOT_BATCH) {
		unsigned order = min(smallest_order(z, 0), HOT_ORDER);
		page *p = buddy_alloc(z, order);

		for (page *end = p + (1ul << order); p < end; p++)
			list_add_tail(&p->list, &h.pages);
		h.count += 1u << order;
	}
}

static page *hot_alloc(zone_t *z)
{
	unsigned long flags = local_irq_save();
	hot_list &h = hot_of(z);
	page *p = nullptr;

	if (likely(h.count)) {
		p = list_entry(h.pages.next, page, list);
		list_del(&p->list);
		h.count--;
	}
	local_irq_restore(flags);
	return p;
}

static void drain_hot(zone_t *z, unsigned keep)
{
	spin_irq_guard g(z->lock);
	hot_list &h = hot_of(z);

	while (h.count > keep) {
		page *p = list_entry(h.pages.prev, page, list);

		list_del(&p->list);
		h.count--;
		buddy_free(z, p, 0);
	}
}

void drain_hot_pages()
{
	for (auto &z : zone_table)
		drain_hot(&z, 0);
}

static void hot_free(page *p)
{
	zone_t *z = page_zone(p);
	unsigned long flags = local_irq_save();
	hot_list &h = hot_of(z);

	list_add(&p->list, &h.pages);
	if (unlikely(++h.count > HOT_HIGH))
		drain_hot(z, HOT_HIGH - HOT_BATCH);
	local_irq_restore(flags);
}

/* ---- allocation ---- */

page *zone_alloc(zone_t *z, unsigned order, unsigned long mark)
{
	spin_irq_guard g(z->lock);

	if (z->free_pages < mark + (1ul << order))
		return nullptr;
	page *p = buddy_alloc(z, order);
	if (p && !order)
		refill_hot(z, mark);
	return p;
}

static void zero_pages(page *p, unsigned order)
{
	for (page *end = p + (1ul << order); p < end; p++)
		clear_highpage(p);
}

page *alloc_pages(gfp_t gfp, unsigned order)
{
	page *p = likely(!order) ? hot_alloc(preferred_zone[gfp & 3]) :
		nullptr;

	if (unlikely(!p)) {
		p = alloc_pages_slow(gfp, order);
		if (!p)
			return nullptr;
	}
	check_poison(p, order);
	for (page *q = p; q < p + (1ul << order); q++)
		q->flags = q->flags & PAGE_ZONE_MASK;
	atomic_set(&p->count, 1);
	count_vm_events(PAGE_ALLOC, 1u << order);
	if (gfp & __GFP_ZERO)
		zero_pages(p, order);
	return p;
}

/* ---- freeing ---- */

static bool free_check(const page *p)
{
	if (likely(!((p->flags & PAGE_FLAGS_BAD_AT_FREE) |
		     (unsigned long)p->mapping | (unsigned long)p->buffers |
		     (unsigned)page_count(p))))
		return true;
	bad_page(p, "freed");
	return false;
}

/* The count is 0. A page in a bad state is never used again. */
static void free_block(page *p, unsigned order)
{
	for (unsigned long i = 0; i < 1ul << order; i++)
		if (unlikely(!free_check(p + i)))
			return;
	count_vm_events(PAGE_FREE, 1u << order);
	poison_pages(p, order);
	if (likely(!order))
		return hot_free(p);

	zone_t *z = page_zone(p);
	spin_irq_guard g(z->lock);

	buddy_free(z, p, order);
}

void __page_last_put(page *p)
{
	if (PageLRU(p)) {
		DEBUG_ON(in_interrupt());
		lru_cache_del(p);
	}
	free_block(p, 0);
}

void __free_pages(page *p, unsigned order)
{
	if (PageReserved(p))
		return;
	DEBUG_ON(page_count(p) < 1);
	if (!atomic_dec_and_test(&p->count))
		return;
	if (order)
		free_block(p, order);
	else
		__page_last_put(p);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned order)
{
	page *p = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return p ? (unsigned long)lowmem_page_address(p) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_page(gfp | __GFP_ZERO);
}

void free_pages(unsigned long addr, unsigned order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}

/* ---- counts ---- */

static unsigned long zone_free(const zone_t *z)
{
	unsigned long n = READ_ONCE(z->free_pages);

	for (auto &cpu : hot_lists)
		n += cpu[z - zone_table].count;
	return n;
}

unsigned long nr_free_pages()
{
	unsigned long n = 0;

	for (auto &z : zone_table)
		n += zone_free(&z);
	return n;
}

unsigned long nr_free_highpages()
{
	return zone_free(&zone_table[ZONE_HIGHMEM]);
}
