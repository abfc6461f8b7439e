/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K5
// A direct write into a nearly full file system took every free block for data, had none for the block map, and gave up.
#include <scratch.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

static int one_write_fills_it()
{
	struct statvfs s;

	if (mount("/dev/hdd5", "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no /dev/hdd5");
	CHECK_OK(statvfs("/mnt", &s));
	size_t room = s.f_bfree * s.f_bsize, len = 4 * MIB;
	CHECK(room < len);
	uint8_t *buf = page_buffer(len);
	pattern_fill(buf, 3, 0, len);
	int d = open_direct("/mnt/full", O_RDWR | O_CREAT);
	ssize_t n = write(d, buf, len);
	/* All but its block map: one indirect, one double indirect block and
	 * one for each that this one points to. */
	size_t map = (3 + room / s.f_bsize / (s.f_bsize / 4)) * s.f_bsize;
	CHECK(n >= (ssize_t)(room - map) && n <= (ssize_t)room);
	CHECK_OK(statvfs("/mnt", &s));
	CHECK(s.f_bfree <= 3);
	memset(buf, 0, len);
	CHECK_EQ(pread(d, buf, len, 0), n);
	CHECK(is_pattern(buf, 3, 0, n));
	close(d);
	CHECK_OK(unlink("/mnt/full"));
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"one write fills it", one_write_fills_it},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
