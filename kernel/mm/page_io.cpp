/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages to and from swap devices (2.4: mm/page_io.c and brw_page). The buffers
 * of such a transfer live only as long as it does and are not hung on the
 * page: the page is locked meanwhile, and its last buffer's completion
 * unlocks it.
 */
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "reclaim.h"
#include "swap_internal.h"

/* Each transfer takes memory, which must not be the last there is. */
constexpr int MAX_SWAP_WRITES = 64;
static constinit atomic_t writes_under_way;
static constinit wait_queue_head_t writes_wait;

struct swap_io {
	page *target;
	rw_t rw;
	atomic_t pending;		/* buffers under way */
	volatile bool failed = false;
	unsigned nr;

	buffer_head *bhs() { return (buffer_head *)(this + 1); }
};

/* What could not be written stays dirty, here and nowhere else. */
static void end_failed(const swap_io *io)
{
	SetPageError(io->target);
	if (io->rw == WRITE) {
		SetPageDirty(io->target);
		SetPageReferenced(io->target);
	}
	printk_ratelimited(KERN_ERR "swap: %s error at slot %#lx\n",
			   io->rw == READ ? "read" : "write",
			   io->target->index);
}

static void put_swap_io(swap_io *io)
{
	if (!atomic_dec_and_test(&io->pending))
		return;
	page *p = io->target;

	if (io->rw == WRITE && atomic_dec_return(&writes_under_way) <
	    MAX_SWAP_WRITES / 2 && waitqueue_active(&writes_wait))
		wake_up_all(&writes_wait);
	if (io->failed)
		end_failed(io);
	else if (io->rw == READ)
		SetPageUptodate(p);
	kfree(io);
	unlock_page(p);
}

static void end_swap_bh(buffer_head *bh, bool uptodate)
{
	swap_io *io = (swap_io *)bh->b_private;

	if (!uptodate)
		io->failed = true;
	put_swap_io(io);
}

static block_t block_of(const swap_info *s, unsigned long slot, unsigned i,
			unsigned nr)
{
	return s->blocks ? s->blocks[slot * nr + i] : slot;
}

static void setup_bh(swap_io *io, unsigned i, const swap_info *s,
		     unsigned long slot)
{
	unsigned offset = i * s->block_size;
	buffer_head *bh = new (io->bhs() + i) buffer_head;
	page *p = io->target;

	bh->b_state = 1ul << BH_Lock | 1ul << BH_Mapped | 1ul << BH_Req;
	if (io->rw == WRITE)
		bh->b_state = bh->b_state | 1ul << BH_Uptodate;
	atomic_set(&bh->b_count, 1);
	bh->b_blocknr = block_of(s, slot, i, io->nr);
	bh->b_size = s->block_size;
	bh->b_bdev = s->bdev;
	bh->b_page = p;
	bh->b_data = PageHighMem(p) ? (char *)(unsigned long)offset :
		(char *)lowmem_page_address(p) + offset;
	bh->b_end_io = end_swap_bh;
	bh->b_private = io;
}

/* The device cannot go: the page's slot on it is in use. */
static status swap_io_page(rw_t rw, page *p)
{
	swp_entry_t e{p->index};
	const swap_info *s = &swap_table[swp_type(e)];
	unsigned nr = PAGE_SIZE / s->block_size;
	size_t size = sizeof(swap_io) + nr * sizeof(buffer_head);
	void *mem = kmalloc(size, GFP_NOIO);

	if (!mem)
		return -ENOMEM;
	swap_io *io = new (mem) swap_io{.target = p, .rw = rw,
					.pending = (int)nr, .nr = nr};
	if (rw == WRITE)
		atomic_inc(&writes_under_way);
	ClearPageError(p);
	for (unsigned i = 0; i < nr; i++)
		setup_bh(io, i, s, swp_offset(e));
	/* Each may complete, and the last one frees io, before we go on. */
	buffer_head *bhs = io->bhs();
	for (unsigned i = 0; i < nr; i++)
		submit_bh(rw, &bhs[i]);
	return OK;
}

status swap_readpage(page *p)
{
	status st = swap_io_page(READ, p);

	if (st.failed())
		unlock_page(p);
	else
		count_vm_event(PSWPIN);
	return st;
}

bool swap_writing()
{
	return atomic_read(&writes_under_way);
}

bool swap_congested()
{
	return atomic_read(&writes_under_way) >= MAX_SWAP_WRITES;
}

void swap_wait_congested(long ticks)
{
	wait_queue_t wait(current);

	run_task_queue_disk();
	prepare_to_wait(&writes_wait, &wait, TASK_UNINTERRUPTIBLE);
	if (swap_congested())
		schedule_timeout(ticks);
	finish_wait(&writes_wait, &wait);
}

/* The caller, like the swap cache, holds a count. */
status swap_writepage(page *p)
{
	if (remove_exclusive_swap_page(p)) {
		unlock_page(p);
		return OK;
	}
	status st = swap_io_page(WRITE, p);
	if (st.failed()) {
		SetPageDirty(p);
		unlock_page(p);
	} else {
		count_vm_event(PSWPOUT);
	}
	return st;
}
