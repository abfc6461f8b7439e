/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program made by hand, to be damaged before somebody tries to run it:
 * headers and a page of code at TEXT, which returns 42, and a page of data
 * with some more that is not in the file. All else is int3.
 */
#pragma once

#include <child.h>
#include <elf.h>
#include <sys/resource.h>

constexpr uint32_t TEXT = 0x08048000, DATA = 0x0804a000;
constexpr uint32_t ENTRY = 0x200;
static const uint8_t code[] = {
	0xb8, 1, 0, 0, 0,			/* mov $1, %eax */
	0x0f, 0xb6, 0x1d, 0, 0xa0, 4, 8,	/* movzbl DATA, %ebx */
	0x03, 0x1d, 0, 0xb4, 4, 8,		/* add DATA + 0x1400, %ebx */
	0xcd, 0x80,				/* int $0x80 */
};

struct image {
	Elf32_Ehdr header;
	Elf32_Phdr segment[4];
	uint8_t rest[2 * PAGE - sizeof(Elf32_Ehdr) - 4 * sizeof(Elf32_Phdr)];
};
static_assert(sizeof(image) == 2 * PAGE);
static const char *path;

static image sound()
{
	image i;
	auto bytes = (uint8_t *)&i;

	memset(bytes, 0xcc, sizeof(i));
	memcpy(bytes + ENTRY, code, sizeof(code));
	bytes[PAGE] = 42;
	i.header = {{0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
		    ET_EXEC, EM_386, EV_CURRENT, TEXT + ENTRY,
		    sizeof(Elf32_Ehdr), 0, 0, sizeof(Elf32_Ehdr),
		    sizeof(Elf32_Phdr), 3, 0, 0, 0};
	i.segment[0] = {PT_LOAD, 0, TEXT, TEXT, PAGE, PAGE, PF_R | PF_X, PAGE};
	i.segment[1] = {PT_LOAD, PAGE, DATA, DATA, 0x400, 2 * PAGE,
			PF_R | PF_W, PAGE};
	i.segment[2] = {PT_GNU_STACK, 0, 0, 0, 0, 0, PF_R | PF_W, 4};
	i.segment[3] = {PT_NULL, 0, 0, 0, 0, 0, 0, 0};
	return i;
}

/* ---- what becomes of one ---- */

constexpr int REFUSED = 1000, KILLED = 2000;

/* REFUSED + errno, KILLED + signal, or the exit status. */
static int fate(const image &i, size_t len = sizeof(image))
{
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	MUST(fd >= 0 && write(fd, &i, len) == (ssize_t)len);
	close(fd);
	static volatile int *error;
	if (!error)
		error = (int *)mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*error = 0;
	int s = reap(spawn([] {
		char *argv[] = {(char *)"bad", nullptr};
		/* What it jumped into may be a loop. */
		rlimit time = {2, 2}, none = {0, 0}, room = {64 * MIB, 64 * MIB};
		setrlimit(RLIMIT_CPU, &time);
		setrlimit(RLIMIT_CORE, &none);
		setrlimit(RLIMIT_AS, &room);
		execve(path, argv, argv + 1);
		*error = errno;
		return 1;
	}));
	if (*error)
		return REFUSED + *error;
	return WIFSIGNALED(s) ? KILLED + WTERMSIG(s) : WEXITSTATUS(s);
}
