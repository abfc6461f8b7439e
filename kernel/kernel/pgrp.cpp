/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who a task is: process numbers, process groups, sessions. All threads of a
 * process carry the same pgrp and session; the leader's count in the table of
 * numbers.
 */
#include <linux/sched.h>

SYSCALL result<long> sys_getpid() { return (long)current->tgid; }
SYSCALL result<long> sys_gettid() { return (long)current->pid; }

SYSCALL result<long> sys_getppid()
{
	return (long)READ_ONCE(current->tg->ppid);
}

SYSCALL result<long> sys_getpgrp() { return (long)current->pgrp; }

SYSCALL result<long> sys_set_tid_address(user_ptr<int> tid)
{
	current->clear_child_tid = tid;
	return (long)current->pid;
}

/* The functions below run under tasklist_lock. */
static void set_pgrp(task_struct *leader, pid_t pgrp)
{
	use_pid(pgrp);
	drop_pid(leader->pgrp);
	list_for_each_entry(task_struct, t, &leader->tg->threads, thread_node)
		t->pgrp = pgrp;
}

static void set_session(task_struct *leader, pid_t session)
{
	use_pid(session);
	drop_pid(leader->session);
	list_for_each_entry(task_struct, t, &leader->tg->threads,
			    thread_node) {
		t->session = session;
		t->tty = nullptr;
		t->tty_dev = 0;
	}
}

static bool group_exists(pid_t pgrp, pid_t session)
{
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pgrp == pgrp && (!session || p->session == session))
			return true;
	return false;
}

/* POSIX 4.3.3: oneself, or a child that has not yet called exec. */
static status check_setpgid(const task_struct *p, const task_struct *me,
			    pid_t pgrp)
{
	if (p != p->group_leader)
		return -EINVAL;
	if (p != me && p->real_parent != me)
		return -ESRCH;
	if (p != me && p->session != me->session)
		return -EPERM;
	if (p != me && !(p->flags & PF_FORKNOEXEC))
		return -EACCES;
	if (p->leader)
		return -EPERM;
	if (pgrp != p->pid && !group_exists(pgrp, me->session))
		return -EPERM;
	return OK;
}

SYSCALL result<long> sys_setpgid(pid_t pid, pid_t pgrp)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *me = current->group_leader;
	task_struct *p = find_task_by_pid(pid ? pid : me->pid);

	if (pgrp < 0)
		return -EINVAL;
	if (!p)
		return -ESRCH;
	if (!pgrp)
		pgrp = p->pid;
	TRY(check_setpgid(p, me, pgrp));
	set_pgrp(p, pgrp);
	return 0;
}

SYSCALL result<long> sys_getpgid(pid_t pid)
{
	spin_irq_guard g(tasklist_lock);
	const task_struct *p = pid ? find_task_by_pid(pid) : current;

	return p ? (long)p->pgrp : -ESRCH;
}

SYSCALL result<long> sys_getsid(pid_t pid)
{
	spin_irq_guard g(tasklist_lock);
	const task_struct *p = pid ? find_task_by_pid(pid) : current;

	return p ? (long)p->session : -ESRCH;
}

SYSCALL result<long> sys_setsid()
{
	spin_irq_guard g(tasklist_lock);
	task_struct *me = current->group_leader;

	if (me->leader || group_exists(me->pid, 0))
		return -EPERM;
	me->leader = true;
	set_pgrp(me, me->pid);
	set_session(me, me->pid);
	return (long)me->pid;
}
