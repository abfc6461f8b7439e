/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation when there is no page at hand (the rest of 2.4's __alloc_pages):
 * which zone may be used down to which level by whom, when to wake kswapd, to
 * reclaim, to kill and to give up. Never tries for ever.
 */
#include <linux/oom.h>
#include <linux/sched.h>
#include "page_internal.h"

enum watermark { MARK_LOW, MARK_MIN, MARK_LAST, MARK_NONE };

static unsigned long mark_of(const zone_t *z, const zone_t *first, gfp_t gfp,
			     watermark level)
{
	unsigned long reserve = lowmem_reserve[z - zone_table]
		[first - zone_table];
	unsigned long min = z->pages_min;

	if (gfp & __GFP_HIGH)
		min -= min / 2;
	if (!(gfp & __GFP_WAIT))
		min -= min / 2;
	switch (level) {
	case MARK_LOW:
		return z->pages_low + reserve;
	case MARK_MIN:
		return min + reserve;
	case MARK_LAST:
		return min;
	default:
		return 0;
	}
}

/* From the preferred zone or one below that has more than @level left. */
static page *try_zones(gfp_t gfp, unsigned order, watermark level)
{
	zone_t *first = preferred_zone[gfp & 3];

	for (zone_t *z = first; z >= zone_table; z--) {
		if (!z->size)
			continue;
		page *p = zone_alloc(z, order, mark_of(z, first, gfp, level));
		if (p)
			return p;
	}
	return nullptr;
}

/* Who frees memory, or is to die for it, may use up the reserve. */
static bool may_use_reserve()
{
	return !in_interrupt() &&
	       (current->flags & PF_MEMALLOC || current->oom_victim);
}

static void complain(gfp_t gfp, unsigned order)
{
	static constinit unsigned long last;

	if (gfp & __GFP_NOWARN || !printk_allowed(&last))
		return;
	printk(KERN_WARNING "%s: page allocation failure, order %u, "
	       "gfp %#x\n", current->comm, order, gfp);
	show_free_areas();
}

constexpr unsigned PAGE_ALLOC_COSTLY_ORDER = 3, MAX_ROUNDS = 256;

/* What a round of reclaim that did not help adds to the hardship: it freed
 * nothing, a little, or enough, which others were quicker to take. */
constexpr unsigned BARREN = 16, LEAN = 4, LOST = 1;
constexpr unsigned KILL_AT = 64, GIVE_UP_AT = 256;

static unsigned hardship_of(unsigned freed, unsigned order)
{
	if (!freed)
		return BARREN;
	if (freed < SWAP_CLUSTER_MAX)
		return LEAN;
	return order ? 0 : LOST;	/* there is enough, but in pieces */
}

/* Whether a process goes, so that its memory is about to come. */
static bool death_helps(gfp_t gfp, unsigned order, unsigned hardship)
{
	return hardship >= KILL_AT && gfp & __GFP_FS &&
	       order <= PAGE_ALLOC_COSTLY_ORDER && out_of_memory();
}

/* Reclaims until the request can be met. Ends when nothing is freed at
 * GIVE_UP_AT unless somebody can be killed for it, at MAX_ROUNDS, and at once
 * for what only luck can bring together or what is to die anyway. That
 * something is freed in every round proves nothing: programs that run lose
 * pages of their code and read them again. */
static page *reclaim_and_alloc(gfp_t gfp, unsigned order)
{
	unsigned hardship = 0;

	for (unsigned round = 0; round < MAX_ROUNDS; round++) {
		unsigned freed = try_to_free_pages(preferred_zone[gfp & 3],
						   gfp, order);
		if (order)
			drain_hot_pages();
		page *p = try_zones(gfp, order, hardship < GIVE_UP_AT / 2 ?
				    MARK_MIN : MARK_LAST);
		if (p)
			return p;
		if (order > PAGE_ALLOC_COSTLY_ORDER && round > 1)
			return nullptr;
		bool enough = freed >= SWAP_CLUSTER_MAX;
		hardship += hardship_of(freed, order);
		if (!enough && fatal_signal_pending(current))
			break;
		if (!death_helps(gfp, order, hardship) && !freed &&
		    hardship >= GIVE_UP_AT)
			break;
		if (current->oom_victim)
			break;
		if (!enough)
			schedule_timeout_uninterruptible(HZ / 50);
	}
	return may_use_reserve() ? try_zones(gfp, order, MARK_NONE) : nullptr;
}

page *alloc_pages_slow(gfp_t gfp, unsigned order)
{
	page *p = try_zones(gfp, order, MARK_LOW);

	if (p)
		return p;
	wakeup_kswapd();
	p = try_zones(gfp, order, MARK_MIN);
	if (p)
		return p;
	if (may_use_reserve()) {
		p = try_zones(gfp, order, MARK_NONE);
		if (p)
			return p;
	} else if (gfp & __GFP_NORETRY) {
		drain_hot_pages();
		return try_zones(gfp, order, MARK_MIN);
	} else if (gfp & __GFP_WAIT) {
		might_sleep();
		p = reclaim_and_alloc(gfp, order);
	}
	if (!p)
		complain(gfp, order);
	return p;
}
