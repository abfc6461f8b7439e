/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Regular files: open flags, positions, vectors, append, truncation, holes, offsets beyond 4 GiB.
#include <child.h>
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

static uint8_t buf[256 * KIB];

static off_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : st.st_size;
}

static int open_flags()
{
	const char *path = test_path("open");

	unlink(path);
	CHECK_ERR(open(path, O_RDWR), ENOENT);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
	CHECK(fd >= 0);
	CHECK_ERR(open(path, O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	CHECK_EQ(write(fd, "hello", 5), 5);
	int ro = open(path, O_RDONLY);
	CHECK_ERR(write(ro, "x", 1), EBADF);
	CHECK_ERR(ftruncate(ro, 0), EINVAL);
	int wo = open(path, O_WRONLY);
	CHECK_ERR(read(wo, buf, 1), EBADF);
	CHECK_EQ(size_of(wo), 5);
	close(wo);
	wo = open(path, O_WRONLY | O_TRUNC);
	CHECK_EQ(size_of(wo), 0);
	CHECK_EQ(fcntl(wo, F_GETFL) & O_ACCMODE, O_WRONLY);
	CHECK_ERR(open(path, O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERR(read(99, buf, 1), EBADF);
	CHECK_ERR(close(99), EBADF);
	close(fd);
	close(ro);
	close(wo);
	return KSFT_PASS;
}

static int creation_mode_and_umask()
{
	const char *path = test_path("mode");
	struct stat st;

	unlink(path);
	mode_t old = umask(027);
	int fd = open(path, O_RDWR | O_CREAT, 0666);
	CHECK_EQ(umask(old), 027);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(st.st_size, 0);
	close(fd);
	/* Read-only, and still open for writing to who created it. */
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT, 0400);
	CHECK_EQ(write(fd, "x", 1), 1);
	close(fd);
	CHECK_OK(unlink(path));
	return KSFT_PASS;
}

static int positions()
{
	int fd = make_file(test_path("pos"), 10000, 1);

	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10000);
	CHECK_EQ(read(fd, buf, 10), 0);
	CHECK_EQ(lseek(fd, -100, SEEK_END), 9900);
	CHECK_EQ(read(fd, buf, 1000), 100);
	CHECK(is_pattern(buf, 1, 9900, 100));
	CHECK_EQ(lseek(fd, 4090, SEEK_SET), 4090);
	CHECK_EQ(read(fd, buf, 20), 20);
	CHECK(is_pattern(buf, 1, 4090, 20));
	CHECK_EQ(lseek(fd, -20, SEEK_CUR), 4090);
	CHECK_ERR(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_ERR(lseek(fd, -10001, SEEK_END), EINVAL);
	CHECK_ERR(lseek(fd, 0, 77), EINVAL);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 4090);
	CHECK_EQ(pread(fd, buf, 100, 5000), 100);
	CHECK(is_pattern(buf, 1, 5000, 100));
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 4090);
	CHECK_EQ(pread(fd, buf, 100, 20000), 0);
	CHECK_ERR(pread(fd, buf, 1, -1), EINVAL);
	CHECK_ERR(pwrite(fd, buf, 1, -1), EINVAL);
	int two = dup(fd);
	CHECK_EQ(lseek(two, 3, SEEK_SET), 3);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
	close(two);
	close(fd);
	return KSFT_PASS;
}

static int every_alignment()
{
	static const size_t lens[] = {1, 511, 512, 1023, 4095, 4096, 4097,
				      8191, 12288, 65536};
	int fd = make_file(test_path("align"), 100000, 2);

	for (size_t len : lens)
		for (off_t at = 4096 - 3; at < 4096 * 2 + 4; at += 513) {
			CHECK_EQ(pread(fd, buf, len, at), len);
			CHECK(is_pattern(buf, 2, at, len));
			pattern_fill(buf, 3, at, len);
			CHECK_EQ(pwrite(fd, buf, len, at), len);
			memset(buf, 0, len);
			CHECK_EQ(pread(fd, buf, len, at), len);
			CHECK(is_pattern(buf, 3, at, len));
			CHECK_EQ(pread(fd, buf, 8, at - 8), 8);
			CHECK(is_pattern(buf, 2, at - 8, 8));
			CHECK_EQ(pread(fd, buf, 8, at + len), 8);
			CHECK(is_pattern(buf, 2, at + len, 8));
			pattern_fill(buf, 2, at, len);
			CHECK_EQ(pwrite(fd, buf, len, at), len);
		}
	close(fd);
	return KSFT_PASS;
}

static int vectors()
{
	int fd = make_file(test_path("vec"), 0, 0);
	iovec v[20];

	pattern_fill(buf, 4, 0, 50000);
	for (int i = 0; i < 20; i++)
		v[i] = {buf + i * 2500, 2500};
	CHECK_EQ(writev(fd, v, 20), 50000);
	CHECK_EQ(size_of(fd), 50000);
	memset(buf, 0, 50000);
	CHECK_EQ(preadv(fd, v, 20, 0), 50000);
	CHECK(is_pattern(buf, 4, 0, 50000));
	CHECK_EQ(lseek(fd, 49000, SEEK_SET), 49000);
	CHECK_EQ(readv(fd, v, 20), 1000);
	CHECK(is_pattern(buf, 4, 49000, 1000));
	CHECK_EQ(pwritev(fd, v, 1, 60000), 2500);
	CHECK_EQ(size_of(fd), 62500);
	CHECK_ERR(readv(fd, v, IOV_MAX + 1), EINVAL);
	CHECK_ERR(readv(fd, v, -1), EINVAL);
	v[1].iov_len = (size_t)-1;
	CHECK_ERR(readv(fd, v, 2), EINVAL);
	CHECK_EQ(readv(fd, v, 0), 0);
	close(fd);
	return KSFT_PASS;
}

static int append()
{
	const char *path = test_path("append");
	int fd = make_file(path, 100, 5);
	int a = open(path, O_WRONLY | O_APPEND);

	CHECK_EQ(lseek(a, 0, SEEK_CUR), 0);
	CHECK_EQ(write(a, "end", 3), 3);
	CHECK_EQ(lseek(a, 0, SEEK_CUR), 103);
	CHECK_EQ(write(fd, "more", 4), 4);
	CHECK_EQ(write(a, "!", 1), 1);
	CHECK_EQ(size_of(fd), 105);
	CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(write(fd, "z", 1), 1);
	CHECK_EQ(size_of(fd), 106);
	CHECK_EQ(pread(fd, buf, 10, 100), 6);
	CHECK(!memcmp(buf, "more!z", 6));
	close(a);
	close(fd);
	return KSFT_PASS;
}

static int appenders_do_not_overwrite()
{
	const char *path = test_path("appenders");
	pid_t pid[4];

	close(make_file(path, 0, 0));
	for (int i = 0; i < 4; i++)
		pid[i] = spawn([=] {
			uint8_t line[100];
			int fd = open(path, O_WRONLY | O_APPEND);
			memset(line, 'a' + i, sizeof(line));
			for (int k = 0; k < 50; k++)
				if (write(fd, line, 100) != 100)
					return 1;
			return 0;
		});
	for (pid_t p : pid)
		CHECK_EQ(reap(p), 0);
	int fd = open(path, O_RDONLY), seen[4] = {};
	CHECK_EQ(size_of(fd), 4 * 50 * 100);
	while (read(fd, buf, 100) == 100) {
		CHECK(all_bytes(buf, buf[0], 100));
		seen[(buf[0] - 'a') & 3]++;
	}
	for (int n : seen)
		CHECK_EQ(n, 50);
	close(fd);
	return KSFT_PASS;
}

static int truncation()
{
	const char *path = test_path("trunc");
	int fd = make_file(path, 50000, 6);

	CHECK_OK(ftruncate(fd, 10001));
	CHECK_EQ(size_of(fd), 10001);
	CHECK_EQ(pread(fd, buf, 50000, 0), 10001);
	CHECK(is_pattern(buf, 6, 0, 10001));
	/* What was cut off does not come back. */
	CHECK_OK(ftruncate(fd, 50000));
	CHECK_EQ(pread(fd, buf, 50000, 0), 50000);
	CHECK(is_pattern(buf, 6, 0, 10001));
	CHECK(all_bytes(buf + 10001, 0, 50000 - 10001));
	CHECK_OK(truncate(path, 0));
	CHECK_EQ(size_of(fd), 0);
	struct stat st;
	CHECK_OK(stat(path, &st));
	CHECK_EQ(st.st_blocks, 0);
	CHECK_ERR(truncate(path, -1), EINVAL);
	CHECK_ERR(truncate(test_path(""), 0), EISDIR);
	CHECK_ERR(truncate(test_path("no such file"), 0), ENOENT);
	close(fd);
	return KSFT_PASS;
}

static int holes()
{
	int fd = make_file(test_path("holes"), 0, 0);
	struct stat st;

	CHECK_EQ(pwrite(fd, "a", 1, 3 * MIB), 1);
	CHECK_EQ(size_of(fd), 3 * MIB + 1);
	CHECK_OK(fsync(fd));
	CHECK_OK(fstat(fd, &st));
	CHECK(st.st_blocks * 512 < 64 * 1024);
	CHECK_EQ(pread(fd, buf, sizeof(buf), MIB), sizeof(buf));
	CHECK(all_bytes(buf, 0, sizeof(buf)));
	/* A write in the middle of a hole, in the middle of a block. */
	CHECK_EQ(pwrite(fd, "b", 1, MIB + 777), 1);
	CHECK_EQ(pread(fd, buf, 8192, MIB - 4096), 8192);
	CHECK(all_bytes(buf, 0, 4096 + 777) && buf[4096 + 777] == 'b');
	CHECK(all_bytes(buf + 4096 + 778, 0, 4096 - 778));
	close(fd);
	return KSFT_PASS;
}

static int past_the_end_inside_a_page()
{
	int fd = make_file(test_path("tail"), 100, 7);

	CHECK_EQ(pwrite(fd, "x", 1, 200), 1);
	CHECK_EQ(pread(fd, buf, 4096, 0), 201);
	CHECK(is_pattern(buf, 7, 0, 100) && all_bytes(buf + 100, 0, 100));
	CHECK_EQ(buf[200], 'x');
	close(fd);
	return KSFT_PASS;
}

static int offsets_beyond_2_gib()
{
	static const off_t at[] = {0x7fffffffLL, 0x80000000LL, 0xffffffffLL,
				   0x100000000LL, 0x2ffffffffLL};
	int fd = make_file(test_path("big"), 0, 0);
	char got[8];

	for (off_t o : at) {
		CHECK_EQ(pwrite(fd, "12345678", 8, o), 8);
		CHECK_EQ(size_of(fd), o + 8);
	}
	CHECK_OK(fsync(fd));
	for (off_t o : at) {
		CHECK_EQ(lseek(fd, o, SEEK_SET), o);
		CHECK_EQ(read(fd, got, 8), 8);
		CHECK_EQ(got[0], '1');
		CHECK_EQ(lseek(fd, 0, SEEK_CUR), o + 8);
	}
	CHECK_EQ(lseek(fd, 0, SEEK_END), 0x2ffffffffLL + 8);
	CHECK_EQ(pread(fd, got, 8, 0x200000000LL), 8);
	CHECK(all_bytes(got, 0, 8));
	CHECK_OK(ftruncate(fd, 0x80000004LL));
	CHECK_EQ(pread(fd, got, 8, 0x80000000LL), 4);
	CHECK_OK(ftruncate(fd, 0));
	close(fd);
	return KSFT_PASS;
}

static int without_large_file()
{
	const char *path = test_path("small");
	int fd = make_file(path, 0, 0);

	CHECK_OK(ftruncate(fd, 0x80000000LL));
	/* The system call itself, without O_LARGEFILE. */
	CHECK_ERR(syscall(5, path, O_RDONLY & ~O_LARGEFILE), EOVERFLOW);
	CHECK_OK(ftruncate(fd, 0x7ffffff0LL));
	int small = syscall(5, path, O_RDWR & ~O_LARGEFILE);
	CHECK(small >= 0);
	CHECK_EQ(pwrite(small, "0123456789abcdefgh", 18, 0x7ffffff0LL), 15);
	signal(SIGXFSZ, SIG_IGN);
	CHECK_ERR(pwrite(small, "x", 1, 0x7fffffffLL), EFBIG);
	CHECK_OK(ftruncate(fd, 0));
	close(small);
	close(fd);
	return KSFT_PASS;
}

static int too_far()
{
	int fd = make_file(test_path("far"), 0, 0);
	off_t huge = 0x7fffffffffffffffLL;

	signal(SIGXFSZ, SIG_IGN);
	CHECK_ERR(ftruncate(fd, huge), EFBIG);
	CHECK_EQ(pwrite(fd, "x", 1, huge), -1);
	CHECK(errno == EFBIG || errno == EINVAL);
	CHECK_EQ(size_of(fd), 0);
	CHECK_EQ(pread(fd, buf, 1, 0x100000000000LL), 0);
	close(fd);
	return KSFT_PASS;
}

static int times_of_a_file()
{
	int fd = make_file(test_path("times"), 10, 1);
	timespec set[2] = {{1000, 0}, {2000, 0}};
	struct stat st;

	CHECK_OK(futimens(fd, set));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_atime, 1000);
	CHECK_EQ(st.st_mtime, 2000);
	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK_OK(fstat(fd, &st));
	CHECK(st.st_mtime > 1000000000);
	set[0].tv_nsec = UTIME_OMIT;
	set[1] = {3000, 0};
	CHECK_OK(futimens(fd, set));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_mtime, 3000);
	close(fd);
	return KSFT_PASS;
}

