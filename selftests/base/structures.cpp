/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Structures that the kernel fills or reads need exactly their size: EFAULT where a byte of it is missing.
#include <child.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

static uint8_t *page;		/* two writable pages, a hole behind them */
static uint8_t *end;		/* of them */
static int pattern_fd, fifo[2];

/* @size bytes at the pointer are needed, not one more or less. */
struct structure {
	const char *name;
	size_t size;
	long (*call)(void *p);
};

static const structure structures[] = {
	{"stat64", 96, [](void *p) { return syscall(SYS_stat64, "/", p); }},
	{"statx", 256, [](void *p) {
		return syscall(383, AT_FDCWD, "/", 0, 0x7ff, p);
	}},
	{"statfs64", 84, [](void *p) {
		return syscall(SYS_statfs64, "/", 84, p);
	}},
	{"getrusage", 72, [](void *p) {
		return syscall(SYS_getrusage, RUSAGE_SELF, p);
	}},
	{"times", 16, [](void *p) { return syscall(SYS_times, p); }},
	{"sysinfo", 64, [](void *p) { return syscall(SYS_sysinfo, p); }},
	{"gettimeofday", 8, [](void *p) {
		return syscall(78, p, nullptr);
	}},
	{"clock_gettime64", 16, [](void *p) {
		return syscall(403, CLOCK_MONOTONIC, p);
	}},
	{"getitimer", 16, [](void *p) {
		return syscall(SYS_getitimer, ITIMER_REAL, p);
	}},
	{"getrlimit", 8, [](void *p) {
		return syscall(SYS_ugetrlimit, RLIMIT_NOFILE, p);
	}},
	{"prlimit64", 16, [](void *p) {
		return syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, p);
	}},
	{"rt_sigaction", 20, [](void *p) {
		return syscall(SYS_rt_sigaction, SIGUSR1, nullptr, p, 8);
	}},
	{"rt_sigpending", 8, [](void *p) {
		return syscall(SYS_rt_sigpending, p, 8);
	}},
	{"rt_sigprocmask", 8, [](void *p) {
		return syscall(SYS_rt_sigprocmask, SIG_BLOCK, nullptr, p, 8);
	}},
	{"sigaltstack", 12, [](void *p) {
		return syscall(SYS_sigaltstack, nullptr, p);
	}},
	{"sched_getparam", 4, [](void *p) {
		return syscall(SYS_sched_getparam, 0, p);
	}},
	{"getresuid", 4, [](void *p) {
		static uint32_t a, b;
		return syscall(SYS_getresuid32, &a, &b, p);
	}},
	{"FIONREAD", 4, [](void *p) {
		return syscall(SYS_ioctl, fifo[0], FIONREAD, p);
	}},
	{"nanosleep", 8, [](void *p) {
		memset(p, 0, end - (uint8_t *)p);
		return syscall(SYS_nanosleep, p, nullptr);
	}},
	{"select", 8, [](void *p) {		/* 64 descriptors */
		memset(p, 0, end - (uint8_t *)p);
		static const int32_t at_once[2] = {};
		return syscall(SYS__newselect, 64, p, nullptr, nullptr,
			       at_once);
	}},
	{"select's time", 8, [](void *p) {
		memset(p, 0, end - (uint8_t *)p);
		return syscall(SYS__newselect, 0, nullptr, nullptr, nullptr,
			       p);
	}},
	{"poll", 24, [](void *p) {		/* 3 descriptors */
		memset(p, 0xff, end - (uint8_t *)p);
		return syscall(SYS_poll, p, 3, 0);
	}},
	{"readv's list", 16, [](void *p) {
		static uint8_t room[16];
		const iovec v[2] = {{room, 8}, {room + 8, 8}};
		memcpy(p, v, end - (uint8_t *)p);
		return syscall(SYS_readv, pattern_fd, p, 2);
	}},
	{"llseek", 8, [](void *p) {
		return syscall(SYS__llseek, pattern_fd, 0, 0, p, SEEK_SET);
	}},
	{"mincore", 2, [](void *p) {		/* 2 pages */
		return syscall(SYS_mincore, page, 2 * PAGE, p);
	}},
};

static int structures_fit_exactly()
{
	int bad = 0;

	for (const structure &s : structures) {
		long whole = s.call(end - s.size);
		int whole_errno = whole < 0 ? errno : 0;
		long cut = s.call(end - s.size + 1);
		if (whole >= 0 && cut == -1 && errno == EFAULT)
			continue;
		ksft_print_msg("%s: %ld (%s), then %ld (%s)\n", s.name, whole,
			       strerror(whole_errno), cut, strerror(errno));
		bad++;
	}
	CHECK_EQ(bad, 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"structures fit exactly", structures_fit_exactly},
};

int main()
{
	ksft_print_header();
	page = page_buffer(3 * PAGE);
	end = page + 2 * PAGE;
	MUST(munmap(end, PAGE) == 0);
	pattern_fd = make_file(test_path("structures"), PAGE, 1);
	MUST(pipe(fifo) == 0);
	RUN_CASES(cases);
}
