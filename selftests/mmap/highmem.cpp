/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D2 D3 K7
// machine: highmem
// Frames that the kernel does not map: filled, zeroed, refilled and transferred like the others.
#include <abi.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t LEN = 2 * MIB, SIZE = LEN + PAGE + 100;
static int fd, direct;

static long high_free_kib()
{
	static char text[4096];
	int f = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(f, text, sizeof(text) - 1);

	close(f);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, "HighFree:");
	return p ? strtol(p + 9, nullptr, 10) : 0;
}

static int a_window()
{
	long before = high_free_kib();
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, WINDOW, fd, 0);

	CHECK(p != MAP_FAILED);
	CHECK(before - high_free_kib() >= (long)(LEN / KIB / 2));
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED, fd, PAGE) == p);
	CHECK(is_pattern(p, 1, PAGE, LEN));
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED, fd, LEN) == p);
	CHECK(is_pattern(p, 1, LEN, PAGE + 100));
	CHECK(all_bytes(p + PAGE + 100, 0, LEN - PAGE - 100));
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED | MAP_ANONYMOUS, -1, 0) ==
	      p);
	CHECK(all_bytes(p, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int transfers()
{
	uint8_t *p = page_buffer(LEN);
	int f = open(test_path("highmem-copy"), O_RDWR | O_CREAT | O_TRUNC,
		     0644);
	int d = open_direct(test_path("highmem-copy"), O_RDWR);

	CHECK_EQ(pread(direct, p, LEN, 0), LEN);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_EQ(pwrite(d, p, LEN, 0), LEN);
	memset(p, 0, LEN);
	CHECK_EQ(pread(f, p, LEN, 0), LEN);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_EQ(pread(direct, p, LEN, LEN), PAGE + 100);
	CHECK(is_pattern(p, 1, LEN, PAGE + 100));
	close(d);
	close(f);
	CHECK_OK(unlink(test_path("highmem-copy")));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int fork_copies()
{
	auto p = (uint8_t *)mmap(nullptr, LEN, RW, WINDOW, fd, 0);

	CHECK(p != MAP_FAILED);
	CHECK_CASE(in_child([=] {
		CHECK(is_pattern(p, 1, 0, LEN));
		memset(p, 0x33, LEN);
		return KSFT_PASS;
	}));
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"a window in high memory", a_window},
	{"transfers", transfers},
	{"fork copies the frames", fork_copies},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("highmem"), SIZE, 1);
	need_refill(fd, 16 * MIB);
	if (high_free_kib() < 16 * 1024)
		ksft_exit_skip("no high memory\n");
	direct = open_direct(test_path("highmem"), O_RDONLY);
	RUN_CASES(cases);
}
