/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inodes leave memory: cold unused ones under pressure, together with their
 * clean pages, and all of a super block that is unmounted. An inode whose
 * metadata is still to be written stays, or a later fsync would miss it.
 * 2.4: fs/inode.c.
 */
#include "internal.h"

#include <linux/buffer_head.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>

/* Takes the inodes from @list one by one and frees them. */
static void dispose_list(list_head *list)
{
	while (!list_empty(list)) {
		inode *i = list_entry(list->next, inode, i_list);

		list_del(&i->i_list);
		inode_evict(i);
	}
}

/* inode_lock held: takes it from everything but @list. */
static void inode_condemn(inode *inode, list_head *list)
{
	nr_unused_inodes--;
	inode_unlink_lists(inode);
	list_add(&inode->i_list, list);
}

static bool inode_idle(const inode *i)
{
	return !atomic_read(&i->i_count) &&
		!(i->i_state & (I_DIRTY | I_LOCK | I_FREEING));
}

/* Gets rid of what hangs on an idle inode. inode_lock held, dropped, taken
 * again; true if it can be freed now. */
static bool inode_strip(inode *inode)
{
	bool clean;

	if (!inode->i_data.nrpages &&
	    list_empty(&inode->i_data.private_list))
		return true;
	__iget(inode);
	spin_unlock(&inode_lock);
	clean = !inode_has_dirty_buffers(inode);
	if (clean)
		invalidate_inode_pages(&inode->i_data);
	spin_lock(&inode_lock);
	if (clean && atomic_read(&inode->i_count) == 1 && inode->i_nlink &&
	    !inode->i_data.nrpages && !(inode->i_state & (I_DIRTY | I_LOCK))) {
		atomic_set(&inode->i_count, 0);
		nr_unused_inodes++;
		return true;
	}
	spin_unlock(&inode_lock);
	iput(inode);
	spin_lock(&inode_lock);
	return false;
}

static int prune_inodes(int n, list_head *freeable)
{
	int freed = 0;
	unsigned long scan = nr_unused_inodes;
	spin_guard g(inode_lock);

	while (freed < n && scan-- && !list_empty(&inode_unused)) {
		inode *i = list_entry(inode_unused.prev, inode, i_list);

		list_move(&i->i_list, &inode_unused);
		if (!inode_idle(i) || !inode_strip(i))
			continue;
		inode_condemn(i, freeable);
		freed++;
	}
	return freed;
}

int prune_icache(int n)
{
	list_head freeable;

	if (!down_trylock(&prune_sem))
		return 0;
	int freed = prune_inodes(n, &freeable);
	dispose_list(&freeable);
	up(&prune_sem);
	return freed;
}

bool invalidate_inodes(super_block *sb)
{
	list_head freeable;
	bool all = true;
	spin_guard g(inode_lock);

	list_for_each_safe(p, next, &sb->s_inodes) {
		inode *i = list_entry(p, inode, i_sb_list);

		if (atomic_read(&i->i_count) || i->i_state & I_LOCK)
			all = false;
		else
			inode_condemn(i, &freeable);
	}
	g.unlock();
	dispose_list(&freeable);
	return all;
}
