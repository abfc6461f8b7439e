/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of tasks. The children of a process belong to its group leader;
 * when the last thread goes they pass to init. A thread that is not the leader
 * vanishes at once. The leader stays as a zombie, until all others are gone
 * and the parent has been told and has waited.
 * tasklist_lock protects the family relations, exit_state and the lists.
 */
#include <linux/sched.h>

bool group_is_empty(const task_struct *leader)
{
	return leader->tg->threads.next == &leader->thread_node &&
	       leader->tg->threads.prev == &leader->thread_node;
}

/* What a thread used goes to its process. siglock held. */
static void sum_up(task_struct *p)
{
	thread_group *tg = p->tg;

	tg->utime += p->utime;
	tg->stime += p->stime;
	tg->min_flt += p->min_flt;
	tg->maj_flt += p->maj_flt;
	tg->nvcsw += p->nvcsw;
	tg->nivcsw += p->nivcsw;
	tg->dead_run_ns += task_run_ns(p);
}

static void leave_group(task_struct *p)
{
	spin_irq_guard g(p->sighand->siglock);

	sum_up(p);
	list_del(&p->thread_node);
	flush_sigqueue(&p->pending);
	if (p == p->group_leader)
		flush_sigqueue(&p->tg->shared_pending);
}

void release_task(task_struct *p)
{
	leave_group(p);
	if (p->trace.tracer)
		ptrace_unlink(p);
	unhash_pid(p);
	drop_pid(p->pid);
	list_del(&p->tasks);
	if (p == p->group_leader) {
		list_del(&p->sibling);
		drop_pid(p->pgrp);
		drop_pid(p->session);
		sched_exit(p);
	}
	p->exit_state = TASK_DEAD;
	forget_thread();
}

/* ---- orphaned process groups (POSIX.1, 3.2.2.2) ---- */

/* True if a member has a parent in another group of the same session: a shell
 * that could continue it. @leaving does not count as a member. */
static bool has_shepherd(pid_t pgrp, const task_struct *leaving)
{
	list_for_each_entry(task_struct, p, &all_tasks, tasks) {
		const task_struct *parent = p->real_parent;

		if (p->pgrp == pgrp && p != leaving &&
		    p == p->group_leader && p->exit_state != TASK_ZOMBIE &&
		    parent->tgid > 1 && parent->pgrp != pgrp &&
		    parent->session == p->session)
			return true;
	}
	return false;
}

bool is_orphaned_pgrp(pid_t pgrp)
{
	spin_irq_guard g(tasklist_lock);

	return !has_shepherd(pgrp, nullptr);
}

static bool has_stopped_jobs(pid_t pgrp)
{
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pgrp == pgrp && p->tg->stopped)
			return true;
	return false;
}

static void signal_group(pid_t pgrp, int sig)
{
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pgrp == pgrp && p == p->group_leader)
			group_send_sig_info(sig, nullptr, p).ignore();
}

/* @parent's end leaves @p without it. */
static void check_orphans(const task_struct *p, const task_struct *parent,
			  const task_struct *leaving)
{
	if (p->pgrp == parent->pgrp || p->session != parent->session ||
	    has_shepherd(p->pgrp, leaving) || !has_stopped_jobs(p->pgrp))
		return;
	signal_group(p->pgrp, SIGHUP);
	signal_group(p->pgrp, SIGCONT);
}

/* ---- telling the family; tasklist_lock held ---- */

static void set_parent(task_struct *child, task_struct *parent)
{
	list_for_each_entry(task_struct, t, &child->tg->threads, thread_node)
		t->real_parent = t->parent = parent;
	child->tg->ppid = parent->tgid;
	list_move_tail(&child->sibling, &parent->children);
}

/* Those that the new parent does not wait for go to @dead. */
static void adopt(task_struct *child, task_struct *reaper, list_head *dead)
{
	set_parent(child, reaper);
	if (child->pdeath_signal)
		group_send_sig_info(child->pdeath_signal, nullptr,
				    child).ignore();
	child->exit_signal = SIGCHLD;
	if (child->exit_state != TASK_ZOMBIE || !group_is_empty(child))
		return;
	if (!do_notify_parent(child, SIGCHLD))
		return;
	release_task(child);
	list_add(&child->sibling, dead);
}

