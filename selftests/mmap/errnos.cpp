/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R3 R5 D5 D14 N1
// timeout: 300 3000
// mmap with MAP_FIXED that fails has changed nothing: whatever the errno is and whatever is mapped there.
#include <abi.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr size_t N = 8 * PAGE;		/* the window */
constexpr off_t TAIL = 100;
static const char *path;
static int fd, ro, wo, proc, zero, dir, disk;

/* ---- what must stay ---- */

/* As much as there is of it, at most @room - 1 bytes. */
static void read_text(const char *name, char *text, size_t room)
{
	int f = open(name, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	while (f >= 0 && (n = read(f, text + len, room - 1 - len)) > 0)
		len += n;
	close(f);
	text[len] = 0;
}

struct snapshot {
	char maps[16 * KIB], directmap[8 * KIB], status[4 * KIB];
	uint8_t bytes[2 * N];
	long long locked;
};

static long long field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtoll(p + strlen(name), nullptr, 10) : -1;
}

static void take(snapshot *s, const uint8_t *at, size_t len)
{
	read_text("/proc/self/maps", s->maps, sizeof(s->maps));
	read_text("/proc/self/directmap", s->directmap, sizeof(s->directmap));
	read_text("/proc/self/status", s->status, sizeof(s->status));
	s->locked = field(s->status, "VmLck:");
	memcpy(s->bytes, at, len);
}

static int same(const snapshot *a, const uint8_t *at, size_t len)
{
	static snapshot now;

	take(&now, at, len);
	CHECK(!memcmp(a->bytes, now.bytes, len));
	if (strcmp(a->maps, now.maps))
		ksft_print_msg("maps were:\n%sand are:\n%s", a->maps,
			       now.maps);
	CHECK(!strcmp(a->maps, now.maps));
	if (strcmp(a->directmap, now.directmap))
		ksft_print_msg("directmap was:\n%sand is:\n%s", a->directmap,
			       now.directmap);
	CHECK(!strcmp(a->directmap, now.directmap));
	CHECK_EQ(a->locked, now.locked);
	return KSFT_PASS;
}

/* ---- what is mapped there ---- */

struct target {
	const char *name;
	int type;
	bool dirty;
	size_t from, len;	/* of the window, for the failing calls */
};
static const target targets[] = {
	{"private", MAP_PRIVATE, false, 0, N},
	{"private, stored to", MAP_PRIVATE, true, 0, N},
	{"shared", MAP_SHARED, false, 0, N},
	{"shared, dirty", MAP_SHARED, true, 0, N},
	{"NOSYNC, stored to", MAP_SHARED | MAP_NOSYNC, true, 0, N},
	{"a part of a private one", MAP_PRIVATE, true, 2 * PAGE, 3 * PAGE},
	{"a part of a dirty one", MAP_SHARED, true, 2 * PAGE, 3 * PAGE},
	{"more than a private one", MAP_PRIVATE, true, 0, 2 * N},
	{"more than a dirty one", MAP_SHARED, true, PAGE, 2 * N - 2 * PAGE},
};

/* The window, and anonymous memory behind it; some pages are stored to. */
static uint8_t *make(const target &t)
{
	uint8_t *p = page_buffer(2 * N);

	MUST(mmap(p, N, RW, t.type | MAP_DIRECT | MAP_BLOCK | MAP_FIXED, fd,
		  0) == p);
	for (size_t i = 0; t.dirty && i < N; i += 3 * PAGE)
		p[i] ^= 0xff;
	return p;
}

static uint8_t *at;		/* of the failing call */
static size_t len;
static int type;		/* MAP_SHARED ... and the new flags */

/* ---- calls that fail ---- */

static void *call(int f, off_t off, int flags = 0)
{
	return mmap(at, len, RW, type | flags, f, off);
}

/* The offset in bytes need not be a multiple of a page here. */
static void *old_call(unsigned long off)
{
	unsigned long args[] = {(unsigned long)at, len, RW,
				(unsigned long)type, (unsigned long)fd, off};

	return (void *)syscall(SYS_mmap, args);
}

/* As it is: C libraries look at the length and the offset themselves. */
static void *raw_call(size_t bytes, unsigned long page)
{
	return (void *)syscall(SYS_mmap2, at, bytes, RW, type, fd, page);
}

static void *of_a_type(int other)
{
	return mmap(at, len, RW, (type & ~MAP_TYPE) | other, fd, 0);
}

static void *out_of_noexec()
{
	int f = open("/mnt/pattern.bin", O_RDONLY);
	void *r = mmap(at, len, PROT_READ | PROT_EXEC, type, f, 0);
	int e = errno;

	close(f);
	errno = e;
	return r;
}

