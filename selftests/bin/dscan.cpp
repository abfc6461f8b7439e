/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scans a file for a byte pattern through five paths, each with a cold cache,
 * and prints for each one line of "key=value" words: what it found, how long
 * it took, and what it cost by /proc/vmstat. Runs on any Linux/i386; a path
 * that a kernel does not have is reported as unsupported.
 *
 *   dscan [-w window] [-p pattern | -x hex] [-d device -m folder] FILE
 *   dscan -c FILE     one such word a line in FILE
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <abi.h>
#include <crc32.h>
#include <vmstat.h>

constexpr unsigned long BLKFLSBUF_IOCTL = 0x1261;
constexpr int DIRECT_FLAGS = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;

static struct {
	const char *file, *device, *folder;
	size_t window = 1 << 20;
	uint8_t *pattern;
	size_t pattern_len;
} opt;

inline void *operator new(size_t, void *p) { return p; }

/* ---- what is computed over the file's bytes ---- */

/* Matches may overlap and may straddle windows: the last pattern_len - 1
 * bytes of what went before are kept in front of the next window's head. */
struct scanner {
	uint64_t bytes = 0, matches = 0;
	uint32_t crc = 0;
	uint8_t *seam;
	size_t tail = 0;

	scanner() { seam = (uint8_t *)malloc(2 * opt.pattern_len); }
	~scanner() { free(seam); }
	void feed(const uint8_t *p, size_t n);
	/* Matches in @p[@n] that start below @limit. */
	static uint64_t count(const uint8_t *p, size_t n, size_t limit);
};

uint64_t scanner::count(const uint8_t *p, size_t n, size_t limit)
{
	auto end = p + n, start = p;
	uint64_t found = 0;

	while ((size_t)(end - p) >= opt.pattern_len) {
		p = (const uint8_t *)memmem(p, end - p, opt.pattern,
					    opt.pattern_len);
		if (!p || (size_t)(p - start) >= limit)
			break;
		found++;
		p++;
	}
	return found;
}

void scanner::feed(const uint8_t *p, size_t n)
{
	size_t keep = opt.pattern_len - 1, head = n < keep ? n : keep;

	memcpy(seam + tail, p, head);
	matches += count(seam, tail + head, tail) + count(p, n, n);
	crc = crc32(crc, p, n);
	bytes += n;
	if (n >= keep) {
		memcpy(seam, p + n - keep, keep);
		tail = keep;
		return;
	}
	size_t all = tail + n, drop = all > keep ? all - keep : 0;
	memmove(seam, seam + drop, all - drop);
	tail = all - drop;
}

/* ---- the paths ---- */

enum verdict { OK, UNSUPPORTED, FAILED };
struct run {
	scanner s;
	uint64_t size = 0;
	uint8_t *buffer = nullptr;	/* a window, touched; or null */
	const char *call = "";		/* that failed, with errno */
	vmstat_span refill;
	/* Over the refills but the first mapping. */
	struct {
		int count = 0;
		long long copied = 0, pte = 0, tlb = 0, faults = 0,
			  commands = 0, commands_min = -1, prd = 0;
	} most;
};

static verdict fail(run *r, const char *call)
{
	r->call = call;
	return errno == EOPNOTSUPP || errno == EINVAL ? UNSUPPORTED : FAILED;
}

static size_t window_at(const run *r, uint64_t offset)
{
	uint64_t left = r->size - offset;

	return left < opt.window ? left : opt.window;
}

static verdict by_read(run *r, int fd)
{
	for (;;) {
		long n = read(fd, r->buffer, opt.window);
		if (n < 0)
			return fail(r, "read");
		if (!n)
			return OK;
		r->s.feed(r->buffer, n);
	}
}

static verdict by_map(run *r, int fd, int flags)
{
	for (uint64_t at = 0; at < r->size; at += opt.window) {
		size_t n = window_at(r, at);
		void *p = mmap(nullptr, n, PROT_READ, flags, fd, at);
		if (p == MAP_FAILED)
			return fail(r, "mmap");
		r->s.feed((uint8_t *)p, n);
		munmap(p, n);
	}
	return OK;
}

static verdict by_mmap(run *r, int fd) { return by_map(r, fd, MAP_SHARED); }

static verdict by_direct(run *r, int fd)
{
	return by_map(r, fd, DIRECT_FLAGS);
}

