/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that a test starts and watches: their status, whether they are
 * stopped or asleep, and a program of the test's own to execute.
 */
#pragma once

#include <abi.h>
#include <time.h>

/* A child that runs @body and exits with what it returns. */
template<class F> static pid_t spawn(F body)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (!pid) {
		int r = body();
		fflush(stdout);
		_exit(r);
	}
	return pid;
}

/* The wait status of @pid, or -1. */
static inline int reap(pid_t pid)
{
	int status;
	pid_t r;

	do {
		r = waitpid(pid, &status, 0);
	} while (r < 0 && errno == EINTR);
	return r == pid ? status : -1;
}

/* The letter in a file like /proc/PID/stat: S asleep, D waiting for a disk, T
 * stopped, Z dead; 0 if it is gone. */
static inline char state_in(const char *path)
{
	char text[512];
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	char *p = strrchr(text, ')');
	return p ? p[2] : 0;
}

static inline char state_of(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return state_in(path);
}

static inline void sleep_ms(long ms)
{
	timespec t = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

/* Waits until @pid is in @state; false if that takes too long, or if it is
 * dead instead. */
static inline bool await_state(pid_t pid, char state)
{
	for (int i = 0; i < 2000; i++) {
		char now = state_of(pid);

		if (now == state)
			return true;
		if (!now || now == 'Z')
			return false;
		sleep_ms(1);
	}
	return false;
}

static inline long long now_ns(clockid_t clock = CLOCK_MONOTONIC)
{
	timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}
