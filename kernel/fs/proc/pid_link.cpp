/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The links of /proc/PID: exe, cwd, root and those in fd/. To follow one does
 * not walk its text: it leads to the very dentry, so that it also works for
 * deleted files, pipes and another root.
 */
#include <linux/file.h>
#include <linux/slab.h>
#include "internal.h"

status proc_exe_link(task_struct *t, unsigned, dentry **d, vfsmount **mnt)
{
	mm_struct *mm = get_task_mm(t);

	if (!mm)
		return -ENOENT;
	file *exe = mm->exe_file;
	if (exe) {
		*d = dget(exe->f_dentry);
		*mnt = mntget(exe->f_vfsmnt);
	}
	mmput(mm);
	return exe ? 0 : -ENOENT;
}

static fs_struct *get_fs(task_struct *t)
{
	spin_irq_guard g(t->alloc_lock);

	if (t->fs)
		atomic_inc(&t->fs->count);
	return t->fs;
}

static status fs_link(task_struct *t, bool root, dentry **d, vfsmount **mnt)
{
	fs_struct *fs = get_fs(t);

	if (!fs)
		return -ENOENT;
	{
		spin_guard g(fs->lock);

		*d = dget(root ? fs->root : fs->pwd);
		*mnt = mntget(root ? fs->rootmnt : fs->pwdmnt);
	}
	put_fs_struct(fs);
	return *d ? 0 : -ENOENT;
}

status proc_cwd_link(task_struct *t, unsigned, dentry **d, vfsmount **mnt)
{
	return fs_link(t, false, d, mnt);
}

status proc_root_link(task_struct *t, unsigned, dentry **d, vfsmount **mnt)
{
	return fs_link(t, true, d, mnt);
}

static status get_target(dentry *link, dentry **d, vfsmount **mnt)
{
	const proc_task_ref *ref = task_ref(link->d_inode);

	if (!ptrace_may_attach(ref->task))
		return -EACCES;
	return ref->link(ref->task, ref->fd, d, mnt);
}

static result<long> link_readlink(dentry *link, user_ptr<char> buf,
				  size_t size)
{
	dentry *d;
	vfsmount *mnt;

	TRY(get_target(link, &d, &mnt));
	char *page = (char *)__get_free_page(GFP_KERNEL);
	result<long> r = -ENOMEM;
	if (page) {
		result<char *> path = d_path(d, mnt, page, PAGE_SIZE);

		r = path.ok() ? vfs_readlink(buf, size, path.value()) :
				result<long>(path.fail());
		free_page((unsigned long)page);
	}
	dput(d);
	mntput(mnt);
	return r;
}

static status link_follow(dentry *link, nameidata *nd)
{
	dentry *d;
	vfsmount *mnt;

	TRY(get_target(link, &d, &mnt));
	dput(nd->dentry_);
	mntput(nd->mnt);
	nd->dentry_ = d;
	nd->mnt = mnt;
	nd->last_type = LAST_BIND;
	return OK;
}

const inode_operations proc_link_iops = {
	.readlink = link_readlink,
	.follow_link = link_follow,
	.setattr = proc_setattr,
};
