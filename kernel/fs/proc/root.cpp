/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root of /proc (2.4: fs/proc/root.c): registered entries, self, and a
 * directory for each process. Positions in a listing: 0 and 1 the dots, 2
 * self, then the entries, and from PID_BASE on the processes by number.
 */
#include <linux/string.h>
#include "internal.h"

constexpr loff_t SELF_POS = 2, ENTRY_BASE = 3, PID_BASE = 0x1000;
constexpr ino_t SELF_INO = 0xffff;

/* ---- self ---- */

static void self_name(char *buf, size_t size)
{
	snprintf(buf, size, "%d", current->tgid);
}

static result<long> self_readlink(dentry *, user_ptr<char> buf, size_t size)
{
	char name[12];

	self_name(name, sizeof(name));
	return vfs_readlink(buf, size, name);
}

static status self_follow_link(dentry *, nameidata *nd)
{
	char name[12];

	self_name(name, sizeof(name));
	return vfs_follow_link(nd, name);
}

static const inode_operations self_iops = {
	.readlink = self_readlink,
	.follow_link = self_follow_link,
	.setattr = proc_setattr,
};

static constinit proc_dir_entry self_entry{
	.name = "self", .mode = S_IFLNK | S_IRWXUGO, .ino = SELF_INO,
};

static bool is_self(const qstr *name)
{
	return name->len == 4 && !memcmp(name->name, "self", 4);
}

static status add_self(super_block *sb, dentry *d)
{
	TRY(proc_add_entry(sb, d, &self_entry));
	d->d_inode->i_op = &self_iops;
	return OK;
}

/* ---- lookup ---- */

static status root_lookup(inode *dir, dentry *d)
{
	if (is_self(&d->d_name))
		return add_self(dir->i_sb, d);
	if (proc_dir_entry *de = proc_find(&proc_root, &d->d_name))
		return proc_add_entry(dir->i_sb, d, de);
	task_struct *t = proc_get_task(&d->d_name);
	if (!t)
		return -ENOENT;
	status st = proc_add_pid_dir(d, dir->i_sb, t, false);
	put_task_struct(t);
	return st;
}

/* ---- listing ---- */

/* The smallest number of a process from @from on, or 0. */
static pid_t next_process(pid_t from)
{
	pid_t best = 0;
	spin_irq_guard g(tasklist_lock);

	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p == p->group_leader && p->pid >= from &&
		    (!best || p->pid < best))
			best = p->pid;
	return best;
}

static status fill_processes(file *f, void *ctx, filldir_t fill)
{
	pid_t pid;

	f->f_pos = max(f->f_pos, PID_BASE);
	while ((pid = next_process(f->f_pos - PID_BASE))) {
		char name[12];
		int len = snprintf(name, sizeof(name), "%d", pid);

		TRY(fill(ctx, name, len, PID_BASE + pid, proc_pid_ino(pid, 0),
			 DT_DIR));
		f->f_pos = PID_BASE + pid + 1;
	}
	return OK;
}

static status root_readdir(file *f, void *ctx, filldir_t fill)
{
	TRY(proc_fill_dots(f, ctx, fill));
	if (f->f_pos == SELF_POS) {
		TRY(fill(ctx, "self", 4, SELF_POS, SELF_INO, DT_LNK));
		f->f_pos++;
	}
	if (f->f_pos < PID_BASE)
		TRY(proc_fill_entries(f, ctx, fill, &proc_root, ENTRY_BASE));
	return fill_processes(f, ctx, fill);
}

const inode_operations proc_root_iops = {
	.lookup = root_lookup,
	.setattr = proc_setattr,
};
const file_operations proc_root_fops = {
	.read = generic_read_dir,
	.readdir = root_readdir,
};