static verdict by_odirect(run *r, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (fcntl(fd, F_SETFL, flags | O_DIRECT))
		return fail(r, "fcntl");
	if (!(fcntl(fd, F_GETFL) & O_DIRECT)) {
		errno = EINVAL;
		return fail(r, "fcntl");
	}
	return by_read(r, fd);
}

/* A fault on any page would show. */
static void touch_all(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += 4096)
		(void)((volatile const uint8_t *)p)[i];
}

static void keep_most(long long *most, long long value)
{
	if (value > *most)
		*most = value;
}

static void note_refill(run *r)
{
	const vmstat_span &d = r->refill;
	long long commands = d.diff("disk_read");

	r->most.count++;
	keep_most(&r->most.copied, d.diff("copy_to_user_bytes"));
	keep_most(&r->most.pte, d.diff("pte_write"));
	keep_most(&r->most.tlb, d.diff("tlb_flush_one") + d.diff("tlb_flush_all"));
	keep_most(&r->most.faults, d.diff("pgfault"));
	keep_most(&r->most.commands, commands);
	keep_most(&r->most.prd, d.diff("disk_prd"));
	if (r->most.commands_min < 0 || commands < r->most.commands_min)
		r->most.commands_min = commands;
}

/* One static window; the end of the file is padded to a window with zeros by
 * the kernel, so that every call has the same length. */
static bool refill(void *win, int fd, uint64_t at)
{
	return mmap(win, opt.window, PROT_READ, DIRECT_FLAGS | MAP_FIXED, fd,
		    at) != MAP_FAILED;
}

static verdict by_refill(run *r, int fd)
{
	void *win = mmap(nullptr, opt.window, PROT_READ, DIRECT_FLAGS, fd, 0);

	if (win == MAP_FAILED)
		return fail(r, "mmap");
	r->s.feed((uint8_t *)win, window_at(r, 0));
	for (uint64_t at = opt.window; at < r->size; at += opt.window) {
		if (!refill(win, fd, at))
			return fail(r, "mmap");
		r->s.feed((uint8_t *)win, window_at(r, at));
	}
	munmap(win, opt.window);
	return OK;
}

/* Once more, each refill by itself: reading the counters around each would be
 * a cost of the scan. */
static void measure_refills(run *r, int fd)
{
	vmstat_span &d = r->refill;
	void *win = mmap(nullptr, opt.window, PROT_READ, DIRECT_FLAGS, fd, 0);
	bool ok = win != MAP_FAILED;

	for (uint64_t at = opt.window; ok && at < r->size; at += opt.window) {
		d.begin();
		ok = refill(win, fd, at);
		touch_all(win, window_at(r, at));
		d.end();
		note_refill(r);
	}
	munmap(win, opt.window);
}

static const struct path {
	const char *name;
	verdict (*scan)(run *r, int fd);
	bool buffered;
} paths[] = {
	{"read", by_read, true},
	{"mmap", by_mmap, false},
	{"odirect", by_odirect, true},
	{"direct", by_direct, false},
	{"refill", by_refill, false},
};
constexpr int NR_PATHS = sizeof(paths) / sizeof(paths[0]);

/* ---- measuring one ---- */

/* Lets go of everything cached: the file system is unmounted, and the
 * device's own buffers are dropped. */
static bool cold_cache()
{
	if (!opt.device)
		return true;
	umount(opt.folder);
	int fd = open(opt.device, O_RDONLY);
	if (fd >= 0) {
		ioctl(fd, BLKFLSBUF_IOCTL, 0);
		close(fd);
	}
	return mount(opt.device, opt.folder, "ext2", MS_RDONLY, nullptr) == 0;
}

