/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// machine: lowmem
// Swapping: more memory than there is, its contents come back; shared and forked pages; swapoff.
#include <child.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>

static const char *const SWAP = "/dev/hdd1";
static size_t ram;

static size_t swap_used()
{
	struct sysinfo s;

	MUST(sysinfo(&s) == 0);
	return (s.totalswap - s.freeswap) * s.mem_unit;
}

static uint8_t *map(size_t len, int flags)
{
	void *p = mmap(nullptr, len, PROT_READ | PROT_WRITE,
		       flags | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* A word in every page is enough. */
static void mark(uint8_t *p, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i += PAGE) {
		uint32_t w = pattern_word(seed, i);
		memcpy(p + i + i / PAGE % 1000 * 4, &w, 4);
	}
}

static bool marked(const uint8_t *p, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i += PAGE) {
		uint32_t w = pattern_word(seed, i);
		if (memcmp(p + i + i / PAGE % 1000 * 4, &w, 4)) {
			ksft_print_msg("page %zu of seed %u is wrong\n",
				       i / PAGE, seed);
			return false;
		}
	}
	return true;
}

static int more_than_there_is()
{
	size_t len = ram + 16 * MIB;
	uint8_t *p = map(len, MAP_PRIVATE);

	mark(p, len, 1);
	CHECK(swap_used() > 8 * MIB);
	CHECK(marked(p, len, 1));
	mark(p, len, 2);	/* pages that have a slot are written again */
	CHECK(marked(p, len, 2));
	CHECK_OK(munmap(p, len));
	CHECK(swap_used() < MIB);
	return KSFT_PASS;
}

static int across_fork()
{
	size_t len = ram * 3 / 4 & -PAGE;
	uint8_t *p = map(len, MAP_PRIVATE);

	mark(p, len, 3);
	CHECK_CASE(in_child([=] {
		CHECK(marked(p, len, 3));
		mark(p, len / 2, 4);
		CHECK(marked(p, len / 2, 4));
		return KSFT_PASS;
	}));
	CHECK(marked(p, len, 3));
	CHECK_OK(munmap(p, len));
	CHECK(swap_used() < MIB);
	return KSFT_PASS;
}

static int shared_memory()
{
	size_t len = 16 * MIB, big = ram & -PAGE;
	uint8_t *p = map(len, MAP_SHARED), *q = map(big, MAP_PRIVATE);

	mark(p, len, 5);
	mark(q, big, 6);	/* drives the shared pages out */
	CHECK_CASE(in_child([=] {
		CHECK(marked(p, len, 5));
		mark(p, len, 7);
		return KSFT_PASS;
	}));
	CHECK(marked(p, len, 7));
	CHECK(marked(q, big, 6));
	CHECK_OK(munmap(p, len));
	CHECK_OK(munmap(q, big));
	CHECK(swap_used() < MIB);
	return KSFT_PASS;
}

static int locked_pages_stay()
{
	size_t len = 4 * MIB, big = ram & -PAGE;
	uint8_t *p = map(len, MAP_PRIVATE), *q = map(big, MAP_PRIVATE);
	static unsigned char v[1024];

	mark(p, len, 8);
	CHECK_OK(mlock(p, len));
	mark(q, big, 9);
	CHECK_OK(mincore(p, len, v));
	for (unsigned char c : v)
		CHECK(c & 1);
	CHECK(marked(p, len, 8));
	CHECK_OK(munmap(p, len));
	CHECK_OK(munmap(q, big));
	return KSFT_PASS;
}

static int files_and_memory_together()
{
	size_t len = ram * 3 / 4 & -PAGE;
	uint8_t *p = map(len, MAP_PRIVATE);
	static uint8_t buf[256 * KIB];

	mark(p, len, 10);
	int fd = make_file(test_path("swap"), 24 * MIB, 11);
	for (size_t at = 0; at < 24 * MIB; at += sizeof(buf)) {
		CHECK_EQ(pread(fd, buf, sizeof(buf), at), sizeof(buf));
		CHECK(is_pattern(buf, 11, at, 1024));
	}
	CHECK(marked(p, len, 10));
	close(fd);
	CHECK_OK(unlink(test_path("swap")));
	CHECK_OK(munmap(p, len));
	return KSFT_PASS;
}

static int swapoff_brings_back()
{
	size_t len = 24 * MIB, big = ram & -PAGE;
	uint8_t *p = map(len, MAP_PRIVATE), *q = map(big, MAP_PRIVATE);

	mark(p, len, 12);
	mark(q, big, 13);
	CHECK_OK(munmap(q, big));
	CHECK(swap_used() > 0);
	CHECK_OK(swapoff(SWAP));
	CHECK_EQ(swap_used(), 0);
	CHECK(marked(p, len, 12));
	CHECK_ERR(swapoff(SWAP), EINVAL);
	CHECK_OK(swapon(SWAP, 0));
	CHECK_OK(munmap(p, len));
	return KSFT_PASS;
}

static int refusals()
{
	CHECK_ERR(swapon(SWAP, 0), EBUSY);
	CHECK_ERR(swapon("/dev/hdd2", 0), EINVAL);
	CHECK_ERR(swapon("/no", 0), ENOENT);
	CHECK_CASE(in_child([] {
		CHECK_OK(setuid(1000));
		CHECK_ERR(swapoff(SWAP), EPERM);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"more than there is", more_than_there_is},
	{"across fork", across_fork},
	{"shared memory", shared_memory},
	{"locked pages stay", locked_pages_stay},
	{"files and memory together", files_and_memory_together},
	{"swapoff brings back", swapoff_brings_back},
	{"refusals", refusals},
};

int main()
{
	struct sysinfo s;

	ksft_print_header();
	MUST(sysinfo(&s) == 0);
	ram = (size_t)s.totalram * s.mem_unit;
	if (ram > 64 * MIB || access(SWAP, F_OK))
		ksft_exit_skip("not a machine with little memory\n");
	if (swapon(SWAP, 0))
		ksft_exit_skip("no swap space on %s\n", SWAP);
	RUN_CASES(cases);
}
