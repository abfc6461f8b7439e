/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K5 D3 D12
// Readers that race with growing, hole-filling and truncating writers see the file's data or zeroes, never what the blocks held before.
#include <abi.h>
#include <pthread.h>

constexpr size_t SPACE = 24 * MIB;	/* of the disk, full of the secret */
constexpr size_t PAGES = 48, LEN = PAGES * PAGE;
constexpr uint8_t SECRET = 0xa5;
static const char *path;
static int fd, direct;
static volatile bool stop;
static uint8_t *buf;

/* Blocks that are allocated from now on come from a deleted file. */
static void spill_secret()
{
	static uint8_t block[64 * KIB];
	const char *name = test_path("secret");
	int d = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	MUST(d >= 0);
	memset(block, SECRET, sizeof(block));
	for (size_t n = 0; n < SPACE; n += sizeof(block))
		if (write(d, block, sizeof(block)) != sizeof(block))
			break;
	MUST(fsync(d) == 0);
	close(d);
	MUST(unlink(name) == 0);
	sync();
}

/* Page by page, each with its own byte, from an empty file on. */
static void write_pages(int to, const uint8_t *pages)
{
	MUST(ftruncate(fd, 0) == 0);
	for (size_t i = 0; i < PAGES && !stop; i++)
		MUST(pwrite(to, pages + i * PAGE, PAGE, i * PAGE) ==
		     (ssize_t)PAGE);
}

static void fill_holes(int to, const uint8_t *pages)
{
	MUST(ftruncate(fd, 0) == 0);
	MUST(ftruncate(fd, LEN) == 0);
	for (size_t i = 0; i < PAGES && !stop; i++) {
		size_t at = (i * 7) % PAGES * PAGE;
		MUST(pwrite(to, pages + at, PAGE, at) == (ssize_t)PAGE);
	}
}

/* Holes filled by stores: their blocks come at write-back. */
static void store_and_sync(int, const uint8_t *pages)
{
	MUST(ftruncate(fd, 0) == 0);
	MUST(ftruncate(fd, LEN) == 0);
	void *m = mmap(nullptr, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       0);
	MUST(m != MAP_FAILED);
	memcpy(m, pages, LEN);
	msync(m, LEN, MS_SYNC);
	munmap(m, LEN);
}

struct writer {
	void (*round)(int to, const uint8_t *pages);
	int to;
};

static void *write_rounds(void *arg)
{
	auto w = (const writer *)arg;
	uint8_t *pages = page_buffer(LEN);

	for (size_t i = 0; i < PAGES; i++)
		memset(pages + i * PAGE, (int)i + 1, PAGE);
	while (!stop)
		w->round(w->to, pages);
	munmap(pages, LEN);
	return nullptr;
}

/* Each page is as written, or zeroes from some sector on. */
static long foreign_byte(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] && p[i] != i / PAGE + 1)
			return (long)i;
	return -1;
}

static int look(const uint8_t *p, ssize_t n)
{
	CHECK(n >= 0 && n <= (ssize_t)LEN);
	long at = foreign_byte(p, n);
	if (at < 0)
		return KSFT_PASS;
	ksft_print_msg("byte %ld of %zd is %02x%s\n", at, n, p[at],
		       p[at] == SECRET ? ": the secret" : "");
	return KSFT_FAIL;
}

static int read_directly()
{
	memset(buf, 0, LEN);
	return look(buf, pread(direct, buf, LEN, 0));
}

static int map_directly()
{
	void *p = mmap(nullptr, LEN, PROT_READ, MAP_PRIVATE | MAP_DIRECT |
		       MAP_BLOCK, fd, 0);
	struct stat st;

	CHECK(p != MAP_FAILED);
	CHECK_OK(fstat(fd, &st));
	int r = KSFT_PASS;
	/* What a touch finds behind the end is not the question here. */
	if (signal_of([&] { r = look((uint8_t *)p, LEN); }))
		r = KSFT_PASS;
	munmap(p, LEN);
	return r;
}

static int race(void (*round)(int, const uint8_t *), int to, int (*reader)())
{
	writer w = {round, to};
	pthread_t t;
	int r = KSFT_PASS;

	spill_secret();
	stop = false;
	MUST(!pthread_create(&t, nullptr, write_rounds, &w));
	for (int i = 0; i < 150 && r == KSFT_PASS; i++)
		r = reader();
	stop = true;
	pthread_join(t, nullptr);
	return r;
}

