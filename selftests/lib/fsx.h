/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random operations on one file, checked against a model of it in memory: the
 * paths by which a file is reached (cache, mapping, direct transfer) must
 * always agree. FSX_SEED replays a run, FSX_OPS says how long it is.
 */
#pragma once

#include <abi.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <xorshift.h>

constexpr unsigned FSX_MAX = 64 * PAGE;	/* the longest file */

static struct {
	uint32_t seed, random, ops, op;
	const char *path;
	int fd, direct;
	unsigned size, block;		/* of the file; unit of direct */
	uint8_t *map;			/* FSX_MAX bytes, MAP_SHARED */
	uint8_t *buf;			/* FSX_MAX bytes */
	uint8_t model[FSX_MAX];		/* zeroes from size on */
	char log[24][96];		/* the last operations */
} fsx;

static inline uint32_t fsx_random(uint32_t below)
{
	return xorshift(fsx.random) % below;
}

[[gnu::format(printf, 1, 2)]]
static inline void fsx_log(const char *fmt, ...)
{
	char *line = fsx.log[fsx.op % 24];
	int n = snprintf(line, 96, "%u: ", fsx.op);
	va_list args;

	va_start(args, fmt);
	vsnprintf(line + n, 96 - n, fmt, args);
	va_end(args);
}

static inline void fsx_print_log()
{
	for (uint32_t i = fsx.op < 23 ? 0 : fsx.op - 23; i <= fsx.op; i++)
		ksft_print_msg("%s\n", fsx.log[i % 24]);
}

/* Are @len bytes what they should be? */
static inline bool fsx_same(const void *got, const void *want, size_t len)
{
	auto g = (const uint8_t *)got, w = (const uint8_t *)want;

	if (!memcmp(g, w, len))
		return true;
	size_t first = 0, wrong = 0;
	for (size_t i = len; i-- > 0;)
		if (g[i] != w[i]) {
			first = i;
			wrong++;
		}
	ksft_print_msg("byte %#zx of %#zx: %02x, not %02x; %zu are wrong\n",
		       first, len, g[first], w[first], wrong);
	return false;
}

/* Bytes that no other operation wrote. */
static inline void fsx_fill(void *p, size_t len)
{
	uint32_t x = fsx.op * 0x9e3779b1u + fsx.seed;
	auto b = (uint8_t *)p;

	for (size_t i = 0; i < len; i++, x += 0x01000193u)
		b[i] = (uint8_t)(x >> 24 ^ x >> 11) | 1;
}

static inline void fsx_set_size(unsigned size)
{
	if (size < fsx.size)
		memset(fsx.model + size, 0, fsx.size - size);
	fsx.size = size;
}

/* What was written at @off. */
static inline void fsx_written(unsigned off, const void *data, unsigned len)
{
	memcpy(fsx.model + off, data, len);
	if (len && off + len > fsx.size)
		fsx.size = off + len;
}

static inline unsigned fsx_left(unsigned off)
{
	return off < fsx.size ? fsx.size - off : 0;
}

struct fsx_range {
	unsigned off, len;
};

/* Anywhere below @end, in steps of @unit; short ones are more frequent. */
static inline fsx_range fsx_pick(unsigned end, unsigned unit)
{
	unsigned units = end / unit;
	unsigned off = fsx_random(units);
	unsigned most = units - off;

	if (fsx_random(2) && most > 3)
		most = 3;
	return {off * unit, (1 + fsx_random(most)) * unit};
}

/* ---- operations ---- */

static inline int fsx_read()
{
	fsx_range r = fsx_pick(FSX_MAX, 1);
	unsigned want = fsx_left(r.off) < r.len ? fsx_left(r.off) : r.len;

	fsx_log("read %#x+%#x", r.off, r.len);
	CHECK_EQ(pread(fsx.fd, fsx.buf, r.len, r.off), want);
	CHECK(fsx_same(fsx.buf, fsx.model + r.off, want));
	return KSFT_PASS;
}

static inline int fsx_write()
{
	fsx_range r = fsx_pick(FSX_MAX, 1);

	fsx_log("write %#x+%#x of %#x", r.off, r.len, fsx.size);
	fsx_fill(fsx.buf, r.len);
	CHECK_EQ(pwrite(fsx.fd, fsx.buf, r.len, r.off), r.len);
	fsx_written(r.off, fsx.buf, r.len);
	return KSFT_PASS;
}

static inline int fsx_truncate()
{
	unsigned size = fsx_random(FSX_MAX + 1);

	if (fsx_random(3) == 0)
		size = size / PAGE * PAGE;
	fsx_log("truncate %#x to %#x", fsx.size, size);
	CHECK_OK(ftruncate(fsx.fd, size));
	fsx_set_size(size);
	return KSFT_PASS;
}

