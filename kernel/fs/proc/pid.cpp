/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/PID (2.4: fs/proc/base.c). Each inode holds the task_struct; the task
 * may die at any time, after which names are not found any more and texts give
 * ESRCH. What shows a process's memory or files is for those who could trace
 * it.
 */
#include <linux/ctype.h>
#include "internal.h"

#include <linux/string.h>

struct pid_entry {
	const char *name;
	umode_t mode;
	proc_show_t show = nullptr;
	proc_link_t link = nullptr;
	const inode_operations *iops = nullptr;
	const file_operations *fops = nullptr;
	bool guarded = false;
};

/* task/ comes first: the directory of a thread starts behind it. */
static const pid_entry pid_entries[] = {
	{.name = "task", .mode = S_IFDIR | 0555,
	 .iops = &proc_task_dir_iops, .fops = &proc_task_dir_fops},
	{.name = "fd", .mode = S_IFDIR | 0500, .iops = &proc_fd_dir_iops,
	 .fops = &proc_fd_dir_fops, .guarded = true},
	{.name = "exe", .mode = S_IFLNK | 0777, .link = proc_exe_link,
	 .iops = &proc_link_iops, .guarded = true},
	{.name = "cwd", .mode = S_IFLNK | 0777, .link = proc_cwd_link,
	 .iops = &proc_link_iops, .guarded = true},
	{.name = "root", .mode = S_IFLNK | 0777, .link = proc_root_link,
	 .iops = &proc_link_iops, .guarded = true},
	{.name = "mem", .mode = S_IFREG | 0600, .fops = &proc_mem_fops,
	 .guarded = true},
	{.name = "maps", .mode = S_IFREG | 0444, .show = proc_pid_maps,
	 .guarded = true},
	{.name = "environ", .mode = S_IFREG | 0400, .show = proc_pid_environ,
	 .guarded = true},
	{.name = "cmdline", .mode = S_IFREG | 0444, .show = proc_pid_cmdline},
	{.name = "comm", .mode = S_IFREG | 0444, .show = proc_pid_comm},
	{.name = "stat", .mode = S_IFREG | 0444, .show = proc_pid_stat},
	{.name = "statm", .mode = S_IFREG | 0444, .show = proc_pid_statm},
	{.name = "status", .mode = S_IFREG | 0444, .show = proc_pid_status},
	{.name = "limits", .mode = S_IFREG | 0444, .show = proc_pid_limits},
	{.name = "mounts", .mode = S_IFREG | 0444, .show = proc_mounts_show},
};
constexpr unsigned NR_PID_ENTRIES = ARRAY_SIZE(pid_entries);
static constinit proc_pid_entry *registered;

/* While booting. */
void proc_register_pid(proc_pid_entry *e)
{
	proc_pid_entry **end = &registered;

	while (*end)
		end = &(*end)->next;
	*end = e;
}

/* ---- tasks ---- */

static pid_t parse_pid(const qstr *name)
{
	pid_t pid = 0;

	if (name->len > 7 || name->name[0] == '0')
		return 0;
	for (unsigned i = 0; i < name->len; i++) {
		if (!isdigit(name->name[i]))
			return 0;
		pid = pid * 10 + name->name[i] - '0';
	}
	return pid;
}

task_struct *proc_get_task(const qstr *name)
{
	pid_t pid = parse_pid(name);
	spin_irq_guard g(tasklist_lock);
	task_struct *t = pid ? find_task_by_pid(pid) : nullptr;

	if (t)
		get_task_struct(t);
	return t;
}

bool proc_task_alive(const task_struct *t)
{
	return t->exit_state != TASK_DEAD;
}

/* ---- texts ---- */

static status text_show(seq_file *m, void *v)
{
	const proc_task_ref *ref = (proc_task_ref *)v;

	if (!proc_task_alive(ref->task))
		return -ESRCH;
	return ref->show(m, ref->task);
}

static status text_open(inode *inode, file *f)
{
	proc_task_ref *ref = task_ref(inode);

	if (ref->guarded && !ptrace_may_attach(ref->task))
		return -EACCES;
	return single_open(f, text_show, ref);
}

