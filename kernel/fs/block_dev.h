/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files about block devices. */
#pragma once

#include <linux/fs.h>

result<long> blkdev_ioctl(inode *inode, file *filp, unsigned cmd,
			  unsigned long arg);
/* The node's inode shares the mapping of the device until it is freed. */
void bd_acquire(block_device *bdev, inode *inode);
