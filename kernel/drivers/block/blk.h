/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of the block layer tell each other. queue_lock held but
 * for wait_for_request. */
#pragma once

#include <linux/blkdev.h>

constexpr unsigned NR_REQUESTS = 128;
constexpr unsigned WRITE_RESERVE = NR_REQUESTS / 2;	/* for READs only */
/* Sleepers are woken for each batch that is freed, not for every request. */
constexpr unsigned REQUEST_BATCH = 8;
static_assert(NR_REQUESTS % REQUEST_BATCH == 0, "the last one wakes them");

inline unsigned pool_reserve(rw_t cmd)
{
	return cmd == WRITE ? WRITE_RESERVE : 0;
}

/* A fresh request, or null: none free for this direction. */
inline request *get_request(request_queue *q, rw_t cmd)
{
	if (q->nr_free <= pool_reserve(cmd))
		return nullptr;
	request *rq = list_entry(q->free_requests.next, request, queue);

	__list_unlink(&rq->queue);
	q->nr_free--;
	new (rq) request;
	rq->q = q;
	rq->cmd = cmd;
	return rq;
}
inline void put_request(request_queue *q, request *rq)
{
	list_add(&rq->queue, &q->free_requests);
	q->nr_free++;
	if (!(q->nr_free % REQUEST_BATCH) &&
	    waitqueue_active(&q->wait_for_request))
		wake_up_all(&q->wait_for_request);
}
/* Starts the queue and sleeps until there probably is one. */
void wait_for_request(request_queue *q, rw_t cmd);
/* Puts it behind @where and plugs an idle queue. */
void add_request(request_queue *q, request *rq, list_head *where);
/* The same for one that nothing shall join: starts the queue. */
void issue_request(request_queue *q, request *rq, list_head *where);
