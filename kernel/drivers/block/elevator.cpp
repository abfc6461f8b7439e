/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order of requests, 2.4's elevator.c. The queue is sorted the way a
 * one-way sweep meets the sectors: by distance ahead of the last request
 * taken, so that those behind it come after the turn. Taking the first one
 * moves the sweep on and leaves that order valid.
 *
 * A request may be overtaken only so often; after that, and for a flush from
 * the start, nothing new goes before it.
 */
#include <linux/blkdev.h>

constexpr unsigned READ_LATENCY = 128, WRITE_LATENCY = 256;

static inline sector_t distance(const request_queue *q, sector_t sector)
{
	return sector - q->head_sector;	/* modulo 2^32: ahead is small */
}

static inline bool may_overtake(const request *rq)
{
	return !rq->flush && rq->elevator_sequence;
}

/*
 * Walks from the tail: behind the place where the sectors belong only a FRONT
 * merge with the request met last is possible, at the place a BACK merge.
 */
elv_merge_t __elv_merge(request_queue *q, rw_t cmd, sector_t sector,
			unsigned long count, request **req, list_head **where)
{
	sector_t key = distance(q, sector);
	list_head *pos = q->queue_head.prev;
	request *behind = nullptr;

	for (; pos != &q->queue_head; pos = pos->prev) {
		request *rq = list_entry(pos, request, queue);

		if (!rq->flush && distance(q, rq->sector) <= key) {
			if (rq->cmd == cmd &&
			    rq->sector + rq->nr_sectors == sector) {
				*req = rq;
				*where = pos;
				return ELEVATOR_BACK;
			}
			break;
		}
		if (!may_overtake(rq)) {
			if (!rq->flush)
				behind = rq;
			break;
		}
		behind = rq;
	}
	*where = pos;
	if (!behind || behind->cmd != cmd || sector + count != behind->sector)
		return ELEVATOR_NO_MERGE;
	*req = behind;
	return ELEVATOR_FRONT;
}

void elv_add_request(request_queue *q, request *rq, list_head *where)
{
	rq->elevator_sequence = rq->cmd == WRITE ? WRITE_LATENCY : READ_LATENCY;
	list_add(&rq->queue, where);
	for (list_head *e = rq->queue.next; e != &q->queue_head; e = e->next)
		list_entry(e, request, queue)->elevator_sequence--;
}
