/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/locks (2.4: get_locks_status in fs/locks.c): each lock and, with an
 * arrow, who waits for it. Type, process, device and inode, first and last
 * byte.
 */
#include <linux/filelock.h>
#include <linux/init.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

constinit list_head all_locks;

static void print_range(seq_file *m, const file_lock *fl)
{
	seq_printf(m, " %lld ", fl->fl_start);
	if (fl->fl_end == OFFSET_MAX)
		seq_puts(m, "EOF\n");
	else
		seq_printf(m, "%lld\n", fl->fl_end);
}

/* A waiter waits for a lock of the same inode. */
static void print_lock(seq_file *m, unsigned n, const file_lock *fl,
		       const inode *ino, const char *arrow)
{
	seq_printf(m, "%u: %s%s %s %d %02x:%02x:%lu", n, arrow,
		   fl->fl_flock ? "FLOCK  ADVISORY " : "POSIX  ADVISORY ",
		   fl->fl_type == F_WRLCK ? "WRITE" : "READ ", fl->fl_pid,
		   MAJOR(ino->i_sb->s_dev), MINOR(ino->i_sb->s_dev),
		   ino->i_ino);
	print_range(m, fl);
}

static status locks_show(seq_file *m, void *)
{
	unsigned n = 0;
	spin_guard g(flock_lock);

	list_for_each_entry(file_lock, fl, &all_locks, fl_all) {
		print_lock(m, ++n, fl, fl->fl_inode, "");
		list_for_each_entry(file_lock, w, &fl->fl_block, fl_block)
			print_lock(m, n, w, fl->fl_inode, "-> ");
	}
	return OK;
}

static void locks_proc_init()
{
	proc_create("locks", S_IRUGO, nullptr, locks_show, nullptr);
}
fs_initcall(locks_proc_init);
