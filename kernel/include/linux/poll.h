/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a poll() operation needs: report the queues by poll_wait(), then return
 * the POLL bits that hold now. fs/select.cpp waits on all queues at once.
 */
#pragma once

#include <linux/fs.h>
#include <linux/wait.h>
#include <uapi/poll.h>

struct poll_table_page;
struct poll_table {
	poll_table_page *pages = nullptr;
	volatile bool triggered = false;	/* a queue was woken */
	bool wanted = true;		/* false: only look, do not queue up */
	int error = 0;

	~poll_table();			/* leaves all queues */
};
constexpr unsigned DEFAULT_POLLMASK = POLLIN | POLLOUT | POLLRDNORM |
	POLLWRNORM;
/* Sleeps until a queue is woken, a signal comes or the deadline (schedule_
 * until) is reached; false: the time is up. */
bool poll_schedule(poll_table *pt, u64 deadline);
unsigned vfs_poll(file *f, poll_table *pt);
/* What is left until a deadline, not below 0: what select reports. */
timespec64 time_left(u64 deadline);
