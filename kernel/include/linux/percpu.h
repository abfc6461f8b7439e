/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that exists once per processor, and the one accessor to it. The
 * kernel is built for one processor today; code that goes through this_cpu()
 * needs no change when NR_CPUS grows. No kernel preemption (as in 2.4): the
 * reference stays right until the caller sleeps.
 */
#pragma once

#include <linux/types.h>
#include <linux/vmevents.h>

struct task_struct;
struct mm_struct;

constexpr unsigned NR_CPUS = 1;

struct cpu_info {
	unsigned irq_depth;		/* nested hard interrupts */
	unsigned softirq_depth;		/* >0 while softirqs run */
	unsigned softirq_pending;	/* bit per softirq */
	unsigned spin_depth;		/* spinlocks held (debug build) */
	const void *held[16];		/* which, in order (debug build) */
	task_struct *idle;
	bool halted;			/* nobody can run, whoever is current */
	task_struct *fpu_owner;		/* whose state is in the FPU, or null */
	mm_struct *active_mm;		/* whose page tables CR3 holds */
	u64 events[NR_VM_EVENTS];
};
extern cpu_info cpu_table[NR_CPUS];

inline unsigned smp_processor_id() { return 0; }
inline cpu_info &this_cpu() { return cpu_table[smp_processor_id()]; }
inline bool in_irq() { return this_cpu().irq_depth != 0; }
inline bool in_interrupt()
{
	return this_cpu().irq_depth + this_cpu().softirq_depth != 0;
}
