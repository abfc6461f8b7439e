/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the partition table of a disk that appears (2.4's
 * fs/partitions/check.c). The table is read through the page cache of the
 * whole disk; nothing it says is believed before it fits on the disk.
 */
#include "check.h"
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/string.h>

void plog(partition_log *log, const char *fmt, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	log->len += (unsigned)vsnprintf(log->text + log->len,
					sizeof(log->text) - log->len, fmt, ap);
	__builtin_va_end(ap);
	log->len = min(log->len, (unsigned)sizeof(log->text) - 1);
}

status read_dev_sector(parse_state *s, sector_t sector, u8 *buf)
{
	constexpr unsigned PER_PAGE = PAGE_SIZE / 512;
	address_space *mapping = s->bdev->bd_inode->i_mapping;

	if (sector >= s->disk->part[0].nr_sects)
		return -EINVAL;
	page *p = TRY(read_cache_page(mapping, sector / PER_PAGE));
	const char *data = (const char *)kmap(p);

	memcpy(buf, data + sector % PER_PAGE * 512, 512);
	kunmap(p);
	put_page(p);
	return OK;
}

bool add_partition(parse_state *s, unsigned part, sector_t start,
		   sector_t size)
{
	sector_t disk_size = s->disk->part[0].nr_sects;
	char name[16];

	partition_name(s->disk, part, name, sizeof(name));
	if (part >= s->disk->minors || !start || start >= disk_size ||
	    size > disk_size - start) {
		plog(&s->log, " %s (beyond the disk, ignored)", name);
		return false;
	}
	s->disk->part[part].nr_sects = size;
	s->disk->part[part].start_sect = start;
	plog(&s->log, " %s", name);
	return true;
}

static void parse_tables(parse_state *s)
{
	result<long> found = msdos_partition(s);

	if (found.failed())
		plog(&s->log, " unable to read partition table");
	else if (!found.value())
		plog(&s->log, " unknown partition table");
}

void check_partition(gendisk *disk)
{
	parse_state s{};

	s.disk = disk;
	if (disk->minors <= 1 || !disk->part[0].nr_sects)
		return;
	s.bdev = bdget(MKDEV(disk->major, disk->first_minor));
	if (!s.bdev)
		return;
	plog(&s.log, " %s:", disk->disk_name);
	if (blkdev_get(s.bdev, FMODE_READ).ok()) {
		parse_tables(&s);
		blkdev_put(s.bdev);
	} else {
		plog(&s.log, " cannot be opened");
	}
	bdput(s.bdev);
	printk(KERN_INFO "%s\n", s.log.text);
}
