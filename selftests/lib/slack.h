/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files whose last block holds foreign bytes on the disk, behind the end of
 * file: other systems, or a crash, may have left them there.
 */
#pragma once

#include <abi.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#ifndef FIBMAP
#define FIBMAP _IO(0, 1)
#endif

constexpr uint8_t SLACK = 0xee;
static const char *const slack_dev = "/dev/hdb";

/* Overwrites block @block from byte @from on. */
static inline void spoil_block(off_t block, size_t from)
{
	static uint8_t buf[PAGE];
	int d = open(slack_dev, O_RDWR);

	MUST(d >= 0);
	MUST(pread(d, buf, PAGE, block * (off_t)PAGE) == PAGE);
	MUST(is_pattern(buf, 1, 0, from));
	memset(buf + from, SLACK, PAGE - from);
	MUST(pwrite(d, buf, PAGE, block * (off_t)PAGE) == PAGE);
	MUST(fsync(d) == 0);
	close(d);
}

constexpr const char *SLACK_FILE = "/mnt/slack";

/* SLACK_FILE of @len < PAGE bytes of pattern 1. */
static inline int file_with_slack(size_t len)
{
	int block = 0;
	int fd = make_file(SLACK_FILE, len, 1);
	struct stat st;
	MUST(fstat(fd, &st) == 0 && st.st_blksize == PAGE);
	MUST(ioctl(fd, FIBMAP, &block) == 0 && block);
	close(fd);
	MUST(umount("/mnt") == 0);
	spoil_block(block, len);
	MUST(mount(slack_dev, "/mnt", "ext2", 0, nullptr) == 0);
	fd = open(SLACK_FILE, O_RDWR);
	MUST(fd >= 0);
	return fd;
}

/* Has @look look at it; nothing of it is cached. */
template<class F> static int with_slack(size_t len, F look)
{
	if (mount(slack_dev, "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no data disk");
	int fd = file_with_slack(len);
	int r = look(fd);
	close(fd);
	CHECK_OK(unlink(SLACK_FILE));
	CHECK_OK(umount("/mnt"));
	return r;
}
