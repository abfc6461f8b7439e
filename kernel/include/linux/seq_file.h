/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text files made on the fly: show() prints everything into a growing buffer
 * on the first read; reads hand out pieces of it. fs/proc/seq_file.cpp.
 */
#pragma once

#include <linux/fs.h>

struct seq_file {
	char *buf = nullptr;
	size_t size = 0, count = 0;
	bool failed = false;		/* no memory: read gives ENOMEM */
	bool filled = false;
	void *private_ = nullptr;
	status (*show)(seq_file *m, void *v) = nullptr;
};
__printf(2, 3) void seq_printf(seq_file *m, const char *fmt, ...);
void seq_puts(seq_file *m, const char *s);
void seq_putc(seq_file *m, char c);
/* A path with blanks, tabs, newlines and backslashes as octal. */
void seq_path(seq_file *m, vfsmount *mnt, dentry *d);
/* For a file's open: read, llseek, release below then do the rest. */
status single_open(file *f, status (*show)(seq_file *m, void *v), void *data);
result<long> seq_read(file *f, user_ptr<char> buf, size_t n, loff_t *pos);
status seq_release(inode *inode, file *f);
