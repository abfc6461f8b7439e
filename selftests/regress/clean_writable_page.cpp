/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// The kernel may write to a shared page that is mapped writable but was cleaned by msync.
#include <abi.h>

static int clean_writable_page()
{
	int fd = make_file(test_path("clean"), PAGE, 1);
	int mem = open("/proc/self/mem", O_RDWR);
	auto p = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED, fd, 0);

	CHECK(mem >= 0 && p != MAP_FAILED);
	p[0] = 1;
	CHECK_OK(msync(p, PAGE, MS_SYNC));
	CHECK_EQ(pwrite(mem, "ab", 2, (off_t)(uintptr_t)p), 2);
	CHECK(p[0] == 'a' && p[1] == 'b');
	CHECK_OK(munmap(p, PAGE));
	close(mem);
	close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"clean_writable_page", clean_writable_page},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
