/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POSIX timers expire: periods, signals and what they miss. The record of a
 * timer's signal waits in one queue at a time; expirations meanwhile are
 * counted in it.
 */
#include "posix_timers.h"

#include <linux/kernel.h>
#include <linux/sched.h>

constexpr s64 FOR_EVER = 0x7fffffffffffffffll;

s64 timer_now(const k_itimer *t)
{
	return t->wall ? ktime_get_real_ns() : (s64)ktime_get_ns();
}

/* A time that is too far away never comes. */
s64 timer_deadline(s64 now, s64 ns)
{
	return ns > FOR_EVER - now ? FOR_EVER : now + ns;
}

/* The wheel may turn too early, for a time that is very far away. */
void hang_up(k_itimer *t)
{
	mod_timer(&t->timer, timer_expiry(deadline_after(t->deadline -
							 timer_now(t))));
}

static u64 quotient(u64 n, u64 by)
{
	u64 q = 0;

	if (!(by >> 32)) {
		do_div(&n, (u32)by);
		return n;
	}
	for (int bit = 31; bit >= 0; bit--)
		if (n >> bit >= by) {
			n -= by << bit;
			q |= 1ull << bit;
		}
	return q;
}

/* Past now; returns by how many periods. */
static u64 forward(k_itimer *t, s64 now)
{
	if (t->deadline > now)
		return 0;
	u64 n = quotient((u64)(now - t->deadline), (u64)t->interval) + 1;

	t->deadline = timer_deadline(t->deadline, (s64)n * t->interval);
	return n;
}

/* ---- expiry ---- */

static int add_overruns(int a, u64 b)
{
	return (int)min((u64)a + b, (u64)0x7fffffff);
}

/* siglock held. @n expirations. */
static void send_signal(k_itimer *t, task_struct *p, u64 n)
{
	sigqueue *q = t->signal;

	if (!list_empty(&q->list)) {
		t->overruns = add_overruns(t->overruns, n);
		q->info.timer.overrun = t->overruns;
		return;
	}
	t->taken_overruns = t->overruns;
	t->overruns = add_overruns(0, n - 1);
	q->info.timer.overrun = t->overruns;
	send_own_sigqueue(q, p, !t->thread);
}

/* siglock held. */
static void expire(k_itimer *t, task_struct *p)
{
	s64 now = timer_now(t);
	u64 n = 1;

	if (t->dead || !t->running)
		return;
	if (t->deadline > now) {
		hang_up(t);
		return;
	}
	if (t->interval) {
		n = forward(t, now);
		hang_up(t);
	} else {
		t->running = false;
	}
	if (t->notify != SIGEV_NONE)
		send_signal(t, p, n);
}

/* tasklist_lock held. */
static task_struct *target(const k_itimer *t)
{
	if (t->thread)
		return t->thread;
	if (list_empty(&t->tg->threads))
		return nullptr;
	return list_entry(t->tg->threads.next, task_struct, thread_node);
}

void timer_expired(unsigned long data)
{
	k_itimer *t = (k_itimer *)data;
	spin_irq_guard g(tasklist_lock);
	task_struct *p = target(t);

	if (!p)
		return;
	spin_irq_guard s(p->sighand->siglock);

	expire(t, p);
}

/* The time of day was set: what waits for one waits for it still. */
void posix_timers_clock_set()
{
	spin_irq_guard g(tasklist_lock);

	list_for_each_entry(task_struct, p, &all_tasks, tasks) {
		if (p != p->group_leader)
			continue;
		spin_irq_guard s(p->sighand->siglock);

		list_for_each_entry(k_itimer, t, &p->tg->posix_timers, list)
			if (t->running && t->wall)
				hang_up(t);
	}
}