struct failing {
	const char *name;
	int error, or_error;
	void *(*call)();
};
static const failing calls[] = {
	{"no such descriptor", EBADF, 0, [] { return call(99, 0); }},
	{"not open for reading", EACCES, 0, [] { return call(wo, 0); }},
	{"shared and not open for writing", EACCES, 0, [] {
		return mmap(at, len, RW, (type & ~(MAP_TYPE | MAP_NOSYNC)) |
			    MAP_SHARED, ro, 0);
	}},
	{"an address in a page", EINVAL, 0, [] {
		return mmap(at + 1, len, RW, type, fd, 0);
	}},
	{"no length", EINVAL, 0, [] {
		return mmap(at, 0, RW, type, fd, 0);
	}},
	{"map type 0", EINVAL, 0, [] { return of_a_type(0); }},
	{"map type 7", EINVAL, 0, [] { return of_a_type(7); }},
	{"an offset in a page", EINVAL, 0, [] { return old_call(512); }},
	/* EOVERFLOW is POSIX's word for it. */
	{"an offset that wraps", EINVAL, EOVERFLOW, [] {
		return raw_call(len, -1ul);
	}},
	{"more than there are addresses", ENOMEM, EINVAL, [] {
		return raw_call(0xfffff000, 0);
	}},
	{"beyond the last address", ENOMEM, EINVAL, [] {
		return raw_call(0xc0000000 - (size_t)at + PAGE, 0);
	}},
	{"at the end of file", ENXIO, 0, [] { return call(fd, 65 * PAGE); }},
	{"behind it", ENXIO, 0, [] { return call(fd, 1ll << 40); }},
	{"behind the end of a disk", ENXIO, 0, [] {
		return call(disk, lseek(disk, 0, SEEK_END));
	}},
	{"a flag that nobody knows", EOPNOTSUPP, 0, [] {
		return mmap(at, len, RW, (type & ~MAP_TYPE) |
			    MAP_SHARED_VALIDATE | 0x2000000, fd, 0);
	}},
	{"a device without direct I/O", EOPNOTSUPP, ENODEV, [] {
		return mmap(at, len, RW, (type & ~MAP_TYPE) |
			    MAP_SHARED_VALIDATE, zero, 0);
	}},
	{"a proc file", ENODEV, EOPNOTSUPP, [] {
		return mmap(at, len, PROT_READ, (type & ~MAP_TYPE) |
			    MAP_SHARED_VALIDATE, proc, 0);
	}},
	{"a directory", ENODEV, EACCES, [] {
		return mmap(at, len, PROT_READ, type, dir, 0);
	}},
	{"a program from a noexec file system", EPERM, 0, out_of_noexec},
};

/* Fails, and leaves what it leaves. */
static int one_failure(const failing &f, const snapshot *s, const uint8_t *p)
{
	errno = 0;
	void *r = f.call();
	if (r != MAP_FAILED || (errno != f.error && errno != f.or_error)) {
		ksft_print_msg("%s: %p, %s\n", f.name, r, strerror(errno));
		return KSFT_FAIL;
	}
	if (same(s, p, 2 * N) == KSFT_PASS)
		return KSFT_PASS;
	ksft_print_msg("after: %s\n", f.name);
	return KSFT_FAIL;
}

static uint8_t *window;

static int no_failure_touches_anything()
{
	static const char *const zero_counts[] = {"pte_write",
		"tlb_flush_one", "tlb_flush_all", "disk_write"};
	static snapshot s;
	static vmstat before, after;

	take(&s, window, 2 * N);
	vmstat_read(&before);
	for (const failing &f : calls)
		/* Without MAP_BLOCK there may be nothing at the end yet. */
		if (f.error != ENXIO || (type & MAP_BLOCK))
			CHECK_CASE(one_failure(f, &s, window));
	vmstat_read(&after);
	for (const char *name : zero_counts)
		CHECK_QUIET_EQ(vmstat_diff(&before, &after, name), 0);
	return KSFT_PASS;
}

/* It is what it was: shared pages that are dirty still get to the file. */
static int end_of_target(const target &t)
{
	static uint8_t was[N], page[N];

	memcpy(was, window, N);
	CHECK_OK(munmap(window, 2 * N));
	CHECK_EQ(pread(fd, page, N, 0), N);
	if (t.type == MAP_SHARED) {
		CHECK(!memcmp(page, was, N));
		pattern_fill(page, 1, 0, N);
		CHECK_EQ(pwrite(fd, page, N, 0), N);
		CHECK_OK(fsync(fd));
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	}
	CHECK(is_pattern(page, 1, 0, N));
	return KSFT_PASS;
}

/* On a new window: what is changed once must not be missed. */
static int nothing_changes_over(const target &t, int block)
{
	window = make(t);
	at = window + t.from;
	len = t.len;
	type = t.type | MAP_DIRECT | MAP_FIXED | block;
	int r = no_failure_touches_anything();
	CHECK_CASE(end_of_target(t));
	return r;
}

