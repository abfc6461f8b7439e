/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// A child knows where its heap and its arguments lie, not only its parent.
#include <abi.h>
#include <sys/syscall.h>

static int heap()
{
	long before = syscall(SYS_brk, 0);

	CHECK_CASE(in_child([=] {
		CHECK_EQ(syscall(SYS_brk, 0), before);
		CHECK_EQ(syscall(SYS_brk, 0x1000), before);
		CHECK_EQ(syscall(SYS_brk, before + MIB), before + (long)MIB);
		memset((void *)(before + PAGE), 1, MIB - PAGE);
		CHECK_EQ(syscall(SYS_brk, before), before);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int arguments()
{
	CHECK_CASE(in_child([] {
		char text[256] = "";
		int fd = open("/proc/self/cmdline", O_RDONLY);
		CHECK(read(fd, text, sizeof(text) - 1) > 0);
		CHECK(strstr(text, "brk_after_fork"));
		close(fd);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"heap", heap},
	{"arguments", arguments},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