static uint64_t now_us()
{
	timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

/* Reading the clock copies its answer to us; that is not the path's cost. */
static long long clock_copies()
{
	static vmstat_span d;

	d.begin();
	now_us();
	now_us();
	d.end();
	return d.diff("copy_to_user_bytes");
}

static void print_result(const path *p, const run *r, verdict v, int err,
			 uint64_t usec, const vmstat_span *d)
{
	if (v != OK) {
		printf("dscan path=%s status=%s call=%s errno=%d text=%s\n",
		       p->name, v == FAILED ? "error" : "unsupported", r->call,
		       err, strerror(err));
		return;
	}
	printf("dscan path=%s status=ok bytes=%llu usec=%llu matches=%llu "
	       "crc=%08x copied=%lld faults=%lld pte=%lld tlb=%lld "
	       "commands=%lld prd=%lld cached=%lld\n", p->name, r->s.bytes,
	       usec, r->s.matches, r->s.crc,
	       d->diff("copy_to_user_bytes") - clock_copies(),
	       d->diff("pgfault"), d->diff("pte_write"),
	       d->diff("tlb_flush_one") + d->diff("tlb_flush_all"),
	       d->diff("disk_read"), d->diff("disk_prd"),
	       d->diff("nr_pagecache"));
	if (r->most.count)
		printf("dscan per_refill=%d copied=%lld pte=%lld tlb=%lld "
		       "faults=%lld commands=%lld commands_max=%lld "
		       "prd=%lld\n", r->most.count, r->most.copied,
		       r->most.pte, r->most.tlb, r->most.faults,
		       r->most.commands_min, r->most.commands, r->most.prd);
}

static void *touched_window()
{
	void *p = mmap(nullptr, opt.window, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return nullptr;
	return memset(p, 1, opt.window);
}

/* Its counters are too large for a stack and for a page fault's noise. */
static vmstat_span whole;

static bool run_path(const path *p)
{
	static char mem[sizeof(run)] alignas(run);
	run *r = new (mem) run;
	verdict v = FAILED;
	uint64_t usec = 0;
	struct stat st;
	int fd = -1;

	if (!cold_cache())
		r->call = "mount";
	else if ((fd = open(opt.file, O_RDONLY)) < 0 || fstat(fd, &st))
		r->call = "open";
	else if (p->buffered && !(r->buffer = (uint8_t *)touched_window()))
		r->call = "window";
	else {
		r->size = st.st_size;
		whole.begin();
		uint64_t start = now_us();
		v = p->scan(r, fd);
		usec = now_us() - start;
	}
	int err = errno;
	whole.end();
	if (v == OK && p->scan == by_refill)
		measure_refills(r, fd);
	print_result(p, r, v, err, usec, &whole);
	if (r->buffer)
		munmap(r->buffer, opt.window);
	if (fd >= 0)
		close(fd);
	r->~run();
	return v == OK;
}

/* ---- arguments ---- */

[[noreturn, gnu::format(printf, 1, 2)]]
static void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("dscan: ", stdout);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	exit(2);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	die("'%c' is not a hexadecimal digit", c);
}

static void set_hex(const char *text)
{
	opt.pattern_len = strlen(text) / 2;
	opt.pattern = (uint8_t *)malloc(opt.pattern_len + 1);
	for (size_t i = 0; i < opt.pattern_len; i++)
		opt.pattern[i] = hex_digit(text[2 * i]) << 4 |
				 hex_digit(text[2 * i + 1]);
}

static void set_text(const char *text)
{
	opt.pattern = (uint8_t *)strdup(text);
	opt.pattern_len = strlen(text);
}

static void parse(int argc, char **argv);

/* A file of arguments, one a line: patterns may be longer than a command
 * line. */
static void parse_file(const char *name)
{
	static char *argv[16] = {(char *)"dscan"};
	int argc = 1;
	char *line = nullptr;
	size_t room = 0;
	FILE *f = fopen(name, "re");

	if (!f)
		die("%s: %s", name, strerror(errno));
	for (long n; argc < 15 && (n = getline(&line, &room, f)) > 0;) {
		line[n - (line[n - 1] == '\n')] = 0;
		argv[argc++] = strdup(line);
	}
	fclose(f);
	optind = 1;
	parse(argc, argv);
}

static void parse(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "c:w:p:x:d:m:")) != -1;) {
		switch (c) {
		case 'c': return parse_file(optarg);
		case 'w': opt.window = strtoul(optarg, nullptr, 0); break;
		case 'p': set_text(optarg); break;
		case 'x': set_hex(optarg); break;
		case 'd': opt.device = optarg; break;
		case 'm': opt.folder = optarg; break;
		default: die("unknown option");
		}
	}
	if (optind + 1 != argc)
		die("one file, please");
	opt.file = argv[optind];
}

static void check_options()
{
	if (!opt.pattern)
		set_text("register");
	if (!opt.pattern_len)
		die("the pattern is empty");
	if (!opt.window || opt.window % 4096)
		die("the window must be a multiple of 4096 bytes");
	if (opt.pattern_len > opt.window)
		die("the pattern is longer than a window");
	if (!opt.device != !opt.folder)
		die("-d and -m go together");
}

int main(int argc, char **argv)
{
	int good = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	parse(argc, argv);
	check_options();
	for (const path &p : paths)
		good += run_path(&p);
	if (opt.folder)
		umount(opt.folder);
	printf("dscan done=%d of=%d\n", good, NR_PATHS);
	return good != NR_PATHS;
}
