/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// mlock: pages are there at once, RLIMIT_MEMLOCK counts, children inherit nothing.
#include <child.h>
#include <grp.h>
#include <sys/resource.h>

static int in_core(void *p, int pages)
{
	static unsigned char v[256];
	int n = 0;

	if (mincore(p, pages * PAGE, v))
		return -1;
	for (int i = 0; i < pages; i++)
		n += v[i] & 1;
	return n;
}

static uint8_t *fresh(int pages)
{
	void *p = mmap(nullptr, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* "VmLck:  12 kB" of /proc/self/status. */
static long locked_kib()
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, "VmLck:");
	return p ? atol(p + 6) : -1;
}

static int pages_are_there_at_once()
{
	uint8_t *p = fresh(16);

	CHECK_EQ(in_core(p, 16), 0);
	CHECK_OK(mlock(p + 100, 4 * PAGE));	/* five pages */
	CHECK_EQ(in_core(p, 16), 5);
	CHECK_EQ(locked_kib(), 20);
	CHECK_OK(munlock(p, 16 * PAGE));
	CHECK_EQ(locked_kib(), 0);
	CHECK_OK(mlock(p, 16 * PAGE));
	CHECK_OK(munmap(p, 16 * PAGE));
	CHECK_EQ(locked_kib(), 0);
	return KSFT_PASS;
}

static int holes_and_no_access()
{
	uint8_t *p = fresh(4);

	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_ERR(mlock(p, 4 * PAGE), ENOMEM);
	CHECK_ERR(munlock(p, 4 * PAGE), ENOMEM);
	munmap(p, 4 * PAGE);
	return KSFT_PASS;
}

static int private_file_pages_stay_private()
{
	int fd = make_file(test_path("mlock"), 4 * PAGE, 1);
	auto p = (uint8_t *)mmap(nullptr, 4 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE, fd, 0);
	char c;

	CHECK_OK(mlock(p, 4 * PAGE));
	CHECK(is_pattern(p, 1, 0, 4 * PAGE));
	p[0] ^= 0xff;
	CHECK_EQ(pread(fd, &c, 1, 0), 1);
	CHECK_EQ((uint8_t)c, pattern_byte(1, 0));
	munmap(p, 4 * PAGE);
	close(fd);
	return KSFT_PASS;
}

static int all_of_the_future()
{
	CHECK_CASE(in_child([] {
		CHECK_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
		uint8_t *p = fresh(8);
		CHECK_EQ(in_core(p, 8), 8);
		CHECK_OK(munlockall());
		CHECK_EQ(locked_kib(), 0);
		CHECK_ERR(mlockall(0), EINVAL);
		CHECK_ERR(mlockall(0x100), EINVAL);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int children_inherit_nothing()
{
	uint8_t *p = fresh(4);

	CHECK_OK(mlock(p, 4 * PAGE));
	CHECK_CASE(in_child([] {
		CHECK_EQ(locked_kib(), 0);
		return KSFT_PASS;
	}));
	CHECK_EQ(locked_kib(), 16);
	munmap(p, 4 * PAGE);
	return KSFT_PASS;
}

static int the_limit_of_a_user()
{
	if (getuid())
		SKIP_CASE("not root");
	CHECK_CASE(in_child([] {
		rlimit r = {8 * PAGE, 8 * PAGE};
		CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &r));
		CHECK_OK(setgroups(0, nullptr));
		CHECK_OK(setgid(1000));
		CHECK_OK(setuid(1000));
		uint8_t *p = fresh(16);
		CHECK_ERR(mlock(p, 9 * PAGE), ENOMEM);
		CHECK_EQ(locked_kib(), 0);
		CHECK_OK(mlock(p, 8 * PAGE));
		CHECK_OK(mlock(p, 8 * PAGE));	/* the same pages again */
		CHECK_ERR(mlock(p + 8 * PAGE, PAGE), ENOMEM);
		CHECK_OK(munlock(p, PAGE));
		CHECK_OK(mlock(p + 8 * PAGE, PAGE));
		CHECK_EQ(locked_kib(), 32);
		return KSFT_PASS;
	}));
	CHECK_CASE(in_child([] {
		rlimit r = {0, 0};
		CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &r));
		CHECK_OK(setuid(1000));
		uint8_t *p = fresh(1);
		CHECK_ERR(mlock(p, PAGE), EPERM);
		CHECK_ERR(mlockall(MCL_CURRENT), EPERM);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"pages are there at once", pages_are_there_at_once},
	{"holes", holes_and_no_access},
	{"private file pages stay private", private_file_pages_stay_private},
	{"mlockall", all_of_the_future},
	{"children inherit nothing", children_inherit_nothing},
	{"the limit of a user", the_limit_of_a_user},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