/* Other processes move the counters, too. */
static int failed_map_fixed_changes_nothing(int block)
{
	for (const target &t : targets) {
		int r = in_quiet([&] {
			return nothing_changes_over(t, block);
		});

		if (r == KSFT_PASS)
			continue;
		ksft_print_msg("over: %s\n", t.name);
		return r;
	}
	return KSFT_PASS;
}
static int with_block()
{
	return failed_map_fixed_changes_nothing(MAP_BLOCK);
}
static int without_block() { return failed_map_fixed_changes_nothing(0); }

/* ---- limits, each reached in a process of its own ---- */

/* The call fails with @error and nothing is different. */
static int limited(int error)
{
	static snapshot s;
	static vmstat before, after;

	take(&s, window, N);
	vmstat_read(&before);
	CHECK_ERR(call(fd, 0), error);
	vmstat_read(&after);
	CHECK_CASE(same(&s, window, N));
	CHECK_QUIET_EQ(vmstat_diff(&before, &after, "disk_write"), 0);
	return KSFT_PASS;
}

/* A page less in the window than there could be, one more behind it. */
static void aim(const target &t)
{
	window = make(t);
	MUST(munmap(window + N, N) == 0);
	at = window + PAGE;
	len = N;
	type = t.type | MAP_DIRECT | MAP_BLOCK | MAP_FIXED;
}

static int memlock()
{
	rlimit rl;
	char status[4 * KIB];

	read_text("/proc/self/status", status, sizeof(status));
	rl.rlim_cur = rl.rlim_max = field(status, "VmLck:") * KIB;
	CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &rl));
	CHECK_OK(setuid(1000));
	return in_quiet([] { return limited(EAGAIN); });
}

static int address_space()
{
	rlimit rl;
	char status[4 * KIB];

	read_text("/proc/self/status", status, sizeof(status));
	rl.rlim_cur = rl.rlim_max = field(status, "VmSize:") * KIB;
	CHECK_OK(setrlimit(RLIMIT_AS, &rl));
	return in_quiet([] { return limited(ENOMEM); });
}

/* Of two mappings in the middle of one the first may still be possible. */
static int limit_of_mappings()
{
	constexpr size_t MANY = 65536 * 2 * PAGE;
	size_t n = 0;
	uint8_t *p = (uint8_t *)mmap(nullptr, MANY, PROT_NONE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	while (n < MANY && !mprotect(p + n, PAGE, PROT_READ))
		n += 2 * PAGE;
	if (n >= MANY)
		SKIP_CASE("no limit of mappings");
	at = window + PAGE;
	len = N - 2 * PAGE;
	CHECK_CASE(in_quiet([] { return limited(ENOMEM); }));
	CHECK_OK(munmap(p + PAGE, PAGE));
	return in_quiet([] { return limited(ENOMEM); });
}

static int at_the_limit(int (*limit)())
{
	for (const target &t : targets) {
		if (t.from || t.len != N)
			continue;
		int r = in_child([&] {
			aim(t);
			CHECK_CASE(limit());
			return end_of_target(t);
		});
		if (r == KSFT_PASS)
			continue;
		ksft_print_msg("over: %s\n", t.name);
		return r;
	}
	return KSFT_PASS;
}

static int eagain_past_rlimit_memlock() { return at_the_limit(memlock); }
static int enomem_past_rlimit_as() { return at_the_limit(address_space); }
static int enomem_past_the_number_of_mappings()
{
	if (effort(0, 1) == 0)
		SKIP_CASE("takes long");
	return at_the_limit(limit_of_mappings);
}

static const test_case cases[] = {
	{"failed_map_fixed_changes_nothing", with_block},
	{"the same without MAP_BLOCK", without_block},
	{"EAGAIN past RLIMIT_MEMLOCK", eagain_past_rlimit_memlock},
	{"ENOMEM past RLIMIT_AS", enomem_past_rlimit_as},
	{"ENOMEM past the number of mappings",
	 enomem_past_the_number_of_mappings},
};

/* The stack grows now, not between two looks at it. */
static void grow_stack()
{
	volatile char deep[64 * KIB];

	for (size_t i = 0; i < sizeof(deep); i += PAGE)
		deep[i] = 0;
}

int main()
{
	ksft_print_header();
	grow_stack();
	path = test_path("direct-errnos");
	fd = make_file(path, 64 * PAGE + TAIL, 1);
	need_refill(fd, 16 * MIB);
	ro = open(path, O_RDONLY);
	wo = open(path, O_WRONLY);
	proc = open("/proc/version", O_RDONLY);
	zero = open("/dev/zero", O_RDWR);
	dir = open("/", O_RDONLY);
	disk = open("/dev/hdb", O_RDWR);
	MUST(ro >= 0 && wo >= 0 && proc >= 0 && zero >= 0 && dir >= 0 &&
	     disk >= 0);
	MUST(mount("/dev/hdb", "/mnt", "ext2", MS_NOEXEC | MS_RDONLY,
		   nullptr) == 0);
	RUN_CASES(cases);
}
