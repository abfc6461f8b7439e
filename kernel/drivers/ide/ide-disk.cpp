/* SPDX-License-Identifier: GPL-2.0-only */
/* IDE drives as disks, 2.4's ide-disk.c: limits, name, geometry. */
#include <linux/ide.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

constexpr unsigned IDE0_MAJOR = 3, IDE1_MAJOR = 22, PARTN_BITS = 6;
constexpr unsigned ID_MWDMA = 63, ID_UDMA = 88;
constexpr unsigned HDIO_GETGEO = 0x0301, HDIO_GET_IDENTITY = 0x030d;

struct hd_geometry {			/* the user's layout */
	u8 heads, sectors;
	u16 cylinders;
	unsigned long start;
};
static_assert(sizeof(hd_geometry) == 8);

static result<long> idedisk_ioctl(inode *inode, file *, unsigned cmd,
				  unsigned long arg)
{
	gendisk *disk = get_gendisk(inode->i_rdev);

	if (!disk)
		return -ENXIO;
	auto *drive = (ide_drive_t *)disk->private_data;
	unsigned part = MINOR(inode->i_rdev) - disk->first_minor;
	hd_geometry geo{drive->head, drive->sect, drive->cyl,
			disk->part[part].start_sect};

	switch (cmd) {
	case HDIO_GETGEO:
		return copy_to_user(arg, &geo, sizeof(geo));
	case HDIO_GET_IDENTITY:
		return copy_to_user(arg, drive->id, sizeof(drive->id));
	}
	return -ENOTTY;
}

static const block_device_operations idedisk_fops = {
	.open = nullptr,
	.release = nullptr,
	.ioctl = idedisk_ioctl,
};

static void announce(const ide_drive_t *drive)
{
	const char *mode = !drive->dma ? "PIO" :
			   drive->id[ID_UDMA] & 0xff ? "UDMA" :
			   drive->id[ID_MWDMA] & 0xff ? "MWDMA" : "DMA";

	printk(KERN_INFO "%s: %s, %lu sectors (%lu MB), %s, %s\n", drive->name,
	       drive->model, drive->capacity, drive->capacity / 2048,
	       drive->lba48 ? "LBA48" : "LBA28", mode);
}

static void setup_queue(ide_drive_t *drive)
{
	request_queue *q = &drive->queue;

	blk_init_queue(q, do_ide_request);
	q->queuedata = drive;
	q->max_sectors = drive->lba48 ? IDE_MAX_SECTORS_48
				      : IDE_MAX_SECTORS_28;
	q->max_segments = IDE_MAX_SEGMENTS;
	drive->limit = q->max_sectors;
}

/* The bus master's note that firmware leaves: this drive does DMA. */
static void set_dma_capable(ide_drive_t *drive)
{
	u16 port = drive->hwif->bm_base + BM_STATUS;
	u8 bits = inb(port) & (BM_STAT_DRV0 | BM_STAT_DRV1);

	outb(bits | (drive->unit ? BM_STAT_DRV1 : BM_STAT_DRV0), port);
}

void idedisk_setup(ide_drive_t *drive)
{
	gendisk *disk = &drive->disk;

	announce(drive);
	if (drive->dma)
		set_dma_capable(drive);
	setup_queue(drive);
	disk->major = drive->hwif->index ? IDE1_MAJOR : IDE0_MAJOR;
	disk->first_minor = drive->unit << PARTN_BITS;
	disk->minors = 1 << PARTN_BITS;
	strlcpy(disk->disk_name, drive->name, sizeof(disk->disk_name));
	disk->part[0].nr_sects = drive->capacity;
	disk->queue = &drive->queue;
	disk->fops = &idedisk_fops;
	disk->private_data = drive;
	add_disk(disk);
}
