/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block device nodes as files: reading, writing and mapping the device's own
 * page cache, and the ioctls that all disks share (2.4's fs/block_dev.c and
 * drivers/block/blkpg.c). What a driver knows better is passed on to it.
 *
 * While open, the file's private_data is its block_device.
 */
#include <linux/blkdev.h>
#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include "block_dev.h"

static block_device *file_bdev(file *f)
{
	return (block_device *)f->private_data;
}

static status blkdev_open(inode *inode, file *f)
{
	block_device *bdev = bdget(inode->i_rdev);

	if (!bdev)
		return -ENOMEM;
	status st = blkdev_get(bdev, f->f_mode);

	if (st.failed()) {
		bdput(bdev);
		return st;
	}
	f->private_data = bdev;
	bd_acquire(bdev, inode);
	return OK;
}

static status blkdev_close(inode *, file *f)
{
	block_device *bdev = file_bdev(f);

	blkdev_put(bdev);
	bdput(bdev);
	return OK;
}

static status blkdev_llseek(file *f, loff_t offset, int whence, loff_t *res)
{
	loff_t size = bdev_size(file_bdev(f));

	if (whence == 1)
		offset += f->f_pos;
	else if (whence == 2)
		offset += size;
	else if (whence)
		return -EINVAL;
	if (offset < 0 || offset > size)
		return -EINVAL;
	f->f_pos = *res = offset;
	return OK;
}

/* The device ends where it ends: a write there is short, then ENOSPC. */
static result<long> blkdev_write(file *f, user_ptr<const char> buf, size_t n,
				 loff_t *pos)
{
	block_device *bdev = file_bdev(f);
	loff_t left = bdev_size(bdev) - *pos;

	if (bdev_read_only(bdev))
		return -EROFS;
	if (left <= 0)
		return n ? -ENOSPC : 0l;
	if ((loff_t)n > left)
		n = (size_t)left;
	return generic_file_write(f, buf, n, pos);
}

static status blkdev_fsync(file *f, dentry *, int)
{
	block_device *bdev = file_bdev(f);
	status st = sync_blockdev(bdev);
	int late = xchg(&bdev->bd_inode->i_mapping->error, 0);

	if (st.ok())
		st = late;
	status flush = blkdev_issue_flush(bdev);

	return st.failed() ? st : flush;
}

const file_operations def_blk_fops = {
	.llseek = blkdev_llseek,
	.read = generic_file_read,
	.write = blkdev_write,
	.ioctl = blkdev_ioctl,
	.mmap = generic_file_mmap,
	.open = blkdev_open,
	.release = blkdev_close,
	.fsync = blkdev_fsync,
};

/* ---- ioctl ---- */

constexpr unsigned BLKROSET = 0x125d, BLKROGET = 0x125e, BLKRRPART = 0x125f,
	BLKGETSIZE = 0x1260, BLKFLSBUF = 0x1261, BLKSSZGET = 0x1268,
	BLKBSZGET = 0x80041270, BLKBSZSET = 0x40041271,
	BLKGETSIZE64 = 0x80041272, HDIO_GETGEO = 0x0301;

struct hd_geometry {
	u8 heads, sectors;
	u16 cylinders;
	u32 start;
};
static_assert(sizeof(hd_geometry) == 8);

static result<long> answer(unsigned long arg, u32 value)
{
	return put_user(value, user_at<u32>(arg));
}

static result<long> flush_buffers(block_device *bdev)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	TRY(sync_blockdev(bdev));
	invalidate_inode_pages(bdev->bd_inode->i_mapping);
	return 0l;
}

static result<long> set_read_only(block_device *bdev, unsigned long arg)
{
	u32 value;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	TRY(get_user(&value, user_at<u32>(arg)));
	bdev->bd_read_only = value != 0;
	return 0l;
}

static result<long> change_block_size(block_device *bdev, unsigned long arg)
{
	u32 size;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	TRY(get_user(&size, user_at<u32>(arg)));
	if (bdev->bd_holder)
		return -EBUSY;
	return set_blocksize(bdev, size);
}

/* The geometry that BIOSes make up for large disks. */
static result<long> get_geometry(block_device *bdev, unsigned long arg)
{
	hd_struct *part = bdev->bd_disk->part;
	hd_geometry geo = {.heads = 255, .sectors = 63};

	geo.cylinders = (u16)min(part[0].nr_sects / (255 * 63), 65535ul);
	geo.start = part[bdev->bd_partno].start_sect;
	return put_user(geo, user_at<hd_geometry>(arg));
}

static result<long> driver_ioctl(block_device *bdev, file *f, unsigned cmd,
				 unsigned long arg)
{
	auto ioctl = bdev->bd_disk->fops->ioctl;

	return ioctl ? ioctl(bdev->bd_inode, f, cmd, arg) : -ENOTTY;
}

static bool not_known(result<long> r)
{
	return r.err() == -ENOTTY || r.err() == -ENOIOCTLCMD ||
		r.err() == -EINVAL;
}

result<long> blkdev_ioctl(inode *, file *f, unsigned cmd, unsigned long arg)
{
	block_device *bdev = file_bdev(f);
	loff_t size = bdev_size(bdev);

	switch (cmd) {
	case BLKGETSIZE:
		return answer(arg, (u32)(size >> 9));
	case BLKGETSIZE64:
		return put_user(size, user_at<loff_t>(arg));
	case BLKSSZGET:
		return answer(arg, 512);
	case BLKBSZGET:
		return answer(arg, bdev->bd_block_size);
	case BLKBSZSET:
		return change_block_size(bdev, arg);
	case BLKFLSBUF:
		return flush_buffers(bdev);
	case BLKROGET:
		return answer(arg, bdev_read_only(bdev));
	case BLKROSET:
		return set_read_only(bdev, arg);
	case BLKRRPART:
		if (!capable(CAP_SYS_ADMIN))
			return -EACCES;
		return blkdev_reread_part(bdev);
	}
	result<long> r = driver_ioctl(bdev, f, cmd, arg);

	if (cmd == HDIO_GETGEO && not_known(r))
		return get_geometry(bdev, arg);
	return r;
}
