/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does what the host tells it on the console, one step a line, so that the
 * host can look at the disk's counters and at the page tables in between:
 *
 *   open FILE [direct]      the file that the rest is about
 *   read OFFSET LENGTH      pread() into one page-aligned buffer
 *   map OFFSET LENGTH       a direct mapping, wherever the kernel puts it
 *   refill OFFSET LENGTH    another one, over the first
 *   remap OFFSET LENGTH     a new one, moved to where the old one was
 *   quit
 *
 * Answers "witness: step value crc" or "witness: step error text"; value is
 * an address or a byte count. A step's mmap calls are between markers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include <crc32.h>
#include <marker.h>
#include <no_echo.h>

constexpr int MAP_DIRECT_BLOCK = 0x3 | 0x400000 | 0x800000;
constexpr size_t BUFFER = 4 << 20;

static int fd = -1;
static void *window, *buffer;

static void answer(const char *step, bool good, unsigned long value,
		   const void *data, size_t len)
{
	if (good)
		printf("witness: %s %#lx %08x\n", step, value,
		       crc32(0, data, len));
	else
		printf("witness: %s error %s\n", step, strerror(errno));
}

static void do_open(const char *path, bool direct)
{
	if (fd >= 0)
		close(fd);
	fd = open(path, O_RDONLY | (direct ? O_DIRECT : 0));
	answer("open", fd >= 0, fd, "", 0);
}

static void do_read(unsigned long offset, unsigned long len)
{
	long n = pread(fd, buffer, len, offset);

	answer("read", n >= 0, n, buffer, n > 0 ? n : 0);
}

static void do_map(const char *step, int fixed, unsigned long offset,
		   unsigned long len)
{
	MARK_BEGIN(1);
	void *p = mmap(fixed ? window : nullptr, len, PROT_READ,
		       MAP_DIRECT_BLOCK | fixed, fd, offset);
	MARK_END(1);

	if (p != MAP_FAILED)
		window = p;
	answer(step, p != MAP_FAILED, (unsigned long)p, p, len);
}

static void do_remap(unsigned long offset, unsigned long len)
{
	MARK_BEGIN(1);
	/* The new frames are got while the old ones are in use. */
	void *fresh = mmap(nullptr, len, PROT_READ, MAP_DIRECT_BLOCK, fd,
			   offset);
	munmap(window, len);
	void *p = mremap(fresh, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
			 window);
	MARK_END(1);
	answer("remap", p == window, (unsigned long)p, p, len);
}

static bool step(char *line)
{
	char word[16] = "", a[128] = "", b[16] = "";

	sscanf(line, "%15s %127s %15s", word, a, b);
	unsigned long x = strtoul(a, nullptr, 0), y = strtoul(b, nullptr, 0);
	if (!strcmp(word, "open"))
		do_open(a, *b);
	else if (!strcmp(word, "read") && y <= BUFFER)
		do_read(x, y);
	else if (!strcmp(word, "map"))
		do_map("map", 0, x, y);
	else if (!strcmp(word, "refill"))
		do_map("refill", MAP_FIXED, x, y);
	else if (!strcmp(word, "remap"))
		do_remap(x, y);
	else
		return strcmp(word, "quit");
	return true;
}

int main()
{
	char line[256];

	setvbuf(stdout, nullptr, _IOLBF, 0);
	no_echo();
	buffer = mmap(nullptr, BUFFER, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(buffer, 1, BUFFER);
	if (mount("/dev/hdb", "/mnt", "ext2", MS_RDONLY, nullptr))
		printf("witness: mount error %s\n", strerror(errno));
	printf("witness: ready 0 0\n");
	while (fgets(line, sizeof(line), stdin) && step(line))
		;
	if (fd >= 0)
		close(fd);
	umount("/mnt");
	return 0;
}
