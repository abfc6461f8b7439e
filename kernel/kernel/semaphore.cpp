/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slow paths of sleeping locks. A release hands the lock to the first
 * waiter instead of leaving it for whoever comes first: that is what makes
 * them fair. Waiters are records on the sleepers' stacks; `granted' is set
 * under wait_lock by who hands over, and not touched after.
 */
#include <linux/sched.h>

struct sem_waiter {
	list_head list;
	task_struct *task = current;
	bool write = false;
	volatile bool granted = false;
};

static void sleep_until_granted(const sem_waiter &w)
{
	for (;;) {
		current->state = TASK_UNINTERRUPTIBLE;
		if (w.granted)
			break;
		schedule();
	}
	current->state = TASK_RUNNING;
}

/* The waiter's record is gone once it sees `granted'. */
static void grant(sem_waiter *w)
{
	task_struct *task = w->task;

	list_del(&w->list);
	w->granted = true;
	wake_up_process(task);
}

/* Takes a wake-up that came before its waiter, or queues @w. */
static bool join(semaphore *s, sem_waiter *w)
{
	spin_irq_guard g(s->wait_lock);

	if (s->wakeups) {
		s->wakeups--;
		return true;
	}
	list_add_tail(&w->list, &s->waiters);
	return false;
}

void __down(semaphore *s)
{
	sem_waiter w;

	if (!join(s, &w))
		sleep_until_granted(w);
}

/* Leaves the queue, unless a grant is already on its way: each up() that
 * found the count negative owes one to somebody. */
static bool withdraw(semaphore *s, sem_waiter *w)
{
	spin_irq_guard g(s->wait_lock);
	int c;

	if (w->granted)
		return false;
	do {
		c = atomic_read(&s->count);
		if (c >= 0)
			return false;
	} while (atomic_cmpxchg(&s->count, c, c + 1) != c);
	list_del(&w->list);
	return true;
}

status __down_interruptible(semaphore *s)
{
	sem_waiter w;

	if (join(s, &w))
		return OK;
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (w.granted)
			break;
		if (signal_pending(current)) {
			current->state = TASK_RUNNING;
			if (withdraw(s, &w))
				return -EINTR;
			sleep_until_granted(w);
			break;
		}
		schedule();
	}
	current->state = TASK_RUNNING;
	return OK;
}

status down_interruptible(semaphore *s)
{
	might_sleep();
	if (unlikely(__down_contended(s)))
		TRY(__down_interruptible(s));
	sleep_debug_take(s, s->name, s->rank, false);
	return OK;
}

void __up(semaphore *s)
{
	spin_irq_guard g(s->wait_lock);

	if (list_empty(&s->waiters))
		s->wakeups++;
	else
		grant(list_entry(s->waiters.next, sem_waiter, list));
}

/* ---- rw_semaphore ---- */

static void set_waiters(rw_semaphore *s)
{
	set_bit(0, (volatile unsigned long *)&s->count.counter);
}

/* wait_lock held and RW_WAITERS set, so that only releases can change the
 * rest of the count meanwhile. */
static bool take_if_free(rw_semaphore *s, bool write)
{
	int c = atomic_read(&s->count);

	if (write ? c & ~RW_WAITERS : c & RW_WRITER)
		return false;
	atomic_add(write ? RW_WRITER : RW_READER, &s->count);
	return true;
}

static void hand_over(rw_semaphore *s)
{
	while (!list_empty(&s->waiters)) {
		sem_waiter *w = list_entry(s->waiters.next, sem_waiter, list);

		if (!take_if_free(s, w->write))
			return;
		grant(w);
	}
	clear_bit(0, (volatile unsigned long *)&s->count.counter);
}

void __rwsem_wake(rw_semaphore *s)
{
	spin_irq_guard g(s->wait_lock);

	hand_over(s);
}

/* Joins the end of the queue and serves whoever can be: perhaps ourselves. */
static void rwsem_wait(rw_semaphore *s, bool write)
{
	sem_waiter w;
	spin_irq_guard g(s->wait_lock);

	w.write = write;
	set_waiters(s);
	list_add_tail(&w.list, &s->waiters);
	hand_over(s);
	g.unlock();
	sleep_until_granted(w);
}

void __down_read(rw_semaphore *s)
{
	rwsem_wait(s, false);
}

void __down_write(rw_semaphore *s)
{
	rwsem_wait(s, true);
}

bool __down_read_trylock(rw_semaphore *s)
{
	int c;

	do {
		c = atomic_read(&s->count);
		if (c & (RW_WAITERS | RW_WRITER))
			return false;
	} while (atomic_cmpxchg(&s->count, c, c + RW_READER) != c);
	return true;
}
