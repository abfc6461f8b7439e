/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags and the generation of a file (lsattr, chattr): 2.4's
 * fs/ext2/ioctl.c. */
#include <linux/ext2_fs.h>
#include <linux/sched.h>

static status may_change(inode *inode)
{
	if (IS_RDONLY(inode))
		return -EROFS;
	if (current->fsuid != inode->i_uid && !capable(CAP_FOWNER))
		return -EPERM;
	return OK;
}

/* Append-only and immutable are for the administrator, both ways. */
static status set_flags(inode *inode, u32 flags)
{
	constexpr u32 GUARDED = EXT2_APPEND_FL | EXT2_IMMUTABLE_FL;
	ext2_inode_info *ei = EXT2_I(inode);
	down_guard g(inode->i_sem);

	TRY(may_change(inode));
	if (!S_ISDIR(inode->i_mode))
		flags &= ~(EXT2_DIRSYNC_FL | EXT2_TOPDIR_FL);
	if ((flags ^ ei->i_flags) & GUARDED && !capable(CAP_LINUX_IMMUTABLE))
		return -EPERM;
	ei->i_flags = (flags & EXT2_FL_USER_MODIFIABLE) |
		(ei->i_flags & ~EXT2_FL_USER_MODIFIABLE);
	ext2_set_inode_flags(inode);
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	return OK;
}

static status set_generation(inode *inode, u32 generation)
{
	down_guard g(inode->i_sem);

	TRY(may_change(inode));
	inode->i_generation = generation;
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	return OK;
}

result<long> ext2_ioctl(inode *inode, file *, unsigned cmd, unsigned long arg)
{
	user_ptr<u32> user = user_at<u32>(arg);
	u32 value;

	switch (cmd) {
	case EXT2_IOC_GETFLAGS:
		value = EXT2_I(inode)->i_flags & EXT2_FL_USER_VISIBLE;
		return put_user(value, user);
	case EXT2_IOC_GETVERSION:
		return put_user(inode->i_generation, user);
	case EXT2_IOC_SETFLAGS:
		TRY(get_user(&value, user));
		return set_flags(inode, value);
	case EXT2_IOC_SETVERSION:
		TRY(get_user(&value, user));
		return set_generation(inode, value);
	}
	return -ENOTTY;
}
