/* SPDX-License-Identifier: GPL-2.0-only */
/* Sending signals by number: kill and its family, with their permissions. */
#include <linux/sched.h>

static bool may_kill(const task_struct *p, int sig)
{
	const task_struct *me = current;

	return capable(CAP_KILL) || p->tgid == me->tgid ||
	       me->euid == p->suid || me->euid == p->uid ||
	       me->uid == p->suid || me->uid == p->uid ||
	       (sig == SIGCONT && p->session == me->session);
}

/* sig 0 only asks. tasklist_lock held. */
static status send_checked(int sig, const siginfo_t *info, task_struct *p,
			   bool group)
{
	if (!may_kill(p, sig))
		return -EPERM;
	if (!sig)
		return OK;
	return group ? group_send_sig_info(sig, info, p) :
		       send_sig_info(sig, info, p);
}

static siginfo_t user_info(int sig, int code)
{
	siginfo_t info{};

	info.si_signo = sig;
	info.si_code = code;
	info.kill.pid = current->tgid;
	info.kill.uid = current->uid;
	return info;
}

/* Success if it reached anybody; else the last error. */
struct tally {
	int reached = 0, err = -ESRCH;

	void add(status s)
	{
		if (s.ok())
			reached++;
		else
			err = s.err();
	}
	status sum() const { return reached ? 0 : err; }
};

static status kill_group_of(pid_t pgrp, int sig, const siginfo_t *info)
{
	spin_irq_guard g(tasklist_lock);
	tally t;

	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pgrp == pgrp && p == p->group_leader)
			t.add(send_checked(sig, info, p, true));
	return t.sum();
}

static status kill_everybody(int sig, const siginfo_t *info)
{
	spin_irq_guard g(tasklist_lock);
	tally t;

	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pid > 1 && p == p->group_leader &&
		    !(p->flags & PF_KTHREAD) && p->tgid != current->tgid)
			t.add(send_checked(sig, info, p, true));
	return t.sum();
}

static status kill_one(pid_t pid, int sig, const siginfo_t *info)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = find_task_by_pid(pid);

	return p ? send_checked(sig, info, p->group_leader, true) : -ESRCH;
}

static bool valid(int sig)
{
	return sig >= 0 && sig <= _NSIG;
}

SYSCALL result<long> sys_kill(pid_t pid, int sig)
{
	siginfo_t info = user_info(sig, SI_USER);

	if (!valid(sig))
		return -EINVAL;
	if (pid > 0)
		return kill_one(pid, sig, &info);
	if (pid == -1)
		return kill_everybody(sig, &info);
	if (pid == (pid_t)0x80000000)
		return -ESRCH;
	return kill_group_of(pid ? -pid : current->pgrp, sig, &info);
}

/* @tgid 0: whatever process the thread is in. */
static status kill_thread(pid_t tgid, pid_t pid, int sig,
			  const siginfo_t *info)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = find_task_by_pid(pid);

	if (!p || (tgid && p->tgid != tgid))
		return -ESRCH;
	return send_checked(sig, info, p, false);
}

SYSCALL result<long> sys_tgkill(pid_t tgid, pid_t pid, int sig)
{
	siginfo_t info = user_info(sig, SI_TKILL);

	if (!valid(sig) || pid <= 0 || tgid <= 0)
		return -EINVAL;
	return kill_thread(tgid, pid, sig, &info);
}

SYSCALL result<long> sys_tkill(pid_t pid, int sig)
{
	siginfo_t info = user_info(sig, SI_TKILL);

	if (!valid(sig) || pid <= 0)
		return -EINVAL;
	return kill_thread(0, pid, sig, &info);
}

/* Nobody may pretend to be the kernel or kill(2), but to himself. */
static status get_queued_info(siginfo_t *info, user_ptr<const siginfo_t> u,
			      pid_t target, int sig)
{
	if (!valid(sig))
		return -EINVAL;
	TRY(get_user(info, u));
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) &&
	    target != current->tgid)
		return -EPERM;
	info->si_signo = sig;
	return OK;
}

SYSCALL result<long> sys_rt_sigqueueinfo(pid_t pid, int sig,
					 user_ptr<const siginfo_t> uinfo)
{
	siginfo_t info;

	TRY(get_queued_info(&info, uinfo, pid, sig));
	return kill_one(pid, sig, &info);
}

SYSCALL result<long> sys_rt_tgsigqueueinfo(pid_t tgid, pid_t pid, int sig,
					   user_ptr<const siginfo_t> uinfo)
{
	siginfo_t info;

	if (pid <= 0 || tgid <= 0)
		return -EINVAL;
	TRY(get_queued_info(&info, uinfo, tgid, sig));
	return kill_thread(tgid, pid, sig, &info);
}

/* ---- from inside the kernel ---- */

status kill_pg(pid_t pgrp, int sig)
{
	spin_irq_guard g(tasklist_lock);
	tally t;

	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pgrp == pgrp && p == p->group_leader)
			t.add(group_send_sig_info(sig, nullptr, p));
	return t.sum();
}
