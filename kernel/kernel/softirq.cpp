/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Softirqs: work that interrupt handlers leave for when interrupts may come
 * again. They run when the outermost hard interrupt ends, never nested in
 * each other; what keeps coming back is left to ksoftirqd, so that it cannot
 * starve the tasks. Also tasklets and 2.4's task queues.
 */
#include <linux/init.h>
#include <linux/sched.h>

constexpr unsigned MAX_ROUNDS = 10;

static constinit task_struct *ksoftirqd;

void run_timers();

struct tasklet_queue {
	spinlock_t lock{"tasklets", RANK_TASKQUEUE};
	list_head list;
};
static constinit tasklet_queue tasklets;

/* tasklet_struct.state */
constexpr int TASKLET_SCHED = 0, TASKLET_RUN = 1;

void tasklet_schedule(tasklet_struct *t)
{
	if (test_and_set_bit(TASKLET_SCHED, &t->state))
		return;
	{
		spin_irq_guard g(tasklets.lock);
		list_add_tail(&t->list, &tasklets.list);
	}
	raise_softirq(TASKLET_SOFTIRQ);
}

static tasklet_struct *next_tasklet(list_head *from)
{
	spin_irq_guard g(tasklets.lock);

	if (list_empty(from))
		return nullptr;
	tasklet_struct *t = list_entry(from->next, tasklet_struct, list);
	list_del(&t->list);
	return t;
}

/* One that runs on another processor right now is tried again later. */
static void run_tasklet(tasklet_struct *t)
{
	clear_bit(TASKLET_SCHED, &t->state);
	if (test_and_set_bit(TASKLET_RUN, &t->state)) {
		tasklet_schedule(t);
		return;
	}
	t->func(t->data);
	clear_bit(TASKLET_RUN, &t->state);
}

static void tasklet_action()
{
	list_head mine;

	{
		spin_irq_guard g(tasklets.lock);
		list_splice_init(&tasklets.list, &mine);
	}
	while (tasklet_struct *t = next_tasklet(&mine))
		run_tasklet(t);
}

/* By the numbers of enum. */
static void (*const softirq_action[NR_SOFTIRQS])() = {
	run_timers, tasklet_action,
};

/* Interrupts are off, on entry and on return. */
static void run_pending()
{
	cpu_info &cpu = this_cpu();
	unsigned pending = cpu.softirq_pending;

	cpu.softirq_pending = 0;
	cpu.softirq_depth++;
	local_irq_enable();
	while (pending) {
		unsigned nr = __ffs(pending);

		pending &= pending - 1;
		softirq_action[nr]();
	}
	local_irq_disable();
	cpu.softirq_depth--;
}

void do_softirq()
{
	unsigned long flags;
	unsigned rounds = MAX_ROUNDS;

	if (in_interrupt() || !this_cpu().softirq_pending)
		return;
	flags = local_irq_save();
	while (this_cpu().softirq_pending && rounds--)
		run_pending();
	if (this_cpu().softirq_pending && ksoftirqd)
		wake_up_process(ksoftirqd);
	local_irq_restore(flags);
}

/* Outside of interrupts nothing would run it soon: the thread does. */
void raise_softirq(unsigned nr)
{
	unsigned long flags = local_irq_save();

	this_cpu().softirq_pending |= 1u << nr;
	if (!in_interrupt() && ksoftirqd)
		wake_up_process(ksoftirqd);
	local_irq_restore(flags);
}

static int ksoftirqd_main(void *)
{
	ksoftirqd = current;
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (!this_cpu().softirq_pending)
			schedule();
		current->state = TASK_RUNNING;
		do_softirq();
		if (current->need_resched)
			schedule();
	}
}

static void start_ksoftirqd()
{
	if (kernel_thread(ksoftirqd_main, nullptr, "ksoftirqd").failed())
		panic("no memory for ksoftirqd");
}
core_initcall(start_ksoftirqd);

/* ---- task queues ---- */

constinit task_queue tq_disk;

/* One that is being taken off the queue just now has its routine called after
 * that, and so after the caller's change. */
void queue_task(tq_struct *t, task_queue *q)
{
	if (!list_empty(&t->list))
		return;
	spin_irq_guard g(q->lock);

	if (list_empty(&t->list))
		list_add_tail(&t->list, &q->list);
}

static tq_struct *next_task(task_queue *q, list_head *from)
{
	spin_irq_guard g(q->lock);

	if (list_empty(from))
		return nullptr;
	tq_struct *t = list_entry(from->next, tq_struct, list);
	list_del(&t->list);
	return t;
}

/* What a routine queues again waits for the next run. */
void run_task_queue(task_queue *q)
{
	list_head mine;

	if (list_empty(&q->list))
		return;
	{
		spin_irq_guard g(q->lock);
		list_splice_init(&q->list, &mine);
	}
	while (tq_struct *t = next_task(q, &mine))
		t->routine(t->data);
}
