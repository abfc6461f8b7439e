/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the same operations on a store of records (kvcache/store.h) through
 * each of its back ends (kvcache/backend.h), and prints for each one line of
 * "key=value" words: what it found, and what it cost by /proc/vmstat. Every get
 * is compared with a model. Runs on any Linux/i386; a back end that a kernel
 * does not have is reported as unsupported.
 *
 *   kvcache [-s seed] [-n operations] [-z bytes of the file]
 *           [-c bytes of a cluster] [-f frames] [-b back end]
 *           [-d device -m folder] FOLDER
 *
 * The record file of a back end is FOLDER/kv.NAME. The cost is of the last
 * three quarters of the operations; they are between two markers for the
 * instruction counter (lib/marker.h).
 */
#include <getopt.h>
#include <stdio.h>

#include "kvcache/store.h"
#include <coldmount.h>
#include <crc32.h>
#include <marker.h>
#include <vmstat.h>

static struct {
	const char *folder, *device, *mount_point, *only;
	unsigned long seed = 1, operations = 20000, size = 8 << 20,
		      cluster = 16384, frames = 64;
} opt;

struct result {
	uint32_t checksum = 0, gets = 0, puts = 0, flushes = 0, wrong = 0;
	store_counts before, after;	/* the part that is measured */
	long cached = -1;		/* pages of the file */
};

/* ---- one back end ---- */

static const char *file_of(const backend *b)
{
	static char name[256];

	snprintf(name, sizeof(name), "%s/kv.%s", opt.folder, b->name);
	return name;
}

