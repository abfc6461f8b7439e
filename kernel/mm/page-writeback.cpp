/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty pages: marking them, counting them, and seeing to it that they are
 * written in time and that there are never too many (2.4's bdflush and
 * kupdated from fs/buffer.c, __set_page_dirty from mm/filemap.c).
 *
 * A page is counted while it is on its mapping's dirty_pages (PG_dirtylist).
 * Under page_lock every dirty page of a file is there, or was dirtied by a
 * task that is waiting for this lock to put it there. A page there need not
 * be dirty any more: write-back finds out when it comes by.
 */
#include "filemap_internal.h"

#include <linux/blkdev.h>
#include <linux/init.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>

static constinit atomic_t nr_dirty;

/* Percent of the memory that can be dirty: bdflush starts / writers help. */
static constinit int dirty_background_ratio = 10, dirty_ratio = 40;
/* Hundredths of a second between two runs of kupdated; age to be written. */
static constinit int dirty_writeback_centisecs = 500;
static constinit int dirty_expire_centisecs = 3000;

static constinit wait_queue_head_t bdflush_wait, kupdate_wait;
static constinit volatile bool bdflush_wanted;

constexpr int WRITEBACK_PAGES = 1024;	/* in one go */

unsigned long nr_dirty_pages() { return max(atomic_read(&nr_dirty), 0); }

/* ---- marking ---- */

void page_move_clean(page *p, list_head *list)
{
	if (PageDirtyList(p)) {
		ClearPageDirtyList(p);
		atomic_dec(&nr_dirty);
	}
	list_move_tail(&p->list, list);
}

/* False: it left the mapping, or was cleaned again already. */
static bool queue_dirty_page(page *p, address_space *mapping)
{
	spin_guard g(mapping->page_lock);

	if (p->mapping != mapping || !PageDirty(p))
		return false;
	if (PageDirtyList(p))
		return true;
	SetPageDirtyList(p);
	atomic_inc(&nr_dirty);
	list_move_tail(&p->list, &mapping->dirty_pages);
	return true;
}

void __set_page_dirty(page *p)
{
	if (TestSetPageDirty(p))
		return;
	address_space *mapping = p->mapping;

	if (!mapping || !mapping->host)
		return;
	if (queue_dirty_page(p, mapping))
		__mark_inode_dirty(mapping->host, I_DIRTY_PAGES);
}

void set_page_dirty(page *p)
{
	__set_page_dirty(p);
	if (!p->buffers || PageSwapCache(p))
		return;
	set_page_buffers_dirty(p);
	__set_page_dirty(p);
}

bool clear_page_dirty(page *p) { return TestClearPageDirty(p); }

/* ---- limits ---- */

static unsigned long percent_of_memory(int percent)
{
	return (nr_free_pages() + nr_pagecache_pages()) / 100 * percent;
}

static void wakeup_bdflush()
{
	bdflush_wanted = true;
	wake_up(&bdflush_wait);
}

/* So many pages of any writers go by between two looks. */
constexpr unsigned LOOK_EVERY = 32;
static constinit atomic_t unlooked;

/* Writers that are over the limit write themselves: they pay in time for what
 * they made dirty, and the request queues make them wait for the disk. */
void balance_dirty_pages()
{
	if (likely(atomic_inc_return(&unlooked) % LOOK_EVERY))
		return;
	unsigned long dirty = nr_dirty_pages();

	if (likely(dirty <= percent_of_memory(dirty_background_ratio)))
		return;
	if (!bdflush_wanted)
		wakeup_bdflush();
	if (dirty > percent_of_memory(dirty_ratio))
		writeback_inodes(WRITEBACK_PAGES / 8, 0);
}

/* ---- the two threads ---- */

static bool too_many_dirty()
{
	return nr_dirty_pages() > percent_of_memory(dirty_background_ratio);
}

/* Woken under memory pressure it writes once; too many dirty pages, until
 * there are few, or writing does not help. */
static int bdflush(void *)
{
	for (;;) {
		wait_event(bdflush_wait, bdflush_wanted);
		bdflush_wanted = false;
		unsigned long before;

		do {
			before = nr_dirty_pages();
			writeback_inodes(WRITEBACK_PAGES, 0);
			run_task_queue_disk();
		} while (too_many_dirty() && nr_dirty_pages() < before);
	}
}

static unsigned long centisecs(int n) { return (unsigned long)n * HZ / 100; }

static void sleep_until_next_run()
{
	wait_queue_t wait(current);

	prepare_to_wait(&kupdate_wait, &wait, TASK_UNINTERRUPTIBLE);
	schedule_timeout(dirty_writeback_centisecs ?
			 centisecs(dirty_writeback_centisecs) :
			 MAX_SCHEDULE_TIMEOUT);
	finish_wait(&kupdate_wait, &wait);
}

static int kupdated(void *)
{
	for (;;) {
		sleep_until_next_run();
		sync_supers(nullptr);
		unsigned long old = jiffies - centisecs(dirty_expire_centisecs);

		writeback_inodes(0, old ? old : 1);	/* 0 would be: all */
		run_task_queue_disk();
	}
}

static void start_writeback()
{
	if (kernel_thread(bdflush, nullptr, "bdflush").failed() ||
	    kernel_thread(kupdated, nullptr, "kupdated").failed())
		panic("cannot start the write-back threads");
	proc_sysctl_int("dirty_background_ratio", proc_sys_vm,
			&dirty_background_ratio, 0, 100);
	proc_sysctl_int("dirty_ratio", proc_sys_vm, &dirty_ratio, 1, 100);
	proc_sysctl_int("dirty_writeback_centisecs", proc_sys_vm,
			&dirty_writeback_centisecs, 0, 1000000);
	proc_sysctl_int("dirty_expire_centisecs", proc_sys_vm,
			&dirty_expire_centisecs, 0, 1000000);
}
device_initcall(start_writeback);
