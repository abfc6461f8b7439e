/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty inodes: how they get on sb->s_dirty (newest first) and how they and
 * their pages are written. While an inode is written it carries I_LOCK, its
 * dirty bits are clear and it is on the in-use list; what is dirtied meanwhile
 * queues it again. An error that no caller asked for is kept in the mapping
 * for the next fsync. 2.4: the write-back half of fs/inode.c.
 */
#include "internal.h"

#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>

/* Off to the dirty list? Not if it is on its way out, nor while whoever holds
 * I_LOCK will look himself. Block devices are not hashed. inode_lock held. */
static bool inode_queues_dirty(const inode *inode)
{
	return !(inode->i_state & (I_LOCK | I_FREEING)) &&
		(inode_is_hashed(inode) || S_ISBLK(inode->i_mode));
}

void __mark_inode_dirty(inode *inode, unsigned long flags)
{
	const super_operations *op = inode->i_sb->s_op;

	if (flags & (I_DIRTY_SYNC | I_DIRTY_DATASYNC) && op->dirty_inode)
		op->dirty_inode(inode);
	if ((inode->i_state & flags) == flags)
		return;
	spin_guard g(inode_lock);
	bool was_dirty = inode->i_state & I_DIRTY;
	inode->i_state = inode->i_state | flags;
	if (was_dirty || !inode_queues_dirty(inode))
		return;
	inode->dirtied_when = jiffies;
	list_move(&inode->i_list, &inode->i_sb->s_dirty);
}

/* Writes up to @nr pages from the front of the dirty list, run by run as they
 * lie in the file; returns how many of @nr are left. */
static int write_some_pages(address_space *mapping, int nr)
{
	while (nr > 0) {
		pgoff_t first, n = 0;
		spin_guard g(mapping->page_lock);

		if (list_empty(&mapping->dirty_pages))
			break;
		first = list_entry(mapping->dirty_pages.next, page,
				   list)->index;
		list_for_each_entry(page, p, &mapping->dirty_pages, list)
			if (p->index != first + n || ++n == (pgoff_t)nr)
				break;
		g.unlock();
		loff_t start = (loff_t)first << PAGE_SHIFT;
		filemap_write_range(mapping, start,
				    start + ((loff_t)n << PAGE_SHIFT) - 1)
			.ignore();
		nr -= n;
	}
	return nr;
}

/* inode_lock held, dropped and taken again. Owns I_LOCK afterwards; returns
 * which dirty bits were set. */
static unsigned long inode_begin_write(inode *inode)
{
	while (inode->i_state & I_LOCK) {
		spin_unlock(&inode_lock);
		wait_on_inode(inode);
		spin_lock(&inode_lock);
	}
	unsigned long dirty = inode->i_state & I_DIRTY;
	inode->i_state = (inode->i_state & ~I_DIRTY) | I_LOCK;
	if (!(inode->i_state & I_FREEING))
		list_move(&inode->i_list, &inode_in_use);
	return dirty;
}

/* inode_lock held. @more: pages are left that were not asked for. */
static void inode_end_write(inode *inode, bool more)
{
	inode->i_state = inode->i_state & ~I_LOCK;
	if (more)
		inode->i_state = inode->i_state | I_DIRTY_PAGES;
	if (inode->i_state & I_DIRTY) {
		inode->dirtied_when = jiffies;
		if (inode_queues_dirty(inode))
			inode_requeue(inode);
	}
	wake_up_all(&inode->i_wait);
}

static status write_inode(inode *inode, unsigned long dirty, bool wait)
{
	const super_operations *op = inode->i_sb->s_op;

	if (!(dirty & (I_DIRTY_SYNC | I_DIRTY_DATASYNC)) || !op->write_inode ||
	    is_bad_inode(inode))
		return OK;
	return op->write_inode(inode, wait);
}

/* The caller holds a count and inode_lock, which is dropped meanwhile. With
 * @nr, at most that many pages are written and taken off it. */
