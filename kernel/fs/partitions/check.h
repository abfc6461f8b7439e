/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the kinds of partition table and the code that asks for them. */
#pragma once

#include <linux/blkdev.h>

/* One line of the log, built piece by piece: what the table says. */
struct partition_log {
	char text[480];
	unsigned len = 0;
};
__printf(2, 3) void plog(partition_log *log, const char *fmt, ...);

struct parse_state {
	gendisk *disk;
	block_device *bdev;		/* the whole disk, open */
	partition_log log;
};
/* Copies sector @sector of the disk to @buf. */
status read_dev_sector(parse_state *s, sector_t sector, u8 *buf);
/* Enters a partition, if it lies on the disk, and prints its name. */
bool add_partition(parse_state *s, unsigned part, sector_t start,
		   sector_t size);

/* False: no such table here. */
result<long> msdos_partition(parse_state *s);
