/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For programs that measure: a file system of which nothing is cached.
 */
#pragma once

#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

constexpr unsigned long BLKFLSBUF_IOCTL = 0x1261;

/* Mounts ext2 @device on @folder, anew if it is there: that drops the files'
 * pages, and the device's own buffers are dropped too. */
static inline bool cold_mount(const char *device, const char *folder,
			      unsigned long flags)
{
	umount(folder);
	int fd = open(device, O_RDONLY);
	if (fd >= 0) {
		ioctl(fd, BLKFLSBUF_IOCTL, 0);
		close(fd);
	}
	return mount(device, folder, "ext2", flags, nullptr) == 0;
}
