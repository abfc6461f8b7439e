/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleeping locks: semaphore (used as a mutex, 2.4's i_sem) and rw_semaphore.
 * Task context only. Guards: down_guard, read_guard, write_guard; each has
 * unlock() to release early. kernel/semaphore.cpp. Fair: waiters are served
 * in order, and a new reader waits behind a waiting writer.
 */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/status.h>

struct semaphore {
	atomic_t count;			/* <0: that many wait (or are about to) */
	spinlock_t wait_lock;
	list_head waiters;
	unsigned wakeups = 0;		/* handed over, not yet picked up */
	task_struct *owner = nullptr;	/* debug build */
	const char *name;
	lock_rank rank;

	constexpr semaphore(const char *n, lock_rank r, int c = 1) :
		count(c), wait_lock(n, RANK_WAIT), name(n), rank(r) {}
};

void down(semaphore *s);
void down_nested(semaphore *s);		/* equal rank allowed */
status down_interruptible(semaphore *s);	/* -EINTR: not taken */
bool down_trylock(semaphore *s);		/* true: taken */
void up(semaphore *s);			/* also from interrupts */

struct rw_semaphore {
	spinlock_t wait_lock;
	int active = 0;			/* readers, or -1: a writer */
	list_head waiters;
	const char *name;
	lock_rank rank;

	constexpr rw_semaphore(const char *n, lock_rank r) :
		wait_lock(n, RANK_WAIT), name(n), rank(r) {}
};

void down_read(rw_semaphore *s);
bool down_read_trylock(rw_semaphore *s);	/* true: taken */
void up_read(rw_semaphore *s);
void down_write(rw_semaphore *s);
void down_write_nested(rw_semaphore *s);
bool down_write_trylock(rw_semaphore *s);
void up_write(rw_semaphore *s);

#define SLEEP_GUARD(guard, type, take, release)				\
	class [[nodiscard]] guard {					\
		type *s;						\
	public:								\
		explicit guard(type &sem) : s(&sem) { take(s); }	\
		guard(const guard &) = delete;				\
		~guard() { unlock(); }					\
		void unlock() { if (s) release(s); s = nullptr; }	\
	}
SLEEP_GUARD(down_guard, semaphore, down, up);
SLEEP_GUARD(down_nested_guard, semaphore, down_nested, up);
SLEEP_GUARD(read_guard, rw_semaphore, down_read, up_read);
SLEEP_GUARD(write_guard, rw_semaphore, down_write, up_write);