/* Every record in version 0. */
static bool make_file(const char *name)
{
	static uint32_t buf[65536 / 4];
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	bool ok = fd >= 0;

	for (uint32_t r = 0; ok && r < opt.size / RECORD;) {
		for (size_t at = 0; at < sizeof(buf); at += RECORD)
			make_record(r++, 0, buf + at / 4);
		ok = write(fd, buf, sizeof(buf)) == (ssize_t)sizeof(buf);
	}
	ok = ok && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool step(store *s, model *m, const operation &op, result *r)
{
	static uint32_t buf[RECORD / 4];

	if (op.kind == FLUSH) {
		r->flushes++;
		return s->flush();
	}
	if (op.kind == PUT) {
		r->puts++;
		make_record(op.record, op.version, buf);
		m->versions[op.record] = op.version;
		return s->put(op.record, buf);
	}
	const uint8_t *p = s->get(op.record);
	if (!p)
		return false;
	r->gets++;
	r->wrong += !m->holds(op.record, p);
	r->checksum = crc32(r->checksum, p, RECORD);
	return true;
}

static bool run_steps(store *s, model *m, workload *w, result *r, unsigned n)
{
	while (n--)
		if (!step(s, m, w->next(), r))
			return false;
	return true;
}

/* How many pages of the file the page cache holds. */
static long cached_pages(int fd)
{
	size_t pages = opt.size / PAGE;
	auto in_core = (unsigned char *)malloc(pages);
	void *p = mmap(nullptr, opt.size, PROT_READ, MAP_SHARED, fd, 0);
	long found = -1;

	if (p != MAP_FAILED && !mincore(p, opt.size, in_core)) {
		found = 0;
		for (size_t i = 0; i < pages; i++)
			found += in_core[i] & 1;
	}
	if (p != MAP_FAILED)
		munmap(p, opt.size);
	free(in_core);
	return found;
}

/* Opens the file in the ordinary way: mmap of one opened with O_DIRECT would
 * be a direct mapping. */
static long cached_after(const char *name)
{
	int fd = open(name, O_RDONLY);
	long n = fd < 0 ? -1 : cached_pages(fd);

	if (fd >= 0)
		close(fd);
	return n;
}

static vmstat_span span;

static bool run_store(store *s, result *r)
{
	workload w(opt.seed, opt.size / opt.cluster, opt.cluster / RECORD);
	model m(opt.size / RECORD);
	unsigned warm_up = opt.operations / 4;

	if (!run_steps(s, &m, &w, r, warm_up))
		return false;
	r->before = s->counts;
	span.begin();
	MARK_BEGIN(1);
	bool ok = run_steps(s, &m, &w, r, opt.operations - warm_up);
	MARK_END(1);
	span.end();
	r->after = s->counts;
	return ok && s->flush();
}

/* ---- reporting ---- */

static long long sum(const char *a, const char *b)
{
	if (vmstat_get(&span.a, a) < 0)
		return -1;
	return span.diff(a) + (b ? span.diff(b) : 0);
}

static void print_cost()
{
	static const struct { const char *name, *a, *b; } costs[] = {
		{"copied", "copy_to_user_bytes", "copy_from_user_bytes"},
		{"faults", "pgfault", nullptr},
		{"pte", "pte_write", nullptr},
		{"tlb", "tlb_flush_one", "tlb_flush_all"},
		{"reads", "disk_read", nullptr},
		{"writes", "disk_write", nullptr},
		{"sectors", "disk_read_sectors", "disk_write_sectors"},
		{"prd", "disk_prd", nullptr},
		{"added", "pagecache_add", nullptr},
	};

	for (const auto &c : costs)
		printf(" %s=%lld", c.name, sum(c.a, c.b));
}

static void print_result(const backend *b, const result &r)
{
	printf("kvcache backend=%s status=%s checksum=%08x gets=%u puts=%u "
	       "flushes=%u hits=%u misses=%u saves=%u operations=%lu",
	       b->name, r.wrong ? "wrong" : "ok", r.checksum, r.gets, r.puts,
	       r.flushes, r.after.hits - r.before.hits,
	       r.after.misses - r.before.misses,
	       r.after.saves - r.before.saves,
	       opt.operations - opt.operations / 4);
	print_cost();
	printf(" cached=%ld\n", r.cached);
}

static bool print_failure(const backend *b, const char *call, int err)
{
	bool lacks = err == EOPNOTSUPP || err == EINVAL;

	printf("kvcache backend=%s status=%s call=%s errno=%d text=%s\n",
	       b->name, lacks ? "unsupported" : "error", call, err,
	       strerror(err));
	return false;
}

static bool run_backend(const backend *b)
{
	const char *name = file_of(b);
	store s(b, opt.cluster, opt.frames, opt.size);
	result r;

	if (!make_file(name))
		return print_failure(b, "write", errno);
	if (opt.device && !cold_mount(opt.device, opt.mount_point, 0))
		return print_failure(b, "mount", errno);
	if (!s.open(name) || !run_store(&s, &r))
		return print_failure(b, s.failed_call(), errno);
	r.cached = cached_after(name);
	print_result(b, r);
	return !r.wrong;
}

/* ---- arguments ---- */

[[noreturn]] static void die(const char *why)
{
	printf("kvcache: %s\n", why);
	exit(2);
}

static void parse(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "s:n:z:c:f:b:d:m:")) != -1;) {
		switch (c) {
		case 's': opt.seed = strtoul(optarg, nullptr, 0); break;
		case 'n': opt.operations = strtoul(optarg, nullptr, 0); break;
		case 'z': opt.size = strtoul(optarg, nullptr, 0); break;
		case 'c': opt.cluster = strtoul(optarg, nullptr, 0); break;
		case 'f': opt.frames = strtoul(optarg, nullptr, 0); break;
		case 'b': opt.only = optarg; break;
		case 'd': opt.device = optarg; break;
		case 'm': opt.mount_point = optarg; break;
		default: die("unknown option");
		}
	}
	if (optind + 1 != argc)
		die("one folder, please");
	opt.folder = argv[optind];
}

static void check_options()
{
	if (!opt.cluster || opt.cluster % PAGE || opt.cluster > 32 * PAGE)
		die("a cluster has 1 to 32 pages of 4096 bytes");
	uint32_t clusters = opt.size / opt.cluster;
	if (opt.size % 65536 || opt.size % opt.cluster || !clusters ||
	    clusters & (clusters - 1))
		die("the file must be 64 KiB or more, and a power of two of "
		    "clusters");
	if (!opt.frames || opt.frames > clusters)
		die("more frames than clusters, or none");
	if (!opt.device != !opt.mount_point)
		die("-d and -m go together");
}

int main(int argc, char **argv)
{
	unsigned good = 0, tried = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	parse(argc, argv);
	check_options();
	if (opt.device && !cold_mount(opt.device, opt.mount_point, 0))
		die("the device cannot be mounted");
	for (const backend &b : backends) {
		if (opt.only && strcmp(opt.only, b.name))
			continue;
		tried++;
		good += run_backend(&b);
	}
	if (opt.mount_point)
		umount(opt.mount_point);
	printf("kvcache done=%u of=%u\n", good, tried);
	return !tried || good != tried;
}
