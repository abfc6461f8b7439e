/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// A file system that becomes read-only while files come and go is consistent: e2fsck finds nothing.
#include <child.h>
#include <sched.h>
#include <sys/mount.h>

static const char *const DIR_ = "/mnt/comings";

/* A file that is closed and then deleted, while a remount writes it: its end
 * waits for the disk. Until SIGTERM; once the disk is read-only, nothing. */
static int come_and_go(int me)
{
	static uint8_t data[256 * KIB];
	char file[64];

	snprintf(file, sizeof(file), "%s/f%d", DIR_, me);
	for (;;) {
		int fd = open(file, O_RDWR | O_CREAT, 0644);
		if (fd >= 0 && write(fd, data, sizeof(data)) < 0)
			return 1;
		close(fd);
		sched_yield();
		unlink(file);
	}
}

static int remount(unsigned long flags)
{
	return mount(nullptr, "/mnt", nullptr, MS_REMOUNT | flags, nullptr);
}

static int remount_under_writers()
{
	constexpr int N = 4;
	pid_t pid[N];
	uint32_t times = 0, goal = effort(60, 3000);

	CHECK(!mkdir(DIR_, 0755) || errno == EEXIST);
	for (int i = 0; i < N; i++)
		pid[i] = spawn([=] { return come_and_go(i); });
	while (times < goal) {
		if (remount(MS_RDONLY)) {
			CHECK_EQ(errno, EBUSY);
			sched_yield();
			continue;
		}
		times++;
		CHECK_ERR(mkdir("/mnt/never", 0755), EROFS);
		CHECK_OK(remount(0));
	}
	for (pid_t p : pid)
		CHECK(!kill(p, SIGTERM) && reap(p) == SIGTERM);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"remount_under_writers", remount_under_writers},
};

int main()
{
	ksft_print_header();
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		ksft_exit_skip("/dev/hdb cannot be mounted\n");
	int r = cases[0].run();
	MUST(umount("/mnt") == 0);
	ksft_set_plan(1);
	ksft_test_result(r == KSFT_PASS, "%s\n", cases[0].name);
	ksft_finished();
}
