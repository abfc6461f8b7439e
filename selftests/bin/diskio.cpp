/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does to files and disks what the host tells it on the console, one step a
 * line, so that the host can look at the emulated disk in between:
 *
 *   mount DEV               at /mnt
 *   open PATH [sync]        the file that the rest is about; made if missing
 *   write OFFSET LENGTH SEED      pattern SEED (pattern.h)
 *   read OFFSET LENGTH SEED       and compares; answers the bytes that fit
 *   stamp OFFSET LENGTH SEED      only the first words of each page,
 *   look OFFSET LENGTH SEED       for when there is much of it
 *   use LENGTH              so much memory at once, each page of it different
 *   fsync, fdatasync, sync
 *   forget                  drops what is cached
 *   count NAME              a value of /proc/vmstat
 *   clock                   microseconds since the processor's reset
 *   quit
 *
 * Answers "diskio: step value", or "diskio: step error text".
 */
#include <abi.h>
#include <no_echo.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

constexpr size_t BUFFER = 16 * MIB;
static int fd = -1;
static uint8_t *buffer;

static void answer(const char *step, long value)
{
	if (value < 0)
		printf("diskio: %s error %s\n", step, strerror(errno));
	else
		printf("diskio: %s %ld\n", step, value);
}

static long do_open(const char *path, bool sync)
{
	if (fd >= 0)
		close(fd);
	fd = open(path, O_RDWR | O_CREAT | (sync ? O_SYNC : 0), 0644);
	return fd;
}

static long do_write(off_t offset, size_t len, uint32_t seed)
{
	pattern_fill(buffer, seed, offset, len);
	return pwrite(fd, buffer, len, offset);
}

static long do_read(off_t offset, size_t len, uint32_t seed)
{
	long n = pread(fd, buffer, len, offset);

	if (n <= 0)
		return n;
	long bad = pattern_check(buffer, seed, offset, n);
	return bad < 0 ? n : bad;
}

static void stamp_pages(uint8_t *p, off_t offset, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i += PAGE) {
		uint32_t w = pattern_word(seed, offset + i);
		const uint32_t words[] = {w, w + 0x01000193u};
		memcpy(p + i, words, sizeof(words));
	}
}

/* Returns how many bytes, in whole pages, are as they were stamped. */
static long stamped(const uint8_t *p, off_t offset, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i += PAGE)
		if (pattern_check(p + i, seed, offset + i, 8) >= 0)
			return (long)i;
	return (long)len;
}

static long do_stamp(off_t offset, size_t len, uint32_t seed)
{
	stamp_pages(buffer, offset, len, seed);
	return pwrite(fd, buffer, len, offset);
}

static long do_look(off_t offset, size_t len, uint32_t seed)
{
	long n = pread(fd, buffer, len, offset);

	return n <= 0 ? n : stamped(buffer, offset, n, seed);
}

static long use(size_t len)
{
	void *p = mmap(nullptr, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	stamp_pages((uint8_t *)p, 0, len, 1);
	long good = stamped((uint8_t *)p, 0, len, 1);
	munmap(p, len);
	return good;
}

static long forget()
{
	int control = open("/proc/sys/vm/drop_caches", O_WRONLY);
	long n = write(control, "3", 1);

	close(control);
	return n;
}

static long count(const char *name)
{
	static vmstat v;

	vmstat_read(&v);
	return vmstat_get(&v, name);
}

/* By the processor's own counter, which starts at reset. */
static long since_reset()
{
	char text[2048], *p;
	int f = open("/proc/cpuinfo", O_RDONLY);
	uint64_t tsc = __builtin_ia32_rdtsc();
	ssize_t n = read(f, text, sizeof(text) - 1);

	close(f);
	text[n > 0 ? n : 0] = 0;
	p = strstr(text, "cpu MHz");
	return p ? (long)(tsc / strtod(strchr(p, ':') + 1, nullptr)) : -1;
}

static long run(const char *word, const char *a, const char *b, const char *c)
{
	off_t x = strtoll(a, nullptr, 0);
	size_t len = strtoul(b, nullptr, 0);

	if (!strcmp(word, "mount"))
		return mount(a, "/mnt", "ext2", 0, nullptr);
	if (!strcmp(word, "open"))
		return do_open(a, *b);
	if (!strcmp(word, "write") && len <= BUFFER)
		return do_write(x, len, atoi(c));
	if (!strcmp(word, "read") && len <= BUFFER)
		return do_read(x, len, atoi(c));
	if (!strcmp(word, "stamp") && len <= BUFFER)
		return do_stamp(x, len, atoi(c));
	if (!strcmp(word, "look") && len <= BUFFER)
		return do_look(x, len, atoi(c));
	if (!strcmp(word, "use"))
		return use(x);
	if (!strcmp(word, "fsync"))
		return fsync(fd);
	if (!strcmp(word, "fdatasync"))
		return fdatasync(fd);
	if (!strcmp(word, "sync"))
		return sync(), 0;
	if (!strcmp(word, "forget"))
		return forget();
	if (!strcmp(word, "count"))
		return count(a);
	if (!strcmp(word, "clock"))
		return since_reset();
	errno = EINVAL;
	return -1;
}

int main()
{
	char line[256];

	setvbuf(stdout, nullptr, _IOLBF, 0);
	no_echo();
	buffer = page_buffer(BUFFER);
	puts("diskio: ready 0");
	while (fgets(line, sizeof(line), stdin)) {
		char word[16] = "", a[128] = "", b[16] = "", c[16] = "";

		sscanf(line, "%15s %127s %15s %15s", word, a, b, c);
		if (!strcmp(word, "quit"))
			break;
		answer(word, run(word, a, b, c));
	}
	if (fd >= 0)
		close(fd);
	umount("/mnt");
	return 0;
}
