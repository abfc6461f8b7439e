/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open files: allocation within file-max, the last put, and the list of those
 * open on a super block. 2.4: fs/file_table.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>

constinit int max_files = 8192;
static constinit atomic_t nr_files;
static constinit kmem_cache *filp_cache;
static constinit spinlock_t file_list_lock{"file lists", RANK_FILES};

__init void files_init()
{
	filp_cache = kmem_cache_create("filp", sizeof(file));
	/* About a tenth of memory, at 1 KiB for an open file with its inode
	 * and dentry. */
	max_files = max(max_files, (int)(nr_total_pages() * 4 / 10));
}

file *get_empty_filp()
{
	if (atomic_inc_return(&nr_files) > max_files &&
	    !capable(CAP_SYS_ADMIN)) {
		atomic_dec(&nr_files);
		printk_ratelimited(KERN_INFO "VFS: file-max limit %d reached\n",
				   max_files);
		return nullptr;
	}
	file *f = slab_new<file>(filp_cache, GFP_KERNEL);
	if (!f) {
		atomic_dec(&nr_files);
		return nullptr;
	}
	atomic_set(&f->f_count, 1);
	f->f_uid = current->fsuid;
	f->f_gid = current->fsgid;
	return f;
}

void file_list_add(file *f, super_block *sb)
{
	spin_guard g(file_list_lock);
	list_add(&f->f_list, &sb->s_files);
}

void file_list_del(file *f)
{
	if (list_empty(&f->f_list))
		return;
	spin_guard g(file_list_lock);
	list_del(&f->f_list);
}

bool fs_may_remount_ro(super_block *sb)
{
	spin_guard g(file_list_lock);

	list_for_each_entry(file, f, &sb->s_files, f_list) {
		const inode *inode = f->f_dentry->d_inode;

		if (f->f_mode & FMODE_WRITE && S_ISREG(inode->i_mode))
			return false;
	}
	return true;
}

noinline static void last_fput(file *f)
{
	dentry *d = f->f_dentry;
	vfsmount *mnt = f->f_vfsmnt;

	if (d) {
		inode *inode = d->d_inode;

		locks_remove_flock(f);
		if (f->f_op && f->f_op->release)
			f->f_op->release(inode, f).ignore();
		if (f->f_mode & FMODE_WRITE)
			put_write_access(inode);
		file_list_del(f);
	}
	kmem_cache_free(filp_cache, f);
	atomic_dec(&nr_files);
	dput(d);
	mntput(mnt);
}

void fput(file *f)
{
	if (atomic_dec_and_test(&f->f_count))
		last_fput(f);
}

/* ---- /proc/sys/fs ---- */

static status file_nr_show(seq_file *m, void *)
{
	seq_printf(m, "%d\t0\t%d\n", atomic_read(&nr_files), max_files);
	return OK;
}

static status inode_nr_show(seq_file *m, void *)
{
	seq_printf(m, "%lu\t%lu\n", nr_inodes, nr_unused_inodes);
	return OK;
}

static status dentry_nr_show(seq_file *m, void *)
{
	seq_printf(m, "%lu\n", nr_dentries());
	return OK;
}

__init static void vfs_sysctl_init()
{
	proc_sysctl_int("file-max", proc_sys_fs, &max_files, 64, 1 << 24);
	proc_create("file-nr", S_IRUGO, proc_sys_fs, file_nr_show, nullptr);
	proc_create("inode-nr", S_IRUGO, proc_sys_fs, inode_nr_show, nullptr);
	proc_create("dentry-nr", S_IRUGO, proc_sys_fs, dentry_nr_show,
		    nullptr);
}
late_initcall(vfs_sysctl_init);
