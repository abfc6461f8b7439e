/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/sys/vm/drop_caches: what is clean and not in use leaves memory on
 * demand. 1: pages of files; 2: names, inodes, empty slabs; 3: both. For
 * whoever counts or measures; sync first, what is dirty stays.
 */
#include "internal.h"

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>

constexpr long DROP_PAGES = 1, DROP_SLAB = 2;
constexpr int ALL = 1 << 30;

static constinit long last_request;

static void drop_pages_of_super(super_block *sb, void *)
{
	inode *prev = nullptr;

	spin_lock(&inode_lock);
	list_for_each_entry(inode, i, &sb->s_inodes, i_sb_list) {
		if (!i->i_data.nrpages)
			continue;
		__iget(i);
		spin_unlock(&inode_lock);
		invalidate_inode_pages(&i->i_data);
		iput(prev);	/* @i keeps our place in the list */
		prev = i;
		spin_lock(&inode_lock);
	}
	spin_unlock(&inode_lock);
	iput(prev);
}

/* A name holds its inode and its parent, so names go first. */
static void drop_slab()
{
	prune_dcache(ALL);
	prune_icache(ALL);
	kmem_cache_reap();
}

static status drop_caches_show(seq_file *m, void *)
{
	seq_printf(m, "%ld\n", last_request);
	return OK;
}

static status drop_caches_store(char *text, size_t, void *)
{
	char *end;
	long what = simple_strtol(text, &end, 10);

	if (end == text || *end || what < 1 || what > (DROP_PAGES | DROP_SLAB))
		return -EINVAL;
	last_request = what;
	if (what & DROP_PAGES)
		for_each_super(false, drop_pages_of_super, nullptr);
	if (what & DROP_SLAB)
		drop_slab();
	return OK;
}

static void drop_caches_init()
{
	proc_create("drop_caches", S_IRUGO | S_IWUSR, proc_sys_vm,
		    drop_caches_show, nullptr)->store = drop_caches_store;
}
fs_initcall(drop_caches_init);
