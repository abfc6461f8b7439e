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
#include "futex.h"

#include <linux/dcache.h>

constexpr unsigned BUCKETS = 256;

static constinit static_array<futex_bucket, BUCKETS> buckets;

futex_bucket *bucket_of(const futex_key &k)
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

result<long> futex_requeue(user_ptr<u32> uaddr, user_ptr<u32> uaddr2,
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
