/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/slabinfo, in 2.4's format. */
#include <linux/init.h>
#include <linux/proc_fs.h>
#include "slab_internal.h"

static void show_cache(seq_file *m, kmem_cache *c)
{
	spin_irq_guard g(c->lock);
	unsigned long slabs = c->nr_slabs, inuse = c->nr_inuse;
	unsigned empty = c->nr_empty;

	for (auto &s : c->cpu)
		inuse -= s.count;
	g.unlock();
	seq_printf(m, "%-17s %6lu %6lu %6u %4lu %4lu %4u\n", c->name, inuse,
		   slabs * c->per_slab, c->size, slabs - empty, slabs,
		   1u << c->order);
}

static status slabinfo_show(seq_file *m, void *)
{
	seq_puts(m, "slabinfo - version: 1.1\n");
	for (kmem_cache *c = cache_chain; c; c = c->next)
		show_cache(m, c);
	return OK;
}

static void slabinfo_init()
{
	proc_create("slabinfo", S_IFREG | S_IRUGO, nullptr, slabinfo_show,
		    nullptr);
}
fs_initcall(slabinfo_init);
