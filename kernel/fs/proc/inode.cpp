/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * procfs as a file system (2.4: fs/proc/inode.c): its super block and its
 * inodes, which are made when a name is looked up and go with the last user.
 */
#include <linux/init.h>
#include <linux/slab.h>
#include "internal.h"

constexpr unsigned long PROC_SUPER_MAGIC = 0x9fa0;

static bool is_task_inode(const inode *i) { return i->i_ino >> 16; }

static void proc_clear_inode(inode *i)
{
	proc_task_ref *ref = task_ref(i);

	i->private_ = nullptr;
	if (!is_task_inode(i) || !ref)
		return;
	put_task_struct(ref->task);
	kfree(ref);
}

static const super_operations proc_sops = {
	.clear_inode = proc_clear_inode,
	.statfs = simple_statfs,
};

/* Opening for writing with O_TRUNC must work; nothing else may change. */
status proc_setattr(dentry *, iattr *attr)
{
	constexpr unsigned HARMLESS = ATTR_SIZE | ATTR_MTIME | ATTR_CTIME |
		ATTR_ATIME;

	return attr->ia_valid & ~HARMLESS ? -EPERM : 0;
}

static const inode_operations entry_iops = {
	.setattr = proc_setattr,
};

static inode *new_proc_inode(super_block *sb, ino_t ino, umode_t mode)
{
	inode *i = new_inode(sb);

	if (!i)
		return nullptr;
	i->i_ino = ino;
	i->i_mode = mode;
	i->i_nlink = S_ISDIR(mode) ? 2 : 1;
	i->i_atime = i->i_mtime = i->i_ctime = current_fs_time();
	i->i_op = &entry_iops;
	return i;
}

/* ---- registered entries ---- */

static inode *entry_inode(super_block *sb, proc_dir_entry *de)
{
	inode *i = new_proc_inode(sb, de->ino, de->mode);

	if (!i)
		return nullptr;
	i->private_ = de;
	if (S_ISDIR(de->mode)) {
		i->i_op = &proc_dir_iops;
		i->i_fop = &proc_dir_fops;
	} else {
		i->i_fop = de->fops ? de->fops : &proc_entry_fops;
	}
	return i;
}

status proc_add_entry(super_block *sb, dentry *d, proc_dir_entry *de)
{
	inode *i = entry_inode(sb, de);

	if (!i)
		return -ENOMEM;
	d_add(d, i);
	return OK;
}

/* ---- what belongs to a task ---- */

static void set_owner(inode *i, const task_struct *t)
{
	i->i_uid = t->dumpable ? t->euid : 0;
	i->i_gid = t->dumpable ? t->egid : 0;
}

inode *proc_task_inode(super_block *sb, task_struct *task, ino_t ino,
		       umode_t mode)
{
	proc_task_ref *ref = kmalloc_new<proc_task_ref>(GFP_KERNEL);

	if (!ref)
		return nullptr;
	inode *i = new_proc_inode(sb, ino, mode);
	if (!i) {
		kfree(ref);
		return nullptr;
	}
	get_task_struct(task);
	ref->task = task;
	i->private_ = ref;
	set_owner(i, task);
	return i;
}

static bool task_revalidate(dentry *d)
{
	const task_struct *t = task_ref(d->d_inode)->task;

	if (!proc_task_alive(t))
		return false;
	set_owner(d->d_inode, t);
	return true;
}

static bool never_keep(dentry *) { return true; }

static const dentry_operations task_dops = {
	.d_revalidate = task_revalidate,
	.d_delete = never_keep,
};

void proc_add_task_dentry(dentry *d, inode *inode)
{
	d->d_op = &task_dops;
	d_add(d, inode);
}

/* ---- mounting ---- */

static status proc_fill_super(super_block *sb, const char *, bool)
{
	sb->s_blocksize = 1024;
	sb->s_blocksize_bits = 10;
	sb->s_magic = PROC_SUPER_MAGIC;
	sb->s_op = &proc_sops;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	inode *root = entry_inode(sb, &proc_root);
	if (!root)
		return -ENOMEM;
	root->i_op = &proc_root_iops;
	root->i_fop = &proc_root_fops;
	sb->s_root = d_alloc_root(root);
	if (sb->s_root)
		return OK;
	iput(root);
	return -ENOMEM;
}

static constinit file_system_type proc_fs_type{
	.name = "proc", .requires_dev = false, .fill_super = proc_fill_super,
};

static void proc_init() { register_filesystem(&proc_fs_type); }
core_initcall(proc_init);
