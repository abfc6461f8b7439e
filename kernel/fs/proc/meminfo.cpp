/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/meminfo, vmstat and buddyinfo: where the memory is. */
#include <linux/init.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include "../internal.h"
#include "internal.h"

/* ---- meminfo ---- */

static unsigned long kib(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

static void print_kib(seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-15s %9lu kB\n", name, kib(pages));
}

static void count_device_pages(super_block *sb, void *arg)
{
	unsigned long *n = (unsigned long *)arg;

	if (strcmp(sb->s_type->name, "bdev"))
		return;
	spin_guard g(inode_lock);

	list_for_each_entry(inode, i, &sb->s_inodes, i_sb_list)
		*n += i->i_data.nrpages;
}

/* Page-cache pages of block devices. */
static unsigned long nr_buffer_pages()
{
	unsigned long n = 0;

	for_each_super(true, count_device_pages, &n);
	return n;
}

static status meminfo_show(seq_file *m, void *)
{
	unsigned long buffers = nr_buffer_pages(), cache = nr_pagecache_pages();
	unsigned long high = zone_table[ZONE_HIGHMEM].managed_pages;
	unsigned long total = nr_total_pages(), free = nr_free_pages();
	unsigned long high_free = nr_free_highpages();
	lru_counts lru = get_lru_counts();
	swap_counts swap = get_swap_counts();

	print_kib(m, "MemTotal:", total);
	print_kib(m, "MemFree:", free);
	print_kib(m, "MemAvailable:", free + cache);
	print_kib(m, "Buffers:", buffers);
	print_kib(m, "Cached:", cache - min(cache, buffers));
	print_kib(m, "SwapCached:", swap.cached);
	print_kib(m, "Active:", lru.active);
	print_kib(m, "Inactive:", lru.inactive);
	print_kib(m, "HighTotal:", high);
	print_kib(m, "HighFree:", high_free);
	print_kib(m, "LowTotal:", total - high);
	print_kib(m, "LowFree:", free - high_free);
	print_kib(m, "SwapTotal:", swap.total);
	print_kib(m, "SwapFree:", swap.free);
	print_kib(m, "Dirty:", nr_dirty_pages());
	print_kib(m, "Slab:", nr_slab_pages());
	return OK;
}

/* ---- vmstat ---- */

static void print_gauge(seq_file *m, const char *name, unsigned long value)
{
	seq_printf(m, "%s %lu\n", name, value);
}

static status vmstat_show(seq_file *m, void *)
{
	lru_counts lru = get_lru_counts();

	print_gauge(m, "nr_free_pages", nr_free_pages());
	print_gauge(m, "nr_pagecache", nr_pagecache_pages());
	print_gauge(m, "nr_dirty", nr_dirty_pages());
	print_gauge(m, "nr_slab", nr_slab_pages());
	print_gauge(m, "nr_active", lru.active);
	print_gauge(m, "nr_inactive", lru.inactive);
	print_gauge(m, "nr_swap_free", get_swap_counts().free);
	for (int e = 0; e < NR_VM_EVENTS; e++)
		seq_printf(m, "%s %llu\n", vm_event_names[e],
			   sum_vm_events((vm_event)e));
	return OK;
}

/* ---- buddyinfo ---- */

static void print_zone(seq_file *m, zone_t &z)
{
	spin_irq_guard g(z.lock);

	seq_printf(m, "Node 0, zone %8s", z.name);
	for (const auto &a : z.free_area)
		seq_printf(m, " %6lu", a.nr_free);
	seq_putc(m, '\n');
}

static status buddyinfo_show(seq_file *m, void *)
{
	for (auto &z : zone_table)
		if (z.size)
			print_zone(m, z);
	return OK;
}

static void meminfo_init()
{
	proc_create("meminfo", S_IRUGO, nullptr, meminfo_show, nullptr);
	proc_create("vmstat", S_IRUGO, nullptr, vmstat_show, nullptr);
	proc_create("buddyinfo", S_IRUGO, nullptr, buddyinfo_show, nullptr);
}
core_initcall(meminfo_init);
