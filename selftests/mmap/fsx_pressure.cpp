/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D1 D5 D6 D7 D8 R1 R3 S1 K7 K8
// timeout: 450 7200
// machine: lowmem
// The same random operations while a hog makes all that can be swapped out be so.
#include <fsx_windows.h>
#include <pressure.h>

static int with_a_hog()
{
	pid_t hog = start_hog(1 << 30);
	int r = fsx_run_windows();

	CHECK_OK(kill(hog, SIGKILL));
	CHECK_EQ(reap(hog), SIGKILL);
	return r;
}

static int on_the_root()
{
	fsx_open(test_path("direct-fsx"), effort(300, 200000));
	int r = with_a_hog();
	fsx_close();
	return r;
}

static int on_small_blocks()
{
	return fsx_on("/dev/hdd2", effort(300, 200000), with_a_hog);
}

static const test_case cases[] = {
	{"random operations under pressure", on_the_root},
	{"the same on blocks of 1 KiB", on_small_blocks},
};

int main()
{
	ksft_print_header();
	need_refill(make_file(test_path("direct-fsx"), PAGE, 1), FSX_MAX);
	need_low_memory();
	RUN_CASES(cases);
}
