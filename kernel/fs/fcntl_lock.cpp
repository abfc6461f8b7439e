/* SPDX-License-Identifier: GPL-2.0-only */
/* Record locks as fcntl(2) asks for them, in two layouts. 2.4: fs/locks.c. */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/filelock.h>
#include <linux/kernel.h>

struct lock_request {
	short type, whence;
	loff_t start, len;
};

static status request_to_range(const lock_request &r, file *f, file_lock *fl)
{
	loff_t base = 0;

	if (r.whence == 1)
		base = f->f_pos;
	else if (r.whence == 2)
		base = i_size_read(f->f_dentry->d_inode);
	else if (r.whence != 0)
		return -EINVAL;
	loff_t start, last;
	if (__builtin_add_overflow(base, r.start, &start))
		return -EOVERFLOW;
	if (__builtin_add_overflow(start, r.len, &last))
		return -EOVERFLOW;
	/* A negative length is the range before the start; 0 is "to the end".*/
	fl->fl_start = r.len < 0 ? last : start;
	fl->fl_end = r.len < 0 ? start - 1 : r.len ? last - 1 : OFFSET_MAX;
	return fl->fl_start < 0 ? -EINVAL : 0;
}

static result<file_lock *> request_to_lock(const lock_request &r, file *f)
{
	if (r.type != F_RDLCK && r.type != F_WRLCK && r.type != F_UNLCK)
		return -EINVAL;
	file_lock *fl = lock_alloc();
	if (!fl)
		return -ENOMEM;
	status st = request_to_range(r, f, fl);
	if (st.failed()) {
		lock_free(fl);
		return st.fail();
	}
	fl->fl_type = r.type;
	fl->fl_owner = current->files;
	fl->fl_file = f;
	fl->fl_pid = current->tgid;
	return fl;
}

/* Turns @r into the first lock in the way, or into F_UNLCK. */
static status getlk(file *f, lock_request *r, pid_t *pid)
{
	if (r->type == F_UNLCK)
		return -EINVAL;
	file_lock *fl = TRY(request_to_lock(*r, f));
	spin_guard g(flock_lock);
	const file_lock *o = lock_conflict(f->f_dentry->d_inode, fl);
	r->type = o ? o->fl_type : F_UNLCK;
	if (o) {
		r->whence = 0;
		r->start = o->fl_start;
		r->len = o->fl_end == OFFSET_MAX ? 0 :
						   o->fl_end - o->fl_start + 1;
		*pid = o->fl_pid;
	}
	g.unlock();
	lock_free(fl);
	return OK;
}

static result<long> setlk(unsigned fd, file *f, const lock_request &r,
			  bool wait)
{
	inode *inode = f->f_dentry->d_inode;

	if ((r.type == F_RDLCK && !(f->f_mode & FMODE_READ)) ||
	    (r.type == F_WRLCK && !(f->f_mode & FMODE_WRITE)))
		return -EBADF;
	file_lock *fl = TRY(request_to_lock(r, f));
	TRY(posix_lock_file(inode, fl, wait));
	/* Closed meanwhile by another thread, who saw no lock to remove? */
	fd_file_raw now(fd);
	if (r.type != F_UNLCK && now.get() != f)
		locks_remove_posix(f, current->files);
	return 0;
}

template<class T> static status copy_request(lock_request *r, T *u,
					     unsigned long arg)
{
	TRY(copy_from_user(u, arg, sizeof(*u)));
	*r = {u->l_type, u->l_whence, u->l_start, u->l_len};
	return OK;
}

template<class T> static result<long> do_getlk(file *f, unsigned long arg,
					       loff_t last)
{
	lock_request r;
	pid_t pid = 0;
	T u;

	TRY(copy_request(&r, &u, arg));
	TRY(getlk(f, &r, &pid));
	if (r.start > last || r.len > last)
		return -EOVERFLOW;
	u.l_type = r.type;
	if (r.type != F_UNLCK) {
		u.l_whence = r.whence;
		u.l_start = r.start;
		u.l_len = r.len;
		u.l_pid = pid;
	}
	return copy_to_user(arg, &u, sizeof(u));
}

template<class T> static result<long> do_setlk(unsigned fd, file *f,
					       unsigned long arg, bool wait)
{
	lock_request r;
	T u;

	TRY(copy_request(&r, &u, arg));
	return setlk(fd, f, r, wait);
}

result<long> fcntl_getlk32(file *f, unsigned long arg)
{
	return do_getlk<flock32>(f, arg, 0x7fffffff);
}
result<long> fcntl_getlk64(file *f, unsigned long arg)
{
	return do_getlk<flock64>(f, arg, OFFSET_MAX);
}
result<long> fcntl_setlk32(unsigned fd, file *f, unsigned long arg, bool wait)
{
	return do_setlk<flock32>(fd, f, arg, wait);
}
result<long> fcntl_setlk64(unsigned fd, file *f, unsigned long arg, bool wait)
{
	return do_setlk<flock64>(fd, f, arg, wait);
}
