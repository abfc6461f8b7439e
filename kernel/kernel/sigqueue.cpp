/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of waiting signals. Each is charged to a user, whose
 * RLIMIT_SIGPENDING counts them. siglock protects the queues.
 */
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/slab.h>

static constinit kmem_cache *sigqueue_cachep;

static void release_sigqueue(sigqueue *q)
{
	atomic_dec(&q->user->sigpending);
	free_uid(q->user);
	kmem_cache_free(sigqueue_cachep, q);
}

void free_sigqueue(sigqueue *q)
{
	list_del(&q->list);
	if (!q->owned)
		release_sigqueue(q);
}

void flush_sigqueue(sigpending *q)
{
	list_for_each_entry_safe(sigqueue, e, n, &q->list, list)
		free_sigqueue(e);
	q->signal = 0;
}

static void remove_from(sigpending *q, u64 mask)
{
	if (!(q->signal & mask))
		return;
	q->signal &= ~mask;
	list_for_each_entry_safe(sigqueue, e, n, &q->list, list)
		if (sigmask(e->info.si_signo) & mask)
			free_sigqueue(e);
}

/* From all queues of the process; siglock held. */
void discard_signals(task_struct *p, u64 mask)
{
	remove_from(&p->tg->shared_pending, mask);
	list_for_each_entry(task_struct, t, &p->tg->threads, thread_node)
		remove_from(&t->pending, mask);
}

sigqueue *alloc_sigqueue(task_struct *p, bool limited)
{
	user_struct *u = p->user;
	u64 limit = p->tg->rlim[RLIMIT_SIGPENDING].rlim_cur;
	sigqueue *q = nullptr;

	atomic_inc(&u->count);
	if ((u64)atomic_inc_return(&u->sigpending) <= limit || !limited)
		q = slab_new<sigqueue>(sigqueue_cachep,
				       GFP_ATOMIC | __GFP_NOWARN);
	if (q) {
		q->user = u;
		return q;
	}
	atomic_dec(&u->sigpending);
	free_uid(u);
	return nullptr;
}

sigqueue *alloc_own_sigqueue()
{
	sigqueue *q = alloc_sigqueue(current, true);

	if (q)
		q->owned = true;
	return q;
}

static bool has_record(const sigpending *q, int sig)
{
	list_for_each_entry(sigqueue, e, &q->list, list)
		if (e->info.si_signo == sig)
			return true;
	return false;
}

void free_own_sigqueue(sigqueue *q, sigpending *from)
{
	int sig = q->info.si_signo;
	bool waits = !list_empty(&q->list);

	list_del(&q->list);
	if (waits && !has_record(from, sig))
		from->signal &= ~sigmask(sig);
	release_sigqueue(q);
}

static void init_signals()
{
	sigqueue_cachep = kmem_cache_create("sigqueue", sizeof(sigqueue));
}
core_initcall(init_signals);