static int extend_race_reads_zeros_or_data()
{
	return race(write_pages, fd, read_directly);
}
static int the_same_with_direct_writes()
{
	return race(write_pages, direct, read_directly);
}
static int holes() { return race(fill_holes, fd, read_directly); }
static int holes_directly() { return race(fill_holes, direct, read_directly); }
static int stores() { return race(store_and_sync, fd, read_directly); }

/* CVE-2003-0018: one page each into the middle of a hole, all seen. */
static int deleted_file_data_never_visible()
{
	spill_secret();
	MUST(ftruncate(fd, 0) == 0);
	memset(buf, 1, LEN);
	for (size_t at = 0; at < 64 * MIB; at += 5 * MIB)
		CHECK_EQ(pwrite(direct, buf, PAGE, at), PAGE);
	CHECK_OK(ftruncate(fd, 65 * MIB + 7));
	for (size_t at = 0, n = 0; at < 65 * MIB; at += n) {
		ssize_t got = pread(direct, buf, LEN, at);
		CHECK(got > 0);
		n = got;
		for (size_t i = 0; i < n; i++)
			CHECK(!buf[i] || (buf[i] == 1 &&
					  (at + i) % (5 * MIB) < PAGE));
	}
	return KSFT_PASS;
}

/* A file that becomes shorter gives blocks to its neighbour. */
static volatile bool mixed;
static void *shrink_and_grow(void *)
{
	const char *name = test_path("neighbour");
	int n = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	uint8_t *mine = page_buffer(LEN), *other = page_buffer(LEN);

	memset(other, 0x77, LEN);
	for (size_t i = 0; i < PAGES; i++)
		memset(mine + i * PAGE, (int)i + 1, PAGE);
	while (!stop) {
		MUST(ftruncate(fd, 0) == 0);
		MUST(pwrite(n, other, LEN, 0) == (ssize_t)LEN);
		MUST(fdatasync(n) == 0);
		posix_fadvise(n, 0, 0, POSIX_FADV_DONTNEED);
		MUST(pread(n, mine, LEN, 0) == (ssize_t)LEN);
		mixed |= memcmp(mine, other, LEN) != 0;
		for (size_t i = 0; i < PAGES; i++)
			memset(mine + i * PAGE, (int)i + 1, PAGE);
		MUST(ftruncate(n, 0) == 0);
		MUST(pwrite(fd, mine, LEN, 0) == (ssize_t)LEN);
	}
	close(n);
	return nullptr;
}

static void *write_directly(void *)
{
	uint8_t *p = page_buffer(LEN);

	for (size_t i = 0; i < PAGES; i++)
		memset(p + i * PAGE, (int)i + 1, PAGE);
	while (!stop)
		MUST(pwrite(direct, p, LEN, 0) == (ssize_t)LEN);
	return nullptr;
}

static int truncate_race_no_foreign_data()
{
	pthread_t t[2];
	int r = KSFT_PASS;

	stop = mixed = false;
	MUST(!pthread_create(&t[0], nullptr, shrink_and_grow, nullptr));
	MUST(!pthread_create(&t[1], nullptr, write_directly, nullptr));
	for (int i = 0; i < 150 && r == KSFT_PASS; i++)
		r = read_directly();
	stop = true;
	pthread_join(t[0], nullptr);
	pthread_join(t[1], nullptr);
	CHECK(!mixed);
	return r;
}

static int mapped()
{
	void *p = mmap(nullptr, PAGE, PROT_READ, MAP_SHARED_VALIDATE |
		       MAP_DIRECT, fd, 0);
	if (p == MAP_FAILED)
		SKIP_CASE("no MAP_DIRECT");
	munmap(p, PAGE);
	CHECK_CASE(race(write_pages, fd, map_directly));
	return race(fill_holes, fd, map_directly);
}

static const test_case cases[] = {
	{"deleted_file_data_never_visible", deleted_file_data_never_visible},
	{"extend_race_reads_zeros_or_data", extend_race_reads_zeros_or_data},
	{"the same with direct writes", the_same_with_direct_writes},
	{"the same in holes", holes},
	{"holes, with direct writes", holes_directly},
	{"holes, with stores", stores},
	{"truncate_race_no_foreign_data", truncate_race_no_foreign_data},
	{"direct mappings of growing files", mapped},
};

int main()
{
	ksft_print_header();
	path = test_path("secrets");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	MUST(fd >= 0);
	direct = open_direct(path, O_RDWR);
	buf = page_buffer(LEN);
	RUN_CASES(cases);
}
