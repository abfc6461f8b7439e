/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// The small devices: null, zero, full, random, urandom, kmsg, and memory mapped from zero.
#include <child.h>
#include <sys/random.h>
#include <sys/syscall.h>

static uint8_t buf[64 * KIB], other[64 * KIB];

static int null_and_zero()
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);

	CHECK(null >= 0 && zero >= 0);
	CHECK_EQ(write(null, buf, sizeof(buf)), sizeof(buf));
	CHECK_EQ(read(null, buf, sizeof(buf)), 0);
	memset(buf, 1, sizeof(buf));
	CHECK_EQ(read(zero, buf, sizeof(buf)), sizeof(buf));
	CHECK(all_bytes(buf, 0, sizeof(buf)));
	CHECK_EQ(write(zero, buf, 100), 100);
	CHECK_ERR(read(zero, (void *)16, 100), EFAULT);
	auto p = (uint8_t *)mmap(nullptr, 2 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE, zero, 0);
	CHECK(p != MAP_FAILED);
	p[PAGE] = 1;
	CHECK_EQ(p[0] + p[PAGE], 1);
	CHECK_OK(munmap(p, 2 * PAGE));
	/* Shared, it is memory that a child shares. */
	p = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			    zero, 0);
	CHECK(p != MAP_FAILED);
	CHECK_CASE(in_child([=] { p[5] = 7; return KSFT_PASS; }));
	CHECK_EQ(p[5], 7);
	CHECK_OK(munmap(p, PAGE));
	close(null);
	close(zero);
	return KSFT_PASS;
}

static int full()
{
	int fd = open("/dev/full", O_RDWR);

	CHECK(fd >= 0);
	CHECK_ERR(write(fd, "x", 1), ENOSPC);
	memset(buf, 1, 100);
	CHECK_EQ(read(fd, buf, 100), 100);
	CHECK(all_bytes(buf, 0, 100));
	close(fd);
	return KSFT_PASS;
}

/* Bytes that are all there, about equally often, and never the same. */
static int looks_random(const uint8_t *p, size_t len)
{
	unsigned count[256] = {}, want = len / 256;

	for (size_t i = 0; i < len; i++)
		count[p[i]]++;
	for (unsigned n : count)
		CHECK(n > want / 2 && n < want * 2);
	return KSFT_PASS;
}

static int random_numbers()
{
	static const char *const names[] = {"/dev/urandom", "/dev/random"};

	for (const char *name : names) {
		int fd = open(name, O_RDONLY);
		CHECK(fd >= 0);
		for (size_t n = 0; n < sizeof(buf);) {
			ssize_t r = read(fd, buf + n, sizeof(buf) - n);
			CHECK(r > 0);
			n += r;
		}
		CHECK_CASE(looks_random(buf, sizeof(buf)));
		CHECK_EQ(read(fd, other, 4096) > 0, 1);
		CHECK(memcmp(buf, other, 4096));
		close(fd);
	}
	CHECK_EQ(getrandom(buf, 256, 0), 256);
	CHECK_EQ(getrandom(other, 256, 0), 256);
	CHECK(memcmp(buf, other, 256));
	CHECK_ERR(getrandom(buf, 16, 0x100), EINVAL);
	CHECK_ERR(getrandom((void *)16, 16, 0), EFAULT);
	return KSFT_PASS;
}

static int kernel_log()
{
	static char text[64 * KIB];
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	char mark[64];

	if (fd < 0 && geteuid())
		SKIP_CASE("not root");
	CHECK(fd >= 0);
	snprintf(mark, sizeof(mark), "devices: a line of process %d",
		 getpid());
	CHECK_EQ(write(fd, mark, strlen(mark)), strlen(mark));
	close(fd);
	long n = syscall(SYS_syslog, 3, text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = 0;
	CHECK(strstr(text, mark));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"null and zero", null_and_zero},
	{"full", full},
	{"random numbers", random_numbers},
	{"the kernel's log", kernel_log},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
