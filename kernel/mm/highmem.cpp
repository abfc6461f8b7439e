/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel addresses for pages above low memory (2.4: mm/highmem.c). kmap's
 * pool has 1024 slots. A slot's count is 0 when it is empty, 1 when it still
 * maps a page that nobody uses, n + 1 with n users. Slots with count 1 are
 * emptied, and the TLB flushed for all of them at once, only when the search
 * for an empty slot has gone all the way round.
 */
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/sched.h>

static constinit spinlock_t kmap_lock{"kmap", RANK_KMAP};
static constinit wait_queue_head_t kmap_wait;
static constinit int slot_count[LAST_PKMAP];
static constinit page *slot_page[LAST_PKMAP];
static constinit unsigned last_slot;
static constinit pte_t *pool_ptes, *fixmap_ptes;

void kmap_init()
{
	pool_ptes = kernel_pte(PKMAP_BASE);
	fixmap_ptes = kernel_pte(FIXADDR_BASE);
}

static unsigned long slot_address(unsigned slot)
{
	return PKMAP_BASE + slot * PAGE_SIZE;
}

static void empty_unused_slots()
{
	for (unsigned i = 0; i < LAST_PKMAP; i++) {
		if (slot_count[i] != 1)
			continue;
		slot_count[i] = 0;
		set_kernel_pte(&pool_ptes[i], {0});
		slot_page[i]->virtual_ = nullptr;
		slot_page[i] = nullptr;
	}
	flush_tlb_all();
}

/* An empty slot, or LAST_PKMAP. kmap_lock held. */
static unsigned find_slot()
{
	for (unsigned n = 0; n < LAST_PKMAP; n++) {
		last_slot = (last_slot + 1) % LAST_PKMAP;
		if (!last_slot)
			empty_unused_slots();
		if (!slot_count[last_slot])
			return last_slot;
	}
	return LAST_PKMAP;
}

/* One more user of @p's slot, made if need be. False: the pool is full. */
static bool take_slot(page *p)
{
	spin_guard g(kmap_lock);

	if (!p->virtual_) {
		unsigned slot = find_slot();

		if (slot == LAST_PKMAP)
			return false;
		set_kernel_pte(&pool_ptes[slot], mk_pte(p, PAGE_KERNEL));
		slot_page[slot] = p;
		slot_count[slot] = 1;
		p->virtual_ = (void *)slot_address(slot);
	}
	slot_count[((unsigned long)p->virtual_ - PKMAP_BASE) >> PAGE_SHIFT]++;
	return true;
}

void *kmap_high(page *p)
{
	wait_event(kmap_wait, take_slot(p));
	return p->virtual_;
}

void kunmap_high(page *p)
{
	unsigned long addr = (unsigned long)p->virtual_;
	spin_guard g(kmap_lock);

	BUG_ON(addr < PKMAP_BASE || addr >= slot_address(LAST_PKMAP));
	int *count = &slot_count[(addr - PKMAP_BASE) >> PAGE_SHIFT];
	BUG_ON(*count < 2);
	if (--*count > 1)
		return;
	g.unlock();
	if (waitqueue_active(&kmap_wait))
		wake_up(&kmap_wait);
}

static unsigned atomic_slot(km_type t)
{
	return t + KM_TYPE_NR * smp_processor_id();
}

void *kmap_atomic_high(page *p, km_type t)
{
	unsigned slot = atomic_slot(t);
	unsigned long addr = FIXADDR_BASE + slot * PAGE_SIZE;

	DEBUG_ON(!pte_none(fixmap_ptes[slot]));
	set_kernel_pte(&fixmap_ptes[slot], mk_pte(p, PAGE_KERNEL));
	__flush_tlb_one(addr);
	return (void *)addr;
}

/* Without debugging the slot keeps its page until the next use. */
void kunmap_atomic_high([[maybe_unused]] void *addr,
			[[maybe_unused]] km_type t)
{
#ifdef CONFIG_DEBUG
	unsigned slot = atomic_slot(t);

	BUG_ON(((unsigned long)addr & PAGE_MASK) !=
	       FIXADDR_BASE + slot * PAGE_SIZE);
	set_kernel_pte(&fixmap_ptes[slot], {0});
	__flush_tlb_one((unsigned long)addr & PAGE_MASK);
#endif
}
