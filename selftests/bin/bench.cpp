/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does one operation of a path at a time, each between two markers for the
 * instruction counter outside (harness/plugin/count.cpp), and says after each
 * path and size what it did, as one line of "key=value" words. The n-th
 * interval since the start is number n. Checks the first byte of every page.
 * Runs on any Linux/i386; a path that a kernel does not have is reported as
 * unsupported.
 *
 *   bench [-q] -d device -m folder -s scratch-device [path...]
 *
 * -q: fewer operations. The device holds an ext2 file system with bench.bin,
 * pattern 21; the scratch device starts with pattern 7. Both are written to,
 * with what is there.
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
#include <sys/syscall.h>
#include <unistd.h>

#include <marker.h>
#include <pattern.h>
#include <vmstat.h>

constexpr size_t PAGE = 4096, KIB = 1024, MIB = 1024 * 1024;
constexpr size_t sizes[] = {4 * KIB, 64 * KIB, MIB};
constexpr off_t FILE_SIZE = 12 * MIB;
constexpr unsigned FILE_SEED = 21, SCRATCH_SEED = 7;
constexpr unsigned long BLKFLSBUF_IOCTL = 0x1261, RAW_SETBIND = 0xac00;
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
constexpr int MAP_DIRECT = 0x400000, MAP_BLOCK = 0x800000;

static const char *device, *folder, *scratch;
static unsigned intervals, divisor = 1;

/* ---- one path at one size ---- */

struct run {
	int fd = -1, plain = -1;	/* plain: without O_DIRECT */
	size_t size = 0;
	off_t at = 0;
	uint8_t *buffer = nullptr;	/* touched */
	uint8_t *window = nullptr;	/* a direct mapping */
	uint8_t first[256];		/* bytes of the pages, as seen */
	const char *call = "";		/* that failed, ... */
	int err = 0;			/* ... and how */
};

static bool failed(run *r, const char *call)
{
	r->call = call;
	r->err = errno;
	return false;
}

static void look(run *r, const uint8_t *p)
{
	for (size_t i = 0; i < r->size / PAGE; i++)
		r->first[i] = ((const volatile uint8_t *)p)[i * PAGE];
}

static bool whole(run *r, const char *call, long n)
{
	if (n >= 0 && n != (long)r->size)
		errno = ENODATA;
	return n == (long)r->size || failed(r, call);
}

static bool by_getppid(run *)
{
	syscall(SYS_getppid);
	return true;
}

static bool by_read(run *r)
{
	return whole(r, "read", read(r->fd, r->buffer, r->size));
}

static bool by_write(run *r)
{
	return whole(r, "write", write(r->fd, r->buffer, r->size));
}

static bool by_map(run *r, int flags)
{
	void *p = mmap(nullptr, r->size, PROT_READ, flags, r->fd, r->at);

	if (p == MAP_FAILED)
		return failed(r, "mmap");
	look(r, (uint8_t *)p);
	return munmap(p, r->size) == 0 || failed(r, "munmap");
}

static bool by_mmap(run *r) { return by_map(r, MAP_SHARED); }

static bool by_block(run *r)
{
	return by_map(r, MAP_SHARED_VALIDATE | MAP_BLOCK);
}

static bool by_direct(run *r)
{
	return by_map(r, MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK);
}

static bool refill(run *r, int flags)
{
	void *p = mmap(r->window, r->size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK | flags, r->fd,
		       r->at);

	if (p == MAP_FAILED)
		return failed(r, "mmap");
	r->window = (uint8_t *)p;
	return true;
}

static bool by_refill(run *r) { return refill(r, MAP_FIXED); }

/* ---- the paths ---- */

/* Cold: not in memory. Warm: read once. Hot: read so often that the cache has
 * learnt it. */
enum source { NOTHING, FILE_HOT, FILE_WARM, FILE_COLD, DEVICE_HOT, DEVICE_COLD,
	      RAW };

