/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters shown in /proc/vmstat. Each is incremented in the primitive that
 * does the thing (set_pte, flush_tlb_page, copy_to_user, ...), so nothing can
 * be done without being counted. Kept per CPU; a reader adds them up.
 */
#pragma once

#include <linux/percpu.h>

/* Adds @n to counter @e. Any context: one RMW instruction pair, which an
 * interrupt may split without harm because it restores the carry flag. */
inline void count_vm_events(vm_event e, u32 n)
{
	u64 *c = &this_cpu().events[e];

	asm("addl %1, %0; adcl $0, 4+%0" : "+m"(*c) : "ir"(n) : "memory");
}
inline void count_vm_event(vm_event e) { count_vm_events(e, 1); }
u64 sum_vm_events(vm_event e);		/* kernel/vmstat.cpp */
extern const char *const vm_event_names[NR_VM_EVENTS];
