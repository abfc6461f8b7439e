/* SPDX-License-Identifier: GPL-2.0-only */
// since: 360
// abi: K2 K5 K7
// Where O_DIRECT has to stop: full disks, limits, device memory, many pieces; and offsets of more than 32 bits.
#include <scratch.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

constexpr off_t GIB = 1ll << 30;
static const char *path;
static int fd, direct, disk;
static uint8_t *buf;		/* 4 MiB */

static int enospc_midway()
{
	struct statvfs before, after;
	struct stat st;

	if (mount("/dev/hdd5", "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no /dev/hdd5");
	CHECK_OK(statvfs("/mnt", &before));
	int d = open_direct("/mnt/full", O_RDWR | O_CREAT);
	pattern_fill(buf, 3, 0, 4 * MIB);
	ssize_t n = write(d, buf, 4 * MIB), more;
	CHECK(n > (ssize_t)MIB && n < (ssize_t)(2 * MIB));
	for (size_t len = 64 * KIB; len >= KIB; len /= 2) {
		while ((more = write(d, buf + n, len)) > 0)
			n += more;
		CHECK(more == -1 && errno == ENOSPC);
	}
	CHECK_EQ(lseek(d, 0, SEEK_CUR), n);
	CHECK_OK(fstat(d, &st));
	CHECK_EQ(st.st_size, n);
	memset(buf, 0, n);
	CHECK_EQ(pread(d, buf, 4 * MIB, 0), n);
	CHECK(is_pattern(buf, 3, 0, n));
	close(d);
	CHECK_OK(unlink("/mnt/full"));
	CHECK_OK(statvfs("/mnt", &after));
	CHECK_EQ(after.f_bfree, before.f_bfree);
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static volatile int signals;
static int rlimit_fsize_sigxfsz()
{
	return in_child([] {
		struct rlimit rl = {8 * PAGE, 8 * PAGE};

		signal(SIGXFSZ, [](int) { signals = signals + 1; });
		CHECK_OK(ftruncate(fd, 0));
		CHECK_OK(setrlimit(RLIMIT_FSIZE, &rl));
		memset(buf, 0x18, 8 * PAGE);
		CHECK_EQ(pwrite(direct, buf, 4 * PAGE, 6 * PAGE), 2 * PAGE);
		CHECK_EQ(signals, 0);
		CHECK_ERR(pwrite(direct, buf, 4 * PAGE, 8 * PAGE), EFBIG);
		CHECK_EQ(signals, 1);
		CHECK_EQ(lseek(fd, 0, SEEK_END), 8 * PAGE);
		return KSFT_PASS;
	});
}

static int suid_cleared()
{
	struct stat st;

	CHECK_OK(fchmod(fd, 06777));
	CHECK_CASE(in_child([] {
		CHECK_OK(setgid(1000));
		CHECK_OK(setuid(1000));
		CHECK_ERR(pwrite(direct, buf, 100, 0), EINVAL);
		CHECK_EQ(pwrite(direct, buf, PAGE, 0), PAGE);
		return KSFT_PASS;
	}));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_mode & 07777, 0777);
	return KSFT_PASS;
}

/* 1,024 pieces of one to four sectors, back to front in memory. */
static size_t make_pieces(iovec *v)
{
	uint8_t *p = buf + 4 * MIB;
	size_t sum = 0;

	for (unsigned i = 0; i < 1024; i++) {
		size_t len = (1 + i * 5 % 4) * 512;

		p -= len + i % 3 * 512;
		v[i] = {p, len};
		sum += len;
	}
	return sum;
}

static int pieces_of_any_alignment()
{
	static iovec v[1024];
	size_t sum = make_pieces(v), at = 0;

	for (iovec &i : v) {
		pattern_fill(i.iov_base, 4, at, i.iov_len);
		at += i.iov_len;
	}
	CHECK_EQ(pwritev(disk, v, 1024, 512), sum);
	memset(buf, 0x99, 4 * MIB);
	CHECK_EQ(preadv(disk, v, 1024, 512), sum);
	at = 0;
	for (iovec &i : v) {
		CHECK(is_pattern(i.iov_base, 4, at, i.iov_len));
		at += i.iov_len;
		if ((uint8_t *)i.iov_base > buf + 512 &&
		    &i < v + 1023 && (uint8_t *)(&i)[1].iov_base +
		    (&i)[1].iov_len < (uint8_t *)i.iov_base)
			CHECK(all_bytes((uint8_t *)i.iov_base - 512, 0x99,
					512));
	}
	return KSFT_PASS;
}

static int one_bad_piece_is_einval()
{
	static iovec v[1024];

	make_pieces(v);
	memset(buf, 0x99, 4 * MIB);
	v[1000].iov_base = (uint8_t *)v[1000].iov_base + 4;
	CHECK_OK(lseek(disk, PAGE, SEEK_SET));
	CHECK_ERR(readv(disk, v, 1024), EINVAL);
	v[1000].iov_base = (uint8_t *)v[1000].iov_base - 4;
	v[1000].iov_len = 100;
	CHECK_ERR(readv(disk, v, 1024), EINVAL);
	CHECK_EQ(lseek(disk, 0, SEEK_CUR), PAGE);
	CHECK(all_bytes(buf, 0x99, 4 * MIB));
	return KSFT_PASS;
}

static int device_memory_target_efault()
{
	int mem = open("/dev/mem", O_RDWR);
	uint8_t *two = page_buffer(2 * PAGE);

	CHECK_OK(mem);
	void *screen = mmap(two + PAGE, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_FIXED, mem, 0xb8000);
	CHECK(screen == two + PAGE);
	CHECK_ERR(pread(disk, screen, PAGE, 0), EFAULT);
	CHECK_ERR(pwrite(disk, screen, PAGE, 0), EFAULT);
	CHECK_ERR(pread(direct, screen, PAGE, 0), EFAULT);
	CHECK_ERR(pread(disk, two, 2 * PAGE, 0), EFAULT);
	CHECK(all_bytes(two, 0x5a, PAGE));
	CHECK_OK(munmap(two, 2 * PAGE));
	close(mem);
	return KSFT_PASS;
}

static int write_page_onto_itself()
{
	CHECK_OK(ftruncate(fd, 4 * PAGE));
	auto m = (uint8_t *)mmap(nullptr, 4 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);

	CHECK(m != MAP_FAILED);
	for (uint32_t i = 0; i < 10; i++) {
		pattern_fill(m, 20 + i, 0, 4 * PAGE);
		CHECK_EQ(pwrite(direct, m, 4 * PAGE, 0), 4 * PAGE);
		CHECK(is_pattern(m, 20 + i, 0, 4 * PAGE));
		CHECK_EQ(pread(direct, m, 4 * PAGE, 0), 4 * PAGE);
		CHECK(is_pattern(m, 20 + i, 0, 4 * PAGE));
		CHECK_EQ(pread(direct, buf, 4 * PAGE, 0), 4 * PAGE);
		CHECK(is_pattern(buf, 20 + i, 0, 4 * PAGE));
	}
	CHECK_OK(munmap(m, 4 * PAGE));
	return KSFT_PASS;
}

static int offsets_beyond_4_gib()
{
	static const off_t at[] = {2 * GIB - 2 * (off_t)PAGE,
				   4 * GIB - 2 * (off_t)PAGE, 5 * GIB};
	struct stat st;

	for (off_t off : at) {
		pattern_fill(buf, 5, off, 4 * PAGE);
		CHECK_EQ(pwrite(direct, buf, 4 * PAGE, off), 4 * PAGE);
	}
	for (off_t off : at) {
		CHECK_EQ(pread(direct, buf, 6 * PAGE, off), off == 5 * GIB ?
			 4 * PAGE : 6 * PAGE);
		CHECK(is_pattern(buf, 5, off, 4 * PAGE));
		CHECK_EQ(pread(fd, buf, 4 * PAGE, off), 4 * PAGE);
		CHECK(is_pattern(buf, 5, off, 4 * PAGE));
	}
	CHECK_EQ(pread(direct, buf, PAGE, GIB), PAGE);
	CHECK(all_bytes(buf, 0, PAGE));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, 5 * GIB + 4 * (off_t)PAGE);
	CHECK_OK(ftruncate(fd, 0));
	return KSFT_PASS;
}

