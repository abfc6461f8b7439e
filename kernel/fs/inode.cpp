/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inode cache. An inode is hashed by (super block, number); i_list puts
 * it on exactly one of: in use, unused (count 0, clean), sb->s_dirty. Under
 * I_LOCK it is being read or written: wait on i_wait. Once I_FREEING is set it
 * is on no list and no hash chain, so nobody can come by it. Who works on an
 * inode without inode_lock holds a count. 2.4: fs/inode.c.
 */
#include "internal.h"

#include <linux/buffer_head.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>

constinit spinlock_t inode_lock{"inode_lock", RANK_INODE};
constinit list_head inode_in_use, inode_unused;
constinit unsigned long nr_inodes, nr_unused_inodes;
static constinit kmem_cache *inode_cache;
static constinit list_head *inode_hashtable;
static constinit unsigned i_hash_shift;

static constexpr inode_operations empty_iops{};
static constexpr file_operations empty_fops{};
static constexpr address_space_operations empty_aops{};

static list_head *i_bucket(const super_block *sb, ino_t ino)
{
	unsigned long hash = ino + ((unsigned long)sb >> 6);

	return inode_hashtable + (hash * 0x9e3779b1u >> i_hash_shift);
}

void __iget(inode *inode)
{
	if (atomic_inc_return(&inode->i_count) > 1)
		return;
	nr_unused_inodes--;
	if (!(inode->i_state & (I_DIRTY | I_LOCK)))
		list_move(&inode->i_list, &inode_in_use);
}

void inode_requeue(inode *inode)
{
	if (inode->i_state & I_DIRTY)
		list_move(&inode->i_list, &inode->i_sb->s_dirty);
	else if (atomic_read(&inode->i_count))
		list_move(&inode->i_list, &inode_in_use);
	else
		list_move(&inode->i_list, &inode_unused);
}

void wait_on_inode(inode *inode)
{
	if (inode->i_state & I_LOCK)
		wait_event(inode->i_wait, !(inode->i_state & I_LOCK));
}

static inode *alloc_inode(super_block *sb)
{
	inode *inode = slab_new<struct inode>(inode_cache, GFP_KERNEL);

	if (!inode)
		return nullptr;
	inode->i_sb = sb;
	inode->i_blkbits = sb->s_blocksize_bits;
	inode->i_op = &empty_iops;
	inode->i_fop = &empty_fops;
	inode->i_data.a_ops = &empty_aops;
	inode->i_data.host = inode;
	inode->i_nlink = 1;
	atomic_set(&inode->i_count, 1);
	return inode;
}

/* inode_lock held. */
static void inode_link_lists(inode *inode)
{
	list_add(&inode->i_list, &inode_in_use);
	list_add(&inode->i_sb_list, &inode->i_sb->s_inodes);
	nr_inodes++;
}

inode *new_inode(super_block *sb)
{
	inode *inode = alloc_inode(sb);

	if (!inode)
		return nullptr;
	spin_guard g(inode_lock);
	inode_link_lists(inode);
	return inode;
}

void insert_inode_hash(inode *inode)
{
	spin_guard g(inode_lock);
	list_add(&inode->i_hash, i_bucket(inode->i_sb, inode->i_ino));
}

/* inode_lock held. With a count, or null. */
static inode *find_inode(super_block *sb, ino_t ino, list_head *head)
{
	list_for_each_entry(inode, i, head, i_hash) {
		if (i->i_ino != ino || i->i_sb != sb)
			continue;
		__iget(i);
		return i;
	}
	return nullptr;
}

/* Reads an inode that was just hashed, locked, for others to wait for. */
static inode *read_new_inode(inode *inode)
{
	inode->i_sb->s_op->read_inode(inode);
	if (S_ISDIR(inode->i_mode))
		inode->i_sem.rank = RANK_DIR_SEM;
	spin_lock(&inode_lock);
	inode->i_state = inode->i_state & ~(I_LOCK | I_NEW);
	if (inode->i_state & I_DIRTY)
		inode_requeue(inode);
	spin_unlock(&inode_lock);
	wake_up_all(&inode->i_wait);
	return inode;
}

