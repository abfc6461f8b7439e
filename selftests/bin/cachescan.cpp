/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adds up a file through one path and one window at a time, each with a cold
 * page cache and the window's first filling before the markers
 * (harness/plugin/cache.cpp), and prints for each a line of "key=value"
 * words. The n-th line with status=ok is about the n-th interval after an
 * empty one. Runs on any Linux/i386; a path that a kernel does not have is
 * reported as unsupported.
 *
 *	cachescan -d device -m folder [-t table] FILE [path...] [window...]
 *
 * -t: does it all once more as a program that has something else on its mind:
 * it looks something up in a table of that size for each 32 bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <abi.h>
#include <marker.h>

constexpr unsigned long BLKFLSBUF_IOCTL = 0x1261;
constexpr size_t WINDOWS[] = {64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB, MIB,
			      2 * MIB, 4 * MIB};
constexpr int DIRECT_FLAGS = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;

static const char *device, *folder, *file;
static uint32_t *table;
static size_t table_words;

struct run {
	int fd = -1;
	size_t window = 0;
	off_t size = 0;
	uint8_t *p = nullptr;		/* the window */
	uint32_t sum = 0, found = 0;
	const char *call = "";		/* that failed */
};

static bool failed(run *r, const char *call)
{
	r->call = call;
	return false;
}

/* ---- what is computed ---- */

static void look_up(run *r, uint32_t key)
{
	uint32_t hash = key * 2654435761u;

	r->found += table[(uint64_t)hash * table_words >> 32];
}

static void add_up(run *r)
{
	auto p = (const uint32_t *)r->p;
	const uint32_t *end = p + r->window / sizeof(*p);

	for (; p < end; p += 8) {
		uint32_t sum = 0;

		for (int i = 0; i < 8; i++)
			sum += p[i];
		r->sum += sum;
		if (table)
			look_up(r, sum);
	}
}

/* ---- the paths: the part of the file at @at into the window ---- */

static bool by_read(run *r, off_t at)
{
	long n = pread(r->fd, r->p, r->window, at);

	if (n >= 0 && n != (long)r->window)
		errno = ENODATA;
	return n == (long)r->window || failed(r, "pread");
}

static bool map(run *r, off_t at, int flags)
{
	if (r->p && !(flags & MAP_FIXED))
		munmap(r->p, r->window);
	void *p = mmap(r->p, r->window, PROT_READ, flags, r->fd, at);
	r->p = p == MAP_FAILED ? nullptr : (uint8_t *)p;
	return r->p || failed(r, "mmap");
}

static bool by_mmap(run *r, off_t at)
{
	return map(r, at, MAP_SHARED);
}

static bool by_direct(run *r, off_t at)
{
	return map(r, at, DIRECT_FLAGS);
}

static bool by_refill(run *r, off_t at)
{
	return map(r, at, DIRECT_FLAGS | (r->p ? MAP_FIXED : 0));
}

static const struct path {
	const char *name;
	bool (*fill)(run *r, off_t at);
	int open_flags;
	bool buffer;
} paths[] = {
	{"read", by_read, 0, true},
	{"mmap", by_mmap, 0, false},
	{"odirect", by_read, O_DIRECT, true},
	{"direct", by_direct, 0, false},
	{"refill", by_refill, 0, false},
};

/* ---- one of them ---- */

static bool remount(run *r)
{
	umount(folder);
	int fd = open(device, O_RDONLY);
	if (fd >= 0) {
		ioctl(fd, BLKFLSBUF_IOCTL, 0);
		close(fd);
	}
	return mount(device, folder, "ext2", MS_RDONLY, nullptr) == 0 ||
		failed(r, "mount");
}

static bool prepare(run *r, const path *p)
{
	struct stat st;

	if (!remount(r))
		return false;
	r->fd = open(file, O_RDONLY | p->open_flags);
	if (r->fd < 0 || fstat(r->fd, &st))
		return failed(r, "open");
	r->size = st.st_size;
	if (!(fcntl(r->fd, F_GETFL) & O_DIRECT) != !p->open_flags) {
		errno = EINVAL;
		return failed(r, "open");
	}
	if (p->buffer)
		r->p = page_buffer(r->window);
	return true;
}

static bool scan(run *r, const path *p)
{
	const off_t step = r->window;
	bool ok = true;

	if (!p->fill(r, 0))
		return false;
	add_up(r);
	MARK_BEGIN(1);
	for (off_t at = step; ok && at < r->size; at += step) {
		ok = p->fill(r, at);
		if (ok)
			add_up(r);
	}
	MARK_END(1);
	return ok;
}

static bool measure(const path *p, size_t window)
{
	run r;

	r.window = window;
	bool ok = prepare(&r, p) && scan(&r, p);
	printf("cachescan path=%s window=%zu table=%zu", p->name, window,
	       table_words * sizeof(*table));
	if (ok)
		printf(" status=ok bytes=%llu sum=%08x\n",
		       (unsigned long long)r.size - window, r.sum);
	else
		printf(" status=%s call=%s errno=%d text=%s\n",
		       errno == EINVAL || errno == EOPNOTSUPP ?
		       "unsupported" : "error", r.call, errno,
		       strerror(errno));
	if (r.p)
		munmap(r.p, window);
	if (r.fd >= 0)
		close(r.fd);
	return ok;
}

/* ---- arguments ---- */

/* Is @word among the arguments, or are there none of its kind? */
static bool wanted(const char *word, char **words, bool number)
{
	bool any = false;

	for (; *words; words++) {
		if (!strcmp(*words, word))
			return true;
		any |= (**words >= '0' && **words <= '9') == number;
	}
	return !any;
}

static int usage()
{
	printf("cachescan: -d device -m folder [-t bytes] FILE [path...] "
	       "[window...]\n");
	return 2;
}

static int measure_all(char **words)
{
	int bad = 0;

	for (size_t window : WINDOWS) {
		char number[16];
		snprintf(number, sizeof(number), "%zu", window);
		for (const path &p : paths)
			if (wanted(p.name, words, false) &&
			    wanted(number, words, true))
				bad += !measure(&p, window);
	}
	return bad;
}

static void make_table(size_t size)
{
	table = (uint32_t *)page_buffer(size);
	table_words = size / sizeof(*table);
}

int main(int argc, char **argv)
{
	size_t size = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	for (int c; (c = getopt(argc, argv, "d:m:t:")) != -1;) {
		switch (c) {
		case 'd': device = optarg; break;
		case 'm': folder = optarg; break;
		case 't': size = strtoul(optarg, nullptr, 0); break;
		default: return usage();
		}
	}
	if (!device || !folder || optind == argc || size % PAGE)
		return usage();
	file = argv[optind++];
	MARK_BEGIN(0);
	MARK_END(0);
	int bad = measure_all(argv + optind);
	if (size) {
		make_table(size);
		bad += measure_all(argv + optind);
	}
	umount(folder);
	printf("cachescan done=1 bad=%d\n", bad);
	return bad != 0;
}
