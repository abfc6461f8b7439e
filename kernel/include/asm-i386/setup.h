/* SPDX-License-Identifier: GPL-2.0-only */
/* What boot finds out about the machine, and memory before the allocator. */
#pragma once

#include <linux/types.h>

/* Usable memory from the boot loader's map, cut by mem=; sorted, disjoint. */
struct ram_range {
	unsigned long start_pfn, end_pfn;	/* end: first not in it */
};
extern ram_range ram_ranges[32];
extern unsigned nr_ram_ranges;

/* Zeroed low memory that is never given back; panics when there is none.
 * Only before mem_init(). @align is a power of two. */
void *early_alloc(size_t size, size_t align);
/* The kernel's image and early allocations are the low pages from 1 MiB up
 * to this one. */
unsigned long early_end_pfn();

/* The command line; then ram_ranges, max_pfn, max_low_pfn, high_memory. */
void setup_arch(unsigned long magic, unsigned long info_phys);
void setup_memory(unsigned long info_phys);
void paging_init();		/* the final page tables of the kernel */
void cpu_init();		/* GDT, TSS and control registers */
void trap_init();
void init_IRQ();
void time_init();		/* calibrates the TSC, starts the tick */
void free_area_init();		/* mm/page_alloc.cpp: mem_map, zones */
void zero_page_init();		/* once mem_map is there */
void free_initmem();		/* gives .init sections to the allocator */
