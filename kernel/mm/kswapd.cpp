/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that keeps some memory free (2.4: kswapd in mm/vmscan.c), so that
 * allocations that cannot wait succeed and the others seldom have to. Woken
 * when a zone falls below pages_low, it works until each has pages_high; when
 * it gets nowhere it rests.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>

static constinit wait_queue_head_t kswapd_wait;
static constinit volatile bool kswapd_wanted;

void wakeup_kswapd()
{
	kswapd_wanted = true;
	if (waitqueue_active(&kswapd_wait))
		wake_up(&kswapd_wait);
}

static bool wants_pages(const zone_t *z)
{
	return z->size && READ_ONCE(z->free_pages) < z->pages_high;
}

/* The highest zone that wants pages, or null. */
static zone_t *unbalanced_zone()
{
	for (int t = MAX_NR_ZONES - 1; t >= 0; t--)
		if (wants_pages(&zone_table[t]))
			return &zone_table[t];
	return nullptr;
}

static int kswapd(void *)
{
	constexpr unsigned PATIENCE = 4;
	unsigned idle = 0;

	current->flags |= PF_MEMALLOC;
	for (;;) {
		wait_event_interruptible(kswapd_wait, kswapd_wanted).ignore();
		kswapd_wanted = false;
		while (zone_t *z = unbalanced_zone()) {
			idle = try_to_free_pages(z, GFP_KERNEL, 0) ? 0 :
				idle + 1;
			if (idle > PATIENCE)
				break;
			if (current->need_resched)
				schedule();
		}
		if (idle > PATIENCE)
			schedule_timeout_uninterruptible(HZ / 4);
		idle = 0;
	}
}

static void kswapd_init()
{
	if (kernel_thread(kswapd, nullptr, "kswapd").failed())
		panic("no kswapd");
}
core_initcall(kswapd_init);
