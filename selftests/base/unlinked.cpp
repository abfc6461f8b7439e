/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// A file without a name lives as long as a descriptor or a mapping of it, and its blocks come back after.
#include <child.h>
#include <sys/statvfs.h>

static int fd;
static const char *path;

static bool start(size_t len)
{
	path = test_path("unlinked");
	fd = make_file(path, len, 1);
	return unlink(path) == 0;
}

static int open_descriptor()
{
	static uint8_t buf[10000];
	struct stat st;

	CHECK(start(10000));
	CHECK_ERR(open(path, O_RDONLY), ENOENT);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(pread(fd, buf, 10000, 0), 10000);
	CHECK(is_pattern(buf, 1, 0, 10000));
	pattern_fill(buf, 2, 0, 10000);
	CHECK_EQ(pwrite(fd, buf, 10000, 5000), 10000);
	CHECK_OK(fsync(fd));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, 15000);
	CHECK_OK(close(fd));
	return KSFT_PASS;
}

static int the_name_is_free()
{
	char c = 0;

	CHECK(start(100));
	int other = make_file(path, 50, 3);
	struct stat a, b;
	CHECK_OK(fstat(fd, &a));
	CHECK_OK(fstat(other, &b));
	CHECK(a.st_ino != b.st_ino);
	CHECK_EQ(pread(fd, &c, 1, 99), 1);
	CHECK_EQ(pread(other, &c, 1, 99), 0);
	close(fd);
	close(other);
	CHECK_OK(unlink(path));
	return KSFT_PASS;
}

static int link_in_proc()
{
	char link[64], text[300];

	CHECK(start(100));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = 0;
	CHECK(strstr(text, "unlinked (deleted)"));
	int again = open(link, O_RDWR);
	CHECK(again >= 0);
	CHECK_EQ(lseek(again, 0, SEEK_END), 100);
	close(again);
	close(fd);
	return KSFT_PASS;
}

static int mapping()
{
	CHECK(start(3 * PAGE));
	auto p = (uint8_t *)mmap(nullptr, 3 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK_OK(close(fd));
	CHECK(is_pattern(p, 1, 0, 3 * PAGE));
	p[PAGE] = 9;
	CHECK_OK(msync(p, 3 * PAGE, MS_SYNC));
	CHECK_EQ(p[PAGE], 9);
	CHECK_OK(munmap(p, 3 * PAGE));
	return KSFT_PASS;
}

static int blocks_come_back()
{
	struct statvfs before, during, after;

	/* Leaves the directory with a block of its own. */
	CHECK(start(PAGE));
	close(fd);
	CHECK_OK(statvfs(test_path(""), &before));
	if (!before.f_blocks)
		SKIP_CASE("this file system does not count blocks");
	CHECK(start(2 * MIB));
	CHECK_OK(statvfs(test_path(""), &during));
	CHECK_OK(close(fd));
	CHECK_OK(statvfs(test_path(""), &after));
	if (before.f_bfree - during.f_bfree < 2 * MIB / before.f_frsize)
		SKIP_CASE("others use this file system");
	/* Counted exactly where nobody else writes. */
	CHECK(after.f_bfree >= during.f_bfree + 2 * MIB / before.f_frsize);
	return KSFT_PASS;
}

static int after_fork()
{
	CHECK(start(1000));
	pid_t pid = spawn([] {
		uint8_t buf[1000];
		sleep_ms(20);
		CHECK_EQ(pread(fd, buf, 1000, 0), 1000);
		CHECK(is_pattern(buf, 1, 0, 1000));
		return KSFT_PASS;
	});
	close(fd);
	CHECK_EQ(reap(pid), 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"open descriptor", open_descriptor},
	{"the name is free", the_name_is_free},
	{"link in /proc", link_in_proc},
	{"mapping", mapping},
	{"blocks come back", blocks_come_back},
	{"after fork", after_fork},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
