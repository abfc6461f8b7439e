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
	volatile u32 locked = 0;
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
#else
inline void spin_debug_take(spinlock_t *, bool) {}
inline void spin_debug_drop(spinlock_t *) {}
inline void might_sleep() {}
#endif

inline void __spin_acquire(spinlock_t *l)
{
	while (unlikely(xchg(&l->locked, 1u)))
		while (l->locked)
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
	if (xchg(&l->locked, 1u))
		return false;
	spin_debug_take(l, true);
	return true;
}
inline void spin_unlock(spinlock_t *l)
{
	spin_debug_drop(l);
	barrier();
	l->locked = 0;
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

public:
	explicit spin_guard(spinlock_t &lock) : l(&lock) { spin_lock(l); }
	spin_guard(const spin_guard &) = delete;
	~spin_guard() { unlock(); }
	void unlock()
	{
		if (l)
			spin_unlock(l);
		l = nullptr;
	}
};

class [[nodiscard]] spin_irq_guard {
	spinlock_t *l;
	unsigned long flags;

public:
	explicit spin_irq_guard(spinlock_t &lock) :
		l(&lock), flags(spin_lock_irqsave(&lock)) {}
	spin_irq_guard(const spin_irq_guard &) = delete;
	~spin_irq_guard() { unlock(); }
	void unlock()
	{
		if (l)
			spin_unlock_irqrestore(l, flags);
		l = nullptr;
	}
};
