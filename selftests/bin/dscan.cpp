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
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dscan/paths.h"
#include <coldmount.h>

static struct {
	const char *file, *device, *folder;
	size_t window = 1 << 20;
	pattern wanted;
} opt;

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

/* Opens the file, nothing of which is cached, and gets what the path needs;
 * -1: r->call failed. */
static int prepare(const path *p, run *r)
{
	struct stat st;

	r->call = "mount";
	if (opt.device && !cold_mount(opt.device, opt.folder, MS_RDONLY))
		return -1;
	r->call = "window";
	if (p->buffered && !(r->buffer = (uint8_t *)touched_window()))
		return -1;
	r->call = "open";
	int fd = open(opt.file, O_RDONLY);
	if (fd >= 0 && !fstat(fd, &st))
		r->size = st.st_size;
	return fd;
}

static bool run_path(const path *p)
{
	/* Too large for a stack and for a page fault's noise. */
	static vmstat_span whole;
	run r(opt.wanted, opt.window);
	verdict v = FAILED;
	uint64_t usec = 0;
	int fd = prepare(p, &r), err = errno;

	if (fd >= 0) {
		whole.begin();
		uint64_t start = now_us();
		v = p->scan(&r, fd);
		usec = now_us() - start;
		err = errno;
		whole.end();
	}
	if (v == OK && p->scan == by_refill) {
		v = measure_refills(&r, fd);
		err = errno;
	}
	print_result(p, &r, v, err, usec, &whole);
	if (r.buffer)
		munmap(r.buffer, opt.window);
	if (fd >= 0)
		close(fd);
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
	opt.wanted.len = strlen(text) / 2;
	opt.wanted.bytes = (uint8_t *)malloc(opt.wanted.len + 1);
	for (size_t i = 0; i < opt.wanted.len; i++)
		opt.wanted.bytes[i] = hex_digit(text[2 * i]) << 4 |
				 hex_digit(text[2 * i + 1]);
}

static void set_text(const char *text)
{
	opt.wanted.bytes = (uint8_t *)strdup(text);
	opt.wanted.len = strlen(text);
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
	if (!opt.wanted.bytes)
		set_text("register");
	if (!opt.wanted.len)
		die("the pattern is empty");
	if (!opt.window || opt.window % 4096)
		die("the window must be a multiple of 4096 bytes");
	if (opt.wanted.len > opt.window)
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