static const struct path {
	const char *name;
	bool (*op)(run *r);
	source from;
	bool direct;			/* O_DIRECT */
} paths[] = {
	{"getppid", by_getppid, NOTHING, false},
	{"read-hot", by_read, FILE_HOT, false},
	{"read-warm", by_read, FILE_WARM, false},
	{"read-cold", by_read, FILE_COLD, false},
	{"mmap-hot", by_mmap, FILE_HOT, false},
	{"mmap-cold", by_mmap, FILE_COLD, false},
	{"block-hot", by_block, FILE_HOT, false},
	{"block-cold", by_block, FILE_COLD, false},
	{"odirect-read", by_read, FILE_COLD, true},
	{"odirect-write", by_write, FILE_COLD, true},
	{"direct", by_direct, FILE_COLD, false},
	{"refill", by_refill, FILE_COLD, false},
	{"dev-read-hot", by_read, DEVICE_HOT, false},
	{"dev-read-cold", by_read, DEVICE_COLD, false},
	{"dev-odirect-read", by_read, DEVICE_COLD, true},
	{"dev-odirect-write", by_write, DEVICE_COLD, true},
	{"dev-refill", by_refill, DEVICE_COLD, false},
	{"raw-read", by_read, RAW, false},
	{"raw-write", by_write, RAW, false},
};

/* Does every operation need another part of the file, once? */
static bool is_cold(const path *p)
{
	bool moves = p->from == FILE_WARM || p->from == FILE_COLD ||
		p->from == DEVICE_COLD;

	return moves && !p->direct &&
		p->op != by_refill && p->op != by_direct;
}

static unsigned operations(const path *p, size_t size)
{
	unsigned n = size == 4 * KIB ? 256 : size == 64 * KIB ? 96 :
		is_cold(p) ? 8 : 48;

	return is_cold(p) ? n : n / divisor;
}

static unsigned seed_of(const path *p)
{
	return p->from >= DEVICE_HOT ? SCRATCH_SEED : FILE_SEED;
}

/* ---- getting ready ---- */

static void forget(const char *dev)
{
	int fd = open(dev, O_RDONLY);

	if (fd >= 0) {
		ioctl(fd, BLKFLSBUF_IOCTL, 0);
		close(fd);
	}
}

static bool remount(run *r)
{
	umount(folder);
	forget(device);
	return mount(device, folder, "ext2", 0, nullptr) == 0 ||
		failed(r, "mount");
}

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

static const char *name_of(run *r, const path *p)
{
	static char name[256];

	if (p->from == RAW)
		return bind_raw(r);
	if (p->from == DEVICE_HOT || p->from == DEVICE_COLD) {
		forget(scratch);
		return scratch;
	}
	snprintf(name, sizeof(name), "%s/bench.bin", folder);
	return remount(r) ? name : nullptr;
}

static bool read_all(run *r)
{
	for (off_t at = 0; at < FILE_SIZE; at += MIB)
		if (pread(r->plain, r->buffer, MIB, at) != (long)MIB)
			return failed(r, "pread");
	return true;
}

static bool open_file(run *r, const path *p)
{
	const char *name = name_of(r, p);

	if (!name)
		return false;
	r->plain = open(name, O_RDWR);
	r->fd = open(name, O_RDWR | (p->direct ? O_DIRECT : 0));
	if (r->fd < 0 || r->plain < 0)
		return failed(r, "open");
	if (p->direct && !(fcntl(r->fd, F_GETFL) & O_DIRECT)) {
		errno = EINVAL;
		return failed(r, "open");
	}
	bool hot = p->from == FILE_HOT || p->from == DEVICE_HOT;
	for (int times = hot ? 3 : p->from == FILE_WARM; times--;)
		if (!read_all(r))
			return false;
	return true;
}

static bool prepare(run *r, const path *p)
{
	r->buffer = (uint8_t *)mmap(nullptr, MIB, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->buffer == MAP_FAILED)
		return failed(r, "mmap");
	memset(r->buffer, 1, MIB);
	if (p->from == NOTHING)
		return true;
	if (!open_file(r, p))
		return false;
	/* Behind the blocks that the inode itself names. */
	r->at = r->size == MIB ? MIB : 64 * KIB;
	if (lseek(r->fd, r->at, SEEK_SET) != r->at)
		return failed(r, "lseek");
	return p->op != by_refill || refill(r, 0);
}

static void finish(run *r)
{
	if (r->window)
		munmap(r->window, r->size);
	if (r->buffer && r->buffer != MAP_FAILED)
		munmap(r->buffer, MIB);
	if (r->fd >= 0)
		close(r->fd);
	if (r->plain >= 0)
		close(r->plain);
}

