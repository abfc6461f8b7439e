/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does one operation of a path at a time, each between two markers for the
 * instruction counter outside (harness/plugin/count.cpp), and says after each
 * point (path, target, order, size) what it did, as one line of "key=value"
 * words. The n-th interval since the start is number n. Runs on any
 * Linux/i386; a path that a kernel does not have is reported as unsupported.
 *
 *   bench [-q] [-t] [-x file|device] -d device -m folder -s scratch [path...]
 *
 * -q: few sizes and operations, in sequence only; -t: for the clock, paths
 * that move data to or from the disk only; path: part of a path's name. The
 * device holds an ext2 file system with bench.bin, pattern 21; the scratch
 * device holds pattern 7. Both are written to, with what is there.
 */
#include <getopt.h>
#include <time.h>

#include <bench.h>
#include <vmstat.h>

constexpr off_t FILE_SIZE = 64 * MIB, BASE = MIB, HOT_SIZE = 16 * MIB;
constexpr unsigned FILE_SEED = 21, SCRATCH_SEED = 7;
constexpr unsigned WARM_UP = 2, MOST = 256;

static const char *device, *folder, *scratch;
static unsigned intervals;
static bool quick, timing;

/* ---- the paths ---- */

/* Cold: not in memory. Warm: read once. Hot: read so often that the cache has
 * learnt it. */
enum source { NOTHING, HOT, WARM, COLD };

enum : unsigned {
	ONCE = 1,		/* each operation needs another part */
	STORES = 2,		/* what is in the buffer */
	ODIRECT = 4,
	CHAR_RAW = 8,		/* through a raw device */
	WINDOW = 16,
	TURNS = 32,		/* two windows, refills do not wait */
	SHARED = 64,		/* the windows */
};

static const struct path {
	const char *name;
	bool (*op)(run *r);
	source from;
	unsigned how;
	const char *moves;	/* between memory and the disk */
} paths[] = {
	{"getppid", by_getppid, NOTHING, 0, "-"},
	{"read-hot", by_read, HOT, 0, "-"},
	{"read-warm", by_read, WARM, ONCE, "-"},
	{"read-cold", by_read, COLD, ONCE, "r"},
	{"mmap-hot", by_mmap, HOT, 0, "-"},
	{"mmap-cold", by_mmap, COLD, ONCE, "r"},
	{"block-hot", by_block, HOT, 0, "-"},
	{"block-cold", by_block, COLD, ONCE, "r"},
	{"odirect-read", by_read, COLD, ODIRECT, "r"},
	{"raw-read", by_read, COLD, CHAR_RAW, "r"},
	{"direct", by_direct, COLD, 0, "r"},
	{"refill", by_refill, COLD, WINDOW, "r"},
	{"async-refill", by_turns, COLD, WINDOW | TURNS, "r"},
	{"write-hot", by_write, HOT, STORES, "-"},
	{"write-sync", by_sync_write, COLD, ONCE | STORES, "w"},
	{"mmap-write-hot", by_mmap_write, HOT, 0, "w"},
	{"mmap-write-cold", by_mmap_write, COLD, ONCE, "rw"},
	{"block-write", by_block_write, COLD, ONCE, "rw"},
	{"odirect-write", by_write, COLD, ODIRECT | STORES, "w"},
	{"raw-write", by_write, COLD, CHAR_RAW | STORES, "w"},
	{"direct-write", by_direct_write, COLD, 0, "rw"},
	{"refill-write", by_refill, COLD, WINDOW | SHARED, "rw"},
	{"async-write", by_turns, COLD, WINDOW | TURNS | SHARED, "rw"},
};

struct point {
	const path *p;
	size_t size;
	bool on_device, random;
};

static const struct {
	size_t size;
	unsigned count;
	bool quick;
} sizes[] = {
	{4 * KIB, 256, true}, {16 * KIB, 128, false}, {64 * KIB, 64, true},
	{256 * KIB, 32, false}, {MIB, 12, true}, {4 * MIB, 8, false},
};