static int descriptors()
{
	int fd = make_file(test_path("dup"), 10, 1);

	CHECK_EQ(fcntl(fd, F_DUPFD, 40), 40);
	CHECK_EQ(fcntl(40, F_GETFD), 0);
	CHECK_OK(fcntl(40, F_SETFD, FD_CLOEXEC));
	CHECK_EQ(fcntl(40, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFD), 0);
	CHECK_EQ(dup2(fd, 41), 41);
	CHECK_EQ(dup2(fd, fd), fd);
	CHECK_ERR(dup2(99, 41), EBADF);
	CHECK_ERR(dup2(fd, -1), EBADF);
	CHECK_ERR(dup3(fd, fd, 0), EINVAL);
	CHECK_EQ(dup3(fd, 42, O_CLOEXEC), 42);
	CHECK_EQ(fcntl(42, F_GETFD), FD_CLOEXEC);
	CHECK_OK(close(fd));
	CHECK_EQ(dup(41), fd);	/* the lowest that is free */
	for (int n : (const int[]){fd, 40, 41, 42})
		CHECK_OK(close(n));
	CHECK_ERR(fcntl(41, F_GETFD), EBADF);
	return KSFT_PASS;
}

static int sendfile_copies()
{
	int in = make_file(test_path("send.in"), 100000, 8);
	int out = make_file(test_path("send.out"), 0, 0), p[2];
	off_t at = 5000;

	CHECK_EQ(sendfile(out, in, &at, 90000), 90000);
	CHECK_EQ(at, 95000);
	CHECK_EQ(pread(out, buf, 100000, 0), 90000);
	CHECK(is_pattern(buf, 8, 5000, 90000));
	CHECK_EQ(sendfile(out, in, &at, 90000), 5000);
	CHECK_EQ(lseek(in, 10, SEEK_SET), 10);
	CHECK_OK(pipe(p));
	CHECK_EQ(sendfile(p[1], in, nullptr, 3000), 3000);
	CHECK_EQ(lseek(in, 0, SEEK_CUR), 3010);
	CHECK_EQ(read(p[0], buf, 5000), 3000);
	CHECK(is_pattern(buf, 8, 10, 3000));
	close(p[0]);
	close(p[1]);
	close(in);
	close(out);
	return KSFT_PASS;
}

