/* SPDX-License-Identifier: GPL-2.0-only */
/* What exit needs of futexes. kernel/futex.cpp, robust_list.cpp. */
#pragma once

#include <asm/uaccess.h>
#include <linux/highmem.h>

/* Wakes up to @nr waiters of the word at @uaddr; returns how many. */
result<long> futex_wake(user_ptr<u32> uaddr, bool shared, int nr, u32 bitset);
void exit_robust_list();		/* of current */

/* A word of user memory of current, pinned and mapped, so that it can be
 * read and changed atomically, even under a spinlock. */
class user_word {
	page *pinned = nullptr;
	char *base = nullptr;
	unsigned offset = 0;

public:
	user_word() = default;
	user_word(const user_word &) = delete;
	~user_word();
	status pin(user_ptr<u32> u);
	atomic_t *word() const { return (atomic_t *)(base + offset); }
	void mark_dirty();
};
