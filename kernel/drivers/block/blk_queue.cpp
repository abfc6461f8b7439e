/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request queue: its pool of requests, its plug, and flushes. The queue is
 * plugged while it fills, so that the driver meets whole requests: whoever
 * waits for I/O runs tq_disk, and a timer does if nobody waits. So a queue
 * that is neither plugged nor empty has a driver at work on it.
 *
 * A flush is a request without data at the end of the queue that nothing
 * overtakes: when it is done, so is everything submitted before it.
 */
#include "blk.h"
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* An idle disk starts when so many requests wait, plugged or not. */
constexpr unsigned UNPLUG_REQUESTS = 8;
/* Long enough that it does not cut a request in two that is being built. */
constexpr unsigned long UNPLUG_DELAY = HZ / 10;

/* ---- plugging ---- */

static void unplug_device(request_queue *q)	/* queue_lock held */
{
	if (!q->plugged)
		return;
	q->plugged = false;
	if (!list_empty(&q->queue_head))
		q->request_fn(q);
}

static void generic_unplug_device(void *data)
{
	auto *q = (request_queue *)data;
	spin_irq_guard g(q->queue_lock);

	unplug_device(q);
}

/* The timer is not stopped by an unplug; it looks whose plug it meets. */
static void unplug_timeout(unsigned long data)
{
	auto *q = (request_queue *)data;
	spin_irq_guard g(q->queue_lock);

	if (time_after_eq(jiffies, q->plugged_at + UNPLUG_DELAY))
		unplug_device(q);
	else if (q->plugged)
		mod_timer(&q->unplug_timer, q->plugged_at + UNPLUG_DELAY);
}

static void plug_device(request_queue *q)	/* queue_lock held */
{
	q->plugged = true;
	q->plugged_at = jiffies;
	queue_task(&q->plug_tq, &tq_disk);
	if (!timer_pending(&q->unplug_timer))
		mod_timer(&q->unplug_timer, jiffies + UNPLUG_DELAY);
}

void run_task_queue_disk()
{
	if (!list_empty(&tq_disk.list))
		run_task_queue(&tq_disk);
}

/* ---- the pool of requests ---- */

void wait_for_request(request_queue *q, rw_t cmd)
{
	generic_unplug_device(q);
	wait_event(q->wait_for_request,
		   READ_ONCE(q->nr_free) > pool_reserve(cmd));
}

void blk_init_queue(request_queue *q, request_fn_t fn)
{
	auto *pool = (char *)kmalloc(NR_REQUESTS * sizeof(request), GFP_KERNEL);

	if (!pool)
		panic("no memory for a request queue\n");
	for (unsigned i = 0; i < NR_REQUESTS; i++) {
		auto *rq = new (pool + i * sizeof(request)) request;

		list_add_tail(&rq->queue, &q->free_requests);
	}
	q->nr_free = NR_REQUESTS;
	q->request_fn = fn;
	q->plug_tq.routine = generic_unplug_device;
	q->plug_tq.data = q;
	q->unplug_timer.function = unplug_timeout;
	q->unplug_timer.data = (unsigned long)q;
}

void add_request(request_queue *q, request *rq, list_head *where)
{
	if (list_empty(&q->queue_head) && !q->plugged)
		plug_device(q);
	elv_add_request(q, rq, where);
	q->last_merge = rq;
	if (NR_REQUESTS - q->nr_free >= UNPLUG_REQUESTS)
		unplug_device(q);
}

void issue_request(request_queue *q, request *rq, list_head *where)
{
	bool at_work = elv_has_request(q);

	elv_add_request(q, rq, where);
	q->last_merge = nullptr;
	q->plugged = false;
	if (!at_work)
		q->request_fn(q);
}

/* ---- flushes ---- */

void blk_queue_flush(request_queue *q,
		     void (*end_flush)(request *rq, bool uptodate), void *data)
{
	for (;;) {
		spin_irq_guard g(q->queue_lock);

		if (request *rq = get_request(q, READ)) {
			rq->flush = true;
			rq->end_flush = end_flush;
			rq->private_ = data;
			issue_request(q, rq, q->queue_head.prev);
			return;
		}
		g.unlock();
		wait_for_request(q, READ);
	}
}

struct flush_wait {
	completion done;
	bool ok = false;
};

static void end_flush(request *rq, bool uptodate)
{
	auto *w = (flush_wait *)rq->private_;

	w->ok = uptodate;
	complete(&w->done);
}

status blkdev_issue_flush(block_device *bdev)
{
	flush_wait w;

	blk_queue_flush(bdev->bd_disk->queue, end_flush, &w);
	wait_for_completion(&w.done);
	return w.ok ? 0 : -EIO;
}
