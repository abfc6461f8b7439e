/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D7 R3
// machine: badsector
// A failed write-back is reported once: by the call that wrote, else by the next fsync. It is never lost.
#include <child.h>
#include <sys/mount.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int SHARED = MAP_SHARED_VALIDATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t N = 8 * PAGE, BAD = 3 * PAGE;	/* where in the window */

/* A disk and a file that cannot be written at one place. */
struct place {
	const char *path;
	off_t bad;		/* the block that cannot be written */
	int fd, direct;
};
static place places[] = {
	{"/dev/hdc", 24 * MIB}, {"/mnt/badwrite.bin", 49152},
};
static place *pl;
alignas(PAGE) static uint8_t was[N];	/* for direct reads */
static uint8_t buf[N];

static off_t start() { return pl->bad - (off_t)BAD; }

/* Over the bad block; every other page is dirty, the bad one is. */
static uint8_t *dirty_window(int flags = 0, void *at = nullptr)
{
	auto p = (uint8_t *)mmap(at, N, RW, SHARED | flags, pl->fd, start());

	MUST(p != MAP_FAILED);
	memcpy(was, p, N);
	for (size_t i = PAGE; i < N; i += 2 * PAGE)
		memset(p + i, 0x61 + i / PAGE, PAGE);
	memcpy(buf, p, N);
	return p;
}

/* Nothing is left to report. */
static int all_is_told()
{
	CHECK_OK(fsync(pl->fd));
	CHECK_OK(fdatasync(pl->direct));
	return KSFT_PASS;
}

static int told_by_fsync_once()
{
	CHECK_ERR(fsync(pl->fd), EIO);
	return all_is_told();
}

/* The window goes with its dirty page: that is reported, and only that. */
static int let_go(uint8_t *p)
{
	CHECK_OK(munmap(p, N));
	return told_by_fsync_once();
}

/* What is on the disk where it can be written. */
static int good_pages_are_written()
{
	CHECK_EQ(pread(pl->direct, was, N, start()), N);
	for (size_t i = PAGE; i < N; i += 2 * PAGE)
		if (i != BAD)
			CHECK(all_bytes(was + i, 0x61 + i / PAGE, PAGE));
	return KSFT_PASS;
}

static int msync_tells()
{
	uint8_t *p = dirty_window();

	CHECK_ERR(msync(p, N, MS_SYNC), EIO);
	CHECK_CASE(all_is_told());
	CHECK(!memcmp(p, buf, N));
	CHECK_ERR(msync(p, N, MS_SYNC), EIO);	/* it tried again */
	CHECK_CASE(all_is_told());
	return let_go(p);
}

/* When the write is started, or when it is waited for. */
static int ms_async_is_told_once()
{
	uint8_t *p = dirty_window();
	int told = msync(p, N, MS_ASYNC) != 0;

	told += fsync(pl->fd) != 0;
	CHECK_EQ(told, 1);
	CHECK_CASE(all_is_told());
	return let_go(p);
}

static int munmap_is_told_by_fsync()
{
	uint8_t *p = dirty_window();

	CHECK_OK(munmap(p, N));
	/* Others who use the file do not take the message away. */
	CHECK_EQ(pread(pl->fd, was, PAGE, 0), PAGE);
	CHECK_EQ(pread(pl->direct, was, PAGE, start()), PAGE);
	CHECK_EQ(pread(pl->direct, was, PAGE, pl->bad), PAGE);
	void *q = mmap(nullptr, N, PROT_READ, SHARED, pl->fd, start());
	CHECK(q != MAP_FAILED);
	CHECK_OK(munmap(q, N));
	CHECK_CASE(told_by_fsync_once());
	return good_pages_are_written();
}

static int exit_is_told_by_fsync()
{
	CHECK_CASE(in_child([] {
		dirty_window();
		return KSFT_PASS;
	}));
	CHECK_CASE(told_by_fsync_once());
	return good_pages_are_written();
}

static int sigkill_is_told_by_fsync()
{
	pid_t pid = spawn([] {
		dirty_window();
		return raise(SIGKILL);
	});

	CHECK(WIFSIGNALED(reap(pid)));
	CHECK_CASE(told_by_fsync_once());
	return good_pages_are_written();
}

static int dont_need_tells()
{
	uint8_t *p = dirty_window();

	CHECK_ERR(madvise(p, N, MADV_DONTNEED), EIO);
	CHECK_CASE(all_is_told());
	CHECK(!memcmp(p, buf, N));
	return let_go(p);
}

