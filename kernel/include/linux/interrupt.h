/* SPDX-License-Identifier: GPL-2.0-only */
/* Hard interrupts, softirqs, tasklets, task queues, timers. */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/status.h>

struct pt_regs;

/* arch/i386/kernel/irq.cpp. Lines may be shared: a handler returns whether
 * its device asked. Runs with interrupts off. */
using irq_handler_t = bool (*)(int irq, void *dev, pt_regs *regs);
constexpr int NR_IRQS = 16;
status request_irq(unsigned irq, irq_handler_t handler, const char *name,
		   void *dev);
/* For /proc/interrupts: how often, and the handlers' names, comma-separated
 * (empty: nobody wants it). irq_spurious: interrupts that were none. */
unsigned long irq_count(unsigned irq);
void irq_names(unsigned irq, char *buf, size_t size);
unsigned long irq_spurious();

/* kernel/softirq.cpp */
enum { TIMER_SOFTIRQ, TASKLET_SOFTIRQ, NR_SOFTIRQS };
void raise_softirq(unsigned nr);	/* any context */
void do_softirq();			/* at the end of hard interrupts */

struct tasklet_struct {
	list_head list;
	volatile unsigned long state = 0;
	void (*func)(unsigned long data);
	unsigned long data;

	constexpr tasklet_struct(void (*f)(unsigned long), unsigned long d) :
		func(f), data(d) {}
};
void tasklet_schedule(tasklet_struct *t);

/* 2.4's task queues: tq_disk holds the plugged request queues. */
struct tq_struct {
	list_head list;
	void (*routine)(void *data) = nullptr;
	void *data = nullptr;
};
struct task_queue {
	spinlock_t lock{"task queue", RANK_TASKQUEUE};
	list_head list;
};
extern task_queue tq_disk;
void queue_task(tq_struct *t, task_queue *q);	/* once: no-op if queued */
void run_task_queue(task_queue *q);

/* kernel/timer.cpp. Handlers run as softirq. */
constexpr unsigned long HZ = 1000;
extern volatile unsigned long jiffies;
inline bool time_after(unsigned long a, unsigned long b)
{
	return (long)(b - a) < 0;
}
inline bool time_after_eq(unsigned long a, unsigned long b)
{
	return (long)(a - b) >= 0;
}
struct timer_list {
	list_head list;
	unsigned long expires = 0;	/* jiffies */
	void (*function)(unsigned long data) = nullptr;
	unsigned long data = 0;
};
void add_timer(timer_list *t);			/* must not be pending */
bool mod_timer(timer_list *t, unsigned long expires);	/* was pending? */
bool del_timer(timer_list *t);			/* was pending? */
bool del_timer_sync(timer_list *t);		/* and is not running */
inline bool timer_pending(const timer_list *t)
{
	return !list_empty(&t->list);
}
void do_timer(pt_regs *regs);	/* each tick, from the timer interrupt */

/* Busy waits, by TSC. */
void udelay(unsigned long us);
