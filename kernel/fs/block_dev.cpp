/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block devices: one block_device for each number in use, with an inode whose
 * page cache holds the device's blocks, and the file operations of device
 * nodes, which work on that cache (2.4's fs/block_dev.c).
 * The inode of a node that was opened holds a count on its block_device,
 * whose mapping is from then on its own.
 */
#include <linux/blkdev.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "block_dev.h"
#include "buffer_internal.h"

static constinit super_block *blockdev_superblock;
static constinit list_head bdev_list;
static constinit spinlock_t bdev_lock{"block devices", RANK_BDEV};

__init static void bdev_init()
{
	blockdev_superblock = alloc_pseudo_super("bdev", 0x62646576);
	if (!blockdev_superblock)
		panic("no memory for block devices");
}
fs_initcall(bdev_init);

/* ---- the cache of a device ---- */

static status blkdev_get_block(inode *inode, sector_t iblock, buffer_head *bh,
			       bool create)
{
	if (iblock >= inode->i_size >> inode->i_blkbits)
		return create ? -EIO : 0;
	map_bh(bh, inode->i_bdev, iblock);
	return OK;
}

static status blkdev_readpage(file *, page *p)
{
	return block_read_full_page(p, blkdev_get_block);
}

static void blkdev_readpages(page **pages, unsigned nr)
{
	block_read_pages(pages, nr, blkdev_get_block);
}

static status blkdev_writepage(page *p)
{
	return block_write_full_page(p, blkdev_get_block);
}

static status blkdev_prepare_write(file *, page *p, unsigned from, unsigned to)
{
	return block_prepare_write(p, from, to, blkdev_get_block);
}

static result<long> blkdev_bmap(address_space *mapping, long block)
{
	return generic_block_bmap(mapping, block, blkdev_get_block);
}

static const address_space_operations def_blk_aops = {
	.writepage = blkdev_writepage,
	.readpage = blkdev_readpage,
	.readpages = blkdev_readpages,
	.prepare_write = blkdev_prepare_write,
	.commit_write = generic_commit_write,
	.bmap = blkdev_bmap,
};

status sync_blockdev(block_device *bdev)
{
	address_space *mapping = bdev->bd_inode->i_mapping;
	status st = filemap_fdatawrite(mapping);
	status wait = filemap_fdatawait(mapping);

	return st.failed() ? st : wait;
}

/* ---- from numbers to devices ---- */

static block_device *find_bdev(kdev_t dev)	/* bdev_lock held */
{
	list_for_each_entry(block_device, b, &bdev_list, bd_hash)
		if (b->bd_dev == dev) {
			atomic_inc(&b->bd_count);
			return b;
		}
	return nullptr;
}

static inode *new_bd_inode(block_device *bdev)
{
	inode *inode = new_inode(blockdev_superblock);

	if (!inode)
		return nullptr;
	inode->i_mode = S_IFBLK;
	inode->i_nlink = 1;
	inode->i_ino = inode->i_rdev = bdev->bd_dev;
	inode->i_bdev = bdev;
	inode->i_blkbits = __ffs(bdev->bd_block_size);
	inode->i_data.a_ops = &def_blk_aops;
	inode->i_data.gfp_mask = GFP_NOFS;
	return inode;
}

static block_device *alloc_bdev(kdev_t dev)
{
	block_device *bdev = kmalloc_new<block_device>(GFP_KERNEL);

	if (!bdev)
		return nullptr;
	bdev->bd_dev = dev;
	atomic_set(&bdev->bd_count, 1);
	bdev->bd_inode = new_bd_inode(bdev);
	if (!bdev->bd_inode) {
		kfree(bdev);
		return nullptr;
	}
	return bdev;
}

static void free_bdev(block_device *bdev)
{
	bdev->bd_inode->i_bdev = nullptr;
	bdev->bd_inode->i_nlink = 0;
	iput(bdev->bd_inode);
	kfree(bdev);
}

block_device *bdget(kdev_t dev)
{
	{
		spin_guard g(bdev_lock);
		if (block_device *b = find_bdev(dev))
			return b;
	}
	block_device *bdev = alloc_bdev(dev), *other;

	if (!bdev)
		return nullptr;
	spin_guard g(bdev_lock);

	other = find_bdev(dev);
	if (!other) {
		insert_inode_hash(bdev->bd_inode);
		list_add_tail(&bdev->bd_hash, &bdev_list);
		return bdev;
	}
	g.unlock();
	free_bdev(bdev);
	return other;
}

void bd_acquire(block_device *bdev, inode *inode)
{
	spin_guard g(bdev_lock);

	if (inode->i_bdev)
		return;
	atomic_inc(&bdev->bd_count);
	inode->i_bdev = bdev;
	inode->i_mapping = bdev->bd_inode->i_mapping;
}

void bdput(block_device *bdev)
{
	spin_guard g(bdev_lock);

	if (!atomic_dec_and_test(&bdev->bd_count))
		return;
	list_del(&bdev->bd_hash);
	g.unlock();
	free_bdev(bdev);
}

/* ---- opening and closing ---- */

loff_t bdev_size(block_device *bdev)
{
	return i_size_read(bdev->bd_inode);
}

bool bdev_read_only(block_device *bdev)
{
	gendisk *disk = bdev->bd_disk ?: get_gendisk(bdev->bd_dev);

	return bdev->bd_read_only || (disk && disk->read_only);
}

/* The largest block size that divides the device, so that all of it can be
 * reached through the cache. */
static unsigned best_block_size(loff_t size)
{
	unsigned low = (unsigned)size | PAGE_SIZE;

	return max(1u << __ffs(low), 512u);
}

static void set_size_and_block(block_device *bdev, unsigned block_size)
{
	gendisk *disk = bdev->bd_disk;
	loff_t size = (loff_t)disk->part[bdev->bd_partno].nr_sects << 9;

	i_size_write(bdev->bd_inode, size);
	bdev->bd_block_size = block_size ?: best_block_size(size);
	bdev->bd_inode->i_blkbits = __ffs(bdev->bd_block_size);
}

static void first_open(block_device *bdev, gendisk *disk, unsigned part)
{
	bdev->bd_disk = disk;
	bdev->bd_partno = part;
	set_size_and_block(bdev, 0);
}

status blkdev_get(block_device *bdev, unsigned mode)
{
	gendisk *disk = get_gendisk(bdev->bd_dev);

	if (!disk)
		return -ENXIO;
	down_guard g(bdev->bd_sem);
	unsigned part = MINOR(bdev->bd_dev) - disk->first_minor;

	if (part && !disk->part[part].nr_sects)
		return -ENXIO;
	if (mode & FMODE_WRITE && bdev_read_only(bdev))
		return -EROFS;
	if (disk->fops->open)
		TRY(disk->fops->open(bdev->bd_inode, nullptr));
	if (!bdev->bd_openers++)
		first_open(bdev, disk, part);
	return OK;
}

static void kill_bdev(block_device *bdev)
{
	if (sync_blockdev(bdev).failed())
		printk(KERN_ERR "device %02x:%02x: data lost on close\n",
		       MAJOR(bdev->bd_dev), MINOR(bdev->bd_dev));
	truncate_inode_pages(bdev->bd_inode->i_mapping, 0);
}

void blkdev_put(block_device *bdev)
{
	down_guard g(bdev->bd_sem);
	gendisk *disk = bdev->bd_disk;

	if (bdev->bd_openers == 1)
		kill_bdev(bdev);
	if (disk->fops->release)
		disk->fops->release(bdev->bd_inode, nullptr).ignore();
	if (!--bdev->bd_openers)
		bdev->bd_disk = nullptr;
}

status set_blocksize(block_device *bdev, unsigned size)
{
	if (size < 512 || size > PAGE_SIZE || size & (size - 1))
		return -EINVAL;
	down_guard g(bdev->bd_sem);

	if (size == bdev->bd_block_size)
		return OK;
	TRY(sync_blockdev(bdev));
	truncate_inode_pages(bdev->bd_inode->i_mapping, 0);
	set_size_and_block(bdev, size);
	return OK;
}

/* True if a partition of @disk is open or mounted. */
static bool partition_in_use(gendisk *disk)
{
	spin_guard g(bdev_lock);

	list_for_each_entry(block_device, b, &bdev_list, bd_hash)
		if (b->bd_disk == disk && b->bd_partno && b->bd_openers)
			return true;
	return false;
}

status blkdev_reread_part(block_device *bdev)
{
	gendisk *disk = bdev->bd_disk;

	if (bdev->bd_partno || disk->minors <= 1)
		return -EINVAL;
	if (bdev->bd_holder || partition_in_use(disk))
		return -EBUSY;
	TRY(sync_blockdev(bdev));
	invalidate_inode_pages(bdev->bd_inode->i_mapping);
	for (unsigned i = 1; i < disk->minors; i++)
		disk->part[i].start_sect = disk->part[i].nr_sects = 0;
	check_partition(disk);
	return OK;
}
