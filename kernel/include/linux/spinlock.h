/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks: real ones, also on one processor. Take them through a guard:
 *	spin_guard g(lock);	never taken by interrupts
 *	spin_irq_guard g(lock);	interrupts off on this processor meanwhile
 * g.unlock() releases early. Holding one, a task must not sleep. A debug
 * build checks rank order, double taking and sleeping (kernel/lockdebug.cpp).
 */
#pragma once

#include <asm/atomic.h>
#include <asm/system.h>
#include <linux/lockrank.h>
#include <linux/percpu.h>

struct spinlock_t {
	unsigned long locked = 0;	/* not volatile: a literal type */
#ifdef CONFIG_DEBUG
	const char *name;
	lock_rank rank;
	constexpr spinlock_t(const char *n, lock_rank r) : name(n), rank(r) {}
#else
	constexpr spinlock_t(const char *, lock_rank) {}
#endif
	spinlock_t(const spinlock_t &) = delete;
};

#ifdef CONFIG_DEBUG
void spin_debug_take(spinlock_t *l, bool nested);
void spin_debug_drop(spinlock_t *l);
void might_sleep();		/* BUGs under a spinlock or in interrupts */
/* The same for locks that sleep: what this task holds. */
void sleep_debug_take(const void *lock, const char *name, lock_rank rank,
		      bool nested);
void sleep_debug_drop(const void *lock);
#else
inline void spin_debug_take(spinlock_t *, bool) {}
inline void spin_debug_drop(spinlock_t *) {}
inline void might_sleep() {}
inline void sleep_debug_take(const void *, const char *, lock_rank, bool) {}
inline void sleep_debug_drop(const void *) {}
#endif

inline void __spin_acquire(spinlock_t *l)
{
	while (unlikely(test_and_set_bit(0, &l->locked)))
		while (READ_ONCE(l->locked))
			cpu_relax();
}
inline void spin_lock(spinlock_t *l)
{
	spin_debug_take(l, false);
	__spin_acquire(l);
}
inline void spin_lock_nested(spinlock_t *l)
{
	spin_debug_take(l, true);
	__spin_acquire(l);
}
inline bool spin_trylock(spinlock_t *l)
{
	if (test_and_set_bit(0, &l->locked))
		return false;
	spin_debug_take(l, true);
	return true;
}
inline void spin_unlock(spinlock_t *l)
{
	spin_debug_drop(l);
	barrier();
	WRITE_ONCE(l->locked, 0ul);
}
/* True, with @l taken, if the count reached 0; the lock is touched only then. */
inline bool atomic_dec_and_lock(atomic_t *v, spinlock_t *l)
{
	for (int c = atomic_read(v); c > 1;) {
		int old = atomic_cmpxchg(v, c, c - 1);

		if (old == c)
			return false;
		c = old;
	}
	spin_lock(l);
	if (atomic_dec_and_test(v))
		return true;
	spin_unlock(l);
	return false;
}
inline unsigned long spin_lock_irqsave(spinlock_t *l)
{
	unsigned long flags = local_irq_save();

	spin_lock(l);
	return flags;
}
inline void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
	spin_unlock(l);
	local_irq_restore(flags);
}

class [[nodiscard]] spin_guard {
	spinlock_t *l;
	bool held = true;	/* a flag, not a null: the compiler knows it */

public:
	explicit spin_guard(spinlock_t &lock) : l(&lock) { spin_lock(l); }
	spin_guard(const spin_guard &) = delete;
	~spin_guard() { unlock(); }
	void unlock()
	{
		if (held)
			spin_unlock(l);
		held = false;
	}
};

class [[nodiscard]] spin_nested_guard {	/* the second lock of one kind */
	spinlock_t *l;

public:
	explicit spin_nested_guard(spinlock_t &lock) : l(&lock)
	{
		spin_lock_nested(l);
	}
	spin_nested_guard(const spin_nested_guard &) = delete;
	~spin_nested_guard() { spin_unlock(l); }
};

class [[nodiscard]] spin_irq_guard {
	spinlock_t *l;
	bool held = true;
	unsigned long flags;

public:
	explicit spin_irq_guard(spinlock_t &lock) :
		l(&lock), flags(spin_lock_irqsave(&lock)) {}
	spin_irq_guard(const spin_irq_guard &) = delete;
	~spin_irq_guard() { unlock(); }
	void unlock()
	{
		if (held)
			spin_unlock_irqrestore(l, flags);
		held = false;
	}
};