static status sync_one(inode *inode, bool wait, int *nr)
{
	address_space *mapping = &inode->i_data;
	unsigned long dirty = inode_begin_write(inode);
	status st, err;
	bool more = false;

	spin_unlock(&inode_lock);
	if (nr)
		*nr = write_some_pages(mapping, *nr);
	else
		st = filemap_fdatawrite(mapping);
	err = write_inode(inode, dirty, wait);
	if (st.ok())
		st = err;
	if (wait) {
		err = filemap_fdatawait(mapping);
		if (st.ok())
			st = err;
	}
	spin_lock(&mapping->page_lock);
	more = nr && !list_empty(&mapping->dirty_pages);
	spin_unlock(&mapping->page_lock);
	spin_lock(&inode_lock);
	inode_end_write(inode, more);
	return st;
}

status write_inode_now(inode *inode, bool sync)
{
	spin_lock(&inode_lock);
	status st = sync_one(inode, sync, nullptr);
	spin_unlock(&inode_lock);
	return st;
}

/* The oldest dirty inode of @sb, with a count, if it was dirtied neither
 * after @until nor at all; inode_lock held. */
static inode *oldest_dirty(super_block *sb, unsigned long until)
{
	if (list_empty(&sb->s_dirty))
		return nullptr;
	inode *i = list_entry(sb->s_dirty.prev, inode, i_list);
	if (time_after(i->dirtied_when, until))
		return nullptr;
	__iget(i);
	return i;
}

/* Writes the dirty inodes of @sb up to those dirtied at @until. */
static void sync_sb_inodes(super_block *sb, unsigned long until, bool wait,
			   int *nr)
{
	spin_lock(&inode_lock);
	while (!nr || *nr > 0) {
		inode *i = oldest_dirty(sb, until);
		if (!i)
			break;
		status st = sync_one(i, wait, nr);
		spin_unlock(&inode_lock);
		if (st.failed())
			i->i_data.error = st.err();
		iput(i);
		spin_lock(&inode_lock);
	}
	spin_unlock(&inode_lock);
}

/* Waits for pages that somebody else has begun to write. */
static void wait_sb_inodes(super_block *sb)
{
	inode *prev = nullptr;

	spin_lock(&inode_lock);
	list_for_each_entry(inode, i, &sb->s_inodes, i_sb_list) {
		if (list_empty(&i->i_data.locked_pages))
			continue;
		__iget(i);
		spin_unlock(&inode_lock);
		status st = filemap_fdatawait(&i->i_data);
		if (st.failed())
			i->i_data.error = st.err();
		iput(prev);	/* @i keeps our place in the list */
		prev = i;
		spin_lock(&inode_lock);
	}
	spin_unlock(&inode_lock);
	iput(prev);
}

static void sync_one_super(super_block *sb, void *wait)
{
	/* Start everything first: the disk can sort it. */
	sync_sb_inodes(sb, jiffies, false, nullptr);
	if (!wait)
		return;
	sync_sb_inodes(sb, jiffies, true, nullptr);
	wait_sb_inodes(sb);
}

void sync_inodes(super_block *sb, bool wait)
{
	void *arg = wait ? &wait : nullptr;

	if (sb)
		sync_one_super(sb, arg);
	else
		for_each_super(false, sync_one_super, arg);
}

struct writeback_work {
	unsigned long until;
	int nr;
	bool limited;
};

static void writeback_super(super_block *sb, void *arg)
{
	writeback_work *w = (writeback_work *)arg;

	if (!w->limited || w->nr > 0)
		sync_sb_inodes(sb, w->until, false,
			       w->limited ? &w->nr : nullptr);
}

void writeback_inodes(int nr_pages, unsigned long older_than)
{
	writeback_work w{older_than ? older_than : jiffies, nr_pages,
			 nr_pages > 0};

	for_each_super(true, writeback_super, &w);
}
