/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Partitions: the table's entries become devices that start and end where they should, and their file systems mount.
#include <abi.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

static const char *const DISK = "/dev/hdd";
struct entry {
	uint8_t boot, chs[3], type, end[3];
	uint32_t start, count;
};
static entry table[4];
static int disk;

static uint64_t sectors_of(const char *dev)
{
	unsigned long n = 0;
	int fd = open(dev, O_RDONLY);

	if (fd < 0 || ioctl(fd, BLKGETSIZE, &n))
		n = 0;
	close(fd);
	return n;
}

static int sizes_and_places()
{
	static uint8_t a[64 * KIB], b[64 * KIB];
	char name[16];
	int found = 0;

	for (int i = 0; i < 4; i++) {
		if (!table[i].count || table[i].type == 5)
			continue;
		snprintf(name, sizeof(name), "%s%d", DISK, i + 1);
		CHECK_EQ(sectors_of(name), table[i].count);
		int fd = open(name, O_RDONLY);
		CHECK(fd >= 0);
		CHECK_EQ(pread(fd, a, sizeof(a), 0), sizeof(a));
		CHECK_EQ(pread(disk, b, sizeof(b), table[i].start * 512LL),
			 sizeof(b));
		CHECK(!memcmp(a, b, sizeof(a)));
		CHECK_EQ(pread(fd, a, 512, table[i].count * 512LL), 0);
		close(fd);
		found++;
	}
	CHECK(found >= 2);
	return KSFT_PASS;
}

static int the_list_in_proc()
{
	static char text[4096];
	int fd = open("/proc/partitions", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	CHECK(n > 0);
	text[n] = 0;
	CHECK(strstr(text, "hdd") && strstr(text, "hdd1") &&
	      strstr(text, "hdd2"));
	close(fd);
	return KSFT_PASS;
}

/* Mounts @dev, makes, reads and removes a file on it. */
static int use(const char *dev, unsigned block)
{
	static uint8_t buf[300 * KIB];
	struct statvfs s, after;

	CHECK_OK(mount(dev, "/mnt", "ext2", 0, nullptr));
	CHECK_OK(statvfs("/mnt", &s));
	CHECK_EQ(s.f_bsize, block);
	int fd = make_file("/mnt/f", sizeof(buf), 3);
	CHECK_EQ(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	CHECK(is_pattern(buf, 3, 0, sizeof(buf)));
	CHECK_ERR(umount("/mnt"), EBUSY);
	close(fd);
	CHECK_OK(umount("/mnt"));
	CHECK_OK(mount(dev, "/mnt", "ext2", MS_RDONLY, nullptr));
	fd = open("/mnt/f", O_RDONLY);
	CHECK_EQ(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	CHECK(is_pattern(buf, 3, 0, sizeof(buf)));
	close(fd);
	CHECK_ERR(open("/mnt/g", O_WRONLY | O_CREAT, 0644), EROFS);
	CHECK_ERR(unlink("/mnt/f"), EROFS);
	CHECK_OK(mount(dev, "/mnt", "ext2", MS_REMOUNT, nullptr));
	CHECK_OK(unlink("/mnt/f"));
	CHECK_OK(statvfs("/mnt", &after));
	CHECK_EQ(after.f_bfree, s.f_bfree);
	CHECK_EQ(after.f_ffree, s.f_ffree);
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static int block_size_1k()
{
	CHECK_CASE(use("/dev/hdd2", 1024));
	return KSFT_PASS;
}

static int block_size_2k()
{
	CHECK_CASE(use("/dev/hdd3", 2048));
	return KSFT_PASS;
}

/* The logical partition is small: fills up, and everything comes back. */
static int full_file_system()
{
	static uint8_t buf[64 * KIB];
	struct statvfs before, full, after;
	off_t size = 0;
	ssize_t n;

	CHECK_OK(mount("/dev/hdd5", "/mnt", "ext2", 0, nullptr));
	CHECK_OK(statvfs("/mnt", &before));
	int fd = open("/mnt/big", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0);
	do {
		pattern_fill(buf, 4, size, sizeof(buf));
		n = write(fd, buf, sizeof(buf));
		size += n > 0 ? n : 0;
	} while (n > 0);
	CHECK_EQ(n, -1);
	CHECK_EQ(errno, ENOSPC);
	CHECK(size > (off_t)MIB);
	CHECK_OK(statvfs("/mnt", &full));
	CHECK(full.f_bfree < 16);
	/* Small things may still fit, but not for long. */
	char name[32];
	int dirs = 0;
	do {
		snprintf(name, sizeof(name), "/mnt/d%d", dirs);
	} while (mkdir(name, 0755) == 0 && ++dirs < 32);
	CHECK_EQ(errno, ENOSPC);
	CHECK(dirs < 16);
	for (off_t at = 0; at < size; at += n) {
		n = pread(fd, buf, sizeof(buf), at);
		CHECK(n > 0);
		CHECK(is_pattern(buf, 4, at, n));
	}
	close(fd);
	CHECK_OK(unlink("/mnt/big"));
	while (dirs--) {
		snprintf(name, sizeof(name), "/mnt/d%d", dirs);
		CHECK_OK(rmdir(name));
	}
	CHECK_OK(statvfs("/mnt", &after));
	CHECK_EQ(after.f_bfree, before.f_bfree);
	CHECK_EQ(after.f_ffree, before.f_ffree);
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static int mount_refusals()
{
	CHECK_ERR(mount("/dev/hdd1", "/mnt", "ext2", 0, nullptr), EINVAL);
	CHECK_ERR(mount("/dev/hdd2", "/mnt", "nofs", 0, nullptr), ENODEV);
	CHECK_ERR(mount("/dev/null", "/mnt", "ext2", 0, nullptr), ENOTBLK);
	CHECK_ERR(mount("/dev/hdd2", "/no", "ext2", 0, nullptr), ENOENT);
	CHECK_ERR(umount("/mnt"), EINVAL);
	CHECK_OK(mount("/dev/hdd2", "/mnt", "ext2", 0, nullptr));
	CHECK_ERR(rmdir("/mnt"), EBUSY);
	CHECK_ERR(rename("/tmp", "/mnt/x"), errno == EBUSY ? EBUSY : EXDEV);
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"sizes and places", sizes_and_places},
	{"the list in /proc", the_list_in_proc},
	{"1 KiB blocks", block_size_1k},
	{"2 KiB blocks", block_size_2k},
	{"a full file system", full_file_system},
	{"refusals of mount", mount_refusals},
};

int main()
{
	uint8_t first[512];

	ksft_print_header();
	disk = open(DISK, O_RDONLY);
	if (disk < 0 || pread(disk, first, 512, 0) != 512 ||
	    first[510] != 0x55)
		ksft_exit_skip("no partitioned disk %s\n", DISK);
	memcpy(table, first + 446, sizeof(table));
	RUN_CASES(cases);
}
