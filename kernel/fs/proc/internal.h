/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of procfs share among themselves. */
#pragma once

#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>

/* Numbers of inodes: registered entries count up from 1; those of a task are
 * its pid in the upper half. */
constexpr ino_t PROC_ROOT_INO = 1;
constexpr ino_t proc_pid_ino(pid_t pid, unsigned n) { return pid << 16 | n; }

using proc_show_t = status (*)(seq_file *m, void *data);
/* Where a link of a task leads, with counts. */
using proc_link_t = status (*)(task_struct *t, unsigned fd, dentry **d,
			       vfsmount **mnt);

/* What an inode below /proc/PID stands for (inode->private_). It holds the
 * task_struct; the task itself may be gone. */
struct proc_task_ref {
	task_struct *task = nullptr;
	proc_show_t show = nullptr;	/* a text */
	proc_link_t link = nullptr;	/* a symlink */
	unsigned fd = 0;
	bool guarded = false;		/* for who may trace the task only */
};

/* ---- inode.cpp ---- */
/* Adds the inode of @de to the dentry that lookup was called for. */
status proc_add_entry(super_block *sb, dentry *d, proc_dir_entry *de);
/* An inode for something of @task, owned by the task's user; null: no memory.
 * Its proc_task_ref has the task only. */
inode *proc_task_inode(super_block *sb, task_struct *task, ino_t ino,
		       umode_t mode);
inline proc_task_ref *task_ref(const inode *i)
{
	return (proc_task_ref *)i->private_;
}
/* d_adds it with the operations that make such a name go with its task. */
void proc_add_task_dentry(dentry *d, inode *inode);
status proc_setattr(dentry *d, iattr *attr);

/* ---- generic.cpp ---- */
extern proc_dir_entry proc_root;
extern const inode_operations proc_dir_iops;
extern const file_operations proc_dir_fops, proc_entry_fops;
proc_dir_entry *proc_find(const proc_dir_entry *dir, const qstr *name);
/* Emits . and .. at positions 0 and 1. */
status proc_fill_dots(file *f, void *ctx, filldir_t fill);
/* Entries of @dir from position f_pos on, the first of which is @base. */
status proc_fill_entries(file *f, void *ctx, filldir_t fill,
			 const proc_dir_entry *dir, loff_t base);

/* ---- root.cpp ---- */
extern const inode_operations proc_root_iops;
extern const file_operations proc_root_fops;

/* ---- pid.cpp ---- */
/* The task of this number, counted; null: there is none. */
task_struct *proc_get_task(const qstr *name);
bool proc_task_alive(const task_struct *t);
/* Makes @d the directory of @task; @thread: one without task/. */
status proc_add_pid_dir(dentry *d, super_block *sb, task_struct *task,
			bool thread);

/* ---- pid_task.cpp, pid_fd.cpp, pid_link.cpp, pid_mem.cpp ---- */
extern const inode_operations proc_task_dir_iops, proc_fd_dir_iops,
	proc_link_iops;
extern const file_operations proc_task_dir_fops, proc_fd_dir_fops,
	proc_mem_fops;
status proc_exe_link(task_struct *t, unsigned, dentry **d, vfsmount **mnt);
status proc_cwd_link(task_struct *t, unsigned, dentry **d, vfsmount **mnt);
status proc_root_link(task_struct *t, unsigned, dentry **d, vfsmount **mnt);

/* ---- pid_stat.cpp, pid_status.cpp, pid_maps.cpp, pid_args.cpp ---- */
status proc_pid_stat(seq_file *m, void *task);
status proc_pid_statm(seq_file *m, void *task);
status proc_pid_status(seq_file *m, void *task);
status proc_pid_maps(seq_file *m, void *task);
status proc_pid_cmdline(seq_file *m, void *task);
status proc_pid_environ(seq_file *m, void *task);
status proc_pid_limits(seq_file *m, void *task);
status proc_pid_comm(seq_file *m, void *task);

/* ---- mounts.cpp ---- */
status proc_mounts_show(seq_file *m, void *);
