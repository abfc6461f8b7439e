/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which dirty metadata belongs to which file, so that fsync writes it and no
 * more (the inode queues of 2.4's fs/buffer.c). A buffer on an inode's
 * private_list has b_assoc set; both change under the device's private_lock.
 * Being on the list holds no count: freeing the buffer takes it off.
 */
#include <linux/dcache.h>
#include "buffer_internal.h"

/* A failed write that no fsync has seen becomes the file's error. */
void __remove_inode_buffer(buffer_head *bh)
{
	if (test_clear_buffer_write_eio(bh))
		bh->b_assoc->error = -EIO;
	bh->b_assoc = nullptr;
	list_del_init(&bh->b_inode_buffers);
}

void mark_buffer_dirty_inode(buffer_head *bh, inode *inode)
{
	address_space *mapping = &inode->i_data;

	mark_buffer_dirty(bh);
	if (READ_ONCE(bh->b_assoc) == mapping)
		return;
	spin_guard g(bdev_buffer_lock(bh->b_bdev));

	if (bh->b_assoc == mapping)
		return;
	if (bh->b_assoc)
		__remove_inode_buffer(bh);
	bh->b_assoc = mapping;
	list_add_tail(&bh->b_inode_buffers, &mapping->private_list);
}

static buffer_head *first_inode_buffer(list_head *list)
{
	buffer_head *bh = list_entry(list->next, buffer_head, b_inode_buffers);

	get_bh(bh);
	return bh;
}

/* Moves every buffer to @started, each on its way to the disk. */
static void start_inode_buffers(inode *inode, spinlock_t &lock,
				list_head *started)
{
	list_head *list = &inode->i_data.private_list;

	spin_lock(&lock);
	while (!list_empty(list)) {
		buffer_head *bh = first_inode_buffer(list);

		list_move_tail(&bh->b_inode_buffers, started);
		spin_unlock(&lock);
		lock_buffer(bh);
		if (test_clear_buffer_dirty(bh)) {
			clear_buffer_write_eio(bh);
			submit_bh_sync(WRITE, bh);
		} else {
			unlock_buffer(bh);
		}
		brelse(bh);
		spin_lock(&lock);
	}
	spin_unlock(&lock);
}

/* A buffer that was changed again meanwhile goes back to the inode. */
static status wait_inode_buffers(inode *inode, spinlock_t &lock,
				 list_head *started)
{
	status st;

	spin_lock(&lock);
	while (!list_empty(started)) {
		buffer_head *bh = first_inode_buffer(started);

		list_move_tail(&bh->b_inode_buffers,
			       &inode->i_data.private_list);
		spin_unlock(&lock);
		wait_on_buffer(bh);
		spin_lock(&lock);
		if (test_clear_buffer_write_eio(bh))
			st = -EIO;
		if (bh->b_assoc == &inode->i_data && !buffer_dirty(bh) &&
		    !buffer_locked(bh))
			__remove_inode_buffer(bh);
		brelse(bh);
	}
	spin_unlock(&lock);
	return st;
}

status fsync_inode_buffers(inode *inode)
{
	if (list_empty(&inode->i_data.private_list))
		return OK;
	spinlock_t &lock = bdev_buffer_lock(inode->i_sb->s_bdev);
	list_head started;

	start_inode_buffers(inode, lock, &started);
	return wait_inode_buffers(inode, lock, &started);
}

/* The inode leaves memory: its metadata stays dirty in the device's pages. */
void invalidate_inode_buffers(inode *inode)
{
	list_head *list = &inode->i_data.private_list;

	if (list_empty(list))
		return;
	spin_guard g(bdev_buffer_lock(inode->i_sb->s_bdev));

	while (!list_empty(list))
		__remove_inode_buffer(list_entry(list->next, buffer_head,
						 b_inode_buffers));
}

bool inode_has_dirty_buffers(inode *inode)
{
	list_head *list = &inode->i_data.private_list;

	if (list_empty(list))
		return false;
	spin_guard g(bdev_buffer_lock(inode->i_sb->s_bdev));

	list_for_each_entry(buffer_head, bh, list, b_inode_buffers)
		if (buffer_dirty(bh) || buffer_locked(bh))
			return true;
	return false;
}

static status first_error(status a, status b)
{
	return a.failed() ? a : b;
}

/* Data first: writing it may allocate blocks, which changes the metadata. */
status file_fsync(file *, dentry *d, int datasync)
{
	inode *inode = d->d_inode;
	address_space *mapping = inode->i_mapping;
	unsigned long dirty = datasync ? I_DIRTY_DATASYNC :
		I_DIRTY_SYNC | I_DIRTY_DATASYNC;
	status st = filemap_fdatawrite(mapping);

	st = first_error(st, filemap_fdatawait(mapping));
	st = first_error(st, fsync_inode_buffers(inode));
	if (inode->i_state & dirty)
		st = first_error(st, write_inode_now(inode, true));
	st = first_error(st, xchg(&mapping->error, 0));
	if (inode->i_sb->s_bdev)
		st = first_error(st, blkdev_issue_flush(inode->i_sb->s_bdev));
	return st;
}
