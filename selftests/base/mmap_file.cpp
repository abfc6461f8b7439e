/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Mapped files: shared and private pages, read and write beside them, the end of the file, truncation.
#include <child.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr size_t LEN = 8 * PAGE;
static uint8_t buf[64 * KIB];
static int fd;

static uint8_t *map(int prot, int flags, size_t len = LEN, off_t at = 0)
{
	void *p = mmap(nullptr, len, prot, flags, fd, at);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

static int touch(volatile void *p, bool write = false)
{
	return signal_of([=] {
		if (write)
			asm volatile("orb $0, (%0)" : : "r"(p) : "memory");
		else
			asm volatile("testb $1, (%0)" : : "r"(p) : "memory");
	});
}

static void start(size_t len = LEN, uint32_t seed = 1)
{
	if (fd > 0)
		close(fd);
	fd = make_file(test_path("mmap_file"), len, seed);
}

static int shared()
{
	start();
	uint8_t *p = map(RW, MAP_SHARED), *q = map(PROT_READ, MAP_SHARED);
	CHECK(is_pattern(p, 1, 0, LEN));
	p[10] = 0xaa;
	CHECK_EQ(q[10], 0xaa);
	CHECK_EQ(pread(fd, buf, 1, 10), 1);
	CHECK_EQ(buf[0], 0xaa);
	CHECK_EQ(pwrite(fd, "\xbb", 1, 5 * PAGE), 1);
	CHECK_EQ(p[5 * PAGE], 0xbb);
	CHECK_OK(msync(p, LEN, MS_SYNC));
	CHECK_OK(munmap(p, LEN));
	CHECK_OK(munmap(q, LEN));
	CHECK_EQ(pread(fd, buf, 1, 10), 1);
	CHECK_EQ(buf[0], 0xaa);
	return KSFT_PASS;
}

static int private_pages()
{
	start();
	uint8_t *p = map(RW, MAP_PRIVATE);
	CHECK(is_pattern(p, 1, 0, LEN));
	p[10] = 0xaa;
	CHECK_EQ(pread(fd, buf, 11, 0), 11);
	CHECK(is_pattern(buf, 1, 0, 11));
	/* A page that is not copied yet shows the file. */
	CHECK_EQ(pwrite(fd, "\xbb", 1, 2 * PAGE), 1);
	CHECK_EQ(p[2 * PAGE], 0xbb);
	CHECK_EQ(pwrite(fd, "\xcc", 1, 10), 1);
	CHECK_EQ(p[10], 0xaa);
	CHECK_CASE(in_child([=] {
		CHECK_EQ(p[10], 0xaa);
		p[10] = 1;
		p[3 * PAGE] = 1;
		return KSFT_PASS;
	}));
	CHECK_EQ(p[10], 0xaa);
	CHECK_EQ(p[3 * PAGE], pattern_byte(1, 3 * PAGE));
	CHECK_OK(madvise(p, PAGE, MADV_DONTNEED));
	CHECK_EQ(p[10], 0xcc);
	CHECK_OK(madvise(p, LEN, MADV_WILLNEED));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int write_of_a_whole_mapping()
{
	start();
	uint8_t *p = map(RW, MAP_SHARED);
	pattern_fill(p, 2, 0, LEN);
	CHECK_CASE(in_child([] {
		CHECK_EQ(pread(fd, buf, LEN, 0), LEN);
		CHECK(is_pattern(buf, 2, 0, LEN));
		return KSFT_PASS;
	}));
	CHECK_OK(fsync(fd));
	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(pread(fd, buf, LEN, 0), LEN);
	CHECK(is_pattern(buf, 2, 0, LEN));
	return KSFT_PASS;
}

static int end_of_file()
{
	start(2 * PAGE + 100);
	uint8_t *p = map(RW, MAP_SHARED);
	CHECK(is_pattern(p, 1, 0, 2 * PAGE + 100));
	CHECK(all_bytes(p + 2 * PAGE + 100, 0, PAGE - 100));
	CHECK_EQ(touch(p + 3 * PAGE), SIGBUS);
	CHECK_EQ(touch(p + 3 * PAGE, true), SIGBUS);
	/* Bytes behind the end never reach the file. */
	p[2 * PAGE + 100] = 0xff;
	CHECK_OK(msync(p, LEN, MS_SYNC));
	CHECK_OK(ftruncate(fd, 4 * PAGE));
	CHECK_EQ(pread(fd, buf, 1, 2 * PAGE + 100), 1);
	CHECK_EQ(touch(p + 3 * PAGE), 0);
	CHECK(all_bytes(p + 3 * PAGE, 0, PAGE));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int truncation_takes_pages()
{
	start();
	uint8_t *p = map(RW, MAP_SHARED), *q = map(RW, MAP_PRIVATE);
	CHECK(is_pattern(p, 1, 0, LEN));
	memset(q, 0x77, LEN);
	CHECK_OK(ftruncate(fd, PAGE + 50));
	CHECK_EQ(touch(p), 0);
	CHECK(is_pattern(p, 1, 0, PAGE + 50));
	CHECK(all_bytes(p + PAGE + 50, 0, PAGE - 50));
	CHECK_EQ(touch(p + 2 * PAGE), SIGBUS);
	/* Private copies go too. */
	CHECK_EQ(touch(q + 2 * PAGE), SIGBUS);
	CHECK_EQ(q[PAGE + 49], 0x77);
	CHECK_OK(ftruncate(fd, LEN));
	CHECK(all_bytes(p + 2 * PAGE, 0, LEN - 2 * PAGE));
	munmap(p, LEN);
	munmap(q, LEN);
	return KSFT_PASS;
}

static int access_modes()
{
	const char *path = test_path("mmap_file");

	start();
	int ro = open(path, O_RDONLY), wo = open(path, O_WRONLY);
	CHECK(mmap(nullptr, PAGE, RW, MAP_SHARED, ro, 0) == MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	CHECK(mmap(nullptr, PAGE, PROT_READ, MAP_SHARED, wo, 0) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	CHECK(mmap(nullptr, PAGE, PROT_READ, MAP_PRIVATE, wo, 0) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	void *p = mmap(nullptr, PAGE, RW, MAP_PRIVATE, ro, 0);
	CHECK(p != MAP_FAILED);
	CHECK_OK(munmap(p, PAGE));
	p = mmap(nullptr, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	CHECK(p != MAP_FAILED);
	CHECK_ERR(mprotect(p, PAGE, RW), EACCES);
	CHECK_OK(munmap(p, PAGE));
	CHECK(mmap(nullptr, PAGE, PROT_READ, MAP_SHARED, ro, 512) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	int dir = open(test_path(""), O_RDONLY);
	CHECK(mmap(nullptr, PAGE, PROT_READ, MAP_SHARED, dir, 0) ==
	      MAP_FAILED);
	CHECK_EQ(errno, ENODEV);
	close(dir);
	close(ro);
	close(wo);
	return KSFT_PASS;
}

static int shared_between_processes()
{
	start();
	uint8_t *p = map(RW, MAP_SHARED);
	CHECK_CASE(in_child([] {
		uint8_t *q = map(RW, MAP_SHARED, PAGE, PAGE);
		CHECK(is_pattern(q, 1, PAGE, PAGE));
		memset(q, 0x33, PAGE);
		return KSFT_PASS;
	}));
	CHECK(all_bytes(p + PAGE, 0x33, PAGE));
	munmap(p, LEN);
	return KSFT_PASS;
}

static int io_from_and_into_its_own_mapping()
{
	start();
	uint8_t *p = map(RW, MAP_SHARED);
	/* Shifted by half a page: source and target pages are both cached. */
	CHECK_EQ(pwrite(fd, p + 4 * PAGE, PAGE, PAGE / 2), PAGE);
	CHECK(is_pattern(p + PAGE / 2, 1, 4 * PAGE, PAGE));
	start();
	munmap(p, LEN);
	p = map(RW, MAP_SHARED);
	CHECK_EQ(pread(fd, p + 2 * PAGE + 100, 3000, 6 * PAGE), 3000);
	CHECK(is_pattern(p + 2 * PAGE + 100, 1, 6 * PAGE, 3000));
	/* Onto itself, not touched before. */
	start();
	munmap(p, LEN);
	p = map(RW, MAP_SHARED);
	CHECK_EQ(pwrite(fd, p + 3 * PAGE, PAGE, 3 * PAGE), PAGE);
	CHECK_EQ(pread(fd, p + 5 * PAGE, PAGE, 5 * PAGE), PAGE);
	CHECK(is_pattern(p, 1, 0, LEN));
	munmap(p, LEN);
	return KSFT_PASS;
}

static int hole_in_a_file()
{
	start(0);
	CHECK_OK(ftruncate(fd, LEN));
	uint8_t *p = map(RW, MAP_SHARED);
	CHECK(all_bytes(p, 0, 4 * PAGE));
	p[2 * PAGE] = 5;
	p[6 * PAGE] = 6;
	CHECK_OK(msync(p, LEN, MS_SYNC));
	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(pread(fd, buf, LEN, 0), LEN);
	CHECK_EQ(buf[2 * PAGE], 5);
	CHECK_EQ(buf[6 * PAGE], 6);
	buf[2 * PAGE] = buf[6 * PAGE] = 0;
	CHECK(all_bytes(buf, 0, LEN));
	return KSFT_PASS;
}

static int beyond_4_gib()
{
	start(0);
	CHECK_EQ(pwrite(fd, "far", 3, 0x180000000LL), 3);
	uint8_t *p = map(RW, MAP_SHARED, PAGE, 0x180000000LL);
	CHECK(!memcmp(p, "far", 3));
	p[0] = 'F';
	CHECK_OK(munmap(p, PAGE));
	CHECK_EQ(pread(fd, buf, 3, 0x180000000LL), 3);
	CHECK(!memcmp(buf, "Far", 3));
	CHECK_OK(ftruncate(fd, 0));
	return KSFT_PASS;
}

static int msync_calls()
{
	start();
	uint8_t *p = map(RW, MAP_SHARED);
	p[0] = 1;
	CHECK_OK(msync(p, LEN, MS_ASYNC));
	CHECK_OK(msync(p, LEN, MS_SYNC | MS_INVALIDATE));
	CHECK_ERR(msync(p, LEN, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_ERR(msync(p, LEN, 0x100), EINVAL);
	CHECK_ERR(msync(p + 1, PAGE, MS_SYNC), EINVAL);
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_ERR(msync(p, LEN, MS_SYNC), ENOMEM);
	munmap(p, LEN);
	return KSFT_PASS;
}

static int mprotect_of_a_private_file()
{
	start();
	uint8_t *p = map(PROT_READ, MAP_PRIVATE);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_EQ(touch(p, true), SIGSEGV);
	CHECK_OK(mprotect(p, LEN, RW));
	p[0]++;
	CHECK_EQ(pread(fd, buf, 1, 0), 1);
	CHECK_EQ(buf[0], pattern_byte(1, 0));
	munmap(p, LEN);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"shared", shared},
	{"private", private_pages},
	{"a whole mapping is written", write_of_a_whole_mapping},
	{"end of file", end_of_file},
	{"truncation takes pages", truncation_takes_pages},
	{"access modes", access_modes},
	{"shared between processes", shared_between_processes},
	{"I/O from and into its own mapping",
	 io_from_and_into_its_own_mapping},
	{"a hole in a file", hole_in_a_file},
	{"beyond 4 GiB", beyond_4_gib},
	{"msync", msync_calls},
	{"mprotect of a private mapping", mprotect_of_a_private_file},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
