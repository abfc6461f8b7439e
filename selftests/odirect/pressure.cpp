/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K4 K7 K8
// machine: lowmem
// A transfer is under way while memory runs out: every byte still gets to where it belongs.
#include <inflight.h>
#include <pressure.h>
#include <sys/mount.h>

constexpr size_t LEN = 2 * MIB;
static int fd;
static uint8_t *check;		/* 2 MiB */

/* Runs @f while a hog makes everybody's pages be swapped out. A page that went
 * although the disk uses it would be the hog's. */
template<class F> static int under_pressure(flight<F> &f)
{
	pid_t pid = start_hog(3);
	bool swapping = await_reclaim(1000);

	keep_disk_busy();
	bool early = f.start();
	early = early && await_reclaim(1000) && f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	CHECK_EQ(reap(pid), 0);
	CHECK(swapping);
	return early ? KSFT_PASS : LATE;
}

/* By the disk, while it is swapped out and after it. */
static int fill(uint8_t *p)
{
	flight f([=] { return pread(busy_fd, p, LEN, 0); });
	int r = under_pressure(f);

	if (r == KSFT_PASS || r == LATE)
		CHECK(is_pattern(p, 11, 0, LEN));
	return r;
}

static int swapout_during_transfer()
{
	uint8_t *p = page_buffer(LEN);
	int r = fill(p);

	CHECK_OK(munmap(p, LEN));
	return r;
}

static int swapout_during_write()
{
	uint8_t *p = page_buffer(LEN);
	flight f([=] { return pwrite(fd, p, LEN, 0); });

	pattern_fill(p, 10, 0, LEN);
	int r = under_pressure(f);
	CHECK(is_pattern(p, 10, 0, LEN));
	CHECK_EQ(pread(fd, p, LEN, 0), LEN);
	CHECK(is_pattern(p, 10, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return r;
}

static int into_shared_memory()
{
	auto p = (uint8_t *)mmap(nullptr, LEN, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	memset(p, 0x5a, LEN);
	int r = fill(p);
	CHECK_OK(munmap(p, LEN));
	return r;
}

/* Pages of a file that a transfer made dirty are written to that file, though
 * they were written and clean while it was under way. */
static int read_into_mmap_of_other_file_under_pressure()
{
	constexpr const char *NAME = "/tmp/other/pressure";
	CHECK_OK(mount("/dev/hdd2", "/tmp/other", "ext2", 0, nullptr));
	int f = make_file(NAME, LEN, 2), d = open_direct(NAME, O_RDONLY);
	auto p = (uint8_t *)mmap(nullptr, LEN, PROT_READ | PROT_WRITE,
				 MAP_SHARED, f, 0);

	CHECK(p != MAP_FAILED);
	int r = fill(p);
	CHECK_OK(munmap(p, LEN));
	CHECK_OK(fsync(f));
	CHECK_EQ(pread(d, check, LEN, 0), LEN);
	CHECK(is_pattern(check, 11, 0, LEN));
	close(d);
	close(f);
	CHECK_OK(unlink(NAME));
	CHECK_OK(umount("/tmp/other"));
	return r;
}

static const test_case cases[] = {
	IN_TIME("swapout_during_transfer", swapout_during_transfer),
	IN_TIME("swap-out during a write", swapout_during_write),
	IN_TIME("into shared memory", into_shared_memory),
	IN_TIME("read_into_mmap_of_other_file_under_pressure",
		read_into_mmap_of_other_file_under_pressure),
};

int main()
{
	ksft_print_header();
	need_low_memory();
	MUST(!mkdir("/tmp/other", 0755) || errno == EEXIST);
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		ksft_exit_skip("no /dev/hdb\n");
	atexit([] {
		close(fd);
		close(busy_fd);
		umount("/mnt");
	});
	use_slow_file("/mnt/pattern.bin", 3 * MIB);
	fd = open_direct("/mnt/pressure", O_RDWR | O_CREAT);
	check = page_buffer(LEN);
	RUN_CASES(cases);
}
