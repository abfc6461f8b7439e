/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// A file system cannot become read-only while a deleted directory is somebody's working directory.
#include <abi.h>
#include <sys/mount.h>

static int remount_deleted_directory()
{
	CHECK_OK(mkdir("/mnt/gone", 0755));
	CHECK_OK(chdir("/mnt/gone"));
	CHECK_OK(rmdir("/mnt/gone"));
	/* Its end will write to the disk. */
	CHECK_ERR(mount(nullptr, "/mnt", nullptr, MS_REMOUNT | MS_RDONLY,
			nullptr), EBUSY);
	CHECK_OK(chdir("/"));
	CHECK_OK(mount(nullptr, "/mnt", nullptr, MS_REMOUNT | MS_RDONLY,
		       nullptr));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"remount_deleted_directory", remount_deleted_directory},
};

int main()
{
	ksft_print_header();
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		ksft_exit_skip("/dev/hdb cannot be mounted\n");
	int r = cases[0].run();
	MUST(chdir("/") == 0 && umount("/mnt") == 0);
	ksft_set_plan(1);
	ksft_test_result(r == KSFT_PASS, "%s\n", cases[0].name);
	ksft_finished();
}
