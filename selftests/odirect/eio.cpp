/* SPDX-License-Identifier: GPL-2.0-only */
// since: 360
// abi: K6
// machine: badsector
// An error ends a direct transfer where it happens; the next call does real I/O again.
#include <baddisk.h>

static int fd;
static uint8_t *buf;		/* 1 MiB */

static int eio_in_the_middle_reports_prefix()
{
	memset(buf, 0, MIB);
	CHECK_EQ(pread(fd, buf, MIB, bad_pos - 64 * KIB), 64 * KIB);
	CHECK(is_pattern(buf, BAD_SEED, bad_pos - 64 * KIB, 64 * KIB));
	return KSFT_PASS;
}

static int eio_at_the_start()
{
	CHECK_OK(lseek(fd, bad_pos, SEEK_SET));
	CHECK_ERR(read(fd, buf, PAGE), EIO);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), bad_pos);
	CHECK_ERR(pread(fd, buf, MIB, bad_pos), EIO);
	return KSFT_PASS;
}

static int eio_then_retry_does_io()
{
	vmstat_span span;

	CHECK_ERR(pread(fd, buf, PAGE, bad_pos), EIO);
	span.begin();
	ssize_t n = pread(fd, buf, PAGE, bad_pos);
	span.end();
	CHECK_EQ(n, -1);
	if (vmstat_get(&span.a, "disk_read") >= 0)
		CHECK(span.diff("disk_read") >= 1);
	return KSFT_PASS;
}

/* ---- writes; the block cannot be written either ---- */

constexpr off_t BAD_WRITE = 24 * MIB;

static int write_eio_in_the_middle_reports_prefix()
{
	pattern_fill(buf, 8, 0, MIB);
	CHECK_EQ(pwrite(fd, buf, MIB, BAD_WRITE - 64 * KIB), 64 * KIB);
	memset(buf, 0, 64 * KIB);
	CHECK_EQ(pread(fd, buf, 64 * KIB, BAD_WRITE - 64 * KIB), 64 * KIB);
	CHECK(is_pattern(buf, 8, 0, 64 * KIB));
	return KSFT_PASS;
}

static int write_eio_at_the_start()
{
	vmstat_span span;

	CHECK_OK(lseek(fd, BAD_WRITE, SEEK_SET));
	CHECK_ERR(write(fd, buf, PAGE), EIO);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), BAD_WRITE);
	span.begin();
	ssize_t n = write(fd, buf, PAGE);
	span.end();
	CHECK_EQ(n, -1);
	if (vmstat_get(&span.a, "disk_write") >= 0)
		CHECK(span.diff("disk_write") >= 1);
	/* It was reported; fsync has nothing to add. */
	CHECK_OK(fsync(fd));
	CHECK_EQ(pwrite(fd, buf, PAGE, BAD_WRITE + PAGE), PAGE);
	return KSFT_PASS;
}

static int the_drive_goes_on_with_dma()
{
	vmstat_span span;

	span.begin();
	ssize_t n = pread(fd, buf, MIB, 0);
	span.end();
	CHECK_EQ(n, MIB);
	CHECK(is_pattern(buf, BAD_SEED, 0, MIB));
	if (vmstat_get(&span.a, "disk_pio") >= 0)
		CHECK_EQ(span.diff("disk_pio"), 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"eio_in_the_middle_reports_prefix", eio_in_the_middle_reports_prefix},
	{"an error at the start is EIO", eio_at_the_start},
	{"eio_then_retry_does_io", eio_then_retry_does_io},
	{"a write: the prefix, too", write_eio_in_the_middle_reports_prefix},
	{"a write: EIO at the start", write_eio_at_the_start},
	{"the drive goes on with DMA", the_drive_goes_on_with_dma},
};

int main()
{
	ksft_print_header();
	need_bad_disk();
	fd = open_direct(bad_dev, O_RDWR);
	buf = page_buffer(MIB);
	RUN_CASES(cases);
}
