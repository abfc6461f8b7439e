/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block layer: submit_bh() turns buffers into requests, merged and sorted
 * by the elevator, taken by one driver per queue. drivers/block/.
 */
#pragma once

#include <linux/buffer_head.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

enum rw_t : int { READ = 0, WRITE = 1, READA = 2 };

/* A piece of memory that one transfer covers. */
struct scatterlist {
	unsigned long dma_address;	/* physical: bus == physical on a PC */
	unsigned length;		/* bytes; any, the driver cuts */
};

struct request_queue;
struct gendisk;

struct request {
	list_head queue;		/* in the elevator */
	request_queue *q = nullptr;
	rw_t cmd = READ;		/* READ or WRITE */
	bool flush = false;		/* a cache flush: no data */
	bool started = false;		/* the driver has it: no merging */
	unsigned errors = 0;		/* the driver's retry count */
	sector_t sector = 0;		/* what is left to do, from here */
	unsigned long nr_sectors = 0;
	unsigned nr_segments = 0;	/* upper bound of sg entries */
	buffer_head *bh = nullptr, *bhtail = nullptr;
	unsigned elevator_sequence = 0;	/* how often it may be overtaken */
	/* flush requests: called when done (bh is null). */
	void (*end_flush)(request *rq, bool uptodate) = nullptr;
	void *private_ = nullptr;
};

/* Takes requests off the queue; called with queue_lock held, interrupts off. */
using request_fn_t = void (*)(request_queue *q);

struct request_queue {
	spinlock_t queue_lock{"request queue", RANK_QUEUE};
	list_head queue_head;
	request *last_merge = nullptr;
	request_fn_t request_fn = nullptr;
	void *queuedata = nullptr;	/* the driver's */
	/* Limits of one request; the driver sets them. */
	unsigned max_sectors = 256, max_segments = 128;
	sector_t head_sector = 0;	/* where the last one taken ends */
	bool plugged = false;
	tq_struct plug_tq;		/* on tq_disk while plugged */
	timer_list unplug_timer;	/* if nobody runs tq_disk */
	unsigned long plugged_at = 0;	/* jiffies */
	list_head free_requests;	/* READs may use all, WRITEs half */
	unsigned nr_free = 0;
	wait_queue_head_t wait_for_request;
};

void blk_init_queue(request_queue *q, request_fn_t fn);	/* boot time */

/* drivers/block/elevator.cpp; queue_lock held. Where new work of @count
 * sectors at @sector belongs: it may continue *req (BACK), come right before
 * it (FRONT), or go behind *where as a request of its own. */
enum elv_merge_t { ELEVATOR_NO_MERGE, ELEVATOR_FRONT, ELEVATOR_BACK };
elv_merge_t __elv_merge(request_queue *q, rw_t cmd, sector_t sector,
			unsigned long count, request **req, list_head **where);
inline elv_merge_t elv_merge(request_queue *q, rw_t cmd, sector_t sector,
			     unsigned long count, request **req,
			     list_head **where)
{
	if (!list_empty(&q->queue_head))
		return __elv_merge(q, cmd, sector, count, req, where);
	*where = &q->queue_head;
	return ELEVATOR_NO_MERGE;
}
void elv_add_request(request_queue *q, request *rq, list_head *where);
/* The sg list of what is left of the request, physically adjacent pieces
 * merged; returns the number of entries. */
unsigned blk_rq_map_sg(request_queue *q, request *rq, scatterlist *sg,
		       unsigned max);
/* Whether a driver has anything to take; without queue_lock a hint. */
inline bool elv_has_request(const request_queue *q)
{
	return !q->plugged && !list_empty(&q->queue_head);
}
/* queue_lock held. The next request to do, or null. */
inline request *elv_next_request(request_queue *q)
{
	return elv_has_request(q) ?
		list_entry(q->queue_head.next, request, queue) : nullptr;
}
inline void blkdev_dequeue_request(request *rq)	/* it is the driver's now */
{
	request_queue *q = rq->q;

	list_del(&rq->queue);
	rq->started = true;
	if (q->last_merge == rq)
		q->last_merge = nullptr;
	if (!rq->flush)
		q->head_sector = rq->sector + rq->nr_sectors;
}
/* How many sectors the first buffer still waiting covers: the least that can
 * be ended, and so the smallest useful transfer. */
unsigned blk_rq_cur_sectors(const request *rq);
/* Ends the buffers that lie wholly in the first @sectors of the request:
 * their b_end_io is called (of a flush: end_flush). True if something is
 * left. end_that_request_last frees it and wakes waiters. Both with
 * queue_lock held, any context. */
bool end_that_request_first(request *rq, bool uptodate, unsigned long sectors);
void end_that_request_last(request *rq);

/* Starts I/O on a locked, mapped buffer with b_end_io set. May sleep for a
 * free request. READA may fail at once instead (b_end_io(bh, 0)). */
void submit_bh(rw_t rw, buffer_head *bh);
/* The same for a buffer that is not aligned to its size. */
void submit_bh_at(rw_t rw, buffer_head *bh, sector_t sector);
/* For each: lock, skip if up to date (READ) or clean (WRITE), submit with a
 * b_end_io that unlocks. */
void ll_rw_block(rw_t rw, int nr, buffer_head **bhs);
/* Runs all plugged queues. Called before sleeping for I/O. */
void run_task_queue_disk();
/* Puts a flush behind all that is queued and starts the queue. May sleep for
 * a free request; @end_flush is called under queue_lock. */
void blk_queue_flush(request_queue *q,
		     void (*end_flush)(request *rq, bool uptodate), void *data);
/* Writes the drive's cache to the medium. May sleep. */
status blkdev_issue_flush(block_device *bdev);

/* ---- disks and partitions: drivers/block/genhd.cpp, fs/partitions/ ---- */

struct hd_struct {
	sector_t start_sect = 0, nr_sects = 0;
	/* for /proc/partitions: operations and sectors */
	unsigned long rd_ios = 0, rd_sectors = 0, wr_ios = 0, wr_sectors = 0;
};
struct block_device_operations {
	status (*open)(inode *inode, file *file);
	status (*release)(inode *inode, file *file);
	result<long> (*ioctl)(inode *inode, file *file, unsigned cmd,
			      unsigned long arg);
};
struct gendisk {
	unsigned major = 0, first_minor = 0, minors = 64;
	char disk_name[8] = {};		/* "hda" */
	hd_struct part[64];		/* [0] is the whole disk */
	request_queue *queue = nullptr;
	const block_device_operations *fops = nullptr;
	void *private_data = nullptr;
	bool read_only = false;
	list_head list;
};
extern list_head gendisk_list;		/* grows at boot; never shrinks */
/* Registers the disk and reads its partition table. May sleep. */
void add_disk(gendisk *disk);
/* fs/partitions/check.cpp: fills disk->part[1...]. */
void check_partition(gendisk *disk);
gendisk *get_gendisk(kdev_t dev);	/* or null */
/* "/dev/hda1" or "hda1" or "0301" (hex) -> number; 0 if unknown. */
kdev_t name_to_kdev_t(const char *name);
void partition_name(const gendisk *d, unsigned part, char *buf, size_t size);
