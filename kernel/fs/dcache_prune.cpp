/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dentries leave memory: unused ones under pressure, those of a super block
 * or below a directory on demand. 2.4: fs/dcache.c.
 */
#include "dcache.h"

#include "internal.h"
#include <linux/kernel.h>

constinit semaphore prune_sem{"prune", RANK_PRUNE_SEM};

/* dcache_lock held. Walks all below @root: the next after @d, or null. */
static dentry *next_in_tree(const dentry *root, dentry *d)
{
	if (!list_empty(&d->d_subdirs))
		return list_entry(d->d_subdirs.next, dentry, d_child);
	while (d != root && d->d_child.next == &d->d_parent->d_subdirs)
		d = d->d_parent;
	return d == root ? nullptr :
			   list_entry(d->d_child.next, dentry, d_child);
}

static void take_off_lru(dentry *d)
{
	list_del(&d->d_lru);
	nr_unused_dentries--;
}

/* Looks at the coldest; returns whether it was freed. dcache_lock held,
 * dropped and taken again. */
static bool prune_coldest()
{
	dentry *d = list_entry(dentry_unused.prev, dentry, d_lru);

	if (atomic_read(&d->d_count)) {
		take_off_lru(d);	/* dput brings it back */
		return false;
	}
	if (d->d_flags & DCACHE_REFERENCED) {
		d->d_flags &= ~DCACHE_REFERENCED;
		list_move(&d->d_lru, &dentry_unused);
		return false;
	}
	dput(dentry_kill(d));
	spin_lock(&dcache_lock);
	return true;
}

/* Looks at up to @scan dentries, frees up to @n. */
static int prune_lru(int n, unsigned long scan)
{
	int freed = 0;

	spin_lock(&dcache_lock);
	while (freed < n && scan-- && !list_empty(&dentry_unused))
		freed += prune_coldest();
	spin_unlock(&dcache_lock);
	return freed;
}

int prune_dcache(int n)
{
	if (!down_trylock(&prune_sem))
		return 0;
	int freed = prune_lru(n, nr_unused_dentries + n);
	up(&prune_sem);
	return freed;
}

/* Moves a dentry that nobody uses to the cold end, without a second chance. */
static bool make_coldest(dentry *d)
{
	if (atomic_read(&d->d_count))
		return false;
	if (list_empty(&d->d_lru))
		nr_unused_dentries++;
	list_move_tail(&d->d_lru, &dentry_unused);
	d->d_flags &= ~DCACHE_REFERENCED;
	return true;
}

static int select_below(dentry *root)
{
	int found = 0;
	spin_guard g(dcache_lock);

	for (dentry *d = next_in_tree(root, root); d; d = next_in_tree(root, d))
		found += make_coldest(d);
	return found;
}

void shrink_dcache_parent(dentry *root)
{
	/* Freeing leaves makes their parents unused. */
	for (int found; (found = select_below(root)) != 0;)
		if (!prune_lru(found, found))
			break;
}

/* Every dentry of a super block lies below its root. */
void shrink_dcache_sb(super_block *sb)
{
	if (sb->s_root)
		shrink_dcache_parent(sb->s_root);
}

bool d_invalidate(dentry *d)
{
	if (d_unhashed(d))
		return true;
	shrink_dcache_parent(d);
	spin_guard g(dcache_lock);
	if (atomic_read(&d->d_count) > 1 && d->d_inode &&
	    S_ISDIR(d->d_inode->i_mode))
		return false;
	list_del(&d->d_hash);
	return true;
}