/* Where 28 bits of sector number end. */
static int disk_over_128_gib()
{
	constexpr off_t EDGE = 128 * GIB;

	if ((off_t)scratch_size < EDGE + GIB)
		SKIP_CASE("the scratch disk is too small");
	memset(buf, 0x28, MIB);
	CHECK_EQ(pwrite(disk, buf, MIB, 0), MIB);
	pattern_fill(buf, 6, EDGE - MIB, 2 * MIB);
	CHECK_EQ(pwrite(disk, buf, 2 * MIB, EDGE - MIB), 2 * MIB);
	memset(buf, 0, 2 * MIB);
	CHECK_EQ(pread(disk, buf, 2 * MIB, EDGE - MIB), 2 * MIB);
	CHECK(is_pattern(buf, 6, EDGE - MIB, 2 * MIB));
	CHECK_EQ(pread(disk, buf, MIB, 0), MIB);
	CHECK(all_bytes(buf, 0x28, MIB));
	pattern_fill(buf, 7, scratch_size - PAGE, PAGE);
	CHECK_EQ(pwrite(disk, buf, PAGE, scratch_size - PAGE), PAGE);
	CHECK_EQ(pread(disk, buf, MIB, scratch_size - PAGE), PAGE);
	CHECK(is_pattern(buf, 7, scratch_size - PAGE, PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"enospc_midway", enospc_midway},
	{"rlimit_fsize_sigxfsz", rlimit_fsize_sigxfsz},
	{"suid_cleared", suid_cleared},
	{"1,024 pieces of any alignment", pieces_of_any_alignment},
	{"one bad piece is EINVAL, and nothing done", one_bad_piece_is_einval},
	{"device_memory_target_efault", device_memory_target_efault},
	{"write_page_onto_itself", write_page_onto_itself},
	{"offsets beyond 4 GiB", offsets_beyond_4_gib},
	{"a disk of more than 128 GiB", disk_over_128_gib},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	path = test_path("odirect-limits");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	MUST(fd >= 0);
	direct = open_direct(path, O_RDWR);
	disk = open_direct(scratch_dev, O_RDWR);
	buf = page_buffer(4 * MIB);
	RUN_CASES(cases);
}
