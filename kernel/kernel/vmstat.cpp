/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of <linux/vmstat.h>, added up over all processors. */
#include <linux/spinlock.h>
#include <linux/vmstat.h>

constinit const char *const vm_event_names[NR_VM_EVENTS] = {
#define X(e, name) #name,
	VM_EVENTS(X)
#undef X
};

/* Two words: an interrupt of this processor must not split the reading. */
u64 sum_vm_events(vm_event e)
{
	unsigned long flags = local_irq_save();
	u64 sum = 0;

	for (cpu_info &cpu : cpu_table)
		sum += cpu.events[e];
	local_irq_restore(flags);
	return sum;
}
