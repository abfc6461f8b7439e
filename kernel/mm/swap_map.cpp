/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which slots of the swap devices are used, and by how many (2.4:
 * mm/swapfile.c). Slots are given out one behind the other, so that pages
 * that leave together lie together and are read together again.
 */
#include "swap_internal.h"

constinit swap_info swap_table[MAX_SWAPFILES] = {};
constinit spinlock_t swap_lock{"swap devices", RANK_SWAP_DEVICE};

/* ---- swap_lock held ---- */

/* The device of @e, if that is a slot somebody uses. */
static swap_info *used_slot(swp_entry_t e)
{
	unsigned type = swp_type(e);
	unsigned long slot = swp_offset(e);

	if (type >= MAX_SWAPFILES)
		return nullptr;
	swap_info *s = &swap_table[type];
	bool good = s->map && slot < s->max && s->map[slot] &&
		    s->map[slot] != SWAP_MAP_BAD;
	return good ? s : nullptr;
}

static unsigned long find_free(const swap_info *s, unsigned long from,
			       unsigned long to)
{
	for (unsigned long i = from; i < to; i++)
		if (!s->map[i])
			return i;
	return 0;
}

static unsigned long take_slot(swap_info *s)
{
	unsigned long slot = find_free(s, s->next, s->max);

	if (!slot)
		slot = find_free(s, 1, s->next);
	BUG_ON(!slot);
	s->map[slot] = 1;
	s->inuse++;
	s->next = slot + 1 < s->max ? slot + 1 : 1;
	return slot;
}

/* The device of highest priority with a free slot; among equals the one that
 * was used least, so that they share the load. */
static swap_info *choose_device()
{
	swap_info *best = nullptr;

	for (auto &s : swap_table) {
		if (!s.usable || s.inuse >= s.pages)
			continue;
		if (!best || s.prio > best->prio ||
		    (s.prio == best->prio && s.inuse < best->inuse))
			best = &s;
	}
	return best;
}

/* ---- the interface ---- */

swp_entry_t get_swap_page()
{
	spin_guard g(swap_lock);
	swap_info *s = choose_device();

	if (!s)
		return {0};
	return swp_entry(swap_type_of(s), take_slot(s));
}

status swap_duplicate(swp_entry_t e)
{
	spin_guard g(swap_lock);
	swap_info *s = used_slot(e);

	if (!s)
		return -EINVAL;
	u16 *count = &s->map[swp_offset(e)];
	if (*count < SWAP_MAP_MAX)
		++*count;
	return OK;
}

void swap_free(swp_entry_t e)
{
	spin_guard g(swap_lock);
	swap_info *s = used_slot(e);

	if (!s) {
		g.unlock();
		printk_ratelimited(KERN_ERR "swap_free: slot %#lx is not in "
				   "use\n", e.val);
		return;
	}
	u16 *count = &s->map[swp_offset(e)];
	if (*count == SWAP_MAP_MAX || --*count)
		return;
	s->inuse--;
}

unsigned swap_users(swp_entry_t e)
{
	spin_guard g(swap_lock);
	swap_info *s = used_slot(e);

	return s ? s->map[swp_offset(e)] : 0;
}

bool swap_enabled()
{
	spin_guard g(swap_lock);

	return choose_device();
}

swap_counts get_swap_counts()
{
	swap_counts n{0, 0, swapper_space.nrpages};
	spin_guard g(swap_lock);

	for (const auto &s : swap_table) {
		if (!s.used)
			continue;
		n.total += s.pages;
		if (s.usable)
			n.free += s.pages - s.inuse;
	}
	return n;
}
