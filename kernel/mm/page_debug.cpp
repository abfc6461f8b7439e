/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page allocator says when something is wrong; in a debug build also
 * poison: a free page holds a pattern, checked when it is handed out again.
 */
#include <linux/highmem.h>
#include <linux/swap.h>
#include <asm/processor.h>
#include "page_internal.h"

void bad_page(const page *p, const char *when)
{
	printk(KERN_EMERG "Bad page %lu when %s: flags %#lx, count %d, "
	       "mapping %p, index %#lx, buffers %p\n", page_to_pfn(p), when,
	       p->flags, page_count(p), p->mapping, p->index, p->buffers);
	dump_stack();
	DEBUG_ON(true);
}

static void show_zone(zone_t &z)
{
	spin_irq_guard g(z.lock);

	printk("%s: free %lu, min %lu, low %lu, high %lu; blocks",
	       z.name, z.free_pages, z.pages_min, z.pages_low, z.pages_high);
	for (auto &a : z.free_area)
		printk(" %lu", a.nr_free);
	printk("\n");
}

void show_free_areas()
{
	lru_counts lru = get_lru_counts();
	swap_counts swap = get_swap_counts();

	printk("Free pages: %lu (%lu high); active %lu, inactive %lu, "
	       "slab %lu, free swap %lu\n", nr_free_pages(),
	       nr_free_highpages(), lru.active, lru.inactive,
	       nr_slab_pages(), swap.free);
	for (auto &z : zone_table)
		if (z.size)
			show_zone(z);
}

#ifdef CONFIG_DEBUG
constexpr u32 POISON = 0x5ca1ab1e;
constexpr unsigned WORDS = PAGE_SIZE / sizeof(u32);

void poison_pages(page *p, unsigned order)
{
	unsigned long flags = local_irq_save();

	for (page *end = p + (1ul << order); p < end; p++) {
		u32 *w = (u32 *)kmap_atomic(p, KM_DEBUG);

		for (unsigned i = 0; i < WORDS; i++)
			w[i] = POISON;
		kunmap_atomic(w, KM_DEBUG);
		SetPagePoison(p);
	}
	local_irq_restore(flags);
}

static void check_one(const page *p, const u32 *w)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (w[i] != POISON) {
			printk(KERN_EMERG "Free page %lu was written to: "
			       "%#x at offset %#zx\n", page_to_pfn(p), w[i],
			       i * sizeof(u32));
			BUG();
		}
}

/* Pages that boot freed were never poisoned. */
void check_poison(page *p, unsigned order)
{
	unsigned long flags = local_irq_save();

	for (page *end = p + (1ul << order); p < end; p++) {
		if (page_count(p) || p->mapping || p->buffers)
			bad_page(p, "allocated");
		if (!PagePoison(p))
			continue;
		u32 *w = (u32 *)kmap_atomic(p, KM_DEBUG);
		check_one(p, w);
		kunmap_atomic(w, KM_DEBUG);
	}
	local_irq_restore(flags);
}
#endif
