/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POSIX record locks. The locks of one owner on one file never overlap and
 * never touch another of the same type. A waiter hangs on the lock that is in
 * its way and tries again when that changes; before it waits, the chain of
 * who waits for whom is followed, and a cycle is EDEADLK. 2.4: fs/locks.c.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/filelock.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>

constinit spinlock_t flock_lock{"file locks", RANK_FLOCK};
static constinit kmem_cache *lock_cache;
static constinit list_head all_waiting;	/* of fl_waiting */

__init static void filelock_init()
{
	lock_cache = kmem_cache_create("file_lock", sizeof(file_lock));
}
core_initcall(filelock_init);

file_lock *lock_alloc() { return slab_new<file_lock>(lock_cache, GFP_KERNEL); }

void lock_free(file_lock *fl)
{
	if (fl)
		kmem_cache_free(lock_cache, fl);
}

void lock_insert(inode *inode, file_lock *fl)
{
	fl->fl_inode = inode;
	list_add_tail(&fl->fl_link, &inode->i_flock_list);
	list_add_tail(&fl->fl_all, &all_locks);
}

static void lock_wake(file_lock *fl)
{
	while (!list_empty(&fl->fl_block)) {
		file_lock *w = list_entry(fl->fl_block.next, file_lock,
					  fl_block);

		list_del(&w->fl_block);
		w->fl_next = nullptr;
		wake_up(&w->fl_wait);
	}
}

void lock_remove(file_lock *fl)
{
	list_del(&fl->fl_link);
	list_del(&fl->fl_all);
	lock_wake(fl);
}

static bool overlaps(const file_lock *a, const file_lock *b)
{
	return a->fl_end >= b->fl_start && b->fl_end >= a->fl_start;
}

static bool same_owner(const file_lock *a, const file_lock *b)
{
	return a->fl_flock ? a->fl_file == b->fl_file :
			     a->fl_owner == b->fl_owner;
}

file_lock *lock_conflict(inode *inode, const file_lock *fl)
{
	list_for_each_entry(file_lock, o, &inode->i_flock_list, fl_link) {
		if (o->fl_flock == fl->fl_flock && !same_owner(o, fl) &&
		    overlaps(o, fl) &&
		    (o->fl_type == F_WRLCK || fl->fl_type == F_WRLCK))
			return o;
	}
	return nullptr;
}

status lock_sleep(file_lock *waiter, file_lock *blocker)
{
	list_add_tail(&waiter->fl_block, &blocker->fl_block);
	list_add(&waiter->fl_waiting, &all_waiting);
	waiter->fl_next = blocker;
	spin_unlock(&flock_lock);
	status st = wait_event_interruptible(waiter->fl_wait,
					     !READ_ONCE(waiter->fl_next));
	spin_lock(&flock_lock);
	list_del(&waiter->fl_block);
	list_del(&waiter->fl_waiting);
	waiter->fl_next = nullptr;
	return st;
}

/* ---- POSIX locks ---- */

static file_lock *waits_as(const files_struct *owner)
{
	list_for_each_entry(file_lock, w, &all_waiting, fl_waiting)
		if (!w->fl_flock && w->fl_owner == owner && w->fl_next)
			return w;
	return nullptr;
}

/* Would @owner wait for itself if it waited for @blocker? */
static bool would_deadlock(const files_struct *owner, const file_lock *blocker)
{
	/* Threads that share a table may all wait: bound the walk. */
	for (int hops = 0; hops < 1000; hops++) {
		if (blocker->fl_owner == owner)
			return true;
		const file_lock *w = waits_as(blocker->fl_owner);
		if (!w)
			return false;
		blocker = w->fl_next;
	}
	return false;
}

static bool touches(const file_lock *a, const file_lock *b)
{
	return (a->fl_start == 0 || a->fl_start - 1 <= b->fl_end) &&
		(b->fl_start == 0 || b->fl_start - 1 <= a->fl_end);
}

