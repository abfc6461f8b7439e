/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/mounts, /proc/PID/mounts and /proc/filesystems. */
#include <linux/init.h>
#include "../internal.h"
#include "internal.h"

static const struct {
	unsigned long flag;
	const char *name;
} mount_options[] = {
	{MS_NOSUID, ",nosuid"},
	{MS_NODEV, ",nodev"},
	{MS_NOEXEC, ",noexec"},
	{MS_NOATIME, ",noatime"},
	{MS_SYNCHRONOUS, ",sync"},
};

static void print_options(seq_file *m, const vfsmount *mnt)
{
	unsigned long flags = mnt->mnt_flags | mnt->mnt_sb->s_flags;

	seq_puts(m, flags & MS_RDONLY ? "ro" : "rw");
	for (const auto &o : mount_options)
		if (flags & o.flag)
			seq_puts(m, o.name);
}

status proc_mounts_show(seq_file *m, void *)
{
	down_guard g(mount_sem);

	list_for_each_entry(vfsmount, mnt, &mount_list, mnt_list) {
		seq_puts(m, mnt->mnt_devname);
		seq_putc(m, ' ');
		seq_path(m, mnt, mnt->mnt_root);
		seq_printf(m, " %s ", mnt->mnt_sb->s_type->name);
		print_options(m, mnt);
		seq_puts(m, " 0 0\n");
	}
	return OK;
}

static status filesystems_show(seq_file *m, void *)
{
	for (const file_system_type *t = file_systems; t; t = t->next)
		seq_printf(m, "%s\t%s\n", t->requires_dev ? "" : "nodev",
			   t->name);
	return OK;
}

static void mounts_init()
{
	proc_create("mounts", S_IRUGO, nullptr, proc_mounts_show, nullptr);
	proc_create("filesystems", S_IRUGO, nullptr, filesystems_show,
		    nullptr);
}
core_initcall(mounts_init);
