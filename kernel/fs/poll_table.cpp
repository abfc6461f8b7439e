/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting on many queues at once: an entry on each of them, kept over all
 * rounds of a select or poll, whose wake-up also leaves a mark, so that an
 * event between two looks is not slept through. 2.4: fs/select.c.
 */
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/time.h>

struct poll_entry {
	wait_queue_t wait;
	wait_queue_head_t *head;
	file *filp;			/* counted: it owns the queue */
	poll_table *table;
};

struct poll_table_page {
	poll_table_page *next;
	unsigned nr;
	poll_entry *entries() { return (poll_entry *)(this + 1); }
};
constexpr unsigned ENTRIES = (PAGE_SIZE - sizeof(poll_table_page)) /
	sizeof(poll_entry);

/* The wait queue's lock held. */
static bool poll_wake(wait_queue_t *w)
{
	poll_entry *e = container_of(w, poll_entry, wait);

	e->table->triggered = true;
	return default_wake_function(w);
}

static poll_entry *new_entry(poll_table *pt)
{
	poll_table_page *p = pt->pages;

	if (!p || p->nr == ENTRIES) {
		p = (poll_table_page *)__get_free_page(GFP_KERNEL);
		if (!p)
			return nullptr;
		p->next = pt->pages;
		p->nr = 0;
		pt->pages = p;
	}
	return &p->entries()[p->nr++];
}

void poll_wait(file *f, wait_queue_head_t *q, poll_table *pt)
{
	if (!pt || !pt->wanted)
		return;
	poll_entry *e = new_entry(pt);
	if (!e) {
		pt->error = -ENOMEM;
		return;
	}
	new (e) poll_entry{wait_queue_t(current), q, f, pt};
	e->wait.func = poll_wake;
	get_file(f);
	add_wait_queue(q, &e->wait);
}

poll_table::~poll_table()
{
	while (poll_table_page *p = pages) {
		while (p->nr) {
			poll_entry *e = &p->entries()[--p->nr];

			remove_wait_queue(e->head, &e->wait);
			fput(e->filp);
		}
		pages = p->next;
		free_page((unsigned long)p);
	}
}

unsigned vfs_poll(file *f, poll_table *pt)
{
	return f->f_op->poll ? f->f_op->poll(f, pt) : DEFAULT_POLLMASK;
}

bool poll_schedule(poll_table *pt, u64 deadline)
{
	bool over = false;

	current->state = TASK_INTERRUPTIBLE;
	mb();
	if (!pt->triggered && !signal_pending(current))
		over = schedule_until(deadline);
	current->state = TASK_RUNNING;
	pt->triggered = false;
	mb();
	pt->wanted = false;	/* on all queues already */
	return !over;
}

timespec64 time_left(u64 deadline)
{
	s64 ns = (s64)(deadline - ktime_get_ns());

	return ns_to_timespec(max(ns, (s64)0));
}
