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
	atomic_t count;		/* <0: that many wait, or are about to */
	spinlock_t wait_lock;
	list_head waiters;
	unsigned wakeups = 0;		/* handed over, not yet picked up */
	task_struct *owner = nullptr;	/* debug build */
	const char *name;
	lock_rank rank;

	constexpr semaphore(const char *n, lock_rank r, int c = 1) :
		count(c), wait_lock(n, RANK_WAIT), name(n), rank(r) {}
};

void __down(semaphore *s);
status __down_interruptible(semaphore *s);
void __up(semaphore *s);

/* Atomic: counts down; true if that was more than there was. */
inline bool __down_contended(semaphore *s)
{
	bool neg;
	asm volatile("lock; decl %0" : "+m"(s->count.counter), "=@ccs"(neg) ::
		     "memory");
	return neg;
}
inline void down(semaphore *s)
{
	might_sleep();
	sleep_debug_take(s, s->name, s->rank, false);
	if (unlikely(__down_contended(s)))
		__down(s);
}
inline void down_nested(semaphore *s)		/* equal rank allowed */
{
	might_sleep();
	sleep_debug_take(s, s->name, s->rank, true);
	if (unlikely(__down_contended(s)))
		__down(s);
}
status down_interruptible(semaphore *s);	/* -EINTR: not taken */
inline bool down_trylock(semaphore *s)		/* true: taken */
{
	int c;

	do {
		c = atomic_read(&s->count);
		if (c <= 0)
			return false;
	} while (atomic_cmpxchg(&s->count, c, c - 1) != c);
	sleep_debug_take(s, s->name, RANK_NONE, true);
	return true;
}
inline void up(semaphore *s)			/* also from interrupts */
{
	bool waiters;

	sleep_debug_drop(s);
	asm volatile("lock; incl %0" : "+m"(s->count.counter),
		     "=@ccle"(waiters) :: "memory");
	if (unlikely(waiters))
		__up(s);
}

/* count: readers times RW_READER, and the two bits below. While the bit
 * RW_WAITERS is set only the slow paths, under wait_lock, take the lock. */
constexpr int RW_WAITERS = 1, RW_WRITER = 2, RW_READER = 4;

struct rw_semaphore {
	atomic_t count{0};
	spinlock_t wait_lock;
	list_head waiters;
	const char *name;
	lock_rank rank;

	constexpr rw_semaphore(const char *n, lock_rank r) :
		wait_lock(n, RANK_WAIT), name(n), rank(r) {}
};

void __down_read(rw_semaphore *s);
void __down_write(rw_semaphore *s);
void __rwsem_wake(rw_semaphore *s);

/* Takes it unless a writer has it or somebody waits. */
inline bool __read_fast(rw_semaphore *s)
{
	int c = atomic_read(&s->count);

	return !(c & (RW_WAITERS | RW_WRITER)) &&
	       likely(atomic_cmpxchg(&s->count, c, c + RW_READER) == c);
}
inline void down_read(rw_semaphore *s)
{
	might_sleep();
	sleep_debug_take(s, s->name, s->rank, false);
	if (unlikely(!__read_fast(s)))
		__down_read(s);
}
bool __down_read_trylock(rw_semaphore *s);
inline bool down_read_trylock(rw_semaphore *s)	/* true: taken */
{
	if (unlikely(!__read_fast(s)) && !__down_read_trylock(s))
		return false;
	sleep_debug_take(s, s->name, RANK_NONE, true);
	return true;
}
inline void up_read(rw_semaphore *s)
{
	sleep_debug_drop(s);
	if (unlikely(atomic_add_return(-RW_READER, &s->count) == RW_WAITERS))
		__rwsem_wake(s);
}
inline void down_write(rw_semaphore *s)
{
	might_sleep();
	sleep_debug_take(s, s->name, s->rank, false);
	if (unlikely(atomic_cmpxchg(&s->count, 0, RW_WRITER)))
		__down_write(s);
}
inline void up_write(rw_semaphore *s)
{
	sleep_debug_drop(s);
	if (unlikely(atomic_add_return(-RW_WRITER, &s->count)))
		__rwsem_wake(s);
}

#define SLEEP_GUARD(guard, type, take, release)				\
	class [[nodiscard]] guard {					\
		type *s;						\
		bool held = true;					\
	public:								\
		explicit guard(type &sem) : s(&sem) { take(s); }	\
		guard(const guard &) = delete;				\
		~guard() { unlock(); }					\
		void unlock() { if (held) release(s); held = false; }	\
	}
SLEEP_GUARD(down_guard, semaphore, down, up);
SLEEP_GUARD(down_nested_guard, semaphore, down_nested, up);
SLEEP_GUARD(read_guard, rw_semaphore, down_read, up_read);
SLEEP_GUARD(write_guard, rw_semaphore, down_write, up_write);