/* A clock needs more of them than a counter; where each needs another part
 * there are no more. */
static unsigned operations(const point *pt)
{
	bool once = pt->p->how & ONCE;
	unsigned n = 0;

	for (auto &s : sizes)
		if (s.size == pt->size)
			n = s.count;
	if (quick && !once)
		n /= 2;
	if (timing && !once)
		n *= 4;
	return n < MOST ? n : MOST;
}

/* Where a refill goes on behind the operation that started it, a whole row of
 * operations is one interval. */
static unsigned row_length(const point *pt)
{
	return pt->p->how & TURNS ? operations(pt) / 4 : 1;
}

/* ---- order ---- */

static uint32_t gcd(uint32_t a, uint32_t b) { return b ? gcd(b, a % b) : a; }

/* Number @n of the pieces of the range: one after the other, or each once in
 * an order that no read-ahead can guess. */
static off_t piece(const point *pt, uint32_t n)
{
	off_t range = pt->p->from == HOT ? HOT_SIZE : FILE_SIZE - BASE;
	uint32_t pieces = range / pt->size, step = pieces * 618 / 1000;

	while (gcd(step, pieces) != 1)
		step++;
	return BASE + (uint64_t)n * (pt->random ? step : 1) % pieces *
		pt->size;
}

static bool move_to(run *r, const point *pt, off_t at)
{
	r->at = at;
	if (pt->p->op != by_read && pt->p->op != by_write &&
	    pt->p->op != by_sync_write)
		return true;
	/* Even a seek that goes nowhere may end reading ahead. */
	if (lseek(r->fd, 0, SEEK_CUR) == at)
		return true;
	return lseek(r->fd, at, SEEK_SET) == at || failed(r, "lseek");
}

/* ---- getting ready ---- */

static const char *bind_raw(run *r)
{
	struct {
		int minor;
		uint64_t major, block_minor;
	} rq = {1, 0, 0};
	struct stat st;
	int ctl = open("/dev/raw/rawctl", O_RDWR);

	if (ctl < 0 || stat(scratch, &st)) {
		failed(r, "rawctl");
		return nullptr;
	}
	rq.major = st.st_rdev >> 8 & 0xff;
	rq.block_minor = st.st_rdev & 0xff;
	int bad = ioctl(ctl, RAW_SETBIND, &rq);
	close(ctl);
	if (!bad)
		return "/dev/raw/raw1";
	failed(r, "RAW_SETBIND");
	return nullptr;
}

static const char *name_of(run *r, const point *pt)
{
	static char name[256];

	if (pt->p->how & CHAR_RAW)
		return bind_raw(r);
	if (pt->on_device) {
		forget(scratch);
		return scratch;
	}
	snprintf(name, sizeof(name), "%s/bench.bin", folder);
	return remount(r, device, folder) ? name : nullptr;
}

static bool read_range(run *r, off_t len)
{
	off_t at = BASE, end = BASE + len;

	for (long n; at < end; at += n) {
		n = pread(r->plain, r->buffer, r->size, at);
		if (n <= 0)
			return failed(r, "pread");
	}
	return true;
}

static bool warm_up_cache(run *r, const path *p)
{
	if (p->from == WARM)
		return read_range(r, FILE_SIZE - BASE);
	for (int times = p->from == HOT ? 3 : 0; times--;)
		if (!read_range(r, HOT_SIZE))
			return false;
	return true;
}

/* Asked once for each target: the answer may take its time. */
static bool has_windows(run *r, const point *pt)
{
	static int known[2];	/* 1: yes, 2: no */

	if (!(pt->p->how & TURNS))
		return can_refill(r);
	int *k = &known[pt->on_device];
	if (!*k)
		*k = can_run_ahead(r) ? 1 : 2;
	return *k == 1 || failed(r, "refill", EOPNOTSUPP);
}

