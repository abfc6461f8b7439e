/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// machine: highmem
// Memory above what the kernel maps: as anonymous pages, across fork, for I/O and as page cache.
#include <child.h>
#include <scratch.h>
#include <sys/sysinfo.h>

constexpr size_t BIG = 960 * MIB;
static uint8_t *memory;

static bool marked(uint32_t seed)
{
	for (size_t i = 0; i < BIG; i += PAGE)
		if (*(uint32_t *)(memory + i) != pattern_word(seed, i))
			return false;
	return true;
}

static void mark(uint32_t seed, size_t from, size_t to)
{
	for (size_t i = from; i < to; i += PAGE)
		*(uint32_t *)(memory + i) = pattern_word(seed, i);
}

static int more_than_is_mapped()
{
	void *p = mmap(nullptr, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		       MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	memory = (uint8_t *)p;
	mark(1, 0, BIG);
	CHECK(marked(1));
	return KSFT_PASS;
}

static int copy_on_write()
{
	CHECK_CASE(in_child([] {
		mark(2, 0, 64 * MIB);
		CHECK_EQ(*(uint32_t *)memory, pattern_word(2, 0));
		return KSFT_PASS;
	}));
	CHECK(marked(1));
	return KSFT_PASS;
}

static int io_from_and_into_it()
{
	int fd = open(test_path("highmem"), O_RDWR | O_CREAT | O_TRUNC, 0644);

	/* Among 960 MiB, most pages are high: some from everywhere. */
	for (size_t at = 0; at < BIG; at += 64 * MIB)
		CHECK_EQ(write(fd, memory + at, 64 * KIB), 64 * KIB);
	CHECK_OK(fsync(fd));
	for (size_t at = 0, pos = 0; at < BIG; at += 64 * MIB) {
		memset(memory + at, 0xee, 64 * KIB);
		CHECK_EQ(pread(fd, memory + at, 64 * KIB, pos), 64 * KIB);
		pos += 64 * KIB;
	}
	CHECK(marked(1));
	close(fd);
	CHECK_OK(unlink(test_path("highmem")));
	return KSFT_PASS;
}

static int page_cache()
{
	static uint8_t buf[MIB];
	int fd = open(scratch_dev, O_RDWR);

	CHECK(fd >= 0);
	for (int i = 40; i < 104; i++) {
		pattern_fill(buf, 3, i * MIB, 8 * KIB);
		CHECK_EQ(pwrite(fd, buf, MIB, (off_t)i * MIB), MIB);
	}
	CHECK_OK(fsync(fd));
	for (int i = 40; i < 104; i++) {
		CHECK_EQ(pread(fd, buf, MIB, (off_t)i * MIB), MIB);
		CHECK(is_pattern(buf, 3, i * MIB, 8 * KIB));
	}
	close(fd);
	CHECK(marked(1));
	return KSFT_PASS;
}

static int it_is_given_back()
{
	struct sysinfo before, after;

	CHECK_OK(sysinfo(&before));
	CHECK(before.totalhigh > 0);
	CHECK_OK(munmap(memory, BIG));
	CHECK_OK(sysinfo(&after));
	CHECK((after.freeram - before.freeram) * after.mem_unit >
	      BIG - 16 * MIB);
	CHECK(after.freehigh > before.freehigh);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"more than the kernel maps", more_than_is_mapped},
	{"copy on write", copy_on_write},
	{"I/O from and into it", io_from_and_into_it},
	{"page cache", page_cache},
	{"it is given back", it_is_given_back},
};

int main()
{
	struct sysinfo s;

	ksft_print_header();
	MUST(sysinfo(&s) == 0);
	if ((uint64_t)s.totalram * s.mem_unit < BIG + 128 * MIB ||
	    !s.totalhigh)
		ksft_exit_skip("no memory above the kernel's map\n");
	need_scratch_disk();
	RUN_CASES(cases);
}
