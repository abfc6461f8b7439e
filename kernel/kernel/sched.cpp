/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler, after 2.4: one queue of runnable tasks; schedule() gives the
 * processor to the one with most ticks left in its slice, corrected by nice.
 * When nobody who can run has ticks left a new epoch starts. A sleeper keeps
 * half of what it did not use, so that interactive tasks win; where 2.4 walks
 * all tasks for that, a task here catches up with the epochs that it slept
 * through when it wakes.
 *
 * When nobody can run the processor halts on the stack of the task that has
 * just gone to sleep: if that is who wakes first, it was never switched away
 * from. The idle task is for when there is no such stack: at boot and after
 * an exit.
 *
 * rq.lock protects the queue, state changes by wake-ups, counter, epoch and
 * on_cpu. It is held across switch_to(): the next task drops it. A task is on
 * the queue (run_list not empty) while it is runnable; the idle task never.
 */
#include <asm/pgtable.h>
#include <asm/timex.h>
#include <linux/sched.h>

struct runqueue {
	spinlock_t lock{"runqueue", RANK_RUNQUEUE};
	list_head queue;
	unsigned long nr_running = 0, nr_uninterruptible = 0;
	unsigned long epoch = 0;
};
static constinit runqueue rq;

constinit tick_counts cpu_ticks;

static long nice_to_ticks(long nice)
{
	return (20 - nice) * 3;		/* 60 ms at nice 0 */
}

static void refill(task_struct *p)
{
	unsigned long missed = min(rq.epoch - p->epoch, 8ul);

	p->epoch = rq.epoch;
	while (missed--)
		p->counter = p->counter / 2 + nice_to_ticks(p->nice);
}

static long goodness(const task_struct *p, const mm_struct *mm)
{
	if (!p->counter)
		return 0;
	return p->counter + (p->mm == mm) + 20 - p->nice;
}

static void enqueue(task_struct *p)
{
	if (p->epoch != rq.epoch)
		refill(p);
	list_add(&p->run_list, &rq.queue);
	rq.nr_running++;
}

static void dequeue(task_struct *p)
{
	list_del(&p->run_list);
	rq.nr_running--;
	p->nvcsw++;
	if (p->state == TASK_UNINTERRUPTIBLE)
		rq.nr_uninterruptible++;
}

/* Makes the processor look again if @p deserves it more than who has it. */
static inline void preempt_for(const task_struct *p)
{
	task_struct *curr = current;

	if (this_cpu().halted ||
	    goodness(p, curr->active_mm) > goodness(curr, curr->active_mm) + 1)
		curr->need_resched = 1;
}

bool wake_up_state(task_struct *p, long states)
{
	spin_irq_guard g(rq.lock);

	if (!(p->state & states))
		return false;
	if (!list_empty(&p->run_list)) {
		p->state = TASK_RUNNING;
		return true;
	}
	if (p->state == TASK_UNINTERRUPTIBLE)
		rq.nr_uninterruptible--;
	p->state = TASK_RUNNING;
	enqueue(p);
	preempt_for(p);
	return true;
}

void wake_up_process(task_struct *p)
{
	wake_up_state(p, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE |
		      TASK_STOPPED);
}

void wake_up_new_task(task_struct *p)
{
	spin_irq_guard g(rq.lock);

	p->epoch = rq.epoch;
	enqueue(p);
	preempt_for(p);
}

/* A fork must not make processor time out of nothing. */
void sched_fork(task_struct *p)
{
	task_struct *parent = current;
	spin_irq_guard g(rq.lock);

	p->nice = parent->nice;
	p->counter = (parent->counter + 1) / 2;
	parent->counter /= 2;
	if (!parent->counter)
		parent->need_resched = 1;
}

void sched_exit(task_struct *p)
{
	task_struct *parent = p->real_parent;
	spin_irq_guard g(rq.lock);

	if (p->epoch == parent->epoch)
		parent->counter = min(parent->counter + p->counter,
				      2 * nice_to_ticks(parent->nice));
}

static void new_epoch()
{
	rq.epoch++;
	list_for_each_entry(task_struct, p, &rq.queue, run_list)
		refill(p);
}

/* Usual when a sleeper wakes up that nobody took the processor from. */
static bool is_alone(const task_struct *p)
{
	return rq.nr_running == 1 && !list_empty(&p->run_list) && p->counter;
}

/* The best runnable task, @prev itself if nobody is better; null: there is
 * none. Weight 0 means that all have used up their slices. */
static task_struct *pick_next(task_struct *prev, bool yielding)
{
	if (!rq.nr_running)
		return nullptr;
	if (is_alone(prev))
		return prev;
	for (;;) {
		task_struct *best = nullptr;
		long weight = -1000;

		if (!list_empty(&prev->run_list)) {
			best = prev;
			weight = yielding ? -1 :
				 goodness(prev, prev->active_mm);
		}
		list_for_each_entry(task_struct, p, &rq.queue, run_list) {
			long w = goodness(p, prev->active_mm);

			if (w > weight && !p->on_cpu) {
				weight = w;
				best = p;
			}
		}
		if (weight)
			return best;
		new_epoch();
	}
}

/* After switch_to, in the new task: drops what the old one needed until it
 * was off its stack. Returns with interrupts as @flags says. */
