/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advisory locks: of ranges, owned by a table of descriptors (fcntl), and of
 * whole files, owned by an open file (flock). fs/locks.cpp, fs/flock.cpp.
 */
#pragma once

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/wait.h>
#include <uapi/flock.h>

struct files_struct;

struct file_lock {
	list_head fl_link;	/* inode->i_flock_list */
	list_head fl_block;	/* who waits for me; or: I wait, on his list */
	list_head fl_all;	/* all_locks, once it is on fl_link */
	inode *fl_inode = nullptr;	/* the same */
	list_head fl_waiting;	/* while I wait: list of all waiters */
	file_lock *fl_next = nullptr;	/* whom I wait for */
	wait_queue_head_t fl_wait;
	bool fl_flock = false;
	short fl_type = 0;	/* F_RDLCK, F_WRLCK, F_UNLCK */
	files_struct *fl_owner = nullptr;
	file *fl_file = nullptr;
	pid_t fl_pid = 0;
	loff_t fl_start = 0, fl_end = 0;	/* both inclusive */
};
constexpr loff_t OFFSET_MAX = 0x7fffffffffffffffLL;

extern spinlock_t flock_lock;	/* all of these lists */
extern list_head all_locks;	/* for /proc/locks */
file_lock *lock_alloc();	/* null: no memory */
void lock_free(file_lock *fl);	/* null is fine */
/* flock_lock held for the rest. */
void lock_insert(inode *inode, file_lock *fl);
void lock_remove(file_lock *fl);	/* and wakes its waiters; no free */
/* The first lock in the way of @fl, or null. */
file_lock *lock_conflict(inode *inode, const file_lock *fl);
/* Dropped while asleep. -ERESTARTSYS: a signal came. */
status lock_sleep(file_lock *waiter, file_lock *blocker);

/* flock_lock not held. Puts @fl, which is filled in, among the owner's locks;
 * consumes it, whatever happens. -EAGAIN, -EDEADLK. */
status posix_lock_file(inode *inode, file_lock *fl, bool wait);

/* What fcntl(2) does with locks. */
result<long> fcntl_getlk32(file *f, unsigned long arg);
result<long> fcntl_getlk64(file *f, unsigned long arg);
result<long> fcntl_setlk32(unsigned fd, file *f, unsigned long arg, bool wait);
result<long> fcntl_setlk64(unsigned fd, file *f, unsigned long arg, bool wait);