/* ---- measuring ---- */

/* Before an operation: nothing that an earlier one left may pass for what
 * this one reads, and a write changes nothing. */
static void set_buffers(run *r, const path *p)
{
	if (r->window)
		for (size_t i = 0; i < r->size; i += PAGE)
			r->window[i] = ~pattern_byte(seed_of(p), r->at + i);
	if (p->op == by_write)
		pattern_fill(r->buffer, seed_of(p), r->at, r->size);
	else
		memset(r->buffer, 0x99, r->size);
}

static bool right(run *r, const path *p)
{
	if (r->window)
		look(r, r->window);
	else if (p->op == by_read)
		look(r, r->buffer);
	if (p->from == NOTHING || p->op == by_write)
		return true;
	for (size_t i = 0; i < r->size / PAGE; i++)
		if (r->first[i] != pattern_byte(seed_of(p), r->at + i * PAGE)) {
			errno = EILSEQ;
			return failed(r, "data");
		}
	return true;
}

/* Round and round, where the cache does not matter. */
static bool advance(run *r, const path *p)
{
	r->at += r->size;
	if (p->from == NOTHING || r->at + (off_t)r->size <= FILE_SIZE)
		return true;
	r->at = MIB;
	return lseek(r->fd, r->at, SEEK_SET) == r->at || failed(r, "lseek");
}

static bool operate(run *r, const path *p, unsigned count)
{
	bool ok = true;

	while (ok && count--) {
		set_buffers(r, p);
		MARK_BEGIN(1);
		ok = p->op(r);
		MARK_END(1);
		intervals++;
		ok = ok && right(r, p);
		ok = ok && advance(r, p);
	}
	return ok;
}

static void print_vmstat(const vmstat_span *d, const char *name)
{
	if (vmstat_get(&d->a, name) >= 0)
		printf(" %s=%lld", name, d->diff(name));
}

/* Is that how a kernel says that it has no such thing? */
static bool lacks(int err)
{
	return err == EINVAL || err == EOPNOTSUPP || err == ENOENT ||
		err == ENXIO || err == ENODEV;
}

static void print_result(const path *p, const run *r, bool ok, unsigned first,
			 const vmstat_span *d)
{
	static const char *const counters[] = {
		"disk_read", "disk_write", "disk_prd", "copy_to_user_bytes",
		"pgfault"};

	printf("bench path=%s size=%zu", p->name, r->size);
	if (ok) {
		printf(" status=ok first=%u ops=%u", first,
		       intervals - first);
		for (const char *name : counters)
			print_vmstat(d, name);
	} else {
		printf(" status=%s call=%s errno=%d text=%s",
		       lacks(r->err) ? "unsupported" : "error", r->call,
		       r->err, strerror(r->err));
	}
	putchar('\n');
}

static bool measure(const path *p, size_t size)
{
	static vmstat_span span;
	run r;
	constexpr unsigned WARM_UP = 2;

	r.size = size;
	bool ok = prepare(&r, p) && operate(&r, p, WARM_UP);
	unsigned first = intervals;
	if (ok) {
		span.begin();
		ok = operate(&r, p, operations(p, size));
		span.end();
	}
	print_result(p, &r, ok, first, &span);
	finish(&r);
	return ok;
}

static bool wanted(const path *p, char **words)
{
	if (!*words)
		return true;
	for (; *words; words++)
		if (!strcmp(*words, p->name))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	int bad = 0;

	setvbuf(stdout, nullptr, _IOLBF, 0);
	for (int c; (c = getopt(argc, argv, "d:m:s:q")) != -1;) {
		if (c == 'q')
			divisor = 8;
		else
			*(c == 'd' ? &device : c == 'm' ? &folder : &scratch) =
				optarg;
	}
	if (!device || !folder || !scratch) {
		printf("bench: -d device -m folder -s scratch-device\n");
		return 2;
	}
	for (const path &p : paths)
		for (size_t size : sizes)
			if (wanted(&p, argv + optind) &&
			    (p.from != NOTHING || size == sizes[0]))
				bad += !measure(&p, size);
	umount(folder);
	printf("bench done=1 bad=%d\n", bad);
	return bad != 0;
}
