/* SPDX-License-Identifier: GPL-2.0-only */
// since: 430
// abi: S1 S3 S4
// Writes through a MAP_NOSYNC mapping stay in memory: nothing brings them to the file.
#include <abi.h>

constexpr size_t PAGES = 16;
static const char *path;
static int fd;

static uint8_t *map(int f, int extra)
{
	auto p = (uint8_t *)mmap(nullptr, PAGES * PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_NOSYNC | extra, f, 0);

	return p == MAP_FAILED ? nullptr : p;
}

static bool file_is_unchanged()
{
	static uint8_t buf[PAGES * PAGE];

	MUST(pread(fd, buf, sizeof(buf), 0) == (ssize_t)sizeof(buf));
	return is_pattern(buf, 1, 0, sizeof(buf));
}

static int nosync_never_reaches_disk()
{
	uint8_t *p = map(fd, 0);

	CHECK(p);
	CHECK(is_pattern(p, 1, 0, PAGES * PAGE));
	memset(p, 0xcc, PAGES * PAGE);
	CHECK_OK(msync(p, PAGES * PAGE, MS_SYNC));
	CHECK_OK(msync(p, PAGES * PAGE, MS_ASYNC));
	CHECK_OK(fsync(fd));
	sync();
	CHECK(file_is_unchanged());
	CHECK(all_bytes(p, 0xcc, PAGES * PAGE));
	CHECK_OK(munmap(p, PAGES * PAGE));
	CHECK(file_is_unchanged());
	return KSFT_PASS;
}

static int nor_at_exit()
{
	CHECK_CASE(in_child([] {
		uint8_t *p = map(fd, 0);

		CHECK(p);
		memset(p, 0xdd, PAGES * PAGE);
		return KSFT_PASS;
	}));
	sync();
	CHECK(file_is_unchanged());
	return KSFT_PASS;
}

static int other_mappings_do_not_see_it()
{
	auto other = (uint8_t *)mmap(nullptr, PAGES * PAGE, PROT_READ,
				     MAP_SHARED, fd, 0);
	uint8_t *p = map(fd, 0);

	CHECK(other != MAP_FAILED && p);
	CHECK_EQ(other[0], p[0]);
	p[0] ^= 0xff;
	CHECK(is_pattern(other, 1, 0, PAGES * PAGE));
	CHECK_OK(munmap(p, PAGES * PAGE));
	CHECK_OK(munmap(other, PAGES * PAGE));
	return KSFT_PASS;
}

static int needs_no_write_permission()
{
	int ro = open(path, O_RDONLY);
	void *plain = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			   ro, 0);

	CHECK(plain == MAP_FAILED && errno == EACCES);
	uint8_t *p = map(ro, 0);
	CHECK(p);
	memset(p, 0xee, PAGES * PAGE);
	CHECK_OK(munmap(p, PAGES * PAGE));
	close(ro);
	int wo = open(path, O_WRONLY);
	CHECK(!map(wo, 0) && errno == EACCES);
	close(wo);
	CHECK(file_is_unchanged());
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"nosync_never_reaches_disk", nosync_never_reaches_disk},
	{"nor at exit", nor_at_exit},
	{"other mappings do not see it", other_mappings_do_not_see_it},
	{"it needs no write permission", needs_no_write_permission},
};

int main()
{
	ksft_print_header();
	path = test_path("nosync");
	fd = make_file(path, PAGES * PAGE, 1);
	need_map_flags(fd, MAP_NOSYNC);
	RUN_CASES(cases);
}