/* @old, of the same owner, gives way to @fl. @spare takes the upper part if
 * @old is cut in two; true if it was used. What is to be freed goes to
 * @dead. */
static bool make_room(inode *inode, file_lock *old, file_lock *fl,
		      file_lock *spare, list_head *dead)
{
	bool left = old->fl_start < fl->fl_start;
	bool right = old->fl_end > fl->fl_end, split = left && right;

	if (old->fl_type == fl->fl_type) {
		fl->fl_start = min(fl->fl_start, old->fl_start);
		fl->fl_end = max(fl->fl_end, old->fl_end);
		left = right = split = false;
	}
	if (split) {
		spare->fl_type = old->fl_type;
		spare->fl_owner = old->fl_owner;
		spare->fl_file = old->fl_file;
		spare->fl_pid = old->fl_pid;
		spare->fl_start = fl->fl_end + 1;
		spare->fl_end = old->fl_end;
		lock_insert(inode, spare);
	}
	if (left) {
		old->fl_end = fl->fl_start - 1;
		lock_wake(old);
	} else if (right) {
		old->fl_start = fl->fl_end + 1;
		lock_wake(old);
	} else {
		lock_remove(old);
		list_add(&old->fl_link, dead);
	}
	return split;
}

/* flock_lock held, no conflict: puts @fl among the locks of its owner. Returns
 * which of @fl and @spare are now in use: bits 1 and 2. */
static int posix_apply(inode *inode, file_lock *fl, file_lock *spare,
		       list_head *dead)
{
	int used = 0;

	list_for_each_safe(p, n, &inode->i_flock_list) {
		file_lock *old = list_entry(p, file_lock, fl_link);

		if (old->fl_flock || old->fl_owner != fl->fl_owner ||
		    old == spare)
			continue;
		if (old->fl_type == fl->fl_type ? !touches(old, fl) :
						  !overlaps(old, fl))
			continue;
		if (make_room(inode, old, fl, spare, dead))
			used |= 2;
	}
	if (fl->fl_type == F_UNLCK)
		return used;
	lock_insert(inode, fl);
	return used | 1;
}

static void free_dead(list_head *dead)
{
	while (!list_empty(dead)) {
		file_lock *fl = list_entry(dead->next, file_lock, fl_link);

		list_del(&fl->fl_link);
		lock_free(fl);
	}
}

/* flock_lock held, dropped while asleep. */
static status posix_wait_turn(inode *inode, file_lock *fl, bool wait)
{
	if (fl->fl_type == F_UNLCK)
		return OK;
	while (file_lock *blocker = lock_conflict(inode, fl)) {
		if (!wait)
			return -EAGAIN;
		if (would_deadlock(fl->fl_owner, blocker))
			return -EDEADLK;
		TRY(lock_sleep(fl, blocker));
	}
	return OK;
}

status posix_lock_file(inode *inode, file_lock *fl, bool wait)
{
	file_lock *spare = lock_alloc();
	list_head dead;
	int used = 0;

	if (!spare) {
		lock_free(fl);
		return -ENOMEM;
	}
	spin_lock(&flock_lock);
	status st = posix_wait_turn(inode, fl, wait);
	if (st.ok())
		used = posix_apply(inode, fl, spare, &dead);
	spin_unlock(&flock_lock);
	if (!(used & 1))
		lock_free(fl);
	if (!(used & 2))
		lock_free(spare);
	free_dead(&dead);
	return st;
}

void locks_remove_posix(file *f, files_struct *owner)
{
	inode *inode = f->f_dentry->d_inode;
	list_head dead;

	if (likely(list_empty(&inode->i_flock_list)))
		return;
	spin_lock(&flock_lock);
	list_for_each_safe(p, n, &inode->i_flock_list) {
		file_lock *fl = list_entry(p, file_lock, fl_link);

		if (fl->fl_flock || fl->fl_owner != owner)
			continue;
		lock_remove(fl);
		list_add(&fl->fl_link, &dead);
	}
	spin_unlock(&flock_lock);
	free_dead(&dead);
}
