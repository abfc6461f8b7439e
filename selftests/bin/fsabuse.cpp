/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Uses file systems that may be damaged in any way, and believes nothing of
 * what they say: mounts each device of its arguments at /mnt, looks at all
 * that it can reach, changes some of it at random, unmounts. Errors are
 * expected; that the kernel goes on is what this is about.
 *
 *   fsabuse SEED DEVICE...
 *                  prints "fsabuse: DEVICE calls N errors N" for each; every
 *                  second one becomes read-only at the first error
 *   fsabuse rename DEVICE FROM TO...
 *                  only renames, once all is looked at, and prints "fsabuse:
 *                  rename errno N" for each
 *   fsabuse list DEVICE DIRECTORY...
 *                  only lists: "fsabuse: DIRECTORY NAME INODE" for each name
 *                  and "fsabuse: DIRECTORY errno N" for what ended it
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>
#include <xorshift.h>

constexpr int MAX_PATHS = 64, MAX_NAMES = 100, MAX_DEPTH = 5, CHANGES = 120;
constexpr size_t BUFFER = 64 * 1024, PAGE = 4096;

static char paths[MAX_PATHS][512];
static int nr_paths, budget;
static unsigned calls, errors;
static uint32_t state;
static uint8_t *buffer;
static sigjmp_buf bus;

static uint32_t random_below(uint32_t n)
{
	return xorshift(state) % n;
}

/* Counts; whether it worked matters to nobody. */
static long did(long r)
{
	calls++;
	errors += r < 0;
	return r;
}

static void on_bus(int) { siglongjmp(bus, 1); }

/* ---- looking ---- */

static void touch_mapping(int fd, off_t off, bool write)
{
	auto p = (volatile uint8_t *)mmap(nullptr, PAGE, PROT_READ |
		(write ? PROT_WRITE : 0), MAP_SHARED, fd, off & -PAGE);

	if (p == MAP_FAILED) {
		did(-1);
		return;
	}
	if (sigsetjmp(bus, 1) == 0) {
		if (write)
			p[100] = 1;
		else
			(void)p[100];
	} else {
		did(-1);
	}
	if (write)
		did(msync((void *)p, PAGE, MS_SYNC));
	munmap((void *)p, PAGE);
}

static void read_file(const char *path, off_t size)
{
	int fd = (int)did(open(path, O_RDONLY | O_NONBLOCK));

	if (fd < 0)
		return;
	off_t at[] = {0, size / 2, size - 100, 13 * 1024, 300 * 1024};
	for (off_t off : at)
		did(pread(fd, buffer, BUFFER, off < 0 ? 0 : off));
	if (size)
		touch_mapping(fd, size / 3, false);
	if (fcntl(fd, F_SETFL, O_DIRECT) == 0)
		did(pread(fd, buffer, BUFFER, 0));
	close(fd);
}

static void look_at(const char *path, int depth);

static void read_dir(const char *path, int depth)
{
	char below[512];
	DIR *d = opendir(path);

	did(d ? 0 : -1);
	if (!d)
		return;
	for (int n = 0; n < MAX_NAMES; n++) {
		dirent *e = readdir(d);
		if (!e)
			break;
		int len = snprintf(below, sizeof(below), "%s/%s", path,
				   e->d_name);
		if (len < (int)sizeof(below) && strcmp(e->d_name, ".") &&
		    strcmp(e->d_name, ".."))
			look_at(below, depth + 1);
	}
	closedir(d);
}

static void look_at(const char *path, int depth)
{
	struct stat st;

	if (--budget < 0 || did(lstat(path, &st)) < 0)
		return;
	if (nr_paths < MAX_PATHS)
		strcpy(paths[nr_paths++], path);
	else
		strcpy(paths[random_below(MAX_PATHS)], path);
	if (S_ISREG(st.st_mode))
		read_file(path, st.st_size);
	if (S_ISLNK(st.st_mode)) {
		did(readlink(path, (char *)buffer, BUFFER));
		did(stat(path, &st));
	} else if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
		read_dir(path, depth);
	}
}

/* ---- changing ---- */

/* Not what a damaged inode says is a device, whatever it is mounted with. */
static bool is_plain(const char *path)
{
	struct stat st;

	return did(lstat(path, &st)) == 0 && S_ISREG(st.st_mode);
}