static inode *get_new_inode(super_block *sb, ino_t ino, list_head *head)
{
	inode *inode = alloc_inode(sb);

	if (!inode)
		return nullptr;
	spin_guard g(inode_lock);
	struct inode *old = find_inode(sb, ino, head);
	if (old) {
		g.unlock();
		kmem_cache_free(inode_cache, inode);
		wait_on_inode(old);
		return old;
	}
	inode->i_ino = ino;
	inode->i_state = I_LOCK | I_NEW;
	inode_link_lists(inode);
	list_add(&inode->i_hash, head);
	g.unlock();
	return read_new_inode(inode);
}

inode *iget(super_block *sb, ino_t ino)
{
	list_head *head = i_bucket(sb, ino);

	spin_lock(&inode_lock);
	inode *inode = find_inode(sb, ino, head);
	spin_unlock(&inode_lock);
	if (!inode)
		return get_new_inode(sb, ino, head);
	wait_on_inode(inode);
	return inode;
}

inode *igrab(inode *inode)
{
	spin_guard g(inode_lock);

	if (inode->i_state & I_FREEING)
		return nullptr;
	__iget(inode);
	return inode;
}

void inode_unlink_lists(inode *inode)
{
	list_del(&inode->i_hash);
	list_del(&inode->i_list);
	list_del(&inode->i_sb_list);
	inode->i_state = inode->i_state | I_FREEING;
	nr_inodes--;
}

void clear_inode(inode *inode)
{
	invalidate_inode_buffers(inode);
	BUG_ON(inode->i_data.nrpages);
	BUG_ON(!(inode->i_state & I_FREEING));
	wait_on_inode(inode);
	if (inode->i_sb->s_op->clear_inode)
		inode->i_sb->s_op->clear_inode(inode);
	if (inode->i_bdev) {
		bdput(inode->i_bdev);
		inode->i_bdev = nullptr;
	}
	inode->i_state = I_FREEING | I_CLEAR;
}

void inode_evict(inode *inode)
{
	bool gone = !inode->i_nlink && inode->i_sb->s_op->delete_inode;

	if (inode->i_data.nrpages)
		truncate_inode_pages(&inode->i_data, 0);
	if (gone && !is_bad_inode(inode))
		inode->i_sb->s_op->delete_inode(inode);
	if (!(inode->i_state & I_CLEAR))
		clear_inode(inode);
	kmem_cache_free(inode_cache, inode);
}

/* Nobody uses it now: may it stay in the cache? inode_lock held. */
static bool inode_may_stay(inode *inode)
{
	return inode->i_nlink && inode_is_hashed(inode) &&
		inode->i_sb->s_flags & MS_ACTIVE;
}

void iput(inode *inode)
{
	if (!inode || !atomic_dec_and_lock(&inode->i_count, &inode_lock))
		return;
	if (inode_may_stay(inode)) {
		nr_unused_inodes++;
		if (!(inode->i_state & (I_DIRTY | I_LOCK)))
			list_move(&inode->i_list, &inode_unused);
		spin_unlock(&inode_lock);
		return;
	}
	if (inode->i_nlink && inode_is_hashed(inode) &&
	    inode->i_state & I_DIRTY) {
		/* Its super block goes away: write it, then try again. */
		atomic_inc(&inode->i_count);
		spin_unlock(&inode_lock);
		write_inode_now(inode, true).ignore();
		iput(inode);
		return;
	}
	inode_unlink_lists(inode);
	spin_unlock(&inode_lock);
	inode_evict(inode);
}

__init void inode_init()
{
	unsigned order = 0;

	while (order < 4 &&
	       (PAGE_SIZE << order) / sizeof(list_head) < nr_total_pages() / 8)
		order++;
	inode_hashtable = (list_head *)__get_free_pages(GFP_ATOMIC, order);
	if (!inode_hashtable)
		panic("VFS: no memory for the inode hash table");
	unsigned nr = (PAGE_SIZE << order) / sizeof(list_head);
	for (unsigned i = 0; i < nr; i++)
		INIT_LIST_HEAD(&inode_hashtable[i]);
	i_hash_shift = 32 - __fls(nr);
	inode_cache = kmem_cache_create("inode_cache", sizeof(inode));
	names_init();
	files_init();
	mnt_init();
}
