/* SPDX-License-Identifier: GPL-2.0-only */
/* What futex.cpp and futex_wait.cpp share. */
#pragma once

#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <uapi/futex.h>

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

futex_bucket *bucket_of(const futex_key &k);
/* Wakes up to @nr_wake waiters of @uaddr and lets up to @nr_move others wait
 * for @uaddr2. @expected null: whatever the first word is. */
result<long> futex_requeue(user_ptr<u32> uaddr, user_ptr<u32> uaddr2,
			   bool shared, int nr_wake, int nr_move,
			   const u32 *expected);
