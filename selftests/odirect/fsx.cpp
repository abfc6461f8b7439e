/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K2 K3 K4 K5 K7
// timeout: 300 1800
// Random reads, writes and truncates by cache, mapping and O_DIRECT agree with a model in memory.
#include <fsx.h>

static const fsx_operation operations[] = {
	{10, fsx_read}, {10, fsx_write}, {6, fsx_truncate},
	{8, fsx_map_read}, {10, fsx_map_write},
	{12, fsx_direct_read}, {14, fsx_direct_write}, {6, fsx_direct_vector},
	{6, fsx_direct_self}, {4, fsx_sync}, {2, fsx_whole_file},
};

static int random_operations() { return fsx_run(operations); }

static int on(const char *dev)
{
	return fsx_on(dev, effort(1000, 200000), random_operations);
}

static const test_case cases[] = {
	{"random operations agree with a model", [] { return on("/dev/hdb"); }},
	{"the same on blocks of 2 KiB", [] { return on("/dev/hdd3"); }},
	{"the same on blocks of 1 KiB", [] { return on("/dev/hdd2"); }},
};

int main()
{
	ksft_print_header();
	const char *path = test_path("odirect-fsx");
	close(make_file(path, PAGE, 1));
	close(open_direct(path, O_RDWR));	/* or skips */
	RUN_CASES(cases);
}