static const file_operations text_fops = {
	.read = seq_read,
	.open = text_open,
	.release = seq_release,
};

/* ---- lookup ---- */

static bool same_name(const qstr *q, const char *name)
{
	return strlen(name) == q->len && !memcmp(q->name, name, q->len);
}

static inode *make_inode(super_block *sb, task_struct *t, const pid_entry *e,
			 unsigned n)
{
	inode *i = proc_task_inode(sb, t, proc_pid_ino(t->pid, n), e->mode);

	if (!i)
		return nullptr;
	proc_task_ref *ref = task_ref(i);
	ref->show = e->show;
	ref->link = e->link;
	ref->guarded = e->guarded;
	if (e->iops)
		i->i_op = e->iops;
	i->i_fop = e->show ? &text_fops : e->fops;
	return i;
}

/* Entry @n (a registered one becomes *tmp), or null behind the last. */
static const pid_entry *nth_entry(unsigned n, pid_entry *tmp)
{
	if (n < NR_PID_ENTRIES)
		return &pid_entries[n];
	proc_pid_entry *r = registered;
	for (n -= NR_PID_ENTRIES; r && n; n--)
		r = r->next;
	if (!r)
		return nullptr;
	*tmp = {.name = r->name, .mode = (umode_t)(S_IFREG | r->mode),
		.show = r->show, .guarded = !(r->mode & S_IROTH)};
	return tmp;
}

static status lookup_from(inode *dir, dentry *d, unsigned first)
{
	task_struct *t = task_ref(dir)->task;
	const pid_entry *e;
	pid_entry tmp;

	if (!proc_task_alive(t))
		return -ENOENT;
	for (unsigned n = first; (e = nth_entry(n, &tmp)); n++) {
		if (!same_name(&d->d_name, e->name))
			continue;
		inode *i = make_inode(dir->i_sb, t, e, n + 1);
		if (!i)
			return -ENOMEM;
		proc_add_task_dentry(d, i);
		return OK;
	}
	return -ENOENT;
}

static status fill_from(file *f, void *ctx, filldir_t fill, unsigned first)
{
	task_struct *t = task_ref(f->f_dentry->d_inode)->task;
	const pid_entry *e;
	pid_entry tmp;

	if (!proc_task_alive(t))
		return -ENOENT;
	TRY(proc_fill_dots(f, ctx, fill));
	while ((e = nth_entry(f->f_pos - 2 + first, &tmp))) {
		unsigned n = f->f_pos - 2 + first;

		TRY(fill(ctx, e->name, strlen(e->name), f->f_pos,
			 proc_pid_ino(t->pid, n + 1), e->mode >> 12));
		f->f_pos++;
	}
	return OK;
}

static status process_lookup(inode *dir, dentry *d)
{
	return lookup_from(dir, d, 0);
}
static status thread_lookup(inode *dir, dentry *d)
{
	return lookup_from(dir, d, 1);
}
static status process_readdir(file *f, void *ctx, filldir_t fill)
{
	return fill_from(f, ctx, fill, 0);
}
static status thread_readdir(file *f, void *ctx, filldir_t fill)
{
	return fill_from(f, ctx, fill, 1);
}

static const inode_operations process_iops = {
	.lookup = process_lookup,
	.setattr = proc_setattr,
};
static const inode_operations thread_iops = {
	.lookup = thread_lookup,
	.setattr = proc_setattr,
};
static const file_operations process_fops = {
	.read = generic_read_dir,
	.readdir = process_readdir,
};
static const file_operations thread_fops = {
	.read = generic_read_dir,
	.readdir = thread_readdir,
};

status proc_add_pid_dir(dentry *d, super_block *sb, task_struct *task,
			bool thread)
{
	inode *i = proc_task_inode(sb, task, proc_pid_ino(task->pid, 0),
				   S_IFDIR | 0555);

	if (!i)
		return -ENOMEM;
	i->i_op = thread ? &thread_iops : &process_iops;
	i->i_fop = thread ? &thread_fops : &process_fops;
	proc_add_task_dentry(d, i);
	return OK;
}
