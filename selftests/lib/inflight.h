/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transfer that is under way while a test does something to it. The machine
 * "slow" has disks for that: such a disk serves a first transfer at once and
 * makes up for it by being late with the next.
 *
 * Nothing here takes time for granted: a thread that sleeps for the disk says
 * so in /proc, and a round in which the disk was faster than the test is LATE,
 * proves nothing and is played again.
 */
#pragma once

#include <child.h>
#include <pthread.h>
#include <scratch.h>
#include <sys/syscall.h>

constexpr int LATE = -1;

/* Plays @round until the test was faster than the disk. A slow machine needs
 * slower disks: the host listens. */
template<class F> static int in_time(F round)
{
	for (int i = 1; i <= 20; i++) {
		int r = round();

		if (r != LATE)
			return r;
		if (i % 5 == 0)
			ksft_print_msg("slower disks, please\n");
	}
	ksft_print_msg("the disk was always faster: it is not slow, or what "
		       "should not wait for it does\n");
	return KSFT_FAIL;
}
/* An entry of a table of cases. */
#define IN_TIME(name, round) {name, [] { return in_time(round); }}

/* Runs @body, which returns a long, in a thread. */
template<class F> class flight {
	F body;
	pthread_t thread;
	volatile pid_t tid = 0;
	volatile bool done = false;
	bool started = false;

	static void *run(void *arg)
	{
		auto f = (flight *)arg;

		errno = 0;
		f->tid = syscall(SYS_gettid);
		f->result = f->body();
		f->error = errno;
		f->done = true;
		return nullptr;
	}

	bool waits_for_disk() const
	{
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
		return tid && state_in(path) == 'D';
	}

public:
	volatile long result = -1;
	volatile int error = 0;

	explicit flight(F f) : body(f) {}
	flight(const flight &) = delete;
	~flight() { land(); }

	/* True once it waits for the disk; false: it is over already. */
	bool start()
	{
		MUST(!pthread_create(&thread, nullptr, run, this));
		started = true;
		while (!done && !waits_for_disk())
			sleep_ms(1);
		return !done;
	}
	bool in_the_air() const { return !done; }
	bool is_awake() const { return done || !waits_for_disk(); }

	long land()
	{
		if (started)
			pthread_join(thread, nullptr);
		started = false;
		return result;
	}
};

static int busy_fd = -1;	/* O_DIRECT */
static off_t busy_at;		/* a MiB that nobody cares for */
static uint8_t *busy_buf;

static inline void use_slow_file(const char *path, off_t at)
{
	busy_fd = open_direct(path, O_RDWR);
	busy_at = at;
	busy_buf = page_buffer(MIB);
}

/* Skips the program where there is no disk for it. */
static inline void need_slow_disk()
{
	need_scratch_disk();
	use_slow_file(scratch_dev, 64 * MIB);
}

/* The next transfer will be late. */
static inline void keep_disk_busy()
{
	MUST(pread(busy_fd, busy_buf, MIB, busy_at) == (ssize_t)MIB);
}

/* ---- memory that was given away too early ---- */

constexpr size_t HEAP = 24 * MIB;

static inline uint8_t *anonymous(size_t len)
{
	void *p = mmap(nullptr, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* It turns up here, if the disk still writes to it. */
static inline uint8_t *take_memory()
{
	uint8_t *heap = anonymous(HEAP);

	memset(heap, 0xee, HEAP);
	return heap;
}

static inline int check_memory(uint8_t *heap)
{
	bool whole = true;

	for (size_t i = 0; i < HEAP / 4 && whole; i++)
		whole = ((uint32_t *)heap)[i] == 0xeeeeeeee;
	munmap(heap, HEAP);
	if (whole)
		return KSFT_PASS;
	ksft_print_msg("a frame was given away too early\n");
	return KSFT_FAIL;
}
