/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cost of an operation depends on besides its size: how many
 * mappings the process has, how long the file is, in how many pieces it lies
 * on the disk, how many processes do the same at a time. Marks and reports
 * like bench, one line for each axis, number and path.
 *
 *   benchscale [-q] -d device -m folder [axis...]
 *
 * -q: fewer numbers. The device holds an ext2 file system with bench.bin,
 * pattern 21; the other files are made here, sparse where nothing is read.
 */
#include <getopt.h>
#include <sys/wait.h>

#include <benchaxis.h>

constexpr off_t GIB = 1024ll * MIB;

static bool quick;

/* ---- mappings ---- */

/* @n of a page each that cannot be merged: every second one is unreadable. */
static bool with_mappings(const char *axis, long long n)
{
	constexpr int TYPE = MAP_PRIVATE | MAP_ANONYMOUS;
	size_t len = 2 * n * PAGE;
	auto p = (char *)mmap(nullptr, len, PROT_NONE, TYPE, -1, 0);

	if (p == MAP_FAILED || !use_file("bench.bin"))
		return complain(axis, n, "mmap");
	for (size_t at = 0; at < len; at += 2 * PAGE)
		if (mprotect(p + at, PAGE, PROT_READ))
			return complain(axis, n, "mprotect");
	bool ok = measure_all(axis, n, {MIB, 8 * MIB}, 64 * KIB);
	munmap(p, len);
	return ok;
}

/* ---- files ---- */

static bool write_stamps(int fd, off_t at, size_t len)
{
	run r;

	r.size = len;
	r.seed = FILE_SEED;
	if (!get_buffer(&r))
		return false;
	stamp(&r, r.buffer, at);
	bool ok = pwrite(fd, r.buffer, len, at) == (ssize_t)len;
	finish(&r);
	return ok;
}

static int new_file(const char *name)
{
	return use_file(name) ?
		open(path_of_file, O_RDWR | O_CREAT | O_TRUNC, 0644) : -1;
}

/* On the disk, and out of the cache. */
static bool settle(int fd)
{
	bool ok = fsync(fd) == 0;

	close(fd);
	run r;
	return ok && remount(&r, device, folder);
}

/* A hole, but for the last MiB. */
static bool with_file_size(const char *axis, long long n)
{
	int fd = new_file("size.bin");

	if (fd < 0)
		return complain(axis, n, "open");
	if (!write_stamps(fd, n - MIB, MIB))
		return complain(axis, n, "write");
	if (!settle(fd))
		return complain(axis, n, "fsync");
	bool ok = measure_all(axis, n, {n - (off_t)MIB, MIB}, 64 * KIB);
	unlink(path_of_file);
	return ok;
}

/* First every second extent, then the others: what is next to each other in
 * the file is not on the disk. */
static bool with_extents(const char *axis, long long n)
{
	constexpr off_t LEN = 8 * MIB;
	size_t extent = MIB / n;
	int fd = new_file("pieces.bin");

	if (fd < 0)
		return complain(axis, n, "open");
	for (int turn = 0; turn < 2; turn++)
		for (off_t at = turn * extent; at < LEN; at += 2 * extent)
			if (!write_stamps(fd, at, extent))
				return complain(axis, n, "write");
	if (!settle(fd))
		return complain(axis, n, "fsync");
	bool ok = measure_all(axis, n, {MIB, LEN - (off_t)MIB}, MIB);
	unlink(path_of_file);
	return ok;
}

/* ---- processes ---- */

constexpr unsigned EACH = 32, ROUNDS = 3;

struct crowd {
	int go[2], done[2];
	long long n;
};

static bool wait_for(int fd)
{
	char c;

	return read(fd, &c, 1) == 1 && c == '+';
}

static bool signal_to(int fd, bool good)
{
	return write(fd, good ? "+" : "-", 1) == 1;
}

/* A child: its own descriptor, window and part of the file. */
static int member(const crowd *c, const path *p, unsigned number)
{
	constexpr off_t PART = 512 * KIB;
	range from = {(off_t)MIB + number % 64 * PART, PART};
	run r;
	bool ok = ready(&r, p, from, 64 * KIB);

	for (unsigned i = 0; ok && i < WARM_UP; i++)
		ok = one(&r, p, from, i, false);
	signal_to(c->done[1], ok);
	for (unsigned round = 0; ok && round < ROUNDS; round++) {
		ok = wait_for(c->go[0]);
		for (unsigned i = 0; ok && i < EACH; i++)
			ok = one(&r, p, from, i, false);
		signal_to(c->done[1], ok);
	}
	return !ok;
}

static bool all_done(const crowd *c)
{
	bool ok = true;

	for (long long i = 0; i < c->n; i++)
		ok &= wait_for(c->done[0]);
	return ok;
}

static bool rounds(const crowd *c)
{
	bool ok = true;

	for (unsigned round = 0; ok && round < ROUNDS; round++) {
		MARK_BEGIN(2);
		for (long long i = 0; i < c->n; i++)
			ok &= signal_to(c->go[1], true);
		ok = ok && all_done(c);
		MARK_END(2);
		intervals++;
	}
	return ok;
}

static bool crowd_of(const char *axis, long long n, const path *p)
{
	crowd c = {{}, {}, n};
	unsigned first;
	run r;
	int status;

	r.size = 64 * KIB;
	if (pipe(c.go) || pipe(c.done))
		return complain(axis, n, "pipe");
	for (long long i = 0; i < n; i++)
		if (!fork())
			_exit(member(&c, p, i));
	bool ok = all_done(&c);
	first = intervals;
	ok = ok && rounds(&c);
	const int fds[] = {c.go[0], c.go[1], c.done[0], c.done[1]};
	for (int fd : fds)
		close(fd);
	while (wait(&status) > 0)
		ok &= status == 0;
	return tell(axis, n, p->name, &r, ok || failed(&r, "child", EIO),
		    first, n * EACH);
}

static bool with_processes(const char *axis, long long n)
{
	bool ok = use_file("bench.bin") || complain(axis, n, "mount");

	for (const path &p : paths)
		if (ok && p.op != by_direct)
			ok &= crowd_of(axis, n, &p);
	return ok;
}

/* ---- the axes ---- */

static const struct axis {
	const char *name;
	bool (*with)(const char *axis, long long n);
	long long n[8];
} axes[] = {
	{"mappings", with_mappings, {1, 10, 100, 1000, 10000}},
	{"file-size", with_file_size,
	 {MIB, 16 * MIB, 256 * MIB, 2 * GIB, 8 * GIB}},
	{"extents", with_extents, {1, 4, 16, 64, 256}},
	{"processes", with_processes, {1, 2, 4, 8, 16, 32, 64}},
};

static bool wanted(const char *name, char **words)
{
	for (char **w = words; *w; w++)
		if (!strcmp(*w, name))
			return true;
	return !*words;
}

static int run_axis(const axis *a)
{
	int bad = 0;

	for (unsigned i = 0; i < 8 && a->n[i]; i++)
		if (!quick || i % 2 == 0)
			bad += !a->with(a->name, a->n[i]);
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	for (int c; (c = getopt(argc, argv, "d:m:q")) != -1;) {
		switch (c) {
		case 'd': device = optarg; break;
		case 'm': folder = optarg; break;
		case 'q': quick = true; break;
		default: return 2;
		}
	}
	if (!device || !folder) {
		printf("benchscale: -d device -m folder\n");
		return 2;
	}
	for (const axis &a : axes)
		if (wanted(a.name, argv + optind))
			bad += run_axis(&a);
	umount(folder);
	printf("scale done=1 bad=%d\n", bad);
	return bad != 0;
}
