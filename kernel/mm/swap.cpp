/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two lists of pages that may be reclaimed (2.4: mm/swap.c). A page enters
 * at the head of the inactive list; a second reference while it is there moves
 * it to the active list, whose tail is brought back by refill_inactive. The
 * lists hold no count: the last put takes a page off.
 */
#include "lru.h"

constinit spinlock_t pagemap_lru_lock{"pagemap_lru", RANK_LRU};
constinit list_head active_list, inactive_list;
constinit lru_counts lru_nr;

lru_counts get_lru_counts() { return lru_nr; }

/* For a page that is on the list already this does nothing. */
void lru_cache_add(page *p)
{
	spin_guard g(pagemap_lru_lock);

	if (TestSetPageLRU(p))
		return;
	ClearPageActive(p);
	list_add(&p->lru, &inactive_list);
	lru_nr.inactive++;
}

void lru_cache_del(page *p)
{
	spin_guard g(pagemap_lru_lock);

	if (!TestClearPageLRU(p))
		return;
	list_del(&p->lru);
	if (TestClearPageActive(p))
		lru_nr.active--;
	else
		lru_nr.inactive--;
}

void activate_page(page *p)
{
	spin_guard g(pagemap_lru_lock);

	if (!PageLRU(p) || PageActive(p))
		return;
	list_move(&p->lru, &active_list);
	SetPageActive(p);
	lru_nr.inactive--;
	lru_nr.active++;
}

/* On the hot path of every read: no locked instruction for a page that has
 * both bits already. */
void mark_page_accessed(page *p)
{
	constexpr unsigned long BOTH = 1ul << PG_referenced | 1ul << PG_active;
	unsigned long state = p->flags & BOTH;

	if (likely(state == BOTH))
		return;
	if (state == 1ul << PG_referenced) {
		activate_page(p);
		ClearPageReferenced(p);
	} else {
		SetPageReferenced(p);
	}
}

/* Up to @nr pages from the tail of the active list: those referenced since
 * they came there get another round, the others become inactive, where one
 * reference is enough to come back. */
void refill_inactive(unsigned nr)
{
	spin_guard g(pagemap_lru_lock);

	while (nr-- && !list_empty(&active_list)) {
		page *p = list_entry(active_list.prev, page, lru);

		if (TestClearPageReferenced(p)) {
			list_move(&p->lru, &active_list);
			continue;
		}
		list_move(&p->lru, &inactive_list);
		ClearPageActive(p);
		SetPageReferenced(p);
		lru_nr.active--;
		lru_nr.inactive++;
	}
}