/* Through the lasting mapping, or one of its own. */
static inline uint8_t *fsx_map(unsigned off, unsigned len, bool *own)
{
	*own = fsx_random(2);
	if (!*own)
		return fsx.map + off;
	unsigned in = off % PAGE;
	void *p = mmap(nullptr, in + len, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fsx.fd, off - in);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p + in;
}

static inline int fsx_unmap(uint8_t *p, unsigned len, bool own)
{
	uintptr_t in = (uintptr_t)p % PAGE;
	static const int how[] = {0, MS_ASYNC, MS_SYNC, 0};
	int flag = how[fsx_random(4)];

	if (flag)
		CHECK_OK(msync(p - in, in + len, flag));
	if (own)
		CHECK_OK(munmap(p - in, in + len));
	return KSFT_PASS;
}

static inline int fsx_map_read()
{
	bool own;

	if (!fsx.size)
		return KSFT_PASS;
	fsx_range r = fsx_pick(fsx.size, 1);
	fsx_log("mapped read %#x+%#x", r.off, r.len);
	uint8_t *p = fsx_map(r.off, r.len, &own);
	CHECK(fsx_same(p, fsx.model + r.off, r.len));
	return fsx_unmap(p, r.len, own);
}

/* Sometimes stores behind the end of file, too: that is nobody's data. */
static inline int fsx_map_write()
{
	bool own;

	if (!fsx.size)
		return KSFT_PASS;
	fsx_range r = fsx_pick(fsx.size, 1);
	unsigned in_page = (PAGE - fsx.size % PAGE) % PAGE;
	unsigned spill = r.off + r.len == fsx.size && fsx_random(2) ?
		in_page : 0;
	uint8_t *p = fsx_map(r.off, r.len + spill, &own);
	fsx_log("mapped write %#x+%#x, %#x past the end", r.off, r.len, spill);
	fsx_fill(p, r.len + spill);
	fsx_written(r.off, p, r.len);
	return fsx_unmap(p, r.len, own);
}

static inline int fsx_direct_read()
{
	fsx_range r = fsx_pick(FSX_MAX, fsx.block);
	unsigned want = fsx_left(r.off) < r.len ? fsx_left(r.off) : r.len;

	fsx_log("direct read %#x+%#x", r.off, r.len);
	CHECK_EQ(pread(fsx.direct, fsx.buf, r.len, r.off), want);
	CHECK(fsx_same(fsx.buf, fsx.model + r.off, want));
	return KSFT_PASS;
}

static inline int fsx_direct_write()
{
	fsx_range r = fsx_pick(FSX_MAX, fsx.block);

	fsx_log("direct write %#x+%#x of %#x", r.off, r.len, fsx.size);
	fsx_fill(fsx.buf, r.len);
	CHECK_EQ(pwrite(fsx.direct, fsx.buf, r.len, r.off), r.len);
	fsx_written(r.off, fsx.buf, r.len);
	return KSFT_PASS;
}

/* Two pieces, each at its own place in memory. */
static inline int fsx_direct_vector()
{
	fsx_range r = fsx_pick(FSX_MAX / 2, fsx.block);
	bool write = fsx_random(2);
	iovec v[2] = {{fsx.buf + FSX_MAX / 2, r.len}, {fsx.buf, r.len}};

	fsx_log("direct vector %s %#x+%#x twice of %#x", write ? "write" :
		"read", r.off, r.len, fsx.size);
	fsx_fill(fsx.buf, FSX_MAX);
	if (write) {
		CHECK_EQ(pwritev(fsx.direct, v, 2, r.off), 2 * r.len);
		fsx_written(r.off, v[0].iov_base, r.len);
		fsx_written(r.off + r.len, v[1].iov_base, r.len);
		return KSFT_PASS;
	}
	unsigned want = fsx_left(r.off) < 2 * r.len ? fsx_left(r.off) :
		2 * r.len;
	unsigned first = want < r.len ? want : r.len;
	CHECK_EQ(preadv(fsx.direct, v, 2, r.off), want);
	CHECK(fsx_same(v[0].iov_base, fsx.model + r.off, first));
	CHECK(fsx_same(v[1].iov_base, fsx.model + r.off + first,
		       want - first));
	return KSFT_PASS;
}

/* The buffer is a mapping of the same file: of another part of it, or the
 * very pages. */
