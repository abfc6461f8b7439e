/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Futexes: sleeping until a word of user memory changes. A waiter queues
 * itself first and looks at the word then: whoever changes the word before
 * that is seen, whoever does so later finds the waiter. A word of private
 * memory is named by address space and address, one of a shared mapping by
 * the file (or nameless memory) behind it and the place there.
 *
 * The lock of a bucket protects its list and, for the waiters on it, their
 * key and `bucket', which is null once a waiter was woken.
 */
#include <linux/futex.h>
#include <linux/dcache.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <uapi/futex.h>

constexpr unsigned BUCKETS = 256;

struct futex_key {
	const void *object = nullptr;
	unsigned long page = 0;
	unsigned offset = 0;

	bool operator==(const futex_key &) const = default;
};

struct futex_bucket {
	spinlock_t lock{"futex", RANK_FUTEX};
	list_head waiters;
};
static constinit static_array<futex_bucket, BUCKETS> buckets;

struct futex_q {
	list_head list;
	task_struct *task = current;
	futex_key key;
	u32 bitset = FUTEX_BITSET_MATCH_ANY;
	futex_bucket *volatile bucket = nullptr;
};

/* A key that keeps the inode it names alive. */
class held_key {
	inode *held = nullptr;

public:
	futex_key key;

	held_key() = default;
	held_key(const held_key &) = delete;
	~held_key()
	{
		if (held)
			iput(held);
	}
	status find(user_ptr<u32> uaddr, bool shared);
	status find_shared(unsigned long addr);
};

static futex_bucket *bucket_of(const futex_key &k)
{
	u32 h = (u32)(unsigned long)k.object * 0x9e3779b1 ^
		(u32)(k.page + k.offset) * 0x85ebca6b;

	return &buckets[h >> 24 & (BUCKETS - 1)];
}

status held_key::find_shared(unsigned long addr)
{
	mm_struct *mm = current->mm;
	read_guard g(mm->mmap_sem);
	vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start > addr)
		return -EFAULT;
	if (!(vma->vm_flags & VM_SHARED))
		return OK;
	key.page = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	if (!vma->vm_file) {
		key.object = vma->vm_private_data;
		return OK;
	}
	held = igrab(vma->vm_file->f_dentry->d_inode);
	key.object = held;
	return held ? 0 : -EFAULT;
}

status held_key::find(user_ptr<u32> uaddr, bool shared)
{
	unsigned long addr = uaddr.addr();

	if (addr % sizeof(u32))
		return -EINVAL;
	if (!access_ok(addr, sizeof(u32)))
		return -EFAULT;
	key = {current->mm, addr >> PAGE_SHIFT,
	       (unsigned)(addr & ~PAGE_MASK)};
	return shared ? find_shared(addr) : OK;
}

/* ---- waking; the bucket's lock held ---- */

/* The record is on the waiter's stack: gone once bucket is null. */
static void wake_waiter(futex_q *q)
{
	task_struct *task = q->task;

	get_task_struct(task);
	list_del(&q->list);
	barrier();
	q->bucket = nullptr;
	wake_up_process(task);
	put_task_struct(task);
}

static long wake_bucket(futex_bucket *b, const futex_key &key, int nr,
			u32 bitset)
{
	long woken = 0;

	list_for_each_entry_safe(futex_q, q, n, &b->waiters, list) {
		if (woken >= nr)
			break;
		if (q->key == key && q->bitset & bitset) {
			wake_waiter(q);
			woken++;
		}
	}
	return woken;
}

result<long> futex_wake(user_ptr<u32> uaddr, bool shared, int nr, u32 bitset)
{
	held_key k;

	if (!bitset)
		return -EINVAL;
	TRY(k.find(uaddr, shared));
	futex_bucket *b = bucket_of(k.key);
	spin_irq_guard g(b->lock);
	return wake_bucket(b, k.key, nr, bitset);
}

/* ---- requeueing ---- */

/* Both locks, the lower address first. */
class two_buckets {
	futex_bucket *first, *second;
	unsigned long flags;

public:
	two_buckets(futex_bucket *a, futex_bucket *b) :
		first(a < b ? a : b), second(a < b ? b : a)
	{
		flags = spin_lock_irqsave(&first->lock);
		if (second != first)
			spin_lock_nested(&second->lock);
	}
	two_buckets(const two_buckets &) = delete;
	~two_buckets()
	{
		if (second != first)
			spin_unlock(&second->lock);
		spin_unlock_irqrestore(&first->lock, flags);
	}
};

static long move_waiters(futex_bucket *from, const futex_key &key,
			 futex_bucket *to, const futex_key &to_key, int nr)
{
	long moved = 0;

	list_for_each_entry_safe(futex_q, q, n, &from->waiters, list) {
		if (moved >= nr)
			break;
		if (!(q->key == key))
			continue;
		list_move_tail(&q->list, &to->waiters);
		q->key = to_key;
		q->bucket = to;
		moved++;
	}
	return moved;
}

/* @expected null: move them whatever the first word is. */
static result<long> requeue(user_ptr<u32> uaddr, user_ptr<u32> uaddr2,
			    bool shared, int nr_wake, int nr_move,
			    const u32 *expected)
{
	held_key k, k2;
	user_word word;

	if (nr_wake < 0 || nr_move < 0)
		return -EINVAL;
	TRY(k.find(uaddr, shared));
	TRY(k2.find(uaddr2, shared));
	if (expected)
		TRY(word.pin(uaddr));
	futex_bucket *b = bucket_of(k.key), *b2 = bucket_of(k2.key);
	two_buckets g(b, b2);

	if (expected && (u32)atomic_read(word.word()) != *expected)
		return -EAGAIN;
	long done = wake_bucket(b, k.key, nr_wake, FUTEX_BITSET_MATCH_ANY);
	if (k.key == k2.key)
		return done;
	return done + move_waiters(b, k.key, b2, k2.key, nr_move);
}

/* ---- waiting ---- */

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
		return requeue(uaddr, uaddr2, shared, (int)val, (int)val2,
			       nullptr);
	case FUTEX_CMP_REQUEUE:
		return requeue(uaddr, uaddr2, shared, (int)val, (int)val2,
			       &val3);
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
