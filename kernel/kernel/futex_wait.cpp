/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The waiting side of futexes, and the system call in its two generations.
 * A waiter queues itself before it looks at the word: see futex.cpp.
 */
#include "futex.h"

#include <linux/time.h>

static void queue_waiter(futex_q *q)
{
	futex_bucket *b = bucket_of(q->key);
	spin_irq_guard g(b->lock);

	list_add_tail(&q->list, &b->waiters);
	q->bucket = b;
}

/* False: somebody has woken it. A requeue may change the bucket until the
 * right lock is held. */
static bool unqueue_waiter(futex_q *q)
{
	for (;;) {
		futex_bucket *b = q->bucket;

		if (!b)
			return false;
		spin_irq_guard g(b->lock);
		if (q->bucket != b)
			continue;
		list_del(&q->list);
		q->bucket = nullptr;
		return true;
	}
}

static bool sleep_on_futex(const futex_q *q, u64 deadline)
{
	bool timed_out = false;

	while (!timed_out) {
		current->state = TASK_INTERRUPTIBLE;
		if (!q->bucket || signal_pending(current))
			break;
		timed_out = schedule_until(deadline);
	}
	current->state = TASK_RUNNING;
	return timed_out;
}

struct futex_wait_args {
	user_ptr<u32> uaddr;
	u32 val, bitset;
	bool shared;
	u64 deadline;
};

static result<long> wait_restart(task_struct *t);

/* With a time limit the call must go on with what is left of it. */
static result<long> interrupted(const futex_wait_args &a)
{
	task_struct *t = current;

	if (a.deadline == DEADLINE_NEVER)
		return -ERESTARTSYS;
	t->restart_args[0] = a.uaddr.addr();
	t->restart_args[1] = a.val;
	t->restart_args[2] = a.bitset;
	t->restart_args[3] = a.shared;
	t->restart_args[4] = (unsigned long)a.deadline;
	t->restart_args[5] = (unsigned long)(a.deadline >> 32);
	t->restart_fn = wait_restart;
	return -ERESTART_RESTARTBLOCK;
}

static result<long> futex_wait(const futex_wait_args &a)
{
	held_key k;
	futex_q q;
	u32 now = 0;

	if (!a.bitset)
		return -EINVAL;
	TRY(k.find(a.uaddr, a.shared));
	q.key = k.key;
	q.bitset = a.bitset;
	queue_waiter(&q);
	status s = get_user(&now, a.uaddr);
	if (s.ok() && now != a.val)
		s = -EAGAIN;
	if (s.failed())
		return unqueue_waiter(&q) ? s : OK;
	bool timed_out = sleep_on_futex(&q, a.deadline);

	if (!unqueue_waiter(&q))
		return 0;
	return timed_out ? -ETIMEDOUT : interrupted(a);
}

static result<long> wait_restart(task_struct *t)
{
	const unsigned long *r = t->restart_args;

	return futex_wait({{(u32 *)r[0]}, (u32)r[1], (u32)r[2], r[3] != 0,
			   (u64)r[5] << 32 | r[4]});
}

/* ---- the call ---- */

/* FUTEX_WAIT's time is relative, that of WAIT_BITSET a point in time, which
 * is counted by the clocks as they are set now. */
static u64 futex_deadline(int op, const timespec64 &t)
{
	s64 ns = timespec_to_ns(t);

	if ((op & 0x7f) == FUTEX_WAIT)
		return deadline_after(ns);
	if (op & FUTEX_CLOCK_REALTIME)
		return deadline_after(ns - ktime_get_real_ns());
	return (u64)ns;
}

static bool takes_time(int op)
{
	int cmd = op & 0x7f;

	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET;
}

static result<long> do_futex(user_ptr<u32> uaddr, int op, u32 val,
			     u64 deadline, u32 val2, user_ptr<u32> uaddr2,
			     u32 val3)
{
	bool shared = !(op & FUTEX_PRIVATE_FLAG);

	switch (op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) {
	case FUTEX_WAIT:
		val3 = FUTEX_BITSET_MATCH_ANY;
		[[fallthrough]];
	case FUTEX_WAIT_BITSET:
		return futex_wait({uaddr, val, val3, shared, deadline});
	case FUTEX_WAKE:
		val3 = FUTEX_BITSET_MATCH_ANY;
		[[fallthrough]];
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, shared, (int)val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, uaddr2, shared, (int)val,
				     (int)val2, nullptr);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, uaddr2, shared, (int)val,
				     (int)val2, &val3);
	}
	return -ENOSYS;
}

SYSCALL result<long> sys_futex(user_ptr<u32> uaddr, int op, u32 val,
			       user_ptr<const user_timespec64> utime,
			       user_ptr<u32> uaddr2, u32 val3)
{
	u64 deadline = DEADLINE_NEVER;
	timespec64 t;

	if (utime && takes_time(op)) {
		TRY(get_timespec64(&t, utime));
		deadline = futex_deadline(op, t);
	}
	return do_futex(uaddr, op, val, deadline, (u32)utime.addr(), uaddr2,
			val3);
}

SYSCALL result<long> sys_futex_time32(user_ptr<u32> uaddr, int op, u32 val,
				      user_ptr<const old_timespec32> utime,
				      user_ptr<u32> uaddr2, u32 val3)
{
	u64 deadline = DEADLINE_NEVER;
	timespec64 t;

	if (utime && takes_time(op)) {
		TRY(get_timespec32(&t, utime));
		deadline = futex_deadline(op, t);
	}
	return do_futex(uaddr, op, val, deadline, (u32)utime.addr(), uaddr2,
			val3);
}
