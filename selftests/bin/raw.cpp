/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * raw(8): binds raw character devices to block devices, and tells what is
 * bound. Exit status 1: the kernel refused; 2: the command line is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

constexpr unsigned RAW_MAJOR = 162, RAW_SETBIND = 0xac00, RAW_GETBIND = 0xac01,
	MAX_MINOR = 255;
constexpr char CTL[] = "/dev/raw/rawctl";
constexpr int REFUSED = 1, USAGE = 2;

struct raw_config_request {
	int raw_minor;
	uint64_t block_major, block_minor;
};

[[noreturn, gnu::format(printf, 2, 3)]]
static void fail(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("raw: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	exit(status);
}

[[noreturn]] static void usage()
{
	fputs("usage: raw /dev/raw/rawN BLOCKDEV | raw /dev/raw/rawN MAJOR "
	      "MINOR | raw -q /dev/raw/rawN | raw -qa\n", stderr);
	exit(USAGE);
}

static int control()
{
	int fd = open(CTL, O_RDWR);

	if (fd < 0)
		fail(REFUSED, "%s: %s", CTL, strerror(errno));
	return fd;
}

static struct stat device(const char *path, mode_t type, const char *what)
{
	struct stat st;

	if (stat(path, &st))
		fail(REFUSED, "%s: %s", path, strerror(errno));
	if ((st.st_mode & S_IFMT) != type)
		fail(USAGE, "%s: not a %s device", path, what);
	return st;
}

/* The minor number of a raw device that can be bound. */
static int raw_minor(const char *path)
{
	struct stat st = device(path, S_IFCHR, "raw");

	if (major(st.st_rdev) != RAW_MAJOR || !minor(st.st_rdev))
		fail(USAGE, "%s: not a raw device", path);
	return (int)minor(st.st_rdev);
}

static uint64_t number(const char *text)
{
	char *end;

	errno = 0;
	uint64_t n = strtoull(text, &end, 0);
	if (!*text || *end || *text == '-' || errno)
		fail(USAGE, "%s: not a number", text);
	return n;
}

static void print(const raw_config_request &rq)
{
	printf("/dev/raw/raw%d: bound to major %llu, minor %llu\n",
	       rq.raw_minor, (unsigned long long)rq.block_major,
	       (unsigned long long)rq.block_minor);
}

static void set(const char *path, uint64_t block_major, uint64_t block_minor)
{
	raw_config_request rq = {raw_minor(path), block_major, block_minor};

	if (ioctl(control(), RAW_SETBIND, &rq))
		fail(REFUSED, "%s: %s", path, strerror(errno));
	print(rq);
}

static void query(const char *path)
{
	raw_config_request rq = {raw_minor(path), 0, 0};

	if (ioctl(control(), RAW_GETBIND, &rq))
		fail(REFUSED, "%s: %s", path, strerror(errno));
	print(rq);
}

/* Every minor that the kernel has; it refuses the first that it has not. */
static void query_all()
{
	int fd = control();

	for (unsigned i = 1; i <= MAX_MINOR; i++) {
		raw_config_request rq = {(int)i, 0, 0};

		if (ioctl(fd, RAW_GETBIND, &rq)) {
			if (errno != EINVAL)
				fail(REFUSED, "raw%u: %s", i, strerror(errno));
			return;
		}
		if (rq.block_major || rq.block_minor)
			print(rq);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "-qa")) {
		query_all();
	} else if (argc == 3 && !strcmp(argv[1], "-q")) {
		query(argv[2]);
	} else if (argc == 3 && argv[1][0] != '-') {
		struct stat st = device(argv[2], S_IFBLK, "block");

		set(argv[1], major(st.st_rdev), minor(st.st_rdev));
	} else if (argc == 4 && argv[1][0] != '-') {
		set(argv[1], number(argv[2]), number(argv[3]));
	} else {
		usage();
	}
	return 0;
}
