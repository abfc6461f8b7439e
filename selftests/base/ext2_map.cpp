/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timeout: 300 1800
// Where the blocks of large sparse files are: found again at random after a mount, and forgotten when a file is cut.
#include <abi.h>
#include <coldmount.h>
#include <xorshift.h>

constexpr unsigned BLOCKS[] = {18000, 4000}, MOST = 200;
static const char *device;
static unsigned size;		/* of a block */
static uint32_t seed;

static struct {
	int fd;
	uint16_t mark[BLOCKS[0]];	/* what each block holds; 0: a hole */
} files[2];

static uint32_t below(uint32_t n) { return xorshift(seed) % n; }

/* Both files, as long as they may get. */
static int open_files(int flags)
{
	char name[] = "/mnt/ext2_map.0";

	for (unsigned f = 0; f < 2; f++) {
		name[sizeof(name) - 2] = '0' + f;
		CHECK_OK(files[f].fd = open(name, O_RDWR | flags, 0644));
		CHECK_OK(ftruncate(files[f].fd, (off_t)BLOCKS[f] * size));
	}
	return KSFT_PASS;
}

static int mount_again()
{
	for (auto &f : files)
		close(f.fd);
	CHECK(cold_mount(device, "/mnt", 0));
	return open_files(0);
}

/* A block says which one it is, and holds nothing else. */
static void label(uint32_t *p, unsigned f, unsigned block, uint16_t mark)
{
	memset(p, 0, size);
	if (!mark)
		return;
	p[0] = f + 1;
	p[1] = block;
	p[size / 4 - 1] = mark;
}

static int write_some(unsigned f, unsigned first, unsigned n)
{
	static uint32_t buf[MOST * 1024];
	static uint16_t mark;
	ssize_t len = n * size;

	mark += !mark + 1;
	for (unsigned i = 0; i < n; i++) {
		label(buf + i * size / 4, f, first + i, mark);
		files[f].mark[first + i] = mark;
	}
	CHECK_EQ(pwrite(files[f].fd, buf, len, (off_t)first * size), len);
	return KSFT_PASS;
}

static int read_some(unsigned f, unsigned first, unsigned n)
{
	static uint32_t buf[MOST * 1024], want[1024];
	ssize_t len = n * size;

	CHECK_EQ(pread(files[f].fd, buf, len, (off_t)first * size), len);
	for (unsigned i = 0; i < n; i++) {
		uint32_t *p = buf + i * size / 4;

		label(want, f, first + i, files[f].mark[first + i]);
		if (memcmp(p, want, size)) {
			ksft_print_msg("file %u block %u: file %u block %u "
				       "mark %u, not mark %u\n", f, first + i,
				       p[0] - 1, p[1], p[size / 4 - 1],
				       want[size / 4 - 1]);
			return KSFT_FAIL;
		}
	}
	return KSFT_PASS;
}

static int cut(unsigned f, unsigned at)
{
	CHECK_OK(ftruncate(files[f].fd, (off_t)at * size));
	CHECK_OK(ftruncate(files[f].fd, (off_t)BLOCKS[f] * size));
	for (unsigned i = at; i < BLOCKS[f]; i++)
		files[f].mark[i] = 0;
	return KSFT_PASS;
}

/* What was found last is cut off. */
static int read_and_cut(unsigned f, unsigned first, unsigned n)
{
	CHECK_CASE(mount_again());
	CHECK_CASE(read_some(f, first, n));
	CHECK_CASE(cut(f, first + n / 2));
	return read_some(f, first, n);
}

struct stretch {
	unsigned f, first, n;
};

static stretch anywhere()
{
	stretch s;

	s.f = below(2);
	s.first = below(BLOCKS[s.f]);
	s.n = 1 + below(BLOCKS[s.f] - s.first) % MOST;
	return s;
}

/* Most go where others have been lately: what is remembered of a place
 * matters to who comes again. */
static stretch somewhere()
{
	static stretch been[16];
	static unsigned at;

	if (been[15].n && below(4))
		return been[below(16)];
	return been[at++ % 16] = anywhere();
}

static int step()
{
	stretch s = somewhere();
	unsigned what = below(64);

	if (what == 0)
		return read_and_cut(s.f, s.first, s.n);
	if (what == 1)
		return cut(s.f, s.first);
	return what < 24 ? write_some(s.f, s.first, s.n) :
		read_some(s.f, s.first, s.n);
}

static int everything()
{
	CHECK_CASE(mount_again());
	for (unsigned f = 0; f < 2; f++)
		for (unsigned at = 0, n; at < BLOCKS[f]; at += n) {
			n = BLOCKS[f] - at < MOST ? BLOCKS[f] - at : MOST;
			CHECK_CASE(read_some(f, at, n));
		}
	return KSFT_PASS;
}

static int on(const char *dev, unsigned block_size)
{
	device = dev;
	size = block_size;
	seed = 4711;
	memset(files, 0, sizeof(files));
	if (!cold_mount(dev, "/mnt", 0))
		SKIP_CASE("no such file system");
	CHECK_CASE(open_files(O_CREAT | O_TRUNC));
	for (unsigned n = effort(800, 50000); n; n--)
		CHECK_CASE(step());
	CHECK_CASE(everything());
	for (auto &f : files)
		close(f.fd);
	CHECK_OK(unlink("/mnt/ext2_map.0"));
	CHECK_OK(unlink("/mnt/ext2_map.1"));
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"blocks of 1 KiB", [] { return on("/dev/hdd2", 1024); }},
	{"blocks of 2 KiB", [] { return on("/dev/hdd3", 2048); }},
	{"blocks of 4 KiB", [] { return on("/dev/hdb", 4096); }},
};

int main()
{
	ksft_print_header();
	MUST(geteuid() == 0);
	RUN_CASES(cases);
}
