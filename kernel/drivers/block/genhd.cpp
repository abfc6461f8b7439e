/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disks there are, 2.4's genhd.c: from device numbers and names to
 * gendisks. Disks are added while booting and never go away.
 */
#include <linux/blkdev.h>
#include <linux/kernel.h>
#include <linux/string.h>

constinit list_head gendisk_list;
static constinit spinlock_t gendisk_lock{"gendisk list", RANK_GENHD};

void add_disk(gendisk *disk)
{
	{
		spin_guard g(gendisk_lock);
		list_add_tail(&disk->list, &gendisk_list);
	}
	check_partition(disk);
}

gendisk *get_gendisk(kdev_t dev)
{
	spin_guard g(gendisk_lock);

	list_for_each_entry(gendisk, d, &gendisk_list, list)
		if (d->major == MAJOR(dev) && MINOR(dev) >= d->first_minor &&
		    MINOR(dev) - d->first_minor < d->minors)
			return d;
	return nullptr;
}

void partition_name(const gendisk *d, unsigned part, char *buf, size_t size)
{
	if (part)
		snprintf(buf, size, "%s%u", d->disk_name, part);
	else
		snprintf(buf, size, "%s", d->disk_name);
}

/* "hda" or "hda3" of @d, else 0. */
static kdev_t match_disk(const gendisk *d, const char *name)
{
	size_t len = strlen(d->disk_name);
	unsigned long part = 0;

	if (strncmp(name, d->disk_name, len))
		return 0;
	if (name[len]) {
		char *end;

		if (name[len] < '1' || name[len] > '9')
			return 0;
		part = simple_strtoul(name + len, &end, 10);
		if (*end || part >= d->minors)
			return 0;
	}
	return MKDEV(d->major, d->first_minor + (unsigned)part);
}

kdev_t name_to_kdev_t(const char *name)
{
	char *end;

	if (!strncmp(name, "/dev/", 5))
		name += 5;
	{
		spin_guard g(gendisk_lock);

		list_for_each_entry(gendisk, d, &gendisk_list, list)
			if (kdev_t dev = match_disk(d, name))
				return dev;
	}
	unsigned long number = simple_strtoul(name, &end, 16);

	return *name && !*end && number <= 0xffff ? (kdev_t)number : 0;
}
