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

/* The mask that ppoll and pselect6 set meanwhile. set: @u may be null.
 * restore: @interrupted: a handler has to run with the temporary mask still
 * in place. */
status poll_set_mask(user_ptr<const u64> u, size_t size);
void poll_restore_mask(bool interrupted);
