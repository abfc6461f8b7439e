/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: S1 S2 S3 S4 D8
// machine: lowmem
// Everything that writes files is tried on pages that must not be written: the host finds the file as it was.
#include <hostcheck.h>
#include <pressure.h>
#include <scratch.h>
#include <sys/syscall.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr size_t LEN = 32 * PAGE;
constexpr off_t DISK_AT = 48 * MIB;
constexpr uint8_t STORED = 0xc3;
static const char *path;
static int fd, direct, disk;

struct mapping {
	const char *name;
	int flags, open;
	bool refilled, on_disk;
	uint8_t *at;
};
constexpr int NOSYNC = MAP_SHARED | MAP_NOSYNC,
	VALIDATED = MAP_SHARED_VALIDATE | MAP_NOSYNC | MAP_DIRECT | MAP_BLOCK;
static mapping mappings[] = {
	{"NOSYNC", NOSYNC, O_RDWR},
	{"NOSYNC, read-only", NOSYNC, O_RDONLY},
	{"NOSYNC, blocking", NOSYNC | MAP_BLOCK, O_RDWR},
	{"direct", NOSYNC | MAP_DIRECT, O_RDWR},
	{"direct, blocking", VALIDATED, O_RDWR},
	{"direct, read-only", VALIDATED, O_RDONLY},
	{"direct, refilled", VALIDATED, O_RDWR, true},
	{"direct, of a disk", VALIDATED, O_RDWR, false, true},
	{"a disk's, refilled", VALIDATED, O_RDWR, true, true},
	{"private", MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK, O_RDWR},
	{"private, refilled", MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK, O_RDONLY,
	 true},
};

static int map(mapping *m)
{
	int f = open(m->on_disk ? scratch_dev : path, m->open);
	off_t off = m->on_disk ? DISK_AT : 0;
	void *at = nullptr;

	CHECK_OK(f);
	if (m->refilled)
		at = mmap(nullptr, LEN, RW, m->flags | MAP_ANONYMOUS, -1, 0);
	CHECK(at != MAP_FAILED);
	m->at = (uint8_t *)mmap(at, LEN, RW, m->flags | (at ? MAP_FIXED : 0),
				f, off);
	CHECK(m->at != MAP_FAILED);
	CHECK(is_pattern(m->at, 1, 0, LEN));
	/* Every page, by a store and by the kernel. */
	memset(m->at, STORED, LEN / 2);
	int zero = open("/dev/zero", O_RDONLY);
	CHECK_EQ(read(zero, m->at + LEN / 2, LEN / 2), LEN / 2);
	memset(m->at + LEN / 2, STORED, LEN / 2);
	close(zero);
	close(f);
	return KSFT_PASS;
}

static int nothing_was_written()
{
	static uint8_t *buf = page_buffer(LEN);

	CHECK_EQ(pread(direct, buf, LEN, 0), LEN);
	CHECK(is_pattern(buf, 1, 0, LEN));
	CHECK_EQ(pread(disk, buf, LEN, DISK_AT), LEN);
	CHECK(is_pattern(buf, 1, 0, LEN));
	CHECK_EQ(pread(fd, buf, LEN, 0), LEN);
	CHECK(is_pattern(buf, 1, 0, LEN));
	return KSFT_PASS;
}

/* ---- what writes files ---- */

static int msync_of_all_kinds(mapping *m)
{
	static const int kinds[] = {0, MS_ASYNC, MS_SYNC, MS_INVALIDATE,
				    MS_ASYNC | MS_INVALIDATE,
				    MS_SYNC | MS_INVALIDATE};

	for (int kind : kinds)
		CHECK_OK(msync(m->at, LEN, kind));
	return KSFT_PASS;
}

static int sync_of_all_kinds()
{
	CHECK_OK(fsync(fd));
	CHECK_OK(fdatasync(direct));
	CHECK_OK(fsync(disk));
	sync();
	CHECK_OK(syscall(SYS_syncfs, fd));
	return KSFT_PASS;
}

/* Twice more than there is: everything is swapped that can be. */
static int memory_pressure()
{
	CHECK_EQ(reap(start_hog(2)), 0);
	return KSFT_PASS;
}

static void set_vm(const char *name, int value)
{
	char file[64];

	snprintf(file, sizeof(file), "/proc/sys/vm/%s", name);
	FILE *f = fopen(file, "w");
	MUST(f);
	fprintf(f, "%d\n", value);
	fclose(f);
}

/* As soon as what is dirty is old enough, it is written by itself: a page of
 * another file shows when. */
