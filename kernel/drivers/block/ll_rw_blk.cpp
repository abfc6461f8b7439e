/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From buffers to requests, 2.4's ll_rw_blk.c: a buffer joins a request that
 * it continues, or becomes one.
 *
 * What a request carries is known to the functions from back_merge_fn to
 * end_that_request_first and to no others; drivers see sectors and scatter
 * lists. All of it runs under the queue_lock.
 */
#include "blk.h"
#include <linux/kernel.h>

/* ---- what a request carries: a chain of buffers ---- */

static inline unsigned long bh_phys(const buffer_head *bh)
{
	return page_to_phys(bh->b_page) + bh_offset(bh);
}

static inline bool bh_adjacent(const buffer_head *a, const buffer_head *b)
{
	return bh_phys(a) + a->b_size == bh_phys(b);
}

/* Whether @rq may grow by @count sectors and the segments of @other, one
 * less if the two touch in memory; then it does. */
static inline bool grow_request(request *rq, unsigned long count,
				unsigned segments, bool adjacent)
{
	segments += rq->nr_segments - adjacent;
	if (rq->nr_sectors + count > rq->q->max_sectors ||
	    segments > rq->q->max_segments)
		return false;
	rq->nr_segments = segments;
	rq->nr_sectors += count;
	return true;
}

static inline bool back_merge_fn(request *rq, buffer_head *bh)
{
	if (!grow_request(rq, bh->b_size >> 9, 1, bh_adjacent(rq->bhtail, bh)))
		return false;
	bh->b_reqnext = nullptr;
	rq->bhtail->b_reqnext = bh;
	rq->bhtail = bh;
	return true;
}

static inline bool front_merge_fn(request *rq, buffer_head *bh)
{
	if (!grow_request(rq, bh->b_size >> 9, 1, bh_adjacent(bh, rq->bh)))
		return false;
	bh->b_reqnext = rq->bh;
	rq->bh = bh;
	rq->sector = bh->b_rsector;
	return true;
}

static bool merge_requests_fn(request *rq, request *next)
{
	if (!grow_request(rq, next->nr_sectors, next->nr_segments,
			  bh_adjacent(rq->bhtail, next->bh)))
		return false;
	rq->bhtail->b_reqnext = next->bh;
	rq->bhtail = next->bhtail;
	return true;
}

static void fill_request(request *rq, buffer_head *bh)
{
	bh->b_reqnext = nullptr;
	rq->bh = rq->bhtail = bh;
	rq->sector = bh->b_rsector;
	rq->nr_sectors = bh->b_size >> 9;
	rq->nr_segments = 1;
}

unsigned blk_rq_cur_sectors(const request *rq)
{
	return rq->bh->b_size >> 9;
}

unsigned blk_rq_map_sg(request_queue *, request *rq, scatterlist *sg,
		       unsigned max)
{
	unsigned long end = 0;		/* of the last entry; 0: none */
	unsigned n = 0;

	for (const buffer_head *bh = rq->bh; bh; bh = bh->b_reqnext) {
		unsigned long phys = bh_phys(bh);

		if (n && phys == end) {
			sg[n - 1].length += bh->b_size;
		} else {
			if (n == max)
				break;
			sg[n].dma_address = phys;
			sg[n++].length = bh->b_size;
		}
		end = phys + bh->b_size;
	}
	return n;
}

static void report_error(const request *rq)
{
	printk_ratelimited(KERN_ERR "end_request: I/O error, %s sector %lu\n",
			   rq->cmd == WRITE ? "write" : "read", rq->sector);
}

static bool end_buffers(request *rq, bool uptodate, unsigned long sectors)
{
	while (buffer_head *bh = rq->bh) {
		unsigned n = bh->b_size >> 9;

		if (n > sectors)
			return true;
		sectors -= n;
		rq->sector += n;
		rq->nr_sectors -= n;
		rq->bh = bh->b_reqnext;
		bh->b_reqnext = nullptr;
		bh->b_end_io(bh, uptodate);
	}
	return false;
}

bool end_that_request_first(request *rq, bool uptodate, unsigned long sectors)
{
	if (unlikely(rq->flush)) {
		rq->end_flush(rq, uptodate);
		return false;
	}
	if (unlikely(!uptodate))
		report_error(rq);
	return end_buffers(rq, uptodate, sectors);
}

void end_that_request_last(request *rq)
{
	put_request(rq->q, rq);
}

/* ---- putting buffers into the queue ---- */

/* @rq grew: it may now touch the request behind it. */
static void merge_with_next(request_queue *q, request *rq)
{
	if (rq->queue.next == &q->queue_head)
		return;
	request *next = list_entry(rq->queue.next, request, queue);

	if (rq->sector + rq->nr_sectors != next->sector || next->flush ||
	    next->cmd != rq->cmd || !merge_requests_fn(rq, next))
		return;
	rq->elevator_sequence = min(rq->elevator_sequence,
				    next->elevator_sequence);
	list_del(&next->queue);
	put_request(q, next);
}

