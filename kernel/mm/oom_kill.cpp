/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When nothing can be reclaimed any more somebody has to go (2.4:
 * mm/oom_kill.c): the address space that would give back most, in memory and
 * in swap together, and with it every process that runs in it. init and
 * kernel threads are spared. The victim may use the allocator's reserve, so
 * that it comes to its end.
 */
#include <linux/oom.h>
#include <linux/sched.h>
#include "reclaim.h"

constexpr unsigned long VICTIM_PATIENCE = 5 * HZ, SWAP_PATIENCE = HZ;

static constinit spinlock_t oom_lock{"oom", RANK_PROC};
static constinit unsigned long first_call, last_call, last_kill;
static constinit pid_t victim_pid;

/* ---- who ---- */

struct victim {
	mm_struct *mm = nullptr;	/* one count */
	unsigned long size = 0;		/* pages in memory and in swap */
};

static bool count_swapped(vm_area_struct *, unsigned long, pte_t *pte,
			  void *ctx)
{
	if (pte_is_swap(*pte))
		++*(unsigned long *)ctx;
	return true;
}

static unsigned long badness(mm_struct *mm)
{
	unsigned long swapped = 0;
	spin_guard g(mm->page_table_lock);

	walk_ptes(mm, 0, 0, count_swapped, &swapped);
	return mm->rss + swapped;
}

/* The task that stands for @mm, if it may be killed. tasklist_lock held. */
static task_struct *killable_user(const mm_struct *mm)
{
	task_struct *found = nullptr;

	list_for_each_entry(task_struct, p, &all_tasks, tasks) {
		if (p->mm != mm)
			continue;
		if (p->tgid == 1 || p->flags & PF_KTHREAD)
			return nullptr;
		if (!found || p == p->group_leader)
			found = p;
	}
	return found;
}

static bool may_kill(const mm_struct *mm)
{
	spin_irq_guard g(tasklist_lock);

	return killable_user(mm);
}

static victim choose_victim()
{
	victim worst;

	for (unsigned n = count_mms(); n; n--) {
		mm_struct *mm = take_next_mm();

		if (!mm)
			break;
		unsigned long size = may_kill(mm) ? badness(mm) : 0;
		if (size > worst.size) {
			swap_values(worst.mm, mm);
			worst.size = size;
		}
		if (mm)
			mmdrop(mm);
	}
	return worst;
}

/* ---- how ---- */

static void kill_users(const victim &v)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *lead = killable_user(v.mm);

	if (!lead)
		return;
	printk(KERN_ERR "Out of memory: killed process %d (%s), %luk in "
	       "memory and swap\n", lead->tgid, lead->comm,
	       v.size << (PAGE_SHIFT - 10));
	count_vm_event(OOM_KILL);
	victim_pid = lead->tgid;
	list_for_each_entry(task_struct, p, &all_tasks, tasks) {
		if (p->mm != v.mm)
			continue;
		p->oom_victim = true;
		force_sig(SIGKILL, p);
	}
}

static bool victim_is_dying()
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = victim_pid ? find_task_by_pid(victim_pid) : nullptr;

	return p && p->oom_victim && p->mm;
}

/* Not while the last victim is on its way, nor, while swap has room, before
 * we have been asked for some time in which nothing was written to it: what
 * cannot be swapped out needs a victim, a slow disk does not. */
static bool time_to_kill()
{
	unsigned long now = jiffies;
	bool dying = victim_is_dying(), swap = swap_enabled();
	spin_guard g(oom_lock);

	if (time_after(now, last_call + SWAP_PATIENCE) ||
	    (swap && swap_writing()))
		first_call = now;
	last_call = now;
	if (dying && time_after(last_kill + VICTIM_PATIENCE, now))
		return false;
	if (swap && time_after(first_call + SWAP_PATIENCE, now))
		return false;
	first_call = last_kill = now;
	return true;
}

bool out_of_memory()
{
	if (!time_to_kill())
		return true;
	victim v = choose_victim();
	if (!v.mm)
		return false;
	kill_users(v);
	mmdrop(v.mm);
	return true;
}
