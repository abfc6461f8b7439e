/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/task: a directory for each thread of the process. */
#include "internal.h"

/* A thread of @leader's process. */
static task_struct *get_thread(const task_struct *leader, const qstr *name)
{
	task_struct *t = proc_get_task(name);

	if (t && t->tg != leader->tg) {
		put_task_struct(t);
		return nullptr;
	}
	return t;
}

static status task_lookup(inode *dir, dentry *d)
{
	task_struct *t = get_thread(task_ref(dir)->task, &d->d_name);

	if (!t)
		return -ENOENT;
	status st = proc_add_pid_dir(d, dir->i_sb, t, true);
	put_task_struct(t);
	return st;
}

/* The smallest number of a thread from @from on, or 0. */
static pid_t next_thread(const task_struct *leader, pid_t from)
{
	pid_t best = 0;
	spin_irq_guard g(tasklist_lock);

	list_for_each_entry(task_struct, p, &leader->tg->threads, thread_node)
		if (p->pid >= from && (!best || p->pid < best))
			best = p->pid;
	return best;
}

static status task_readdir(file *f, void *ctx, filldir_t fill)
{
	const task_struct *leader = task_ref(f->f_dentry->d_inode)->task;
	pid_t pid;

	TRY(proc_fill_dots(f, ctx, fill));
	while ((pid = next_thread(leader, f->f_pos - 2))) {
		char name[12];
		int len = snprintf(name, sizeof(name), "%d", pid);

		TRY(fill(ctx, name, len, pid + 2, proc_pid_ino(pid, 0),
			 DT_DIR));
		f->f_pos = pid + 3;
	}
	return OK;
}

/* A link for each thread, as for directories anywhere: ps counts them. */
static status task_getattr(dentry *d, kstat *st)
{
	const task_struct *leader = task_ref(d->d_inode)->task;

	generic_fillattr(d->d_inode, st);
	st->nlink = 2;
	spin_irq_guard g(tasklist_lock);

	list_for_each_entry(task_struct, p, &leader->tg->threads, thread_node)
		st->nlink++;
	return OK;
}

const inode_operations proc_task_dir_iops = {
	.lookup = task_lookup,
	.setattr = proc_setattr,
	.getattr = task_getattr,
};
const file_operations proc_task_dir_fops = {
	.read = generic_read_dir,
	.readdir = task_readdir,
};
