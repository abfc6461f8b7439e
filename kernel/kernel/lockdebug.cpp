/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug builds only: that locks are taken in the order of lockrank.h, once,
 * with interrupts off where interrupts take them too, and that nobody sleeps
 * under a spinlock. Spinlocks are noted for each processor, sleeping locks
 * for each task.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

/* Once something is wrong, the report must not find more of it. */
static constinit bool reported = false;

#define REPORT(...)					\
	do {						\
		reported = true;			\
		panic(__VA_ARGS__);			\
	} while (0)

static bool out_of_order(lock_rank rank, unsigned held, bool nested)
{
	return rank != RANK_NONE && (rank < held || (rank == held && !nested));
}

static void check_order(const spinlock_t *l, bool nested)
{
	const cpu_info &cpu = this_cpu();

	for (unsigned i = 0; i < cpu.spin_depth; i++) {
		auto *h = (const spinlock_t *)cpu.held[i];

		if (h == l)
			REPORT("spinlock %s taken twice", l->name);
		if (out_of_order(l->rank, h->rank, nested))
			REPORT("spinlock %s (rank %u) taken under %s (rank %u)",
			       l->name, l->rank, h->name, h->rank);
	}
}

static void check_context(const spinlock_t *l)
{
	bool for_interrupts = l->rank >= RANK_TASKLIST;

	if (l->rank == RANK_NONE)
		return;
	if (for_interrupts && !irqs_disabled())
		REPORT("spinlock %s taken with interrupts on", l->name);
	if (!for_interrupts && in_irq())
		REPORT("spinlock %s taken in an interrupt", l->name);
}

/* Called before waiting, so that a deadlock is reported and not entered. */
void spin_debug_take(spinlock_t *l, bool nested)
{
	unsigned long flags = local_save_flags();
	cpu_info &cpu = this_cpu();

	if (reported)
		return;
	check_context(l);
	local_irq_disable();
	check_order(l, nested);
	if (cpu.spin_depth == ARRAY_SIZE(cpu.held))
		REPORT("too many spinlocks held, %s the last", l->name);
	cpu.held[cpu.spin_depth++] = l;
	local_irq_restore(flags);
}

void spin_debug_drop(spinlock_t *l)
{
	unsigned long flags = local_irq_save();
	cpu_info &cpu = this_cpu();
	unsigned i = cpu.spin_depth;

	if (reported) {
		local_irq_restore(flags);
		return;
	}
	while (i > 0 && cpu.held[i - 1] != l)
		i--;
	if (!i)
		REPORT("spinlock %s dropped but not held", l->name);
	for (; i < cpu.spin_depth; i++)
		cpu.held[i - 1] = cpu.held[i];
	cpu.spin_depth--;
	local_irq_restore(flags);
}

void might_sleep()
{
	const cpu_info &cpu = this_cpu();

	if (reported)
		return;
	if (cpu.spin_depth) {
		auto *l = (const spinlock_t *)cpu.held[cpu.spin_depth - 1];

		REPORT("sleep under spinlock %s", l->name);
	}
	if (in_interrupt())
		REPORT("sleep in an interrupt");
}

void sleep_debug_take(const void *lock, const char *name, lock_rank rank,
		      bool nested)
{
	task_struct *t = current;

	if (reported)
		return;
	for (unsigned i = 0; i < t->nr_sleep_held; i++) {
		const auto &h = t->sleep_held[i];

		if (h.lock == lock)
			REPORT("%s taken twice by one task", name);
		if (out_of_order(rank, h.rank, nested))
			REPORT("%s (rank %u) taken under %s (rank %u)", name,
			       rank, h.name, h.rank);
	}
	if (t->nr_sleep_held == ARRAY_SIZE(t->sleep_held))
		REPORT("too many sleeping locks held, %s the last", name);
	t->sleep_held[t->nr_sleep_held++] = {lock, name, rank};
}

/* A semaphore may be given back by another task than the one that took it, or
 * by an interrupt, which has no say in what the interrupted task holds. */
void sleep_debug_drop(const void *lock)
{
	task_struct *t = current;
	unsigned i = t->nr_sleep_held;

	if (in_interrupt())
		return;
	while (i > 0 && t->sleep_held[i - 1].lock != lock)
		i--;
	if (!i)
		return;
	for (; i < t->nr_sleep_held; i++)
		t->sleep_held[i - 1] = t->sleep_held[i];
	t->nr_sleep_held--;
}