static inline int fsx_direct_self()
{
	unsigned whole = fsx.size / fsx.block;

	if (whole < 2)
		return KSFT_PASS;
	unsigned len = (1 + fsx_random(whole / 2)) * fsx.block;
	unsigned from = fsx_random(2) ? 0 : len;
	unsigned to = fsx_random(4) ? len - from : from;
	bool write = fsx_random(2);

	fsx_log("direct %s %#x+%#x, buffer is %#x", write ? "write" : "read",
		to, len, from);
	if (write)
		CHECK_EQ(pwrite(fsx.direct, fsx.map + from, len, to), len);
	else
		CHECK_EQ(pread(fsx.direct, fsx.map + from, len, to), len);
	memmove(fsx.model + (write ? to : from),
		fsx.model + (write ? from : to), len);
	return KSFT_PASS;
}

static inline int fsx_sync()
{
	static const char *const how[] = {"fsync", "fdatasync", "drop cache"};
	unsigned i = fsx_random(3);

	fsx_log("%s", how[i]);
	CHECK_EQ(i == 0 ? fsync(fsx.fd) : i == 1 ? fdatasync(fsx.fd) :
		 posix_fadvise(fsx.fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	return KSFT_PASS;
}

static inline int fsx_whole_file()
{
	struct stat st;

	fsx_log("whole file");
	CHECK_OK(fstat(fsx.fd, &st));
	CHECK_EQ(st.st_size, fsx.size);
	CHECK_EQ(pread(fsx.fd, fsx.buf, FSX_MAX, 0), fsx.size);
	CHECK(fsx_same(fsx.buf, fsx.model, fsx.size));
	return KSFT_PASS;
}

/* ---- the run ---- */

struct fsx_operation {
	unsigned weight;
	int (*run)();
};

static inline uint32_t fsx_env(const char *name, uint32_t value)
{
	const char *s = getenv(name);

	return s ? (uint32_t)strtoul(s, nullptr, 0) : value;
}

static inline void fsx_open(const char *path, uint32_t ops)
{
	struct statfs fs;

	fsx.ops = fsx_env("FSX_OPS", ops);
	fsx.seed = fsx_env("FSX_SEED", 2400);
	fsx.random = fsx.seed * 2 + 1;
	fsx.path = path;
	fsx.size = 0;
	memset(fsx.model, 0, FSX_MAX);
	fsx.fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	MUST(fsx.fd >= 0);
	fsx.direct = open_direct(path, O_RDWR);
	MUST(fstatfs(fsx.fd, &fs) == 0);
	fsx.block = fs.f_bsize;
	fsx.buf = page_buffer(FSX_MAX);
	fsx.map = (uint8_t *)mmap(nullptr, FSX_MAX, PROT_READ | PROT_WRITE,
				  MAP_SHARED, fsx.fd, 0);
	MUST(fsx.map != MAP_FAILED);
	ksft_print_msg("FSX_SEED=%u FSX_OPS=%u, blocks of %u\n", fsx.seed,
		       fsx.ops, fsx.block);
}

static inline void fsx_close()
{
	munmap(fsx.map, FSX_MAX);
	munmap(fsx.buf, FSX_MAX);
	close(fsx.direct);
	close(fsx.fd);
	unlink(fsx.path);
}

/* A touch that should have been good. */
static inline void fsx_signal(int sig)
{
	ksft_print_msg("signal %d\n", sig);
	fsx_print_log();
	ksft_exit_fail_msg("operation %u was killed\n", fsx.op);
}

template<int N> static int fsx_run(const fsx_operation (&table)[N])
{
	unsigned sum = 0;

	signal(SIGBUS, fsx_signal);
	signal(SIGSEGV, fsx_signal);
	for (const fsx_operation &o : table)
		sum += o.weight;
	for (fsx.op = 0; fsx.op < fsx.ops; fsx.op++) {
		unsigned pick = fsx_random(sum), i = 0;

		while (pick >= table[i].weight)
			pick -= table[i++].weight;
		fsx_log("nothing");
		if (table[i].run() == KSFT_PASS)
			continue;
		fsx_print_log();
		return KSFT_FAIL;
	}
	fsx_log("the end");
	if (fsx_whole_file() == KSFT_PASS)
		return KSFT_PASS;
	fsx_print_log();
	return KSFT_FAIL;
}

/* The same on the file system of @dev, by @run. */
static inline int fsx_on(const char *dev, uint32_t ops, int (*run)())
{
	if (mount(dev, "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no such file system");
	fsx_open("/mnt/fsx", ops);
	int r = run();
	fsx_close();
	/* A failure leaves mappings behind. */
	CHECK(!umount("/mnt") || r != KSFT_PASS);
	return r;
}
