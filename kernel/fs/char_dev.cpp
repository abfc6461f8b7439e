/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Character devices: drivers by major number, and what a node of any kind
 * opens as. 2.4: fs/devices.c, init_special_inode.
 */
#include "internal.h"

#include <linux/kernel.h>

struct chrdev {
	const char *name;
	const file_operations *fops;
};
static constinit chrdev chrdevs[256];
static constinit spinlock_t chrdevs_lock{"chrdevs", RANK_CHRDEVS};

status register_chrdev(unsigned major, const char *name,
		       const file_operations *fops)
{
	if (!major || major >= ARRAY_SIZE(chrdevs))
		return -EINVAL;
	spin_guard g(chrdevs_lock);
	if (chrdevs[major].fops && chrdevs[major].fops != fops)
		return -EBUSY;
	chrdevs[major] = {name, fops};
	return OK;
}

const char *chrdev_name(unsigned major)
{
	spin_guard g(chrdevs_lock);

	return major < ARRAY_SIZE(chrdevs) ? chrdevs[major].name : nullptr;
}

static status chrdev_open(inode *inode, file *f)
{
	spin_guard g(chrdevs_lock);
	const file_operations *fops = chrdevs[MAJOR(inode->i_rdev) & 0xff].fops;

	g.unlock();
	if (!fops)
		return -ENXIO;
	f->f_op = fops;
	return fops->open ? fops->open(inode, f) : OK;
}

const file_operations def_chr_fops = {
	.open = chrdev_open,
};

static status socket_open(inode *, file *) { return -ENXIO; }

static constexpr file_operations bad_sock_fops = {
	.open = socket_open,
};

void init_special_inode(inode *inode, umode_t mode, kdev_t rdev)
{
	inode->i_mode = mode;
	if (S_ISCHR(mode)) {
		inode->i_fop = &def_chr_fops;
		inode->i_rdev = rdev;
	} else if (S_ISBLK(mode)) {
		inode->i_fop = &def_blk_fops;
		inode->i_rdev = rdev;
	} else if (S_ISFIFO(mode)) {
		inode->i_fop = &def_fifo_fops;
	} else if (S_ISSOCK(mode)) {
		inode->i_fop = &bad_sock_fops;
	} else {
		printk(KERN_DEBUG "init_special_inode: bogus mode 0%o\n",
		       mode);
		make_bad_inode(inode);
	}
}
