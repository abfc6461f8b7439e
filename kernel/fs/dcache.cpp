/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dentry cache: names that were looked up, hashed by (parent, name),
 * whether the file exists or not. A dentry holds a count on its parent and on
 * its inode; with count 0 it stays hashed, on the LRU, until memory is short.
 * dcache_lock guards hash chains, the tree, names and the LRU; counts rise
 * without it where a count is already held. 2.4: fs/dcache.c.
 */
#include "dcache.h"

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

constinit spinlock_t dcache_lock{"dcache", RANK_DCACHE};
constinit list_head dentry_unused;
constinit unsigned long nr_unused_dentries;
static constinit atomic_t nr_dentry;
static constinit kmem_cache *dentry_cache;
static constinit list_head *dentry_hashtable;
static constinit unsigned d_hash_shift;

unsigned long nr_dentries() { return atomic_read(&nr_dentry); }

static inline list_head *d_bucket(const dentry *parent, unsigned hash)
{
	hash += (unsigned long)parent >> 4;
	return dentry_hashtable + (hash * 0x9e3779b1u >> d_hash_shift);
}

dentry *dget(dentry *d)
{
	if (d)
		atomic_inc(&d->d_count);
	return d;
}

dentry *d_alloc(dentry *parent, const qstr *name)
{
	dentry *d = slab_new<dentry>(dentry_cache, GFP_KERNEL);

	if (!d)
		return nullptr;
	char *str = d->d_iname;
	if (name->len >= DNAME_INLINE_LEN)
		str = (char *)kmalloc(name->len + 1, GFP_KERNEL);
	if (!str) {
		kmem_cache_free(dentry_cache, d);
		return nullptr;
	}
	memcpy(str, name->name, name->len);
	str[name->len] = 0;
	d->d_name = {str, name->len, name->hash};
	atomic_set(&d->d_count, 1);
	atomic_inc(&nr_dentry);
	d->d_parent = d;
	if (parent) {
		d->d_parent = dget(parent);
		d->d_sb = parent->d_sb;
		spin_guard g(dcache_lock);
		list_add(&d->d_child, &parent->d_subdirs);
	}
	return d;
}

static void d_free(dentry *d)
{
	if (d->d_name.name != d->d_iname)
		kfree(d->d_name.name);
	kmem_cache_free(dentry_cache, d);
	atomic_dec(&nr_dentry);
}

dentry *d_alloc_root(inode *root)
{
	const qstr name{"/", 1, 0};
	dentry *d = d_alloc(nullptr, &name);

	if (d) {
		d->d_sb = root->i_sb;
		d_instantiate(d, root);
	}
	return d;
}

/* False: it is not to be the @only dentry of the inode. */
static bool instantiate(dentry *d, inode *inode, bool only)
{
	BUG_ON(!list_empty(&d->d_alias));
	if (S_ISDIR(inode->i_mode))
		inode->i_sem.rank = RANK_DIR_SEM;
	spin_guard g(dcache_lock);
	if (only && !list_empty(&inode->i_dentry))
		return false;
	list_add(&d->d_alias, &inode->i_dentry);
	d->d_inode = inode;
	return true;
}

void d_instantiate(dentry *d, inode *inode)
{
	if (inode)
		instantiate(d, inode, false);
}

void d_rehash(dentry *d)
{
	spin_guard g(dcache_lock);
	if (d_unhashed(d))
		list_add(&d->d_hash, d_bucket(d->d_parent, d->d_name.hash));
}

void d_add(dentry *d, inode *inode)
{
	d_instantiate(d, inode);
	d_rehash(d);
}

/* Both names would stand for one i_sem, which is then taken twice; and the
 * tree could have a loop. */
status d_add_once(dentry *d, inode *inode)
{
	if (inode && !instantiate(d, inode, S_ISDIR(inode->i_mode)))
		return -EUCLEAN;
	d_rehash(d);
	return OK;
}

