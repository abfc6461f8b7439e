/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POSIX timers. One belongs to a process, hangs in tg->posix_timers and goes
 * with exec and exit; siglock protects the list and the timers' fields. Each
 * keeps the record of its signal, which it can therefore always send. 2.6:
 * kernel/posix-timers.c.
 */
#include "posix_timers.h"

#include <linux/sched.h>
#include <linux/slab.h>

/* siglock held. */
static k_itimer *find(int id)
{
	list_for_each_entry(k_itimer, t, &current->tg->posix_timers, list)
		if (t->id == id)
			return t;
	return nullptr;
}

/* Gives @t the lowest free number, which is its value if it has none. */
static void enlist(k_itimer *t, bool has_value)
{
	spin_irq_guard g(current->sighand->siglock);
	list_head *at = &current->tg->posix_timers;

	list_for_each_entry(k_itimer, o, &current->tg->posix_timers, list) {
		if (o->id != t->id)
			break;
		t->id++;
		at = &o->list;
	}
	t->signal->info.timer.tid = t->id;
	if (!has_value)
		t->signal->info.timer.value.sival_int = t->id;
	list_add(&t->list, at);
}

static sigpending *queue_of(const k_itimer *t)
{
	return t->thread ? &t->thread->pending : &t->tg->shared_pending;
}

/* @t is on no list any more, or not yet. */
static void destroy(k_itimer *t)
{
	t->dead = true;
	del_timer_sync(&t->timer);
	{
		spin_irq_guard g(current->sighand->siglock);

		free_own_sigqueue(t->signal, queue_of(t));
	}
	if (t->thread)
		put_task_struct(t->thread);
	kfree(t);
}

static status find_thread(k_itimer *t, pid_t pid)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = find_task_by_pid(pid);

	if (!p || p->tg != current->tg)
		return -EINVAL;
	get_task_struct(p);
	t->thread = p;
	return OK;
}

static bool good_event(const sigevent_t &e)
{
	if (e.notify == SIGEV_NONE)
		return true;
	return (e.notify == SIGEV_SIGNAL || e.notify == SIGEV_THREAD ||
		e.notify == SIGEV_THREAD_ID) &&
	       e.signo > 0 && e.signo <= _NSIG;
}

static status fill(k_itimer *t, const sigevent_t &e)
{
	t->notify = e.notify;
	t->signal->info.si_signo = e.signo;
	t->signal->info.si_code = SI_TIMER;
	t->signal->info.timer.value = e.value;
	return e.notify == SIGEV_THREAD_ID ? find_thread(t, e.tid) : OK;
}

static k_itimer *new_timer(clockid_t clock)
{
	k_itimer *t = kmalloc_new<k_itimer>(GFP_KERNEL);

	if (!t)
		return nullptr;
	t->tg = current->tg;
	t->clock = clock;
	t->timer.function = timer_expired;
	t->timer.data = (unsigned long)t;
	t->signal = alloc_own_sigqueue();
	if (t->signal)
		return t;
	kfree(t);
	return nullptr;
}

result<int> create_timer(clockid_t clock, const sigevent_t *event)
{
	sigevent_t e{};

	e.signo = SIGALRM;
	if (event)
		e = *event;
	if (!good_event(e))
		return -EINVAL;
	k_itimer *t = new_timer(clock);

	if (!t)
		return -EAGAIN;
	status s = fill(t, e);

	if (s.failed()) {
		destroy(t);
		return s.fail();
	}
	enlist(t, event);
	return t->id;
}

/* The timer @id, or the first one, off the list. */
static k_itimer *take_off(thread_group *tg, const int *id)
{
	spin_irq_guard g(current->sighand->siglock);

	list_for_each_entry(k_itimer, t, &tg->posix_timers, list)
		if (!id || t->id == *id) {
			list_del(&t->list);
			t->dead = true;
			return t;
		}
	return nullptr;
}

status delete_timer(int id)
{
	k_itimer *t = take_off(current->tg, &id);

	if (!t)
		return -EINVAL;
	destroy(t);
	return OK;
}

void exit_posix_timers(thread_group *tg)
{
	while (k_itimer *t = take_off(tg, nullptr))
		destroy(t);
}

/* ---- setting; siglock held ---- */

/* One that runs has at least a nanosecond left. */
static timer_setting read_timer(const k_itimer *t)
{
	if (!t->running)
		return {0, 0};
	return {max(t->deadline - timer_now(t), (s64)1), t->interval};
}

static void write_timer(k_itimer *t, bool absolute, const timer_setting &s)
{
	t->overruns = t->taken_overruns = 0;
	t->running = s.value;
	t->interval = s.value ? s.interval : 0;
	t->wall = absolute && t->clock == CLOCK_REALTIME;
	t->deadline = absolute ? s.value :
		timer_deadline(timer_now(t), s.value);
	if (t->running)
		hang_up(t);
	else
		del_timer(&t->timer);
}

status set_timer(int id, bool absolute, timer_setting *s)
{
	spin_irq_guard g(current->sighand->siglock);
	k_itimer *t = find(id);

	if (!t)
		return -EINVAL;
	timer_setting old = read_timer(t);

	write_timer(t, absolute, *s);
	*s = old;
	return OK;
}

status get_timer(int id, timer_setting *s)
{
	spin_irq_guard g(current->sighand->siglock);
	k_itimer *t = find(id);

	if (!t)
		return -EINVAL;
	*s = read_timer(t);
	return OK;
}

result<long> timer_overruns(int id)
{
	spin_irq_guard g(current->sighand->siglock);
	const k_itimer *t = find(id);

	if (!t)
		return -EINVAL;
	bool taken = list_empty(&t->signal->list);

	return (long)(taken ? t->overruns : t->taken_overruns);
}
