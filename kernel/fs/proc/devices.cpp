/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/devices and partitions. */
#include <linux/blkdev.h>
#include <linux/init.h>
#include "internal.h"

static void print_partition(seq_file *m, const gendisk *d, unsigned part)
{
	const hd_struct &p = d->part[part];
	char name[16];

	if (!p.nr_sects)
		return;
	partition_name(d, part, name, sizeof(name));
	seq_printf(m, "%4u  %4u %10lu %s %lu %lu %lu %lu\n", d->major,
		   d->first_minor + part, p.nr_sects / 2, name, p.rd_ios,
		   p.rd_sectors, p.wr_ios, p.wr_sectors);
}

static status partitions_show(seq_file *m, void *)
{
	seq_puts(m, "major minor  #blocks  name     rio rsect wio wsect\n\n");
	list_for_each_entry(gendisk, d, &gendisk_list, list)
		for (unsigned i = 0; i < d->minors; i++)
			print_partition(m, d, i);
	return OK;
}

/* Has an earlier disk the same number? */
static bool major_seen(const gendisk *disk)
{
	list_for_each_entry(gendisk, d, &gendisk_list, list) {
		if (d == disk)
			return false;
		if (d->major == disk->major)
			return true;
	}
	return false;
}

static status devices_show(seq_file *m, void *)
{
	seq_puts(m, "Character devices:\n");
	for (unsigned major = 0; major < 256; major++)
		if (const char *name = chrdev_name(major))
			seq_printf(m, "%3u %s\n", major, name);
	seq_puts(m, "\nBlock devices:\n");
	list_for_each_entry(gendisk, d, &gendisk_list, list)
		if (!major_seen(d))
			seq_printf(m, "%3u %s\n", d->major, d->disk_name);
	return OK;
}

static void devices_init()
{
	proc_create("devices", S_IRUGO, nullptr, devices_show, nullptr);
	proc_create("partitions", S_IRUGO, nullptr, partitions_show, nullptr);
}
core_initcall(devices_init);
