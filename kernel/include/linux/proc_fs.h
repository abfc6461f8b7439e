/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * procfs: how other parts of the kernel add files to it. fs/proc/.
 * All registration happens at boot; entries never go away.
 */
#pragma once

#include <linux/fs.h>
#include <linux/seq_file.h>

struct task_struct;

struct proc_dir_entry {
	const char *name = nullptr;
	umode_t mode = 0;
	status (*show)(seq_file *m, void *data) = nullptr;
	/* The text written (without its newline, 0-terminated). */
	status (*store)(char *text, size_t len, void *data) = nullptr;
	void *data = nullptr;
	const file_operations *fops = nullptr;	/* instead of show, store */
	proc_dir_entry *parent = nullptr, *subdir = nullptr, *next = nullptr;
	ino_t ino = 0;
};
/* @parent null: /proc itself. Panics without memory: boot time only. */
proc_dir_entry *proc_mkdir(const char *name, proc_dir_entry *parent);
proc_dir_entry *proc_create(const char *name, umode_t mode,
			    proc_dir_entry *parent,
			    status (*show)(seq_file *m, void *data),
			    void *data);
extern proc_dir_entry *proc_sys_vm, *proc_sys_kernel, *proc_sys_fs;
/* An int under /proc/sys that may be read and set in [lo, hi]. */
void proc_sysctl_int(const char *name, proc_dir_entry *dir, int *value, int lo,
		     int hi);
/* A file in every /proc/PID directory; show's data is the task_struct. */
struct proc_pid_entry {
	const char *name;
	umode_t mode;
	status (*show)(seq_file *m, void *task);
	proc_pid_entry *next = nullptr;
};
void proc_register_pid(proc_pid_entry *e);
