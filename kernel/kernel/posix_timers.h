/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of timer_create and its family: posix_timers.cpp makes, sets and ends
 * timers, posix_timer_expire.cpp lets them expire, posix_timer_calls.cpp talks
 * to the user.
 */
#pragma once

#include <linux/interrupt.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <uapi/posix_timers.h>

struct task_struct;
struct thread_group;

struct k_itimer {
	list_head list;			/* in order of numbers */
	int id = 0;
	int notify = SIGEV_SIGNAL;
	clockid_t clock = 0;
	thread_group *tg = nullptr;
	task_struct *thread = nullptr;	/* counted; null: the process */
	sigqueue *signal = nullptr;
	bool dead = false;		/* on no list: must not go on */
	bool running = false;
	bool wall = false;		/* deadline is a time of day */
	s64 deadline = 0, interval = 0;	/* ns */
	int overruns = 0;		/* of the signal sent last, ... */
	int taken_overruns = 0;		/* ... and of the one before it */
	timer_list timer;
};

/* siglock held: */
s64 timer_now(const k_itimer *t);	/* by the clock of its deadline */
s64 timer_deadline(s64 now, s64 ns);
void hang_up(k_itimer *t);		/* so that it expires at its deadline */
void timer_expired(unsigned long data);	/* the handler of k_itimer::timer */

/* ---- for the current process ---- */

struct timer_setting {			/* ns */
	s64 value, interval;
};
result<int> create_timer(clockid_t clock, const sigevent_t *event);
status delete_timer(int id);
/* Leaves the old setting in @s. */
status set_timer(int id, bool absolute, timer_setting *s);
status get_timer(int id, timer_setting *s);
/* What the last signal of it that was taken stands for besides itself. */
result<long> timer_overruns(int id);
