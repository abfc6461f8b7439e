/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/fd: a link for each open descriptor. */
#include <linux/ctype.h>
#include <linux/file.h>
#include "internal.h"

static files_struct *get_files(task_struct *t)
{
	spin_irq_guard g(t->alloc_lock);
	files_struct *files = t->files;

	if (files)
		atomic_inc(&files->count);
	return files;
}

/* The file with a count, or null. */
static file *get_task_file(task_struct *t, unsigned fd)
{
	files_struct *files = get_files(t);
	file *f = nullptr;

	if (!files)
		return nullptr;
	{
		spin_guard g(files->file_lock);

		f = fcheck(files, fd);
		if (f)
			get_file(f);
	}
	put_files_struct(files);
	return f;
}

static status fd_link(task_struct *t, unsigned fd, dentry **d, vfsmount **mnt)
{
	file *f = get_task_file(t, fd);

	if (!f)
		return -ENOENT;
	*d = dget(f->f_dentry);
	*mnt = mntget(f->f_vfsmnt);
	fput(f);
	return OK;
}

static result<long> parse_fd(const qstr *name)
{
	unsigned long fd = 0;

	if (name->len > 6 || (name->len > 1 && name->name[0] == '0'))
		return -ENOENT;
	for (unsigned i = 0; i < name->len; i++) {
		if (!isdigit(name->name[i]))
			return -ENOENT;
		fd = fd * 10 + name->name[i] - '0';
	}
	return (long)fd;
}

/* The inode's number has 16 bits for its place in the task; that more than
 * 65,000 descriptors share some does no harm. */
static ino_t fd_ino(const task_struct *t, unsigned fd)
{
	return proc_pid_ino(t->pid, 0x100 + fd % 0xfe00);
}

static umode_t link_mode(const file *f)
{
	return S_IFLNK | S_IXUSR | (f->f_mode & FMODE_READ ? S_IRUSR : 0) |
	       (f->f_mode & FMODE_WRITE ? S_IWUSR : 0);
}

static status fd_lookup(inode *dir, dentry *d)
{
	task_struct *t = task_ref(dir)->task;
	unsigned fd = TRY(parse_fd(&d->d_name));
	file *f = get_task_file(t, fd);

	if (!f)
		return -ENOENT;
	inode *i = proc_task_inode(dir->i_sb, t, fd_ino(t, fd), link_mode(f));
	fput(f);
	if (!i)
		return -ENOMEM;
	proc_task_ref *ref = task_ref(i);
	ref->fd = fd;
	ref->link = fd_link;
	ref->guarded = true;
	i->i_op = &proc_link_iops;
	proc_add_task_dentry(d, i);
	return OK;
}

/* The first open descriptor from @from on, or -1. */
static int next_fd(task_struct *t, unsigned from)
{
	files_struct *files = get_files(t);
	int found = -1;

	if (!files)
		return -1;
	{
		spin_guard g(files->file_lock);

		for (unsigned fd = from; fd < files->max_fds; fd++)
			if (files->fd[fd]) {
				found = fd;
				break;
			}
	}
	put_files_struct(files);
	return found;
}

static status fd_readdir(file *f, void *ctx, filldir_t fill)
{
	task_struct *t = task_ref(f->f_dentry->d_inode)->task;
	int fd;

	if (!ptrace_may_attach(t))
		return -EACCES;
	TRY(proc_fill_dots(f, ctx, fill));
	while ((fd = next_fd(t, f->f_pos - 2)) >= 0) {
		char name[12];
		int len = snprintf(name, sizeof(name), "%d", fd);

		TRY(fill(ctx, name, len, fd + 2, fd_ino(t, fd), DT_LNK));
		f->f_pos = fd + 3;
	}
	return OK;
}

static status fd_permission(inode *i, int mask)
{
	if (ptrace_may_attach(task_ref(i)->task))
		return mask & MAY_WRITE ? -EACCES : 0;
	return vfs_permission(i, mask);
}

const inode_operations proc_fd_dir_iops = {
	.lookup = fd_lookup,
	.permission = fd_permission,
	.setattr = proc_setattr,
};
const file_operations proc_fd_dir_fops = {
	.read = generic_read_dir,
	.readdir = fd_readdir,
};