static void finish_switch(task_struct *prev, unsigned long flags)
{
	mm_struct *borrowed = nullptr;
	bool dead = prev->state == TASK_DEAD;

	if (!prev->mm) {
		borrowed = prev->active_mm;
		prev->active_mm = nullptr;
	}
	prev->on_cpu = false;
	spin_unlock_irqrestore(&rq.lock, flags);
	if (borrowed)
		mmdrop(borrowed);
	if (dead)
		put_task_struct(prev);
}

extern "C" void schedule_tail(task_struct *prev)
{
	task_struct *self = current;

	finish_switch(prev, X86_EFLAGS_IF);
	if (self->set_child_tid)
		put_user(self->pid, self->set_child_tid).ignore();
}

/* A kernel thread runs on the page tables that are there. */
static void change_mm(task_struct *prev, task_struct *next)
{
	if (next->mm) {
		switch_mm(next->mm);
		return;
	}
	next->active_mm = prev->active_mm;
	atomic_inc(&next->active_mm->mm_count);
}

static void stop_run_time(task_struct *p, u64 now)
{
	p->run_cycles += now - p->run_start;
	p->run_start = 0;
}

static task_struct *change_task(task_struct *prev, task_struct *next)
{
	u64 now = get_cycles();

	stop_run_time(prev, now);
	next->run_start = now;
	if (!list_empty(&prev->run_list))
		prev->nivcsw++;
	count_vm_event(CONTEXT_SWITCH);
	next->on_cpu = true;
	change_mm(prev, next);
	return switch_to(prev, next);
}

/* Until somebody may be runnable. Interrupts, which are let in here alone,
 * find @prev as current. */
static void halt_on_stack_of(task_struct *prev)
{
	cpu_info &cpu = this_cpu();

	stop_run_time(prev, get_cycles());
	cpu.halted = true;
	spin_unlock(&rq.lock);
	do {
		safe_halt();
		local_irq_disable();
	} while (!prev->need_resched);
	spin_lock(&rq.lock);
	cpu.halted = false;
	prev->need_resched = 0;
	prev->run_start = get_cycles();
}

/* Somebody to run, if need be after a while. Who is dead must not keep the
 * processor: his stack goes. */
static task_struct *wait_for_next(task_struct *prev, bool yielding)
{
	task_struct *next;

	while (!(next = pick_next(prev, yielding))) {
		if (prev->state == TASK_DEAD)
			return this_cpu().idle;
		halt_on_stack_of(prev);
	}
	return next;
}

static void __schedule(bool yielding)
{
	task_struct *prev = current, *next;
	unsigned long flags;

	DEBUG_ON(in_interrupt());
	DEBUG_ON(*stack_canary(prev) != STACK_CANARY);
	flags = spin_lock_irqsave(&rq.lock);
	prev->need_resched = 0;
	if (prev->state == TASK_INTERRUPTIBLE && signal_pending(prev))
		prev->state = TASK_RUNNING;
	if (!list_empty(&prev->run_list)) {
		if (prev->state != TASK_RUNNING)
			dequeue(prev);
		else if (yielding || !prev->counter)
			list_move_tail(&prev->run_list, &rq.queue);
	}
	next = wait_for_next(prev, yielding);
	if (next == prev) {
		spin_unlock_irqrestore(&rq.lock, flags);
		return;
	}
	finish_switch(change_task(prev, next), flags);
}

void schedule()
{
	__schedule(false);
}

void yield()
{
	current->state = TASK_RUNNING;
	__schedule(true);
}

static void count_tick(const task_struct *p, bool user)
{
	if (this_cpu().halted)
		cpu_ticks.idle++;
	else if (!user)
		cpu_ticks.system++;
	else if (p->nice > 0)
		cpu_ticks.nice++;
	else
		cpu_ticks.user++;
}

/* Timer interrupt. */
void scheduler_tick(bool user)
{
	task_struct *p = current;

	bool halted = this_cpu().halted;

	if (!halted)
		account_process_tick(p, user);
	spin_irq_guard g(rq.lock);
	count_tick(p, user);
	if (halted)
		return;
	if (p->counter > 0)
		p->counter--;
	if (!p->counter)
		p->need_resched = 1;
}

u64 task_run_ns(const task_struct *p)
{
	spin_irq_guard g(rq.lock);

	return cycles_to_ns(p->run_cycles + (p->run_start ?
					     get_cycles() - p->run_start : 0));
}

void set_user_nice(task_struct *p, long nice)
{
	spin_irq_guard g(rq.lock);

	p->nice = nice;
	p->counter = min(p->counter, 2 * nice_to_ticks(nice));
}

unsigned long nr_running()
{
	spin_irq_guard g(rq.lock);

	return rq.nr_running;
}

unsigned long nr_active()
{
	spin_irq_guard g(rq.lock);

	return rq.nr_running + rq.nr_uninterruptible;
}

/* What boot becomes: schedule() does the waiting. */
void cpu_idle()
{
	for (;;)
		schedule();
}

void sched_init()
{
	task_struct *idle = &init_task;

	atomic_inc(&init_mm.mm_count);
	idle->active_mm = &init_mm;
	idle->on_cpu = true;
	this_cpu().idle = idle;
	this_cpu().active_mm = &init_mm;
}
