/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wait queues. The usual form:
 *	wait_event(wq, condition);
 *	TRY(wait_event_interruptible(wq, condition));   // -ERESTARTSYS
 * wake_up() may be called from any context, under any lock ranked below
 * RANK_WAIT. kernel/sched.cpp.
 */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/status.h>

constexpr long TASK_RUNNING = 0, TASK_INTERRUPTIBLE = 1,
	TASK_UNINTERRUPTIBLE = 2, TASK_ZOMBIE = 4, TASK_STOPPED = 8,
	TASK_DEAD = 16, TASK_TRACED = 32;
constexpr long MAX_SCHEDULE_TIMEOUT = 0x7fffffff;

struct wait_queue_head_t {
	spinlock_t lock{"wait queue", RANK_WAIT};
	list_head task_list;
};

struct wait_queue_t;
/* Called by a wake-up under the head's lock; returns true if it woke. */
using wait_queue_func_t = bool (*)(wait_queue_t *wait);
bool default_wake_function(wait_queue_t *wait);

struct wait_queue_t {
	task_struct *task;
	wait_queue_func_t func = default_wake_function;
	bool exclusive = false;		/* a wake-up ends at the first such */
	list_head task_list;

	explicit wait_queue_t(task_struct *t) : task(t) {}
};

void add_wait_queue(wait_queue_head_t *q, wait_queue_t *w);
void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_t *w);
void remove_wait_queue(wait_queue_head_t *q, wait_queue_t *w);
/* Puts @w on @q if it is on none and sets the state of current. */
void prepare_to_wait(wait_queue_head_t *q, wait_queue_t *w, long state);
void finish_wait(wait_queue_head_t *q, wait_queue_t *w);
void __wake_up(wait_queue_head_t *q, long states, int nr_exclusive);

inline void wake_up(wait_queue_head_t *q)
{
	__wake_up(q, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE, 1);
}
inline void wake_up_all(wait_queue_head_t *q)
{
	__wake_up(q, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE, 0);
}
inline void wake_up_interruptible(wait_queue_head_t *q)
{
	__wake_up(q, TASK_INTERRUPTIBLE, 1);
}
/* True if somebody may be waiting; the caller made his change visible. */
inline bool waitqueue_active(wait_queue_head_t *q)
{
	return !list_empty(&q->task_list);
}

void schedule();
/* Sleeps at most @ticks; returns what is left of them. */
long schedule_timeout(long ticks);
bool signal_pending_current();

#define wait_event(wq, cond)						\
	do {								\
		might_sleep();						\
		if (cond)						\
			break;						\
		wait_queue_t _w(current);				\
		for (;;) {						\
			prepare_to_wait(&(wq), &_w, TASK_UNINTERRUPTIBLE); \
			if (cond)					\
				break;					\
			schedule();					\
		}							\
		finish_wait(&(wq), &_w);				\
	} while (0)

#define wait_event_interruptible(wq, cond)				\
	({								\
		status _st;						\
		might_sleep();						\
		if (!(cond)) {						\
			wait_queue_t _w(current);			\
			for (;;) {					\
				prepare_to_wait(&(wq), &_w,		\
						TASK_INTERRUPTIBLE);	\
				if (cond)				\
					break;				\
				if (signal_pending_current()) {		\
					_st = -ERESTARTSYS;		\
					break;				\
				}					\
				schedule();				\
			}						\
			finish_wait(&(wq), &_w);			\
		}							\
		_st;							\
	})