static int record_locks()
{
	int fd = make_file(test_path("lock"), 1000, 1);
	struct flock l = {F_WRLCK, SEEK_SET, 100, 50, 0};

	CHECK_OK(fcntl(fd, F_SETLK, &l));
	CHECK_CASE(in_child([=] {
		struct flock g = {F_RDLCK, SEEK_SET, 0, 0, 0};
		CHECK_OK(fcntl(fd, F_GETLK, &g));
		CHECK_EQ(g.l_type, F_WRLCK);
		CHECK_EQ(g.l_start, 100);
		CHECK_EQ(g.l_len, 50);
		CHECK_EQ(g.l_pid, getppid());
		g = {F_WRLCK, SEEK_SET, 120, 1, 0};
		CHECK_EQ(fcntl(fd, F_SETLK, &g), -1);
		CHECK(errno == EAGAIN || errno == EACCES);
		g = {F_WRLCK, SEEK_SET, 150, 1, 0};
		CHECK_OK(fcntl(fd, F_SETLK, &g));
		return KSFT_PASS;
	}));
	pid_t pid = spawn([=] {
		struct flock g = {F_WRLCK, SEEK_SET, 0, 0, 0};
		return fcntl(fd, F_SETLKW, &g) ? 1 : 0;
	});
	CHECK(await_state(pid, 'S'));
	l.l_type = F_UNLCK;
	CHECK_OK(fcntl(fd, F_SETLK, &l));
	CHECK_EQ(reap(pid), 0);
	close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"open flags", open_flags},
	{"creation mode and umask", creation_mode_and_umask},
	{"positions", positions},
	{"every alignment", every_alignment},
	{"vectors", vectors},
	{"append", append},
	{"appenders do not overwrite", appenders_do_not_overwrite},
	{"truncation", truncation},
	{"holes", holes},
	{"past the end inside a page", past_the_end_inside_a_page},
	{"offsets beyond 2 GiB", offsets_beyond_2_gib},
	{"without O_LARGEFILE", without_large_file},
	{"too far", too_far},
	{"times", times_of_a_file},
	{"descriptors", descriptors},
	{"sendfile", sendfile_copies},
	{"record locks", record_locks},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
