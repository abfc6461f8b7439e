/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text files made on the fly: show() prints everything into a buffer on the
 * first read and on each read at the start; reads hand out pieces of it. The
 * printing functions need no memory, so show() may call them under spinlocks;
 * if the text does not fit, show() is called again with a larger buffer.
 * fs/proc/seq_file.cpp.
 */
#pragma once

#include <linux/fs.h>

struct seq_file {
	char *buf = nullptr;
	size_t size = 0, count = 0;	/* count == size: it did not fit */
	semaphore lock{"seq_file", RANK_SEQ_SEM};
	bool filled = false;
	void *private_ = nullptr;
	status (*show)(seq_file *m, void *v) = nullptr;
};
__printf(2, 3) void seq_printf(seq_file *m, const char *fmt, ...);
void seq_puts(seq_file *m, const char *s);
void seq_putc(seq_file *m, char c);
void seq_write(seq_file *m, const void *data, size_t n);
/* A path with blanks, tabs, newlines and backslashes as octal. May sleep. */
void seq_path(seq_file *m, vfsmount *mnt, dentry *d);
/* For a file's open: read, llseek, release below then do the rest. */
status single_open(file *f, status (*show)(seq_file *m, void *v), void *data);
result<long> seq_read(file *f, user_ptr<char> buf, size_t n, loff_t *pos);
status seq_release(inode *inode, file *f);
