/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Block device files: sizes, any offset and length, the end of the device, and sectors beyond 128 GiB.
#include <child.h>
#include <scratch.h>
#include <sys/mount.h>

static int fd;
static uint8_t buf[256 * KIB], back[257 * KIB], again[257 * KIB];
constexpr size_t LEN = sizeof(buf);
constexpr off_t LBA28 = 128LL * 1024 * MIB;	/* 2^28 sectors */

static int sizes()
{
	unsigned long sectors;
	int block = 0, sector = 0, ro = -1;
	struct stat st;

	CHECK_OK(ioctl(fd, BLKGETSIZE, &sectors));
	CHECK_EQ(sectors, (unsigned long)(scratch_size / 512));
	CHECK_OK(ioctl(fd, BLKSSZGET, &sector));
	CHECK_EQ(sector, 512);
	CHECK_OK(ioctl(fd, BLKBSZGET, &block));
	CHECK(block >= 512 && block <= 4096);
	CHECK_OK(ioctl(fd, BLKROGET, &ro));
	CHECK_EQ(ro, 0);
	CHECK_EQ(lseek(fd, 0, SEEK_END), scratch_size);
	CHECK_OK(fstat(fd, &st));
	CHECK(S_ISBLK(st.st_mode));
	CHECK_ERR(ioctl(fd, 0x12345678, 0), errno == EINVAL ? EINVAL : ENOTTY);
	return KSFT_PASS;
}

static int any_offset_and_length()
{
	static const struct { off_t at; size_t len; } io[] = {
		{MIB, 512}, {MIB + 1, 1}, {MIB + 511, 2}, {MIB + 4095, 4098},
		{MIB + 123, 77777}, {3 * MIB, 256 * KIB},
	};

	for (auto &i : io) {
		size_t around = 64;
		CHECK_EQ(pread(fd, back, i.len + 2 * around, i.at - around),
			 i.len + 2 * around);
		pattern_fill(buf, 5, i.at, i.len);
		CHECK_EQ(pwrite(fd, buf, i.len, i.at), i.len);
		CHECK_EQ(pread(fd, again, i.len + 2 * around, i.at - around),
			 i.len + 2 * around);
		CHECK(!memcmp(again, back, around));
		CHECK(is_pattern(again + around, 5, i.at, i.len));
		CHECK(!memcmp(again + around + i.len, back + around + i.len,
			      around));
	}
	CHECK_OK(fsync(fd));
	return KSFT_PASS;
}

static int the_end()
{
	off_t end = scratch_size;

	pattern_fill(buf, 6, end - 1000, 1000);
	CHECK_EQ(pwrite(fd, buf, 2000, end - 1000), 1000);
	CHECK_ERR(pwrite(fd, buf, 1, end), ENOSPC);
	CHECK_ERR(pwrite(fd, buf, 1, end + 100000), ENOSPC);
	CHECK_EQ(pread(fd, back, 5000, end - 1000), 1000);
	CHECK(is_pattern(back, 6, end - 1000, 1000));
	CHECK_EQ(pread(fd, back, 1, end), 0);
	CHECK_EQ(pread(fd, back, 1, end + 100000), 0);
	CHECK_EQ(write(fd, buf, 0), 0);
	CHECK_OK(fsync(fd));
	return KSFT_PASS;
}

/* Forgets what is cached: the next read is the disk's. */
static void forget()
{
	MUST(fsync(fd) == 0);
	ioctl(fd, BLKFLSBUF, 0);
}

static int beyond_128_gib()
{
	if ((off_t)scratch_size < LBA28 + (off_t)(64 * MIB))
		SKIP_CASE("the disk is too small");
	const off_t at[] = {LBA28 - (off_t)(128 * KIB), LBA28 + (off_t)MIB,
			    (off_t)scratch_size - (off_t)MIB};
	for (off_t o : at) {
		pattern_fill(buf, 7, o, LEN);
		CHECK_EQ(pwrite(fd, buf, LEN, o), LEN);
	}
	forget();
	for (off_t o : at) {
		CHECK_EQ(pread(fd, back, LEN, o), LEN);
		CHECK(is_pattern(back, 7, o, LEN));
	}
	/* Where it would be with the upper bits of the address lost. */
	CHECK_EQ(pread(fd, back, PAGE, MIB), PAGE);
	CHECK(pattern_check(back, 7, LBA28 + MIB, PAGE) >= 0);
	/* Mapped too. */
	auto p = (uint8_t *)mmap(nullptr, 2 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, LBA28);
	CHECK(p != MAP_FAILED);
	CHECK(is_pattern(p, 7, LBA28, 2 * PAGE));
	pattern_fill(p, 8, LBA28, 2 * PAGE);
	CHECK_OK(msync(p, 2 * PAGE, MS_SYNC));
	CHECK_OK(munmap(p, 2 * PAGE));
	forget();
	CHECK_EQ(pread(fd, back, 2 * PAGE, LBA28), 2 * PAGE);
	CHECK(is_pattern(back, 8, LBA28, 2 * PAGE));
	return KSFT_PASS;
}

static int sparse_places_are_zero()
{
	if ((off_t)scratch_size < LBA28)
		SKIP_CASE("the disk is too small");
	CHECK_EQ(pread(fd, back, LEN, 70LL * 1024 * MIB),
		 LEN);
	CHECK(all_bytes(back, 0, LEN));
	return KSFT_PASS;
}

static int two_descriptors_see_the_same()
{
	int other = open(scratch_dev, O_RDONLY);

	CHECK(other >= 0);
	pattern_fill(buf, 9, 5 * MIB, PAGE);
	CHECK_EQ(pwrite(fd, buf, PAGE, 5 * MIB), PAGE);
	CHECK_EQ(pread(other, back, PAGE, 5 * MIB), PAGE);
	CHECK(is_pattern(back, 9, 5 * MIB, PAGE));
	CHECK_ERR(pwrite(other, buf, 1, 0), EBADF);
	CHECK_ERR(ftruncate(fd, 0), EINVAL);
	close(other);
	return KSFT_PASS;
}

static int parallel_readers()
{
	pid_t pid[4];

	for (int i = 0; i < 4; i++) {
		off_t at = (40 + i) * (off_t)MIB;
		pattern_fill(buf, 10, at, LEN);
		CHECK_EQ(pwrite(fd, buf, LEN, at), LEN);
	}
	forget();
	for (int i = 0; i < 4; i++)
		pid[i] = spawn([=] {
			off_t at = (40 + i) * (off_t)MIB;
			int own = open(scratch_dev, O_RDONLY);
			CHECK_EQ(pread(own, back, LEN, at),
				 LEN);
			CHECK(is_pattern(back, 10, at, LEN));
			return KSFT_PASS;
		});
	for (pid_t p : pid)
		CHECK_EQ(reap(p), 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"sizes", sizes},
	{"any offset and length", any_offset_and_length},
	{"the end", the_end},
	{"beyond 128 GiB", beyond_128_gib},
	{"sparse places are zero", sparse_places_are_zero},
	{"two descriptors see the same", two_descriptors_see_the_same},
	{"parallel readers", parallel_readers},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	fd = open(scratch_dev, O_RDWR);
	MUST(fd >= 0);
	RUN_CASES(cases);
}
