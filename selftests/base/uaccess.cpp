/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// User pointers at the edges of memory: EFAULT when nothing moved, the count when something did.
#include <child.h>
#include <poll.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>

static uint8_t *page;		/* writable, a hole behind it */
static uint8_t *end;		/* of it */
static const uintptr_t bad[] = {0, 16, 0xc0000000u, 0xc0100000u,
				0xffffe000u, 0xfffffff0u, 0xffffffffu};
static bool native;		/* user space ends at 3 GiB */

/* Of a 64-bit kernel, only what no process of 32 bits has mapped. */
static bool is_bad(uintptr_t a) { return native || a < 0x1000; }

static int bad_buffers()
{
	int fd = make_file(test_path("uaccess"), 2 * PAGE, 1), p[2];

	CHECK_OK(pipe(p));
	for (uintptr_t a : bad) {
		auto b = (void *)a;
		if (!is_bad(a))
			continue;
		CHECK_ERR(pread(fd, b, 100, 0), EFAULT);
		CHECK_ERR(pwrite(fd, b, 100, 0), EFAULT);
		CHECK_ERR(write(p[1], b, 100), EFAULT);
		CHECK_ERR(syscall(SYS_fstat64, fd, b), EFAULT);
		CHECK_ERR(syscall(SYS_uname, b), EFAULT);
		CHECK_ERR(syscall(SYS_pipe, b), EFAULT);
		CHECK_ERR(syscall(SYS_open, b, O_RDONLY), EFAULT);
		if (a)
			CHECK_ERR(syscall(SYS_rt_sigprocmask, SIG_BLOCK, b, 0,
					  8), EFAULT);
	}
	CHECK_EQ(pread(fd, page, PAGE, 0), PAGE);
	CHECK(is_pattern(page, 1, 0, PAGE));
	close(fd);
	close(p[0]);
	close(p[1]);
	return KSFT_PASS;
}

static int partial_reads()
{
	int fd = make_file(test_path("uaccess"), 3 * PAGE, 1), p[2];

	CHECK_EQ(pread(fd, end - 100, 300, 0), 100);
	CHECK(is_pattern(end - 100, 1, 0, 100));
	/* The position moves by what arrived. */
	CHECK_EQ(lseek(fd, 50, SEEK_SET), 50);
	CHECK_EQ(read(fd, end - 30, PAGE), 30);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 80);
	CHECK_ERR(read(fd, end, 10), EFAULT);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 80);
	iovec v[2] = {{page, 10}, {end, 10}};
	CHECK_EQ(readv(fd, v, 2), 10);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 90);
	CHECK_OK(pipe(p));
	CHECK_EQ(write(p[1], page, 200), 200);
	ssize_t n = read(p[0], end - 60, 200);
	CHECK(n == 60 || (n == -1 && errno == EFAULT));
	close(p[0]);
	close(p[1]);
	int zero = open("/dev/zero", O_RDONLY);
	CHECK_EQ(read(zero, end - 70, 200), 70);
	CHECK(all_bytes(end - 70, 0, 70));
	close(zero);
	close(fd);
	return KSFT_PASS;
}

static int partial_writes()
{
	int fd = make_file(test_path("uaccess"), 0, 1);
	struct stat st;

	memset(page, 0x77, PAGE);
	CHECK_EQ(pwrite(fd, end - 100, 300, 0), 100);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, 100);
	CHECK_ERR(pwrite(fd, end, 300, 5000), EFAULT);
	CHECK_OK(fstat(fd, &st));
	/* ext4 has grown the file by then. */
	CHECK(st.st_size == 100 || !native);
	CHECK_OK(ftruncate(fd, 100));
	/* Across a page of the file: what does not come is not written. */
	ssize_t n = pwrite(fd, page, 2 * PAGE, 100);
	CHECK_EQ(n, PAGE);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, 100 + n);
	static uint8_t back[2 * PAGE];
	CHECK_EQ(pread(fd, back, sizeof(back), 0), 100 + n);
	CHECK(all_bytes(back, 0x77, 100 + n));
	close(fd);
	return KSFT_PASS;
}

static int a_failed_write_shows_no_old_memory()
{
	int fd = make_file(test_path("uaccess"), 0, 1);
	static uint8_t back[PAGE];

	CHECK_OK(ftruncate(fd, PAGE));
	CHECK_EQ(pwrite(fd, end - 10, PAGE, 0), 10);
	CHECK_EQ(pread(fd, back, PAGE, 0), PAGE);
	CHECK(all_bytes(back + 10, 0, PAGE - 10));
	close(fd);
	return KSFT_PASS;
}

