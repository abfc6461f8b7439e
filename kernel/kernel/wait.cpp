/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wait queues, completions and sleeping with a time limit. A waiter sets its
 * state after it is on the queue and before it tests its condition, so a
 * wake-up between test and sleep is never lost.
 */
#include <linux/sched.h>

bool default_wake_function(wait_queue_t *wait)
{
	return wake_up_state(wait->task,
			     TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE);
}

void add_wait_queue(wait_queue_head_t *q, wait_queue_t *w)
{
	spin_irq_guard g(q->lock);

	w->exclusive = false;
	list_add(&w->task_list, &q->task_list);
}

void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_t *w)
{
	spin_irq_guard g(q->lock);

	w->exclusive = true;
	list_add_tail(&w->task_list, &q->task_list);
}

void remove_wait_queue(wait_queue_head_t *q, wait_queue_t *w)
{
	spin_irq_guard g(q->lock);

	list_del(&w->task_list);
}

/* Exclusive waiters go behind all others, so that a wake-up that ends at one
 * has reached everybody who shares. */
void prepare_to_wait(wait_queue_head_t *q, wait_queue_t *w, long state)
{
	spin_irq_guard g(q->lock);

	if (list_empty(&w->task_list)) {
		if (w->exclusive)
			list_add_tail(&w->task_list, &q->task_list);
		else
			list_add(&w->task_list, &q->task_list);
	}
	current->state = state;
}

void finish_wait(wait_queue_head_t *q, wait_queue_t *w)
{
	current->state = TASK_RUNNING;
	remove_wait_queue(q, w);
}

static bool wake_one(wait_queue_t *w, long states)
{
	if (w->func == default_wake_function)
		return wake_up_state(w->task, states);
	return w->func(w);
}

/* A wake function may take its entry off the queue, but no other. */
void __wake_up(wait_queue_head_t *q, long states, int nr_exclusive)
{
	spin_irq_guard g(q->lock);

	list_for_each_entry_safe(wait_queue_t, w, n, &q->task_list, task_list)
		if (wake_one(w, states) && w->exclusive && !--nr_exclusive)
			break;
}

void complete(completion *c)
{
	spin_irq_guard g(c->wait.lock);

	c->done++;
	list_for_each_entry_safe(wait_queue_t, w, n, &c->wait.task_list,
				 task_list)
		if (w->func(w))
			break;
}

static bool take_completion(completion *c)
{
	spin_irq_guard g(c->wait.lock);

	if (!c->done)
		return false;
	c->done--;
	return true;
}

/* When it returns complete() has let go of @c, which may be on our stack:
 * both hold the lock of the queue for all they do. */
void wait_for_completion(completion *c)
{
	wait_queue_t w(current);

	might_sleep();
	for (;;) {
		prepare_to_wait(&c->wait, &w, TASK_UNINTERRUPTIBLE);
		if (take_completion(c))
			break;
		schedule();
	}
	finish_wait(&c->wait, &w);
}

bool signal_pending_current()
{
	return signal_pending(current);
}

static void sleep_is_over(unsigned long task)
{
	wake_up_process((task_struct *)task);
}

long schedule_timeout(long ticks)
{
	timer_list timer;
	unsigned long expires;

	if (ticks == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return ticks;
	}
	BUG_ON(ticks < 0);
	expires = jiffies + ticks;
	timer.expires = expires;
	timer.function = sleep_is_over;
	timer.data = (unsigned long)current;
	add_timer(&timer);
	schedule();
	del_timer_sync(&timer);
	return max((long)(expires - jiffies), 0l);
}
