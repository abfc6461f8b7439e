/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of direct I/O share: the numbers of the ABI, and helpers to
 * make files, to probe what the kernel under test can do, and to see how a
 * touch ends. Nothing here depends on one kernel tree.
 */
#pragma once

#include <cases.h>
#include <fcntl.h>
#include <pattern.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vmstat.h>

constexpr int MAP_DIRECT = 0x400000, MAP_BLOCK = 0x800000,
	MAP_NOSYNC = 0x1000000;
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif

constexpr size_t PAGE = 4096, KIB = 1024, MIB = 1024 * 1024;

/* Ends the program if a step that is not under test fails. */
#define MUST(cond) do {							\
	if (!(cond))							\
		ksft_exit_fail_msg("%s:%d: %s: %s\n", __FILE__,		\
				   __LINE__, #cond, strerror(errno));	\
} while (0)

/* @name in the directory under test ($TEST_DIR, or /tmp); up to four paths
 * stay good at a time. */
static inline const char *test_path(const char *name)
{
	static char buf[4][256];
	static unsigned turn;
	const char *dir = getenv("TEST_DIR");
	char *p = buf[turn++ % 4];

	snprintf(p, sizeof(buf[0]), "%s/%s", dir ? dir : "/tmp", name);
	return p;
}

/* How many rounds of something random: @few, or @many in a long run (LONG=1
 * in the environment). */
static inline uint32_t effort(uint32_t few, uint32_t many)
{
	return getenv("LONG") ? many : few;
}

static inline bool is_pattern(const void *buf, uint32_t seed, uint64_t offset,
			      size_t len)
{
	long at = pattern_check(buf, seed, offset, len);

	if (at >= 0)
		ksft_print_msg("seed %u, byte %ld of %zu: %02x, not %02x\n",
			       seed, at, len, ((const uint8_t *)buf)[at],
			       pattern_byte(seed, offset + at));
	return at < 0;
}

static inline bool all_bytes(const void *buf, uint8_t c, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const uint8_t *)buf)[i] != c) {
			ksft_print_msg("byte %zu of %zu: %02x, not %02x\n", i,
				       len, ((const uint8_t *)buf)[i], c);
			return false;
		}
	return true;
}

/* Anonymous memory, touched. */
static inline uint8_t *page_buffer(size_t len)
{
	void *p = mmap(nullptr, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	memset(p, 0x5a, len);
	return (uint8_t *)p;
}

/* A file of @len bytes of pattern @seed, on the disk; its descriptor. */
static inline int make_file(const char *path, size_t len, uint32_t seed)
{
	static uint8_t buf[64 * KIB];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	MUST(fd >= 0);
	for (size_t done = 0, n; done < len; done += n) {
		n = len - done < sizeof(buf) ? len - done : sizeof(buf);
		pattern_fill(buf, seed, done, n);
		MUST(write(fd, buf, n) == (ssize_t)n);
	}
	MUST(fsync(fd) == 0);
	return fd;
}

/* Opens with O_DIRECT; skips the program where the kernel does not know the
 * flag (it is not there afterwards) or the file cannot do it (EINVAL). */
static inline int open_direct(const char *path, int flags)
{
	int fd = open(path, flags | O_DIRECT, 0644);

	if (fd < 0 && errno == EINVAL)
		ksft_exit_skip("no direct I/O on this file\n");
	MUST(fd >= 0);
	if (!(fcntl(fd, F_GETFL) & O_DIRECT))
		ksft_exit_skip("the kernel does not know O_DIRECT\n");
	return fd;
}

/* Skips the program unless mmap honours @flags on @fd (-1: anonymous). */
static inline void need_map_flags(int fd, int flags)
{
	void *p = mmap(nullptr, PAGE, PROT_READ, MAP_SHARED_VALIDATE | flags |
		       (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (p == MAP_FAILED && (errno == EINVAL || errno == EOPNOTSUPP))
		ksft_exit_skip("mmap flags %#x are not supported\n", flags);
	MUST(p != MAP_FAILED);
	munmap(p, PAGE);
}

/* Skips the program unless mmap over a direct mapping reads into it: only
 * then is a range behind the end of @fd, at @past, ENXIO. */
static inline void need_refill(int fd, off_t past)
{
	constexpr int W = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;

	need_map_flags(fd, MAP_DIRECT | MAP_BLOCK);
	void *p = mmap(nullptr, PAGE, PROT_READ, W, fd, 0);
	MUST(p != MAP_FAILED);
	void *r = mmap(p, PAGE, PROT_READ, W | MAP_FIXED, fd, past);
	if (r != MAP_FAILED || errno != ENXIO)
		ksft_exit_skip("no page reuse\n");
	munmap(p, PAGE);
}

/* Is a refill without MAP_BLOCK one, too? Only then is a range behind the end
 * of @fd, at @past, ENXIO there. */
static inline bool has_async(int fd, off_t past)
{
	constexpr int W = MAP_PRIVATE | MAP_DIRECT;
	void *p = mmap(nullptr, PAGE, PROT_READ, W | MAP_BLOCK, fd, 0);

	MUST(p != MAP_FAILED);
	void *r = mmap(p, PAGE, PROT_READ, W | MAP_FIXED, fd, past);
	bool refused = r == MAP_FAILED && errno == ENXIO;
	munmap(p, PAGE);
	return refused;
}
static inline void need_async(int fd, off_t past)
{
	need_refill(fd, past);
	if (!has_async(fd, past))
		ksft_exit_skip("without MAP_BLOCK there is no refill\n");
}

/* Runs @touch; the signal that it raised (SIGBUS, SIGSEGV), or 0. */
static sigjmp_buf touch_env;
static inline void touch_handler(int sig) { siglongjmp(touch_env, sig); }
template<class F> static int signal_of(F touch)
{
	struct sigaction sa = {}, bus, segv;

	sa.sa_handler = touch_handler;
	sigaction(SIGBUS, &sa, &bus);
	sigaction(SIGSEGV, &sa, &segv);
	int sig = sigsetjmp(touch_env, 1);
	if (!sig)
		touch();
	sigaction(SIGBUS, &bus, nullptr);
	sigaction(SIGSEGV, &segv, nullptr);
	return sig;
}

/* Runs @body in a child; KSFT_PASS if it returned that. */
template<class F> static int in_child(F body)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int r = body();
		fflush(stdout);
		_exit(r);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return KSFT_FAIL;
	return WEXITSTATUS(status);
}
