/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers of timer_create, and a handler that notes what their signal says. */
#pragma once

#include <child.h>
#include <limits.h>
#include <sys/syscall.h>

static volatile sig_atomic_t fired, value, overruns, told;
static volatile sig_atomic_t first;	/* overruns of the first signal */

static inline void on_timer(int, siginfo_t *si, void *)
{
	int sum;

	told = gettid();
	if (!fired)
		first = si->si_overrun;
	fired = fired + 1;
	value = si->si_value.sival_int;
	/* A count may be all that an int holds. */
	if (__builtin_add_overflow(overruns, si->si_overrun, &sum))
		sum = INT_MAX;
	overruns = sum;
	if (si->si_code != SI_TIMER)
		fired = -1000;
}

/* @thread is told (notify 4). */
static inline timer_t make_timer(clockid_t clock, int notify, int v,
				 pid_t thread = gettid())
{
	sigevent e{};
	timer_t t;

	e.sigev_notify = notify;
	e.sigev_signo = SIGRTMIN + 1;
	e.sigev_value.sival_int = v;
	if (notify == 4)
		e.sigev_notify_thread_id = thread;
	MUST(timer_create(clock, &e, &t) == 0);
	fired = value = overruns = 0;
	return t;
}

static inline itimerspec ms(long first, long period = 0)
{
	return {{period / 1000, period % 1000 * 1000000},
		{first / 1000, first % 1000 * 1000000}};
}

static inline bool await_fired(int n)
{
	for (int i = 0; i < 5000 && fired < n; i++)
		sleep_ms(1);
	return fired >= n;
}

static inline void catch_timers()
{
	struct sigaction sa{};

	sa.sa_sigaction = on_timer;
	sa.sa_flags = SA_SIGINFO;
	MUST(sigaction(SIGRTMIN + 1, &sa, nullptr) == 0);
}
