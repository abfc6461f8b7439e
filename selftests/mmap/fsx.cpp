/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D1 D3 D6 D7 D8 D9 D11 D13 R1 R3 R5 S1 B1
// timeout: 300 3600
// Random operations with direct mappings, fresh and refilled, private, NOSYNC and written back, agree with a model.
#include <fsx_windows.h>

static int on(const char *dev)
{
	return fsx_on(dev, effort(1000, 200000), fsx_run_windows);
}

static const test_case cases[] = {
	{"random operations agree with a model", [] { return on("/dev/hdb"); }},
	{"the same on blocks of 2 KiB", [] { return on("/dev/hdd3"); }},
	{"the same on blocks of 1 KiB", [] { return on("/dev/hdd2"); }},
};

int main()
{
	ksft_print_header();
	need_refill(make_file(test_path("direct-fsx"), PAGE, 1), FSX_MAX);
	RUN_CASES(cases);
}