static int strings()
{
	char *s = (char *)end - 5;

	memcpy(s, "/tmp", 5);
	CHECK_OK(access(s, F_OK));
	memcpy(s, "/tmp/", 5);	/* no end before the hole */
	CHECK_ERR(access(s, F_OK), EFAULT);
	CHECK_ERR(access((char *)end, F_OK), EFAULT);
	return KSFT_PASS;
}

static int structures()
{
	/* All but the last byte fits. */
	CHECK_ERR(syscall(SYS_uname, end - sizeof(utsname) + 1), EFAULT);
	CHECK_OK(syscall(SYS_uname, end - sizeof(utsname)));
	CHECK_ERR(syscall(265, CLOCK_MONOTONIC, end - 7), EFAULT);
	CHECK_OK(syscall(265, CLOCK_MONOTONIC, end - 8));
	CHECK_ERR(syscall(SYS_poll, end - 4, 1, 0), EFAULT);
	auto v = (iovec *)(end - 8);
	int fd = open("/dev/null", O_WRONLY);
	*v = {page, 10};
	CHECK_EQ(writev(fd, v, 1), 10);
	CHECK_ERR(writev(fd, v, 2), EFAULT);
	close(fd);
	return KSFT_PASS;
}

static int read_only_memory()
{
	int fd = make_file(test_path("uaccess"), PAGE, 1);
	auto p = (uint8_t *)mmap(nullptr, PAGE, PROT_READ, MAP_PRIVATE |
				 MAP_ANONYMOUS, -1, 0);

	CHECK_ERR(pread(fd, p, 10, 0), EFAULT);
	CHECK_EQ(p[0], 0);
	CHECK_ERR(pread(fd, p, 10, 0), EFAULT);
	CHECK_ERR(pread(fd, (void *)strings, 10, 0), EFAULT);
	CHECK_EQ(pwrite(fd, p, 10, 0), 10);
	CHECK_OK(mprotect(p, PAGE, PROT_NONE));
	CHECK_ERR(pwrite(fd, p, 10, 0), EFAULT);
	munmap(p, PAGE);
	close(fd);
	return KSFT_PASS;
}

static int the_kernel_copies_on_write()
{
	int fd = make_file(test_path("uaccess"), PAGE, 1);

	memset(page, 0x11, PAGE);
	/* The write into the shared page is the kernel's. */
	CHECK_CASE(in_child([=] {
		CHECK_EQ(pread(fd, page, 100, 0), 100);
		CHECK(is_pattern(page, 1, 0, 100));
		return KSFT_PASS;
	}));
	CHECK(all_bytes(page, 0x11, PAGE));
	/* And into a page that was never touched. */
	auto p = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(p[5], 0);
	CHECK_EQ(pread(fd, p, PAGE, 0), PAGE);
	CHECK(is_pattern(p, 1, 0, PAGE));
	munmap(p, PAGE);
	close(fd);
	return KSFT_PASS;
}

static int lengths()
{
	int fd = make_file(test_path("uaccess"), PAGE, 1);

	CHECK_EQ(read(fd, (void *)16, 0), 0);
	/* More than the address space, in a buffer that is good. */
	CHECK_EQ(syscall(SYS_pread64, fd, page, PAGE, 0, 0), PAGE);
	long n = syscall(SYS_pread64, fd, page, 0x7fffffff, 0, 0);
	CHECK(n == (long)PAGE || (n == -1 && errno == EFAULT));
	n = syscall(SYS_pread64, fd, page, 0xffffffffu, 0, 0);
	if (native)
		CHECK(n == -1 && (errno == EINVAL || errno == EFAULT));
	close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"bad buffers", bad_buffers},
	{"partial reads", partial_reads},
	{"partial writes", partial_writes},
	{"a failed write shows no old memory",
	 a_failed_write_shows_no_old_memory},
	{"strings", strings},
	{"structures", structures},
	{"read-only memory", read_only_memory},
	{"the kernel copies on write", the_kernel_copies_on_write},
	{"lengths", lengths},
};

int main()
{
	utsname u;

	ksft_print_header();
	MUST(uname(&u) == 0);
	native = !strcmp(u.machine, "i686") || !strcmp(u.machine, "i586") ||
		 !strcmp(u.machine, "i386");
	page = page_buffer(2 * PAGE);
	end = page + PAGE;
	MUST(munmap(end, PAGE) == 0);
	RUN_CASES(cases);
}