static void orphan_children(task_struct *leader, list_head *dead)
{
	task_struct *init = find_task_by_pid(1);

	list_for_each_entry_safe(task_struct, child, n, &leader->children,
				 sibling) {
		adopt(child, init, dead);
		check_orphans(child, leader, nullptr);
	}
}

/* The whole process is dead: true if nobody waits for it. */
static bool leader_done(task_struct *leader)
{
	return !ptrace_notify_death(leader) &&
	       do_notify_parent(leader, leader->exit_signal);
}

static void bury(task_struct *p, list_head *dead)
{
	release_task(p);
	list_add(&p->sibling, dead);
}

static void put_dead(list_head *dead)
{
	list_for_each_entry_safe(task_struct, p, n, dead, sibling) {
		list_del(&p->sibling);
		put_task_struct(p);
	}
}

static void exit_notify(task_struct *p, bool group_dead)
{
	task_struct *leader = p->group_leader;
	list_head dead;

	{
		spin_irq_guard g(tasklist_lock);
		if (group_dead) {
			ptrace_release_tracees(leader, &dead);
			orphan_children(leader, &dead);
			check_orphans(leader, leader->real_parent, leader);
		}
		p->exit_state = TASK_ZOMBIE;
		if (p != leader)
			bury(p, &dead);
		if (leader->exit_state == TASK_ZOMBIE &&
		    group_is_empty(leader) && leader_done(leader))
			bury(leader, &dead);
		if (p->tg->group_exec)
			wake_up_process(p->tg->group_exec);
	}
	put_dead(&dead);
}

static void exit_files(task_struct *p)
{
	files_struct *files = p->files;
	fs_struct *fs = p->fs;

	{
		spin_irq_guard g(p->alloc_lock);
		p->files = nullptr;
		p->fs = nullptr;
	}
	if (files)
		put_files_struct(files);
	if (fs)
		put_fs_struct(fs);
}

/* From here on no signal is directed to this thread. */
static bool leave_alive(task_struct *p)
{
	bool group_dead, stopped;

	{
		spin_irq_guard g(p->sighand->siglock);
		p->flags |= PF_EXITING;
		group_dead = --p->tg->live == 0;
		stopped = leave_group_stop(p);
		retarget_shared_pending(p, ~0ull);
	}
	if (stopped && !group_dead) {
		spin_irq_guard g(tasklist_lock);
		do_notify_parent_cldstop(p->group_leader, CLD_STOPPED);
	}
	return group_dead;
}

static void end_process(task_struct *p)
{
	if (p->tgid == 1)
		panic("Attempted to kill init! exit code 0x%08x",
		      p->tg->exiting ? p->tg->exit_code : p->exit_code);
	del_timer_sync(&p->tg->real_timer);
	exit_posix_timers(p->tg);
	if (p->group_leader->leader)
		disassociate_ctty(true);
}

void do_exit(long code)
{
	task_struct *p = current;
	bool group_dead;

	if (in_interrupt())
		panic("Attempted to kill the interrupt handler!");
	if (!p->pid)
		panic("Attempted to kill the idle task!");
	might_sleep();
	p->exit_code = (int)code;
	group_dead = leave_alive(p);
	if (group_dead)
		end_process(p);
	exit_mm();
	exit_files(p);
	exit_thread();
	exit_notify(p, group_dead);
	p->state = TASK_DEAD;
	schedule();
	BUG();
}

void do_group_exit(int code)
{
	task_struct *p = current;

	{
		spin_irq_guard g(p->sighand->siglock);
		if (p->tg->exiting) {
			code = p->tg->exit_code;
		} else {
			p->tg->exiting = true;
			p->tg->exit_code = code;
			zap_other_threads(p);
		}
	}
	do_exit(code);
}

SYSCALL result<long> sys_exit(int code)
{
	do_exit((code & 0xff) << 8);
}

SYSCALL result<long> sys_exit_group(int code)
{
	do_group_exit((code & 0xff) << 8);
}
