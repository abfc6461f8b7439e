/* SPDX-License-Identifier: GPL-2.0-only */
// since: 360
// abi: K1 K2 K4
// O_DIRECT on a block device works in units of 512 bytes and agrees with the device's cache.
#include <scratch.h>

static int fd, cached;
static uint8_t *buf;

static int write_and_read_back()
{
	pattern_fill(buf, 1, 0, MIB);
	CHECK_EQ(pwrite(fd, buf, MIB, 0), MIB);
	memset(buf, 0, MIB);
	CHECK_EQ(pread(fd, buf, MIB, 0), MIB);
	CHECK(is_pattern(buf, 1, 0, MIB));
	return KSFT_PASS;
}

static int units_of_512()
{
	CHECK_EQ(pread(fd, buf + 512, 1536, 2560), 1536);
	CHECK(is_pattern(buf + 512, 1, 2560, 1536));
	CHECK_ERR(pread(fd, buf, 256, 0), EINVAL);
	CHECK_ERR(pread(fd, buf, 512, 256), EINVAL);
	CHECK_ERR(pread(fd, buf + 4, 512, 0), EINVAL);
	return KSFT_PASS;
}

static int agrees_with_the_cache()
{
	static uint8_t page[PAGE];

	CHECK_EQ(pread(cached, page, PAGE, 0), PAGE);
	memset(buf, 0x21, 512);
	CHECK_EQ(pwrite(fd, buf, 512, 1024), 512);
	CHECK_EQ(pread(cached, page, PAGE, 0), PAGE);
	CHECK(is_pattern(page, 1, 0, 1024));
	CHECK(all_bytes(page + 1024, 0x21, 512));
	CHECK(is_pattern(page + 1536, 1, 1536, PAGE - 1536));
	memset(page, 0x22, PAGE);
	CHECK_EQ(pwrite(cached, page, PAGE, 0), PAGE);
	CHECK_EQ(pread(fd, buf, PAGE, 0), PAGE);
	CHECK(all_bytes(buf, 0x22, PAGE));
	return KSFT_PASS;
}

static int the_end_of_the_device()
{
	CHECK_EQ(pread(fd, buf, 64 * KIB, scratch_size - PAGE), PAGE);
	CHECK_EQ(pread(fd, buf, PAGE, scratch_size), 0);
	CHECK_EQ(pwrite(fd, buf, 64 * KIB, scratch_size - PAGE), PAGE);
	CHECK_ERR(pwrite(fd, buf, PAGE, scratch_size), ENOSPC);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"write and read back", write_and_read_back},
	{"units of 512 bytes", units_of_512},
	{"it agrees with the device's cache", agrees_with_the_cache},
	{"the end of the device", the_end_of_the_device},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	fd = open_direct(scratch_dev, O_RDWR);
	cached = open(scratch_dev, O_RDWR);
	MUST(cached >= 0);
	buf = page_buffer(MIB);
	RUN_CASES(cases);
}