/* Something else is mapped there: as munmap. */
static int replaced_is_told_by_fsync()
{
	uint8_t *p = dirty_window();

	CHECK(mmap(p, N, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	      p);
	CHECK_CASE(told_by_fsync_once());
	CHECK_OK(munmap(p, N));
	return good_pages_are_written();
}

static bool maps_says(const void *p, size_t len, off_t off)
{
	char line[256], want[64];
	FILE *f = fopen("/proc/self/maps", "r");
	bool found = false;

	MUST(f);
	snprintf(want, sizeof(want), "%08lx-%08lx rw-s %08lx",
		 (unsigned long)p, (unsigned long)p + len, (unsigned long)off);
	while (fgets(line, sizeof(line), f))
		found |= !strncmp(line, want, strlen(want)) &&
			strstr(line, pl->path);
	fclose(f);
	return found;
}

/* R3: the old mapping stands as it was, and the next try does real I/O. */
static int refill_tells(size_t from, size_t len)
{
	uint8_t *p = dirty_window();

	for (int i = 0; i < 2; i++) {
		CHECK_ERR(mmap(p + from, len, RW, SHARED | MAP_FIXED, pl->fd,
			       0), EIO);
		CHECK_CASE(all_is_told());
		CHECK(!memcmp(p, buf, N));
		CHECK(maps_says(p, N, start()));
	}
	p[0] ^= 1;
	p[BAD] ^= 1;
	CHECK_ERR(msync(p, N, MS_SYNC), EIO);	/* as dirty as before */
	CHECK_CASE(all_is_told());
	p[0] ^= 1;
	return let_go(p);
}
static int refill() { return refill_tells(0, N); }
static int refill_of_a_part() { return refill_tells(2 * PAGE, 3 * PAGE); }

/* The pages in front of it and behind it can be refilled all the same. */
static int refill_of_other_pages()
{
	uint8_t *p = dirty_window();

	CHECK(mmap(p, BAD, RW, SHARED | MAP_FIXED, pl->fd, 0) == p);
	CHECK(mmap(p + BAD + PAGE, PAGE, RW, SHARED | MAP_FIXED, pl->fd, 0) ==
	      p + BAD + PAGE);
	CHECK_CASE(all_is_told());
	CHECK(!memcmp(p + BAD, buf + BAD, PAGE));
	CHECK_EQ(pread(pl->direct, was, PAGE, start() + PAGE), PAGE);
	CHECK(all_bytes(was, 0x62, PAGE));
	return let_go(p);
}

/* The data can be saved to another place from the window. */
static int data_is_not_lost()
{
	uint8_t *p = dirty_window();

	CHECK_ERR(mmap(p, N, RW, SHARED | MAP_FIXED, pl->fd, 0), EIO);
	CHECK_EQ(pwrite(pl->direct, p, N, 0), N);
	CHECK_EQ(pread(pl->direct, was, N, 0), N);
	CHECK(!memcmp(was, buf, N));
	return let_go(p);
}

/* Each on the disk and on the file. */
static int everywhere(int (*run)())
{
	for (place &p : places) {
		pl = &p;
		int r = run();
		if (r == KSFT_PASS)
			continue;
		ksft_print_msg("on %s\n", p.path);
		fsync(p.fd);
		return r;
	}
	return KSFT_PASS;
}

#define EVERYWHERE(name, run) {name, [] { return everywhere(run); }}
static const test_case cases[] = {
	EVERYWHERE("writeback_eio_is_reported_once", msync_tells),
	EVERYWHERE("MS_ASYNC: once", ms_async_is_told_once),
	EVERYWHERE("munmap: by the next fsync, once", munmap_is_told_by_fsync),
	EVERYWHERE("exit: by the next fsync, once", exit_is_told_by_fsync),
	EVERYWHERE("SIGKILL: by the next fsync, once",
		   sigkill_is_told_by_fsync),
	EVERYWHERE("MADV_DONTNEED: by itself", dont_need_tells),
	EVERYWHERE("MAP_FIXED: by the next fsync, once",
		   replaced_is_told_by_fsync),
	EVERYWHERE("refill: by itself, and nothing is changed", refill),
	EVERYWHERE("refill of a part: the same", refill_of_a_part),
	EVERYWHERE("other pages can be refilled", refill_of_other_pages),
	EVERYWHERE("what cannot be written is not lost", data_is_not_lost),
};

int main()
{
	ksft_print_header();
	if (!getenv("BAD_DEV"))
		ksft_exit_skip("no disk that cannot be written\n");
	MUST(mount("/dev/hdb", "/mnt", "ext2", 0, nullptr) == 0);
	for (place &p : places) {
		p.fd = open(p.path, O_RDWR);
		MUST(p.fd >= 0);
		p.direct = open_direct(p.path, O_RDWR);
	}
	need_refill(places[0].fd, lseek(places[0].fd, 0, SEEK_END));
	RUN_CASES(cases);
}
