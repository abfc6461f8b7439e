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

#include <benchpaths.h>
#include <vmstat.h>

constexpr unsigned FILE_SEED = 21, SCRATCH_SEED = 7;
constexpr unsigned WARM_UP = 2;

static const char *device, *folder, *scratch;
static unsigned intervals;

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