static bool open_windows(run *r, const point *pt)
{
	r->shared = pt->p->how & SHARED;
	r->block = pt->p->how & TURNS ? 0 : MAP_BLOCK;
	if (!has_windows(r, pt))
		return false;
	r->nr_windows = pt->p->how & TURNS ? 2 : 1;
	for (unsigned i = 0; i < r->nr_windows; i++) {
		r->at = piece(pt, i);
		if (!fill(r, &r->windows[i], 0))
			return false;
	}
	return true;
}

static bool prepare(run *r, const point *pt)
{
	r->size = pt->size;
	r->seed = pt->on_device ? SCRATCH_SEED : FILE_SEED;
	if (!get_buffer(r))
		return false;
	if (pt->p->from == NOTHING)
		return true;
	const char *name = name_of(r, pt);
	if (!name || !open_both(r, name, pt->p->how & ODIRECT ? O_DIRECT : 0))
		return false;
	return warm_up_cache(r, pt->p) &&
		(!(pt->p->how & WINDOW) || open_windows(r, pt));
}

/* ---- measuring ---- */

static void before(run *r, const path *p)
{
	if (p->how & WINDOW)
		use_window(r, &r->windows[0]);
	else if (p->how & STORES)
		stamp(r, r->buffer, r->at);
	else
		poison(r, r->buffer, r->at);
}

/* Mappings are looked at in the operation itself. */
static bool after(run *r, const path *p)
{
	if (p->how & WINDOW)
		return check(r, r->windows[0].p, r->windows[0].at);
	return p->op != by_read || check(r, r->buffer, r->at);
}

static uint64_t spent[MOST];

static bool one(run *r, const point *pt, uint32_t number, uint64_t *time)
{
	if (pt->p->from != NOTHING && !move_to(r, pt, piece(pt, number)))
		return false;
	before(r, pt->p);
	uint64_t start = ticks();
	MARK_BEGIN(1);
	bool ok = pt->p->op(r);
	MARK_END(1);
	*time = ticks() - start;
	intervals++;
	return ok && after(r, pt->p);
}

static bool row(run *r, const point *pt, uint32_t number, uint64_t *time)
{
	unsigned n = row_length(pt);
	bool ok = true;
	uint64_t start = ticks();

	MARK_BEGIN(1);
	for (; ok && n--; number++) {
		r->at = piece(pt, number + r->nr_windows);
		ok = pt->p->op(r);
	}
	MARK_END(1);
	*time = (ticks() - start) / row_length(pt);
	intervals++;
	return ok;
}

/* Starts with operation @number. */
static bool operate(run *r, const point *pt, uint32_t number, unsigned count)
{
	unsigned n = row_length(pt);
	bool ok = true;

	for (unsigned i = 0; ok && i < count / n; i++)
		ok = pt->p->how & TURNS ? row(r, pt, number + i * n, spent + i)
			: one(r, pt, number + i, spent + i);
	return ok;
}

/* ---- telling ---- */

