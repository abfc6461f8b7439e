/* SPDX-License-Identifier: GPL-2.0-only */
// since: 410
// abi: N1 N2
// MAP_SHARED_VALIDATE takes exactly the flags that it can honour; with the old types they are hints.
#include <abi.h>

static int fd;

static void *map(int flags)
{
	return mmap(nullptr, PAGE, PROT_READ, flags, fd, 0);
}

static int plain_is_shared()
{
	int w = open(test_path("validate"), O_RDWR);
	auto a = (uint8_t *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED_VALIDATE, w, 0);
	uint8_t c;

	CHECK(a != MAP_FAILED);
	a[5] = 0xe7;
	CHECK_OK(msync(a, PAGE, MS_SYNC));
	CHECK_EQ(pread(w, &c, 1, 5), 1);
	CHECK_EQ(c, 0xe7);
	close(w);
	return KSFT_PASS;
}

static int unknown_flags_detectable()
{
	CHECK_ERR(map(MAP_SHARED_VALIDATE | 0x2000000), EOPNOTSUPP);
	CHECK_ERR(map(MAP_SHARED_VALIDATE | 0x200), EOPNOTSUPP);
	return KSFT_PASS;
}

static int unknown_flags_are_hints()
{
	CHECK_OK(map(MAP_SHARED | 0x2000000));
	CHECK_OK(map(MAP_PRIVATE | 0x20000));
	CHECK_OK(map(MAP_SHARED | MAP_DIRECT | MAP_BLOCK | MAP_NOSYNC));
	CHECK_OK(map(MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK | MAP_NOSYNC));
	return KSFT_PASS;
}

static int direct_on_proc_is_not_honoured()
{
	int p = open("/proc/version", O_RDONLY);

	CHECK(mmap(nullptr, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_DIRECT,
		   p, 0) == MAP_FAILED);
	close(p);
	return KSFT_PASS;
}

static int other_types_are_einval()
{
	CHECK_ERR(map(0), EINVAL);
	CHECK_ERR(map(7), EINVAL);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"without flags it is MAP_SHARED", plain_is_shared},
	{"unknown_flags_detectable", unknown_flags_detectable},
	{"hints are ignored by the old types", unknown_flags_are_hints},
	{"MAP_DIRECT on a proc file is not honoured",
	 direct_on_proc_is_not_honoured},
	{"other map types are EINVAL", other_types_are_einval},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("validate"), PAGE, 1);
	need_map_flags(fd, 0);
	RUN_CASES(cases);
}
