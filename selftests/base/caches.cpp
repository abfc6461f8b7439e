/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timeout: 600
// machine: lowmem
// The caches of names and inodes grow with what is looked at, and give way when memory is short; names in use stay.
#include <pressure.h>

constexpr int NAMES = 12000, FILES = 400;

/* Objects in use of a slab cache; -1: there is none. */
static long objects(const char *cache)
{
	static char text[32 * KIB];
	int fd = open("/proc/slabinfo", O_RDONLY);
	long n = 0, r;

	while ((r = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += r;
	close(fd);
	text[n] = 0;
	for (char *l = strtok(text, "\n"); l; l = strtok(nullptr, "\n"))
		if (!strncmp(l, cache, strlen(cache)) &&
		    l[strlen(cache)] == ' ')
			return strtol(l + strlen(cache), nullptr, 10);
	return -1;
}

static const char *name_of(const char *kind, int i)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/caches.%s.%d", kind, i);
	return path;
}

static int names_that_are_not_there()
{
	struct stat st;
	long before = objects("dentry_cache");

	CHECK(before > 0);
	for (int i = 0; i < NAMES; i++)
		CHECK_ERR(stat(name_of("none", i), &st), ENOENT);
	long full = objects("dentry_cache");
	CHECK(full >= before + NAMES / 2);
	CHECK_EQ(reap(start_hog(1)), 0);
	long after = objects("dentry_cache");
	ksft_print_msg("%ld names, %ld, %ld after the pressure\n", before,
		       full, after);
	CHECK(after < before + NAMES / 4);
	return KSFT_PASS;
}

static int inodes()
{
	struct stat st;
	int held = open(name_of("file", 0), O_RDWR | O_CREAT, 0644);
	char c;

	CHECK_EQ(write(held, "x", 1), 1);
	for (int i = 1; i < FILES; i++)
		close(open(name_of("file", i), O_RDWR | O_CREAT, 0644));
	sync();
	for (int i = 0; i < FILES; i++)
		CHECK_OK(stat(name_of("file", i), &st));
	long full = objects("ext2_inode_cache");
	CHECK(full >= FILES);
	CHECK_EQ(reap(start_hog(1)), 0);
	long after = objects("ext2_inode_cache");
	ksft_print_msg("%ld inodes, %ld after the pressure\n", full, after);
	CHECK(after < full - FILES / 2);
	CHECK_EQ(pread(held, &c, 1, 0), 1);
	close(held);
	for (int i = 0; i < FILES; i++)
		CHECK_OK(unlink(name_of("file", i)));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"names that are not there", names_that_are_not_there},
	{"inodes", inodes},
};

int main()
{
	ksft_print_header();
	need_low_memory();
	if (objects("dentry_cache") < 0 || objects("ext2_inode_cache") < 0)
		ksft_exit_skip("no caches of these names\n");
	RUN_CASES(cases);
}
