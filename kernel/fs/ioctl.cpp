/* SPDX-License-Identifier: GPL-2.0-only */
/* ioctl(2): what holds for every file; the rest is the driver's.
 * 2.4: fs/ioctl.c. */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <uapi/ioctl.h>

static result<long> driver_ioctl(file *f, unsigned cmd, unsigned long arg)
{
	if (!f->f_op->ioctl)
		return -ENOTTY;
	auto r = f->f_op->ioctl(f->f_dentry->d_inode, f, cmd, arg);
	return r.err() == -ENOIOCTLCMD ? result<long>(-ENOTTY) : r;
}

/* Where block @*arg of the file is on its device. */
static result<long> file_bmap(file *f, user_ptr<int> arg)
{
	address_space *mapping = f->f_dentry->d_inode->i_mapping;
	int block;

	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (!mapping->a_ops->bmap)
		return -EINVAL;
	TRY(get_user(&block, arg));
	if (block < 0)
		return -EINVAL;
	int where = TRY(mapping->a_ops->bmap(mapping, block));
	return put_user(where, arg);
}

static result<long> regular_ioctl(file *f, unsigned cmd, unsigned long arg)
{
	inode *inode = f->f_dentry->d_inode;

	switch (cmd) {
	case FIBMAP:
		return file_bmap(f, user_at<int>(arg));
	case FIGETBSZ:
		return put_user((int)inode->i_sb->s_blocksize,
				user_at<int>(arg));
	case FIONREAD:
		return put_user((int)(i_size_read(inode) - f->f_pos),
				user_at<int>(arg));
	default:
		return driver_ioctl(f, cmd, arg);
	}
}

static result<long> set_nonblock(file *f, user_ptr<int> arg)
{
	int on;

	TRY(get_user(&on, arg));
	if (on)
		f->f_flags = f->f_flags | O_NONBLOCK;
	else
		f->f_flags = f->f_flags & ~O_NONBLOCK;
	return 0;
}

SYSCALL result<long> sys_ioctl(unsigned fd, unsigned cmd, unsigned long arg)
{
	fd_file f(fd);

	if (!f)
		return -EBADF;
	unsigned mode = f->f_dentry->d_inode->i_mode;
	switch (cmd) {
	case FIOCLEX:
		return set_fd_flags(fd, FD_CLOEXEC);
	case FIONCLEX:
		return set_fd_flags(fd, 0);
	case FIONBIO:
		return set_nonblock(f.get(), user_at<int>(arg));
	case FIOQSIZE:
		if (!S_ISREG(mode) && !S_ISDIR(mode))
			return -ENOTTY;
		return put_user(i_size_read(f->f_dentry->d_inode),
				user_at<loff_t>(arg));
	}
	return S_ISREG(mode) ? regular_ioctl(f.get(), cmd, arg) :
			       driver_ioctl(f.get(), cmd, arg);
}