static int time_goes_by()
{
	int other = open(test_path("nosync-other"), O_RDWR | O_CREAT | O_TRUNC,
			 0644);
	static vmstat v;
	bool dirty = false;

	/* It may be clean again before anybody has looked. */
	for (int i = 0; i < 10 && !dirty; i++) {
		CHECK_EQ(pwrite(other, "x", 1, 0), 1);
		vmstat_read(&v);
		dirty = vmstat_get(&v, "nr_dirty") > 0;
	}
	CHECK(dirty);
	for (int i = 0; i < 900 && dirty; i++) {
		sleep_ms(50);
		vmstat_read(&v);
		dirty = vmstat_get(&v, "nr_dirty") > 0;
	}
	close(other);
	CHECK(!dirty);
	return KSFT_PASS;
}

/* A child has them too, and ends in all ways. */
static int children_end()
{
	pid_t pid = spawn([] {
		for (mapping &m : mappings)
			memset(m.at, STORED, LEN);
		return 3;
	});
	CHECK_EQ(reap(pid), 3 << 8);
	pid = spawn([] { return raise(SIGKILL); });
	CHECK_EQ(reap(pid), SIGKILL);
	pid = spawn([] {
		char *argv[] = {(char *)"nosync_disk", (char *)"x", nullptr};

		execv("/proc/self/exe", argv);
		return 9;
	});
	CHECK_EQ(reap(pid), 0);
	return KSFT_PASS;
}

static int each(int (*act)(mapping *m))
{
	for (mapping &m : mappings)
		if (act(&m) != KSFT_PASS) {
			ksft_print_msg("mapping: %s\n", m.name);
			return KSFT_FAIL;
		}
	return KSFT_PASS;
}

static int memory_is_right(mapping *m)
{
	CHECK(all_bytes(m->at, STORED, LEN));
	return KSFT_PASS;
}

static int all_is_well()
{
	CHECK_CASE(each(memory_is_right));
	return nothing_was_written();
}

static int try_it(int (*what)())
{
	CHECK_CASE(what());
	return all_is_well();
}

/* Parts of what a process has stored to, then the rest with the process. */
static int they_end()
{
	return in_child([] {
		for (mapping &m : mappings) {
			memset(m.at, STORED, LEN);
			CHECK_OK(munmap(m.at, LEN / 2));
		}
		return nothing_was_written();
	});
}

static int unmapped(mapping *m)
{
	CHECK_OK(munmap(m->at, LEN));
	return KSFT_PASS;
}

static int they_are_unmapped()
{
	CHECK_CASE(each(unmapped));
	CHECK_CASE(sync_of_all_kinds());
	return nothing_was_written();
}

#define TRY_IT(name, what) {name, [] { return try_it(what); }}
static const test_case cases[] = {
	TRY_IT("nosync_never_reaches_disk: msync",
	       [] { return each(msync_of_all_kinds); }),
	TRY_IT("fsync, fdatasync, sync, syncfs", sync_of_all_kinds),
	TRY_IT("memory pressure", memory_pressure),
	TRY_IT("time", time_goes_by),
	TRY_IT("children that end", children_end),
	TRY_IT("memory pressure again", memory_pressure),
	TRY_IT("munmap of a half, and exit", they_end),
	{"munmap", they_are_unmapped},
};

/* For the host, once everything is over. */
static void claim()
{
	uint8_t *want = page_buffer(LEN);

	pattern_fill(want, 1, 0, LEN);
	host_claim_file("hda", path, want, LEN);
	host_claim_raw("hdc", DISK_AT, want, LEN);
}

int main(int argc, char **)
{
	if (argc == 2)
		return 0;
	ksft_print_header();
	need_low_memory();
	need_scratch_disk();
	path = test_path("nosync-disk");
	fd = make_file(path, LEN, 1);
	need_refill(fd, LEN);
	direct = open_direct(path, O_RDONLY);
	disk = open_direct(scratch_dev, O_RDWR);
	uint8_t *p = page_buffer(LEN);
	pattern_fill(p, 1, 0, LEN);
	MUST(pwrite(disk, p, LEN, DISK_AT) == (ssize_t)LEN);
	claim();
	set_vm("dirty_writeback_centisecs", 20);
	set_vm("dirty_expire_centisecs", 10);
	atexit([] {
		set_vm("dirty_writeback_centisecs", 500);
		set_vm("dirty_expire_centisecs", 3000);
	});
	MUST(each(map) == KSFT_PASS);
	RUN_CASES(cases);
}
