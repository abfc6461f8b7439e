/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounting the root: which device and how is on the command line (root=,
 * rootfstype=, ro, rw). If it cannot be done the machine stops and says
 * whether the device, its driver or the file system was the trouble.
 * 2.4: mount_root in fs/super.c, init/do_mounts.c.
 */
#include "internal.h"

#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

__initdata static constinit char root_device[32];
__initdata static constinit char root_fs_type[16];
__initdata static constinit unsigned long root_flags = MS_RDONLY;

__init static void root_setup(const char *value)
{
	strlcpy(root_device, value, sizeof(root_device));
}
__init static void rootfstype_setup(const char *value)
{
	strlcpy(root_fs_type, value, sizeof(root_fs_type));
}
__init static void ro_setup(const char *) { root_flags |= MS_RDONLY; }
__init static void rw_setup(const char *) { root_flags &= ~MS_RDONLY; }
__setup("root=", root_setup);
__setup("rootfstype=", rootfstype_setup);
__setup("ro", ro_setup);
__setup("rw", rw_setup);

[[noreturn]] __init static void root_panic(const char *why, int err)
{
	panic("VFS: Unable to mount root fs on %s (%s, error %d)",
	      *root_device ? root_device : "(no root= given)", why, err);
}

__init static bool type_fits(const file_system_type *t)
{
	return t->requires_dev &&
		(!*root_fs_type || !strcmp(root_fs_type, t->name));
}

__init static const char *why_not(int err)
{
	switch (-err) {
	case EINVAL:
		return *root_fs_type ? "no file system of that type on it" :
				       "no known file system on it";
	case ENXIO:
	case ENODEV:
		return "no such device";
	case EACCES:
	case EROFS:
		return "it can only be mounted read-only, try ro";
	case EOPNOTSUPP:
		return "its file system has unsupported features";
	case ENOMEM:
		return "no memory";
	case EUCLEAN:
		return "its file system is corrupt";
	case EIO:
		return "its file system is corrupt or cannot be read";
	default:
		return "mounting failed";
	}
}

/* Tries each file system. EINVAL says "not mine"; any other error counts. */
__init static super_block *try_all_types(kdev_t dev)
{
	int err = -EINVAL;
	bool tried = false;

	for (file_system_type *t = file_systems; t; t = t->next) {
		if (!type_fits(t))
			continue;
		tried = true;
		block_device *bdev = bdget(dev);
		if (!bdev)
			root_panic(why_not(-ENOMEM), -ENOMEM);
		auto sb = get_sb_bdev(t, root_flags | MS_SILENT, bdev, nullptr);
		if (sb.ok())
			return sb.value();
		if (sb.err() != -EINVAL)
			err = sb.err();
	}
	if (!tried)
		root_panic("no such file system type in this kernel", -ENODEV);
	root_panic(why_not(err), err);
}

__init void mount_root()
{
	kdev_t dev = name_to_kdev_t(root_device);

	if (!dev)
		root_panic(why_not(-ENODEV), -ENODEV);
	super_block *sb = try_all_types(dev);
	vfsmount *mnt = alloc_vfsmnt("/dev/root");
	if (!mnt)
		root_panic(why_not(-ENOMEM), -ENOMEM);
	mnt->mnt_sb = sb;
	mnt->mnt_root = dget(sb->s_root);
	set_root_mount(mnt);
	set_fs_root(current->fs, mntget(mnt), dget(sb->s_root));
	set_fs_pwd(current->fs, mntget(mnt), dget(sb->s_root));
	printk(KERN_INFO "VFS: Mounted root (%s filesystem)%s on %s.\n",
	       sb->s_type->name,
	       sb->s_flags & MS_RDONLY ? " readonly" : "", root_device);
}