static void write_file(const char *path)
{
	struct stat st;

	if (!is_plain(path))
		return;
	int fd = (int)did(open(path, O_RDWR | (random_below(8) ? 0 :
						O_SYNC)));
	if (fd < 0)
		return;
	did(fstat(fd, &st));
	off_t at[] = {0, st.st_size, st.st_size / 2, 12 * 1024, 268 * 1024,
		(off_t)random_below(1 << 30)};
	off_t off = at[random_below(6)];
	did(pwrite(fd, buffer, 1 + random_below(BUFFER), off < 0 ? 0 : off));
	if (random_below(3) == 0 && st.st_size)
		touch_mapping(fd, st.st_size - 1, true);
	if (fcntl(fd, F_SETFL, O_DIRECT) == 0)
		did(pwrite(fd, buffer, BUFFER, off & -PAGE));
	if (random_below(4) == 0)
		did(fsync(fd));
	close(fd);
}

/* A path in a directory, or one that leads through something else. */
static const char *new_path()
{
	static char path[600];

	snprintf(path, sizeof(path), "%s/new%u", random_below(4) ?
		 paths[random_below(nr_paths)] : "/mnt", random_below(40));
	return path;
}

static void change(const char *path)
{
	switch (random_below(12)) {
	case 0: did(truncate(path, 0)); break;
	case 1: did(truncate(path, random_below(1 << 20))); break;
	case 2: did(unlink(path)); break;
	case 3: did(rmdir(path)); break;
	case 4: did(rename(path, new_path())); break;
	case 5: did(rename(path, paths[random_below(nr_paths)])); break;
	case 6: did(link(path, new_path())); break;
	case 7: did(mkdir(new_path(), 0755)); break;
	case 8: did(symlink((const char *)"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
			    new_path())); break;
	case 9: {
		int fd = (int)did(open(new_path(), O_RDWR | O_CREAT | O_EXCL,
				       0644));
		if (fd >= 0) {
			did(write(fd, buffer, 1 + random_below(BUFFER)));
			close(fd);
		}
		break;
	}
	default: write_file(path);
	}
}

/* ---- one file system ---- */

static bool mount_it(const char *device, const char *how)
{
	char options[32];

	snprintf(options, sizeof(options), "errors=%s", how);
	if (mount(device, "/mnt", "ext2", MS_NODEV | MS_NOSUID, options) == 0)
		return true;
	printf("fsabuse: %s: mount: errno %d\n", device, errno);
	return false;
}

static void look_around()
{
	struct statfs st;

	budget = 400;
	nr_paths = 0;
	did(statfs("/mnt", &st));
	look_at("/mnt", 0);
}

static void abuse(const char *device, const char *how)
{
	calls = errors = 0;
	printf("fsabuse: %s\n", device);
	if (!mount_it(device, how))
		return;
	look_around();
	for (int i = 0; i < CHANGES && nr_paths; i++)
		change(paths[random_below(nr_paths)]);
	sync();
	if (umount("/mnt")) {
		printf("fsabuse: wrong: umount: %s\n", strerror(errno));
		exit(1);
	}
	/* What is on the disk now, not what was remembered. */
	if (mount_it(device, how)) {
		look_around();
		umount("/mnt");
	}
	printf("fsabuse: %s calls %u errors %u\n", device, calls, errors);
}

static void rename_all(char **path)
{
	look_around();
	for (; path[0] && path[1]; path += 2)
		printf("fsabuse: rename errno %d\n",
		       rename(path[0], path[1]) ? errno : 0);
	umount("/mnt");
}

static void list(const char *path)
{
	DIR *d = opendir(path);

	errno = 0;
	while (dirent *e = d ? readdir(d) : nullptr)
		printf("fsabuse: %s %s %llu\n", path, e->d_name,
		       (unsigned long long)e->d_ino);
	printf("fsabuse: %s errno %d\n", path, errno);
	if (d)
		closedir(d);
}

static void list_all(char **path)
{
	for (; *path; path++)
		list(*path);
	umount("/mnt");
}

/* One that is told what to do; null: it is to do all at random. */
static void (*special(const char *word))(char **)
{
	if (!strcmp(word, "rename"))
		return rename_all;
	return strcmp(word, "list") ? nullptr : list_all;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, nullptr, _IOLBF, 0);
	signal(SIGBUS, on_bus);
	if (argc < 3)
		return 2;
	buffer = (uint8_t *)mmap(nullptr, BUFFER, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(buffer, 0xa5, BUFFER);
	if (auto act = special(argv[1])) {
		if (mount_it(argv[2], "continue"))
			act(argv + 3);
		puts("fsabuse: done");
		return 0;
	}
	state = (uint32_t)strtoul(argv[1], nullptr, 0) * 2 + 1;
	for (int i = 2; i < argc; i++)
		abuse(argv[i], i % 2 ? "remount-ro" : "continue");
	puts("fsabuse: done");
	return 0;
}