static int by_value(const void *a, const void *b)
{
	auto x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print_times(unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += spent[i];
	qsort(spent, n, sizeof(spent[0]), by_value);
	printf(" low=%llu median=%llu mean=%llu",
	       (unsigned long long)spent[n / 10],
	       (unsigned long long)spent[n / 2],
	       (unsigned long long)(sum / n));
}

static void print_vmstat(const vmstat_span *d, const char *name)
{
	if (vmstat_get(&d->a, name) >= 0)
		printf(" %s=%lld", name, d->diff(name));
}

static void print_name(const point *pt)
{
	const char *target = pt->p->from == NOTHING ? "none" :
		pt->on_device ? "device" : "file";

	printf("bench path=%s target=%s order=%s size=%zu moves=%s",
	       pt->p->name, target, pt->random ? "random" : "sequence",
	       pt->size, pt->p->moves);
}

static void print_result(const point *pt, unsigned first,
			 const vmstat_span *d)
{
	static const char *const counters[] = {
		"disk_read", "disk_write", "disk_prd", "copy_to_user_bytes",
		"copy_from_user_bytes", "pgfault"};
	unsigned n = intervals - first;

	print_name(pt);
	printf(" status=ok first=%u intervals=%u row=%u", first, n,
	       row_length(pt));
	print_times(n);
	for (const char *name : counters)
		print_vmstat(d, name);
	putchar('\n');
}

static void print_failure(const point *pt, const run *r)
{
	print_name(pt);
	printf(" status=%s call=%s errno=%d text=%s\n",
	       lacks(r->err) ? "unsupported" : "error", r->call, r->err,
	       strerror(r->err));
}

static bool measure(const point *pt)
{
	static vmstat_span span;
	unsigned first, early = pt->p->how & TURNS ? row_length(pt) : WARM_UP;
	run r;

	bool ok = prepare(&r, pt) && operate(&r, pt, 0, early);
	first = intervals;
	if (ok) {
		span.begin();
		ok = operate(&r, pt, early, operations(pt));
		span.end();
	}
	if (ok)
		print_result(pt, first, &span);
	else
		print_failure(pt, &r);
	finish(&r);
	return ok || lacks(r.err);
}

/* ---- which points ---- */

static bool wanted(const path *p, char **words)
{
	if (timing && *p->moves == '-')
		return false;
	if (!*words)
		return true;
	for (; *words; words++)
		if (strstr(p->name, *words))
			return true;
	return false;
}

static unsigned points_of(const path *p, bool on_device, point *out)
{
	unsigned n = 0;

	if ((p->how & CHAR_RAW && !on_device) ||
	    (p->from == NOTHING && on_device))
		return 0;
	for (int random = 0; random < 2; random++)
		for (auto &s : sizes) {
			if (p->from == NOTHING && (random || n))
				continue;
			if (quick && (random || !s.quick))
				continue;
			out[n++] = {p, s.size, on_device, random != 0};
		}
	return n;
}

static point points[64 * 12];
static unsigned nr_points;

static void choose(const char *target, char **words)
{
	for (int on_device = 0; on_device < 2; on_device++) {
		const char *name = on_device ? "device" : "file";
		if (target && strcmp(target, name))
			continue;
		if (quick && !target && on_device)
			continue;
		for (const path &p : paths)
			if (wanted(&p, words))
				nr_points += points_of(&p, on_device,
						       points + nr_points);
	}
}

static void calibrate()
{
	timespec a, b;
	uint64_t start = ticks();

	clock_gettime(CLOCK_MONOTONIC, &a);
	usleep(100000);
	uint64_t n = ticks() - start;
	clock_gettime(CLOCK_MONOTONIC, &b);
	long long ns = (b.tv_sec - a.tv_sec) * 1000000000ll + b.tv_nsec -
		a.tv_nsec;
	printf("bench points=%u mhz=%.1f\n", nr_points, n * 1000.0 / ns);
}

int main(int argc, char **argv)
{
	const char *target = nullptr;
	int bad = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	for (int c; (c = getopt(argc, argv, "d:m:s:x:qt")) != -1;) {
		switch (c) {
		case 'd': device = optarg; break;
		case 's': scratch = optarg; break;
		case 'm': folder = optarg; break;
		case 'x': target = optarg; break;
		case 'q': quick = true; break;
		case 't': timing = true; break;
		default: return 2;
		}
	}
	if (!device || !folder || !scratch) {
		printf("bench: -d device -m folder -s scratch-device\n");
		return 2;
	}
	choose(target, argv + optind);
	calibrate();
	for (unsigned i = 0; i < nr_points; i++)
		bad += !measure(&points[i]);
	umount(folder);
	printf("bench done=1 bad=%d\n", bad);
	return bad != 0;
}