/* The usual case: the buffer continues what came last. */
static inline bool merge_into_last(request_queue *q, rw_t cmd, buffer_head *bh)
{
	request *rq = q->last_merge;

	if (!rq || rq->cmd != cmd ||
	    rq->sector + rq->nr_sectors != bh->b_rsector ||
	    !back_merge_fn(rq, bh))
		return false;
	merge_with_next(q, rq);
	return true;
}

/* False: merging was not possible; *where is the place for a new request. */
static bool merge_sorted(request_queue *q, rw_t cmd, buffer_head *bh,
			 list_head **where)
{
	request *rq = nullptr;

	switch (elv_merge(q, cmd, bh->b_rsector, bh->b_size >> 9, &rq, where)) {
	case ELEVATOR_BACK:
		if (!back_merge_fn(rq, bh))
			return false;
		break;
	case ELEVATOR_FRONT:
		if (!front_merge_fn(rq, bh))
			return false;
		if (rq->queue.prev != &q->queue_head) {
			request *prev = list_entry(rq->queue.prev, request,
						   queue);
			if (!prev->flush)
				rq = prev;
		}
		break;
	case ELEVATOR_NO_MERGE:
		return false;
	}
	q->last_merge = rq;
	merge_with_next(q, rq);
	return true;
}

static void account_sectors(gendisk *disk, hd_struct *part, rw_t cmd,
			    unsigned long n, unsigned ios)
{
	for (hd_struct *p = part;; p = disk->part) {
		if (cmd == WRITE) {
			p->wr_sectors += n;
			p->wr_ios += ios;
		} else {
			p->rd_sectors += n;
			p->rd_ios += ios;
		}
		if (p == disk->part)
			return;
	}
}

/* 1: a new request, 0: merged, -EAGAIN: none free. queue_lock held. */
static int queue_buffer(request_queue *q, rw_t cmd, buffer_head *bh)
{
	list_head *where;

	if (merge_into_last(q, cmd, bh) || merge_sorted(q, cmd, bh, &where))
		return 0;
	request *rq = get_request(q, cmd);

	if (!rq)
		return -EAGAIN;
	fill_request(rq, bh);
	add_request(q, rq, where);
	return 1;
}

static void make_request(gendisk *disk, hd_struct *part, rw_t rw,
			 buffer_head *bh)
{
	request_queue *q = disk->queue;
	rw_t cmd = rw == WRITE ? WRITE : READ;
	unsigned long count = bh->b_size >> 9;

	for (;;) {
		spin_irq_guard g(q->queue_lock);
		int ret = queue_buffer(q, cmd, bh);

		if (ret >= 0) {
			account_sectors(disk, part, cmd, count, ret);
			return;
		}
		g.unlock();
		if (rw == READA) {
			bh->b_end_io(bh, false);
			return;
		}
		wait_for_request(q, cmd);
	}
}

noinline static void beyond_end(rw_t rw, buffer_head *bh, const gendisk *disk)
{
	char name[16];

	partition_name(disk, bh->b_bdev->bd_partno, name, sizeof(name));
	printk_ratelimited(KERN_ERR "%s: %s beyond end of device: block %lu of "
			   "%u bytes, device has %lu sectors\n", name,
			   rw == WRITE ? "write" : "read", bh->b_blocknr,
			   bh->b_size,
			   disk->part[bh->b_bdev->bd_partno].nr_sects);
	bh->b_end_io(bh, false);
}

void submit_bh_at(rw_t rw, buffer_head *bh, sector_t sector)
{
	gendisk *disk = bh->b_bdev->bd_disk;
	hd_struct *part = &disk->part[bh->b_bdev->bd_partno];
	unsigned long count = bh->b_size >> 9;

	DEBUG_ON(!buffer_locked(bh) || !buffer_mapped(bh) || !bh->b_end_io);
	set_buffer_req(bh);
	if (unlikely(count > part->nr_sects ||
		     sector > part->nr_sects - count)) {
		beyond_end(rw, bh, disk);
		return;
	}
	bh->b_rsector = sector + part->start_sect;
	make_request(disk, part, rw, bh);
}

void submit_bh(rw_t rw, buffer_head *bh)
{
	sector_t sector;

	if (unlikely(__builtin_mul_overflow(bh->b_blocknr,
					    (sector_t)bh->b_size >> 9,
					    &sector)))
		sector = ~0ul;
	submit_bh_at(rw, bh, sector);
}

static void end_buffer_io_sync(buffer_head *bh, bool uptodate)
{
	if (uptodate)
		set_buffer_uptodate(bh);
	else
		clear_buffer_uptodate(bh);
	unlock_buffer(bh);
	put_bh(bh);
}

static bool needs_io(rw_t rw, buffer_head *bh)
{
	return rw == WRITE ? test_clear_buffer_dirty(bh) : !buffer_uptodate(bh);
}

void ll_rw_block(rw_t rw, int nr, buffer_head **bhs)
{
	for (int i = 0; i < nr; i++) {
		buffer_head *bh = bhs[i];

		if (test_set_buffer_locked(bh))
			continue;	/* somebody's I/O is on the way */
		if (!needs_io(rw, bh)) {
			unlock_buffer(bh);
			continue;
		}
		get_bh(bh);
		bh->b_end_io = end_buffer_io_sync;
		submit_bh(rw, bh);
	}
}
