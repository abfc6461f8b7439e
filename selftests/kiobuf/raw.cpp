/* SPDX-License-Identifier: GPL-2.0-only */
// since: 250
// abi: K9 K10 K11
// A raw device moves sectors between the disk and the caller's pages through a kiobuf.
#include <scratch.h>

#define RAW_SETBIND 0xac00
#define RAW_GETBIND 0xac01
struct raw_config_request {
	int raw_minor;
	uint64_t block_major, block_minor;
};

static int ctl, fd;
static uint8_t *buf;		/* 1 MiB */

static int bind(int minor, unsigned major, unsigned block_minor)
{
	raw_config_request rq = {minor, major, block_minor};

	return ioctl(ctl, RAW_SETBIND, &rq);
}

static int bind_and_query()
{
	raw_config_request rq = {1, 0, 0};
	struct stat st;

	CHECK_OK(stat(scratch_dev, &st));
	CHECK_OK(ioctl(ctl, RAW_GETBIND, &rq));
	CHECK_EQ(rq.block_major, st.st_rdev >> 8 & 0xff);
	CHECK_EQ(rq.block_minor, st.st_rdev & 0xff);
	CHECK_ERR(bind(1, 0, 0), EBUSY);
	CHECK_ERR(bind(0, 3, 0), EINVAL);
	return KSFT_PASS;
}

static int write_and_read_back()
{
	pattern_fill(buf, 3, 0, MIB);
	CHECK_EQ(pwrite(fd, buf, MIB, 0), MIB);
	memset(buf, 0, MIB);
	CHECK_EQ(pread(fd, buf, MIB, 0), MIB);
	CHECK(is_pattern(buf, 3, 0, MIB));
	int d = open(scratch_dev, O_RDONLY);
	memset(buf, 0, 64 * KIB);
	CHECK_EQ(pread(d, buf, 64 * KIB, 0), 64 * KIB);
	CHECK(is_pattern(buf, 3, 0, 64 * KIB));
	close(d);
	return KSFT_PASS;
}

static int sectors()
{
	memset(buf, 0xaa, PAGE);
	CHECK_EQ(pread(fd, buf + 512, 1024, 512 * 5), 1024);
	CHECK(is_pattern(buf + 512, 3, 512 * 5, 1024));
	CHECK(all_bytes(buf, 0xaa, 512));
	CHECK(all_bytes(buf + 1536, 0xaa, 1024));
	CHECK_ERR(pread(fd, buf + 1, 512, 0), EINVAL);
	CHECK_ERR(pread(fd, buf, 100, 0), EINVAL);
	CHECK_ERR(pread(fd, buf, 512, 100), EINVAL);
	CHECK_EQ(pread(fd, buf, 0, 0), 0);
	return KSFT_PASS;
}

static int one_command()
{
	static vmstat_span span;

	CHECK_EQ(pread(fd, buf, MIB, 0), MIB);
	span.begin();
	if (vmstat_get(&span.a, "disk_read") < 0)
		SKIP_CASE("the kernel does not count disk commands");
	ssize_t n = pread(fd, buf, MIB, 0);
	span.end();
	CHECK_EQ(n, MIB);
	CHECK_QUIET_EQ(span.diff("disk_read"), 1);
	CHECK_QUIET_EQ(span.diff("copy_to_user_bytes"), 0);
	return KSFT_PASS;
}

static int the_end()
{
	CHECK_EQ(pread(fd, buf, MIB, scratch_size - 4 * PAGE), 4 * PAGE);
	CHECK_ERR(pread(fd, buf, 512, scratch_size), ENXIO);
	return KSFT_PASS;
}

static int bad_buffers()
{
	uint8_t *two = page_buffer(2 * PAGE);

	CHECK_OK(munmap(two + PAGE, PAGE));
	CHECK_EQ(pread(fd, two, 2 * PAGE, 0), PAGE);
	CHECK(is_pattern(two, 3, 0, PAGE));
	CHECK_ERR(pread(fd, two + PAGE, PAGE, 0), EFAULT);
	CHECK_ERR(pread(fd, (void *)0xc0100000, PAGE, 0), EFAULT);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"bind and query", bind_and_query},
	{"write and read back", write_and_read_back},
	{"units of one sector", sectors},
	{"1 MiB is one disk command", [] { return in_quiet(one_command); }},
	{"the end of the device", the_end},
	{"bad buffers", bad_buffers},
};

int main()
{
	struct stat st;

	ksft_print_header();
	need_scratch_disk();
	ctl = open("/dev/raw/rawctl", O_RDWR);
	if (ctl < 0)
		ksft_exit_skip("no raw devices\n");
	MUST(stat(scratch_dev, &st) == 0);
	MUST(bind(1, st.st_rdev >> 8 & 0xff, st.st_rdev & 0xff) == 0);
	fd = open("/dev/raw/raw1", O_RDWR);
	MUST(fd >= 0);
	buf = page_buffer(MIB);
	RUN_CASES(cases);
}
