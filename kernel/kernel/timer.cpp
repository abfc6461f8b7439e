/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tick and timers. A timer hangs in the slot of a wheel that its expiry
 * hashes to; each tick looks through one slot. A timer that is more than one
 * turn away is passed over until its turn, which costs less than moving it
 * between wheels as 2.4 does as long as few timers are that far away.
 */
#include <linux/sched.h>
#include <linux/time.h>

constexpr unsigned WHEEL_SLOTS = 512;

struct timer_wheel {
	spinlock_t lock{"timers", RANK_TIMER};
	unsigned long next = 0;		/* the first tick not looked at */
	u64 tick_time = 0;		/* sched_clock() at the last tick */
	timer_list *running = nullptr;	/* whose handler is called now */
	list_head slot[WHEEL_SLOTS];
};
static constinit timer_wheel wheel;

constinit volatile unsigned long jiffies;

static list_head *slot_of(unsigned long tick)
{
	return &wheel.slot[tick % WHEEL_SLOTS];
}

static void hang_up(timer_list *t)
{
	unsigned long at = time_after(t->expires, wheel.next) ? t->expires :
								wheel.next;

	list_add_tail(&t->list, slot_of(at));
}

void add_timer(timer_list *t)
{
	spin_irq_guard g(wheel.lock);

	BUG_ON(timer_pending(t));
	hang_up(t);
}

bool mod_timer(timer_list *t, unsigned long expires)
{
	spin_irq_guard g(wheel.lock);
	bool pending = timer_pending(t);

	list_del(&t->list);
	t->expires = expires;
	hang_up(t);
	return pending;
}

bool del_timer(timer_list *t)
{
	spin_irq_guard g(wheel.lock);
	bool pending = timer_pending(t);

	list_del(&t->list);
	return pending;
}

static bool try_del_timer(timer_list *t, bool *pending)
{
	spin_irq_guard g(wheel.lock);

	if (timer_pending(t)) {
		list_del(&t->list);
		*pending = true;
	}
	return wheel.running != t;
}

bool del_timer_sync(timer_list *t)
{
	bool pending = false;

	while (!try_del_timer(t, &pending))
		cpu_relax();
	return pending;
}

/* Moves what expires at tick wheel.next to @due, in order. */
static void collect_due(list_head *due)
{
	list_for_each_entry_safe(timer_list, t, n, slot_of(wheel.next), list)
		if (!time_after(t->expires, wheel.next))
			list_move_tail(&t->list, due);
	wheel.next++;
}

static void run_due(list_head *due)
{
	while (!list_empty(due)) {
		timer_list *t = list_entry(due->next, timer_list, list);
		void (*function)(unsigned long) = t->function;
		unsigned long data = t->data;

		list_del(&t->list);
		wheel.running = t;
		spin_unlock_irqrestore(&wheel.lock, X86_EFLAGS_IF);
		function(data);
		spin_lock_irqsave(&wheel.lock);
		wheel.running = nullptr;
	}
}

/* TIMER_SOFTIRQ: interrupts are on. */
void run_timers()
{
	list_head due;
	unsigned long flags = spin_lock_irqsave(&wheel.lock);

	while (time_after_eq(jiffies, wheel.next)) {
		collect_due(&due);
		run_due(&due);
	}
	spin_unlock_irqrestore(&wheel.lock, flags);
}

/* Returns how many ticks have passed. The clock decides: an interrupt that
 * comes late stands for several, and those that an emulator or a long time
 * without interrupts then delivers all at once stand for none. */
static unsigned long advance_jiffies()
{
	u64 now = sched_clock();
	unsigned long ticks = 0;

	while (now >= wheel.tick_time + NSEC_PER_TICK) {
		wheel.tick_time += NSEC_PER_TICK;
		ticks++;
	}
	jiffies = jiffies + ticks;
	return ticks;
}

/* Empty slots are skipped here, so that most ticks need no softirq. */
static bool timers_due()
{
	while (time_after_eq(jiffies, wheel.next)) {
		if (!list_empty(slot_of(wheel.next)))
			return true;
		wheel.next++;
	}
	return false;
}

static unsigned long tick()
{
	spin_irq_guard g(wheel.lock);
	unsigned long ticks = advance_jiffies();

	if (timers_due())
		raise_softirq(TIMER_SOFTIRQ);
	return ticks;
}

void do_timer(pt_regs *regs)
{
	unsigned long ticks = tick();

	if (!ticks)
		return;
	update_coarse_time();
	for (; ticks; ticks--) {
		calc_load();
		scheduler_tick(user_mode(regs));
	}
}

/* The first tick at or after @deadline, as a number of ticks from jiffies,
 * which may be behind the clock. Wheel locked. */
static unsigned long ticks_until(u64 deadline)
{
	return deadline > wheel.tick_time ?
	       ns_to_ticks(deadline - wheel.tick_time) : 0;
}

unsigned long timer_expiry(u64 deadline)
{
	spin_irq_guard g(wheel.lock);

	return jiffies + ticks_until(deadline);
}

unsigned long timer_ticks_left(const timer_list *t)
{
	spin_irq_guard g(wheel.lock);
	u64 expires = wheel.tick_time +
		(u64)(t->expires - jiffies) * NSEC_PER_TICK;
	u64 now = sched_clock();

	if (time_after_eq(jiffies, t->expires) || now >= expires)
		return 0;
	expires -= now;
	do_div(&expires, NSEC_PER_TICK);
	return (unsigned long)expires;
}

bool schedule_until(u64 deadline)
{
	if (deadline == DEADLINE_NEVER) {
		schedule();
		return false;
	}
	if (ktime_get_ns() < deadline)
		schedule_timeout(max((long)(timer_expiry(deadline) - jiffies),
				     0l));
	current->state = TASK_RUNNING;
	return ktime_get_ns() >= deadline;
}

unsigned long ns_to_ticks(u64 ns)
{
	ns += NSEC_PER_TICK - 1;
	if (ns >> 32 >= NSEC_PER_TICK / 2)
		return MAX_SCHEDULE_TIMEOUT - 1;
	do_div(&ns, NSEC_PER_TICK);
	return (unsigned long)ns;
}

static void fix(unsigned long *load, unsigned long decay, unsigned long active)
{
	*load = (*load * decay + active * ((1 << FSHIFT) - decay)) >> FSHIFT;
}

constinit unsigned long avenrun[3];

/* Every five seconds. The decays are 2^11 / exp(5 s / 1, 5, 15 min). */
void calc_load()
{
	static constinit unsigned countdown = 5 * HZ;

	if (--countdown)
		return;
	countdown = 5 * HZ;
	unsigned long active = nr_active() << FSHIFT;
	fix(&avenrun[0], 1884, active);
	fix(&avenrun[1], 2014, active);
	fix(&avenrun[2], 2037, active);
}
