/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// swapon of what cannot hold swap is EINVAL; a terminal's end needs locks that come before swapon's.
#include <abi.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>

static int swapon_terminal()
{
	const char *tty = test_path("tty1");

	CHECK_OK(mknod(tty, S_IFCHR | 0600, makedev(4, 1)));
	CHECK_ERR(swapon(tty, 0), EINVAL);
	CHECK_OK(unlink(tty));
	CHECK_ERR(swapon("/dev/null", 0), EINVAL);
	CHECK_ERR(swapon("/dev", 0), EINVAL);
	CHECK_ERR(swapon("/proc/self/maps", 0), EINVAL);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"swapon_terminal", swapon_terminal},
};

int main()
{
	ksft_print_header();
	if (getuid())
		ksft_exit_skip("for root\n");
	RUN_CASES(cases);
}
