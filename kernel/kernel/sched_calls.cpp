/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls about priorities and scheduling. There is one policy, the
 * time-sharing one; asking for another is refused.
 */
#include <linux/sched.h>
#include <linux/time.h>

constexpr int SCHED_OTHER = 0, SCHED_FIFO = 1, SCHED_RR = 2;

struct sched_param {
	int sched_priority;
};

static bool may_renice(const task_struct *p)
{
	const task_struct *me = current;

	return me->euid == p->uid || me->euid == p->euid ||
	       capable(CAP_SYS_NICE);
}

static status renice(task_struct *p, long nice)
{
	if (!may_renice(p))
		return -EPERM;
	if (nice < p->nice && !capable(CAP_SYS_NICE))
		return -EACCES;
	set_user_nice(p, nice);
	return OK;
}

SYSCALL result<long> sys_nice(int increment)
{
	long nice = clamp(current->nice + clamp((long)increment, -40l, 40l),
			  -20l, 19l);

	if (increment < 0 && !capable(CAP_SYS_NICE))
		return -EPERM;
	set_user_nice(current, nice);
	return 0;
}

static bool selected(const task_struct *p, int which, int who)
{
	const task_struct *me = current;

	switch (which) {
	case PRIO_PROCESS:
		return p->pid == (who ? who : me->pid);
	case PRIO_PGRP:
		return p->pgrp == (who ? who : me->pgrp);
	}
	return p->uid == (who ? (uid_t)who : me->uid);
}

SYSCALL result<long> sys_setpriority(int which, int who, int nice)
{
	status last = -ESRCH;
	long n = clamp((long)nice, -20l, 19l);

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	spin_irq_guard g(tasklist_lock);
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (selected(p, which, who))
			last = renice(p, n);
	return last;
}

/* Shifted to 1 .. 40, so that it cannot look like an error. */
SYSCALL result<long> sys_getpriority(int which, int who)
{
	long best = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	spin_irq_guard g(tasklist_lock);
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (selected(p, which, who))
			best = max(best, 20 - p->nice);
	return best;
}

SYSCALL result<long> sys_sched_yield()
{
	yield();
	return 0;
}

static status find_pid(pid_t pid)
{
	spin_irq_guard g(tasklist_lock);

	if (pid < 0)
		return -EINVAL;
	return !pid || find_task_by_pid(pid) ? 0 : -ESRCH;
}

SYSCALL result<long> sys_sched_setscheduler(pid_t pid, int policy,
					    user_ptr<const sched_param> u)
{
	sched_param param;

	TRY(get_user(&param, u));
	TRY(find_pid(pid));
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return -EPERM;
	return policy == SCHED_OTHER && !param.sched_priority ? 0 : -EINVAL;
}

SYSCALL result<long> sys_sched_setparam(pid_t pid,
					user_ptr<const sched_param> u)
{
	sched_param param;

	TRY(get_user(&param, u));
	TRY(find_pid(pid));
	return param.sched_priority ? -EINVAL : 0;
}

SYSCALL result<long> sys_sched_getscheduler(pid_t pid)
{
	TRY(find_pid(pid));
	return (long)SCHED_OTHER;
}

SYSCALL result<long> sys_sched_getparam(pid_t pid, user_ptr<sched_param> u)
{
	TRY(find_pid(pid));
	return put_user(sched_param{0}, u);
}

static result<long> priority_limit(int policy, long limit)
{
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return limit;
	return policy == SCHED_OTHER ? 0l : -EINVAL;
}

SYSCALL result<long> sys_sched_get_priority_max(int policy)
{
	return priority_limit(policy, 99);
}

SYSCALL result<long> sys_sched_get_priority_min(int policy)
{
	return priority_limit(policy, 1);
}

/* The slice of a task of nice 0. */
constexpr timespec64 SLICE{0, 60000000};

SYSCALL result<long> sys_sched_rr_get_interval(pid_t pid,
					       user_ptr<user_timespec64> u)
{
	TRY(find_pid(pid));
	return put_timespec64(SLICE, u);
}

SYSCALL result<long> sys_sched_rr_get_interval_time32(pid_t pid,
						user_ptr<old_timespec32> u)
{
	TRY(find_pid(pid));
	return put_timespec32(SLICE, u);
}

constexpr u32 ALL_CPUS = (1ull << NR_CPUS) - 1;

SYSCALL result<long> sys_sched_getaffinity(pid_t pid, unsigned len,
					   user_ptr<u32> mask)
{
	if (len < sizeof(u32) || len % sizeof(u32))
		return -EINVAL;
	TRY(find_pid(pid));
	TRY(put_user(ALL_CPUS, mask));
	return (long)sizeof(u32);
}

SYSCALL result<long> sys_sched_setaffinity(pid_t pid, unsigned len,
					   user_ptr<const u32> umask)
{
	u32 mask = 0;

	TRY(copy_from_user(&mask, umask.addr(), min(len, 4u)));
	TRY(find_pid(pid));
	return mask & ALL_CPUS ? 0 : -EINVAL;
}

SYSCALL result<long> sys_getcpu(user_ptr<u32> cpu, user_ptr<u32> node)
{
	if (cpu)
		TRY(put_user((u32)smp_processor_id(), cpu));
	if (node)
		TRY(put_user(0u, node));
	return 0;
}
