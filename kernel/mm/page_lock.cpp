/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page locks. Waiters sleep on one of a few hashed queues (2.4: one table for
 * each zone), so unlocking a page that nobody waits for is one instruction
 * and a look at an empty list. Two pages may share a queue: a woken task looks
 * at its page again.
 */
#include <linux/blkdev.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

constexpr unsigned PAGE_WAIT_BITS = 8;
static constinit static_array<wait_queue_head_t, 1 << PAGE_WAIT_BITS>
	page_wait_table;

wait_queue_head_t *page_waitqueue(page *p)
{
	u32 hash = (u32)(unsigned long)p * 0x9e3779b1u;

	return &page_wait_table[hash >> (32 - PAGE_WAIT_BITS)];
}

/* The locked instruction is the barrier between this and the look. */
void unlock_page(page *p)
{
	wait_queue_head_t *q = page_waitqueue(p);

	DEBUG_ON(!PageLocked(p));
	clear_bit(PG_locked, &p->flags);
	if (unlikely(waitqueue_active(q)))
		wake_up_all(q);
}

/* Whoever locked the page may put it into a plugged queue only after we ran
 * the queues, and then go away: so run them again now and then. */
template<class Done> static void sleep_on_page(page *p, Done done)
{
	constexpr long PATIENCE = HZ / 100;
	wait_queue_head_t *q = page_waitqueue(p);
	wait_queue_t wait(current);

	might_sleep();
	current->flags |= PF_IOWAIT;
	run_task_queue_disk();
	for (;;) {
		prepare_to_wait(q, &wait, TASK_UNINTERRUPTIBLE);
		mb();
		if (done())
			break;
		if (!schedule_timeout(PATIENCE))
			run_task_queue_disk();
	}
	finish_wait(q, &wait);
}

void __lock_page(page *p)
{
	sleep_on_page(p, [p] { return trylock_page(p); });
}

void wait_on_page(page *p)
{
	if (PageLocked(p))
		sleep_on_page(p, [p] { return !PageLocked(p); });
}