dentry *d_lookup(dentry *parent, const qstr *name)
{
	list_head *head = d_bucket(parent, name->hash);
	spin_guard g(dcache_lock);

	list_for_each_entry(dentry, d, head, d_hash) {
		if (d->d_name.hash != name->hash || d->d_parent != parent ||
		    d->d_name.len != name->len ||
		    memcmp(d->d_name.name, name->name, name->len))
			continue;
		atomic_inc(&d->d_count);
		d->d_flags |= DCACHE_REFERENCED;
		return d;
	}
	return nullptr;
}

/* dcache_lock held; drops it. */
static void dentry_iput(dentry *d)
{
	inode *inode = d->d_inode;

	d->d_inode = nullptr;
	list_del(&d->d_alias);
	spin_unlock(&dcache_lock);
	if (!inode)
		return;
	if (d->d_op && d->d_op->d_iput)
		d->d_op->d_iput(d, inode);
	else
		iput(inode);
}

dentry *dentry_kill(dentry *d)
{
	dentry *parent = IS_ROOT(d) ? nullptr : d->d_parent;

	if (!list_empty(&d->d_lru)) {
		list_del(&d->d_lru);
		nr_unused_dentries--;
	}
	list_del(&d->d_hash);
	list_del(&d->d_child);
	dentry_iput(d);
	d_free(d);
	return parent;
}

/* The count of @d just became 0; dcache_lock held, dropped. Returns what
 * dput goes on with. */
static dentry *dentry_unuse(dentry *d)
{
	if (d_unhashed(d) ||
	    (d->d_op && d->d_op->d_delete && d->d_op->d_delete(d)))
		return dentry_kill(d);
	if (list_empty(&d->d_lru)) {
		list_add(&d->d_lru, &dentry_unused);
		nr_unused_dentries++;
	}
	spin_unlock(&dcache_lock);
	return nullptr;
}

void dput(dentry *d)
{
	while (d && atomic_dec_and_lock(&d->d_count, &dcache_lock))
		d = dentry_unuse(d);
}

void d_delete(dentry *d)
{
	spin_lock(&dcache_lock);
	if (atomic_read(&d->d_count) == 1) {
		dentry_iput(d);		/* nobody looks: now negative */
		return;
	}
	list_del(&d->d_hash);
	spin_unlock(&dcache_lock);
}

/* Exchanges the names; short ones lie in the dentries themselves. */
static void switch_names(dentry *a, dentry *b)
{
	bool a_inline = a->d_name.name == a->d_iname;
	bool b_inline = b->d_name.name == b->d_iname;

	for (unsigned i = 0; i < DNAME_INLINE_LEN; i++)
		swap_values(a->d_iname[i], b->d_iname[i]);
	swap_values(a->d_name, b->d_name);
	if (b_inline)
		a->d_name.name = a->d_iname;
	if (a_inline)
		b->d_name.name = b->d_iname;
}

void d_move(dentry *d, dentry *target)
{
	spin_guard g(dcache_lock);

	list_del(&target->d_hash);
	list_del(&d->d_hash);
	list_add(&d->d_hash, d_bucket(target->d_parent, target->d_name.hash));
	switch_names(d, target);
	swap_values(d->d_parent, target->d_parent);
	list_move(&d->d_child, &d->d_parent->d_subdirs);
	list_move(&target->d_child, &target->d_parent->d_subdirs);
}

__init void dcache_init()
{
	unsigned order = 0;

	/* About one bucket for 4 pages of memory. */
	while (order < 6 &&
	       (PAGE_SIZE << order) / sizeof(list_head) < nr_total_pages() / 4)
		order++;
	dentry_hashtable = (list_head *)__get_free_pages(GFP_ATOMIC, order);
	if (!dentry_hashtable)
		panic("VFS: no memory for the dentry hash table");
	unsigned nr = (PAGE_SIZE << order) / sizeof(list_head);
	for (unsigned i = 0; i < nr; i++)
		INIT_LIST_HEAD(&dentry_hashtable[i]);
	d_hash_shift = 32 - __fls(nr);
	dentry_cache = kmem_cache_create("dentry_cache", sizeof(dentry));
}
