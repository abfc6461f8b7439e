/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec in a process with several threads: the others die, and the one that
 * calls exec takes over the leader's place, its number and its children, so
 * that the parent sees the same process go on.
 */
#include <linux/sched.h>

static status claim_group(task_struct *self)
{
	thread_group *tg = self->tg;
	spin_irq_guard g(self->sighand->siglock);

	if (tg->exiting || tg->group_exec)
		return -EAGAIN;
	tg->group_exec = self;
	zap_other_threads(self);
	return OK;
}

/* All but @self have gone, except that the leader waits as a zombie. */
static bool others_gone(task_struct *self)
{
	spin_irq_guard g(tasklist_lock);

	list_for_each_entry(task_struct, t, &self->tg->threads, thread_node)
		if (t != self && !(t == self->group_leader &&
				   t->exit_state == TASK_ZOMBIE))
			return false;
	return true;
}

static void swap_numbers(task_struct *a, task_struct *b)
{
	unhash_pid(a);
	unhash_pid(b);
	swap_values(a->pid, b->pid);
	hash_pid(a);
	hash_pid(b);
}

static void move_children(task_struct *from, task_struct *to)
{
	list_for_each_entry(task_struct, child, &from->children, sibling)
		list_for_each_entry(task_struct, t, &child->tg->threads,
				    thread_node)
			t->real_parent = t->parent = to;
	list_splice_init(&from->children, &to->children);
}

/* The old leader becomes a thread that is dead already. */
static void replace_leader(task_struct *self, task_struct *old)
{
	spin_irq_guard g(tasklist_lock);

	swap_numbers(self, old);
	move_children(old, self);
	ptrace_move_tracees(old, self);
	list_add_tail(&self->sibling, &old->sibling);
	list_del(&old->sibling);
	self->group_leader = old->group_leader = self;
	self->exit_signal = SIGCHLD;
	old->exit_signal = -1;
	self->leader = old->leader;
	self->pdeath_signal = old->pdeath_signal;
	self->start_time = old->start_time;
	release_task(old);
}

status de_thread()
{
	task_struct *self = current, *old = self->group_leader;

	if (group_is_empty(self))
		return OK;
	TRY(claim_group(self));
	for (;;) {
		self->state = TASK_UNINTERRUPTIBLE;
		if (others_gone(self))
			break;
		schedule();
	}
	self->state = TASK_RUNNING;
	if (self != old) {
		replace_leader(self, old);
		put_task_struct(old);
	}
	spin_irq_guard g(self->sighand->siglock);
	self->tg->group_exec = nullptr;
	return OK;
}
