/* SPDX-License-Identifier: GPL-2.0-only */
// since: 470
// abi: B5 R4 R7
// machine: badsector
// What the disk could not read in the background is SIGBUS at its address when it is touched, or EIO from msync.
#include <baddisk.h>
#include <sys/mount.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int LATER = MAP_PRIVATE | MAP_DIRECT;
constexpr size_t N = 64 * PAGE, BAD = 24 * PAGE;	/* in the window */
static int fd;
static vmstat_span span;

static off_t start() { return (off_t)bad_pos - (off_t)BAD; }

static uint8_t *map(int type = LATER, void *at = nullptr)
{
	void *p = mmap(at, N, RW, type | (at ? MAP_FIXED : 0), fd, start());

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

static void *volatile fault_addr;
static int fault_code;
static void note_fault(int, siginfo_t *si, void *)
{
	fault_addr = si->si_addr;
	fault_code = si->si_code;
	siglongjmp(touch_env, SIGBUS);
}

/* The address of the SIGBUS that a load from @p raises; null: none. */
static void *bus_error_at(const uint8_t *p)
{
	struct sigaction sa = {}, old;

	sa.sa_sigaction = note_fault;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGBUS, &sa, &old);
	fault_addr = nullptr;
	if (!sigsetjmp(touch_env, 1))
		(void)*(const volatile uint8_t *)p;
	sigaction(SIGBUS, &old, nullptr);
	return fault_addr;
}

static int good_pages_are_right(const uint8_t *p)
{
	constexpr size_t REST = BAD + PAGE;

	CHECK(is_pattern(p, BAD_SEED, start(), BAD));
	CHECK(is_pattern(p + REST, BAD_SEED, start() + REST, N - REST));
	return KSFT_PASS;
}

static bool is_there(const uint8_t *p)
{
	unsigned char v = 0;

	MUST(mincore((void *)p, PAGE, &v) == 0);
	return v & 1;
}

/* ---- at a touch ---- */

static int sigbus_has_the_address(int type)
{
	uint8_t *p = map(type);

	CHECK(bus_error_at(p + BAD + 77) == p + BAD + 77);
	CHECK_EQ(fault_code, BUS_ADRERR);
	CHECK(!is_there(p + BAD));
	CHECK_CASE(good_pages_are_right(p));
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}
static int private_one() { return sigbus_has_the_address(LATER); }
static int shared_one()
{
	return sigbus_has_the_address(MAP_SHARED | MAP_DIRECT);
}

/* Told once; then the disk is asked again. */
static int a_retry_does_real_io()
{
	uint8_t *p = map();

	CHECK(bus_error_at(p + BAD));
	span.begin();
	void *again = bus_error_at(p + BAD);
	span.end();
	CHECK(again == p + BAD);
	CHECK(span.diff("disk_read") >= 1);
	CHECK_CASE(good_pages_are_right(p));
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}

static int of_a_file()
{
	int f = open("/mnt/bad.bin", O_RDWR);
	auto p = (uint8_t *)mmap(nullptr, N, RW, LATER, f, 0);

	CHECK(p != MAP_FAILED);
	CHECK(bus_error_at(p + 49152) == p + 49152);
	CHECK(is_pattern(p, 14, 0, 49152));
	CHECK_OK(munmap(p, N));
	close(f);
	return KSFT_PASS;
}

static int in_a_child()
{
	uint8_t *p = map();

	CHECK_CASE(in_child([=] {
		CHECK(bus_error_at(p + BAD) == p + BAD);
		return good_pages_are_right(p);
	}));
	CHECK(bus_error_at(p + BAD) == p + BAD);
	CHECK_CASE(good_pages_are_right(p));
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}

/* ---- in a call ---- */

static int msync_is_eio_once(int type)
{
	uint8_t *p = map(type);

	CHECK_ERR(msync(p, N, MS_SYNC), EIO);
	CHECK_OK(msync(p, N, MS_SYNC));
	CHECK_CASE(good_pages_are_right(p));
	CHECK(bus_error_at(p + BAD) == p + BAD);
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}
static int msync_of_a_private_one() { return msync_is_eio_once(LATER); }
static int msync_of_a_shared_one()
{
	return msync_is_eio_once(MAP_SHARED | MAP_DIRECT);
}

static int the_kernel_gets_efault()
{
	uint8_t *p = map();
	int fds[2];

	CHECK_OK(pipe(fds));
	CHECK_ERR(write(fds[1], p + BAD, PAGE), EFAULT);
	CHECK_CASE(good_pages_are_right(p));
	close(fds[0]);
	close(fds[1]);
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}

/* ---- a refill ---- */

/* Nothing of what was there before shows. */
static int nothing_old_shows()
{
	auto w = (uint8_t *)mmap(nullptr, N, RW, LATER | MAP_BLOCK, fd, 0);

	CHECK(w != MAP_FAILED);
	memset(w, 0x5e, N);
	CHECK(map(LATER, w) == w);
	CHECK(bus_error_at(w + BAD) == w + BAD);
	CHECK_CASE(good_pages_are_right(w));
	CHECK_OK(munmap(w, N));
	return KSFT_PASS;
}

static int the_next_refill_is_good(int block)
{
	uint8_t *p = map();

	CHECK(mmap(p, N, RW, LATER | block | MAP_FIXED, fd, 0) == p);
	CHECK(is_pattern(p, BAD_SEED, 0, N));
	CHECK_OK(msync(p, N, MS_SYNC));
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}
static int next_blocking() { return the_next_refill_is_good(MAP_BLOCK); }
static int next_later() { return the_next_refill_is_good(0); }

/* R4 as ever. */
static int a_blocking_one_is_eio()
{
	uint8_t *p = map();

	CHECK_ERR(mmap(p, N, RW, LATER | MAP_BLOCK | MAP_FIXED, fd, start()),
		  EIO);
	CHECK(all_bytes(p, 0, N));
	CHECK(mmap(p, N, RW, LATER | MAP_FIXED, fd, 0) == p);
	CHECK(is_pattern(p, BAD_SEED, 0, N));
	CHECK_OK(munmap(p, N));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"SIGBUS has the address", private_one},
	{"the same, shared", shared_one},
	{"a retry does real I/O", a_retry_does_real_io},
	{"a file", of_a_file},
	{"a child", in_a_child},
	{"msync: EIO once", msync_of_a_private_one},
	{"the same, shared", msync_of_a_shared_one},
	{"the kernel: EFAULT", the_kernel_gets_efault},
	{"a refill shows nothing old", nothing_old_shows},
	{"the next refill is good", next_blocking},
	{"the same without MAP_BLOCK", next_later},
	{"a blocking refill is EIO", a_blocking_one_is_eio},
};

int main()
{
	ksft_print_header();
	need_bad_disk();
	fd = open(bad_dev, O_RDWR);
	MUST(fd >= 0);
	need_async(fd, lseek(fd, 0, SEEK_END));
	MUST(mount("/dev/hdb", "/mnt", "ext2", 0, nullptr) == 0);
	RUN_CASES(cases);
}
