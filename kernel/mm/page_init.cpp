/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the boot loader's map of memory to zones full of free pages (2.4:
 * free_area_init, mem_init). Every page starts as PG_reserved; only what is
 * RAM and not the kernel's own loses that and is freed.
 */
#include <asm/setup.h>
#include <linux/highmem.h>
#include "page_internal.h"

constinit page *mem_map;
constinit static_array<zone_t, MAX_NR_ZONES> zone_table;
constinit zone_t *preferred_zone[4];
constinit unsigned long lowmem_reserve[MAX_NR_ZONES][MAX_NR_ZONES];
static constinit atomic_t total_pages;

constexpr unsigned long MAX_DMA_PFN = (16ul << 20) >> PAGE_SHIFT;

static const char *const zone_names[MAX_NR_ZONES] = {
	"DMA", "Normal", "HighMem",
};

unsigned long nr_total_pages() { return atomic_read(&total_pages); }

__init static void init_zone(zone_type t, unsigned long start,
			     unsigned long end)
{
	zone_t *z = &zone_table[t];

	z->name = zone_names[t];
	z->zone_start_pfn = start;
	z->size = end > start ? end - start : 0;
	for (unsigned long pfn = start; pfn < end; pfn++) {
		page *p = new (&mem_map[pfn]) page{};

		p->flags = (unsigned long)t << 30 | 1ul << PG_reserved;
	}
	printk(KERN_INFO "zone(%u): %lu pages.\n", t, z->size);
}

__init static zone_t *first_zone(int t)
{
	while (t > 0 && !zone_table[t].size)
		t--;
	return &zone_table[t];
}

__init void free_area_init()
{
	unsigned long dma = min(MAX_DMA_PFN, max_low_pfn);

	mem_map = (page *)early_alloc(max_pfn * sizeof(page), 64);
	init_zone(ZONE_DMA, 0, dma);
	init_zone(ZONE_NORMAL, dma, max_low_pfn);
	init_zone(ZONE_HIGHMEM, max_low_pfn, max_pfn);
	preferred_zone[0] = first_zone(ZONE_NORMAL);
	preferred_zone[__GFP_HIGHMEM] = first_zone(ZONE_HIGHMEM);
	preferred_zone[__GFP_DMA] = &zone_table[ZONE_DMA];
	preferred_zone[__GFP_DMA | __GFP_HIGHMEM] = &zone_table[ZONE_DMA];
}

/* Frees [pfn, end) in the largest aligned blocks. */
__init static unsigned long free_range(unsigned long pfn, unsigned long end)
{
	unsigned long freed = 0;

	while (pfn < end) {
		zone_t *z = page_zone(pfn_to_page(pfn));
		unsigned long zone_end = min(end, z->zone_start_pfn + z->size);
		unsigned order = pfn ? min(__ffs(pfn), (int)MAX_ORDER - 1) : 0;

		while (pfn + (1ul << order) > zone_end)
			order--;
		for (unsigned long i = 0; i < 1ul << order; i++)
			ClearPageReserved(pfn_to_page(pfn + i));

		spin_irq_guard g(z->lock);

		buddy_free(z, pfn_to_page(pfn), order);
		pfn += 1ul << order;
		freed += 1ul << order;
	}
	return freed;
}

/* A 64th of the zone, within limits: at the least what the I/O that reclaim
 * starts itself needs. */
__init static void set_watermarks(zone_t *z)
{
	if (!z->size)
		return;
	z->pages_min = clamp(z->free_pages / 64, 32ul, 255ul);
	z->pages_low = z->pages_min * 2;
	z->pages_high = z->pages_min * 3;
}

__init static void set_lowmem_reserve()
{
	constexpr unsigned long ratio[MAX_NR_ZONES] = {256, 32, 32};

	for (unsigned z = 0; z < MAX_NR_ZONES; z++) {
		unsigned long above = 0;

		for (unsigned c = z + 1; c < MAX_NR_ZONES; c++) {
			above += zone_table[c].free_pages;
			lowmem_reserve[z][c] = above / ratio[z];
		}
	}
}

__init void mem_init()
{
	unsigned long image = 1ul << (20 - PAGE_SHIFT), ram = 0, freed = 0;

	kmap_init();
	for (unsigned i = 0; i < nr_ram_ranges; i++) {
		unsigned long start = max(ram_ranges[i].start_pfn, 1ul);
		unsigned long end = min(ram_ranges[i].end_pfn, max_pfn);

		if (start >= end)
			continue;
		ram += end - start;
		if (start < image)
			freed += free_range(start, min(end, image));
		start = max(start, early_end_pfn());
		if (start < end)
			freed += free_range(start, end);
	}
	atomic_set(&total_pages, freed);
	for (auto &z : zone_table) {
		z.managed_pages = z.free_pages;
		set_watermarks(&z);
	}
	set_lowmem_reserve();

	constexpr unsigned k = PAGE_SHIFT - 10;
	printk(KERN_INFO "Memory: %luk/%luk available (%luk reserved, "
	       "%luk highmem)\n", freed << k, max_pfn << k,
	       (ram - freed) << k, nr_free_highpages() << k);
}

void free_reserved_page(page *p)
{
	ClearPageReserved(p);
	atomic_set(&p->count, 1);
	atomic_inc(&total_pages);
	__free_page(p);
}
