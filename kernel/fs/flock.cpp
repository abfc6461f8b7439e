/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flock(2): a lock on the whole file, owned by the open file, so shared by all
 * descriptors that dup and fork make of it. 2.4: fs/locks.c.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/filelock.h>
#include <linux/kernel.h>

/* flock_lock held. The lock that @f has on the file, or null. */
static file_lock *find_flock(inode *inode, const file *f)
{
	list_for_each_entry(file_lock, fl, &inode->i_flock_list, fl_link)
		if (fl->fl_flock && fl->fl_file == f)
			return fl;
	return nullptr;
}

/* flock_lock held. Another type means letting go of the old lock first, as
 * 2.4 does: the conversion is not atomic. */
static status take_flock(inode *inode, file_lock *fl, bool wait,
			 file_lock **dead)
{
	file_lock *old = find_flock(inode, fl->fl_file);

	if (old && old->fl_type == fl->fl_type)
		return -EEXIST;
	if (old)
		lock_remove(old);
	*dead = old;
	if (fl->fl_type == F_UNLCK)
		return -EEXIST;
	while (file_lock *blocker = lock_conflict(inode, fl)) {
		if (!wait)
			return -EAGAIN;
		TRY(lock_sleep(fl, blocker));
	}
	lock_insert(inode, fl);
	return OK;
}

static status flock_file(file *f, short type, bool wait)
{
	file_lock *fl = lock_alloc(), *dead = nullptr;

	if (!fl)
		return -ENOMEM;
	fl->fl_flock = true;
	fl->fl_type = type;
	fl->fl_file = f;
	fl->fl_pid = current->tgid;
	fl->fl_end = OFFSET_MAX;
	spin_lock(&flock_lock);
	status st = take_flock(f->f_dentry->d_inode, fl, wait, &dead);
	spin_unlock(&flock_lock);
	lock_free(dead);
	if (st.failed())
		lock_free(fl);
	return st.err() == -EEXIST ? OK : st;	/* nothing was to be added */
}

void locks_remove_flock(file *f)
{
	inode *inode = f->f_dentry->d_inode;

	if (likely(list_empty(&inode->i_flock_list)))
		return;
	spin_lock(&flock_lock);
	file_lock *fl = find_flock(inode, f);
	if (fl)
		lock_remove(fl);
	spin_unlock(&flock_lock);
	lock_free(fl);
}

SYSCALL result<long> sys_flock(unsigned fd, unsigned cmd)
{
	unsigned op = cmd & ~LOCK_NB;
	fd_file f(fd);

	if (!f)
		return -EBADF;
	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return -EINVAL;
	return flock_file(f.get(), op == LOCK_SH ? F_RDLCK :
			  op == LOCK_EX ? F_WRLCK : F_UNLCK, !(cmd & LOCK_NB));
}
