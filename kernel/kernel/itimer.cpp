/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interval timers and the accounting that the ticks of a process do. REAL
 * runs on a kernel timer; VIRTUAL and PROF count down with the processor time
 * of the process. All values are ticks; siglock protects them.
 */
#include <linux/sched.h>
#include <linux/time.h>

struct interval {			/* ticks; value 0: not running */
	unsigned long value, incr;
};

/* siglock held: setitimer cannot stop a timer that starts again unseen. */
static void rearm(thread_group *tg)
{
	timer_list *t = &tg->real_timer;
	unsigned long next = t->expires + tg->it_real_incr;

	if (tg->it_real_incr && !timer_pending(t))
		mod_timer(t, time_after(next, jiffies) ? next : jiffies + 1);
}

/* The handler of tg->real_timer. */
static void real_timer_expired(unsigned long data)
{
	thread_group *tg = (thread_group *)data;
	spin_irq_guard g(tasklist_lock);

	if (list_empty(&tg->threads))
		return;
	task_struct *p = list_entry(tg->threads.next, task_struct,
				    thread_node);
	{
		spin_irq_guard s(p->sighand->siglock);
		rearm(tg);
	}
	group_send_sig_info(SIGALRM, nullptr, p).ignore();
}

/* A countdown of processor time reaches zero: starts again by @incr. */
static bool count_down(unsigned long *value, unsigned long incr)
{
	if (!*value || --*value)
		return false;
	*value = incr;
	return true;
}

/* Every second over the soft limit; the hard one kills. */
static int cpu_limit_signal(const thread_group *tg)
{
	unsigned long ticks = tg->ticks_used;
	const rlimit64 &r = tg->rlim[RLIMIT_CPU];

	if (r.rlim_cur == RLIM64_INFINITY || ticks % HZ)
		return 0;
	if (ticks / HZ >= r.rlim_max)
		return SIGKILL;
	return ticks / HZ >= r.rlim_cur ? SIGXCPU : 0;
}

void account_process_tick(task_struct *p, bool user)
{
	thread_group *tg = p->tg;
	bool virt, prof;
	int limit;

	{
		spin_irq_guard g(p->sighand->siglock);
		++(user ? p->utime : p->stime);
		tg->ticks_used++;
		virt = user && count_down(&tg->it_virt_value,
					  tg->it_virt_incr);
		prof = count_down(&tg->it_prof_value, tg->it_prof_incr);
		limit = cpu_limit_signal(tg);
	}
	if (virt)
		group_send_sig_info(SIGVTALRM, nullptr, p).ignore();
	if (prof)
		group_send_sig_info(SIGPROF, nullptr, p).ignore();
	if (limit)
		group_send_sig_info(limit, nullptr, p).ignore();
}

static unsigned long timeval_to_ticks(const timeval &t)
{
	u64 us = (u64)(u32)t.tv_sec * 1000000 + (u32)t.tv_usec;

	return ns_to_ticks(us * NSEC_PER_USEC);
}

static timeval ticks_to_timeval(unsigned long ticks)
{
	return {(s32)(ticks / HZ), (s32)(ticks % HZ * (1000000 / HZ))};
}

/* siglock held. A running timer never shows as zero, nor as longer than it
 * was set to. */
static interval read_interval(const thread_group *tg, int which)
{
	if (which == ITIMER_VIRTUAL)
		return {tg->it_virt_value, tg->it_virt_incr};
	if (which == ITIMER_PROF)
		return {tg->it_prof_value, tg->it_prof_incr};
	if (!timer_pending(&tg->real_timer))
		return {0, tg->it_real_incr};
	return {max(timer_ticks_left(&tg->real_timer), 1ul),
		tg->it_real_incr};
}

static void write_interval(thread_group *tg, int which, interval v)
{
	if (which == ITIMER_VIRTUAL) {
		tg->it_virt_value = v.value;
		tg->it_virt_incr = v.incr;
		return;
	}
	if (which == ITIMER_PROF) {
		tg->it_prof_value = v.value;
		tg->it_prof_incr = v.incr;
		return;
	}
	tg->it_real_incr = v.incr;
	tg->real_timer.function = real_timer_expired;
	tg->real_timer.data = (unsigned long)tg;
	if (v.value)
		mod_timer(&tg->real_timer, timer_expiry(ktime_get_ns() +
				(u64)v.value * NSEC_PER_TICK));
	else
		del_timer(&tg->real_timer);
}

static interval swap_interval(int which, interval v)
{
	spin_irq_guard g(current->sighand->siglock);
	interval old = read_interval(current->tg, which);

	write_interval(current->tg, which, v);
	return old;
}

static itimerval to_user(interval v)
{
	return {ticks_to_timeval(v.incr), ticks_to_timeval(v.value)};
}

static bool timeval_valid(const timeval &t)
{
	return t.tv_sec >= 0 && (u32)t.tv_usec < 1000000;
}

SYSCALL result<long> sys_getitimer(int which, user_ptr<itimerval> value)
{
	interval v;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	{
		spin_irq_guard g(current->sighand->siglock);
		v = read_interval(current->tg, which);
	}
	return put_user(to_user(v), value);
}

SYSCALL result<long> sys_setitimer(int which, user_ptr<const itimerval> value,
				   user_ptr<itimerval> ovalue)
{
	itimerval v{};
	interval old;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	if (value)
		TRY(get_user(&v, value));
	if (!timeval_valid(v.it_value) || !timeval_valid(v.it_interval))
		return -EINVAL;
	old = swap_interval(which, {timeval_to_ticks(v.it_value),
				    timeval_to_ticks(v.it_interval)});
	return ovalue ? put_user(to_user(old), ovalue) : OK;
}

SYSCALL result<long> sys_alarm(unsigned seconds)
{
	unsigned long ticks = min(seconds, (unsigned)(MAX_SCHEDULE_TIMEOUT /
						      HZ) - 1) * HZ;
	interval old = swap_interval(ITIMER_REAL, {ticks, 0});

	return (long)div_round_up(old.value, HZ);
}
