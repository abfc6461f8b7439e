/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource use and limits: getrusage, times, getrlimit and setrlimit in their
 * generations. Limits are 64 bits inside; the 32-bit calls show what does not
 * fit as infinity. siglock protects writing them.
 */
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/time.h>

struct usage {
	unsigned long utime, stime, minflt, majflt, nvcsw, nivcsw, maxrss;
};

static void add_thread(usage *u, const task_struct *t)
{
	u->utime += t->utime;
	u->stime += t->stime;
	u->minflt += t->min_flt;
	u->majflt += t->maj_flt;
	u->nvcsw += t->nvcsw;
	u->nivcsw += t->nivcsw;
}

/* The dead threads, the living ones, and the memory of now. */
static void add_process(usage *u, const task_struct *p)
{
	const thread_group *tg = p->tg;

	u->utime += tg->utime;
	u->stime += tg->stime;
	u->minflt += tg->min_flt;
	u->majflt += tg->maj_flt;
	u->nvcsw += tg->nvcsw;
	u->nivcsw += tg->nivcsw;
	list_for_each_entry(task_struct, t, &tg->threads, thread_node)
		add_thread(u, t);
	u->maxrss = max(u->maxrss, tg->maxrss);
	if (p == current && p->mm)
		u->maxrss = max(u->maxrss, p->mm->rss);
}

static void add_children(usage *u, const thread_group *tg)
{
	u->utime += tg->cutime;
	u->stime += tg->cstime;
	u->minflt += tg->cmin_flt;
	u->majflt += tg->cmaj_flt;
	u->nvcsw += tg->cnvcsw;
	u->nivcsw += tg->cnivcsw;
	u->maxrss = max(u->maxrss, tg->cmaxrss);
}

static usage sum_usage(const task_struct *p, int who)
{
	usage u{};

	if (who == RUSAGE_THREAD)
		add_thread(&u, p);
	if (who == RUSAGE_SELF || who == RUSAGE_BOTH)
		add_process(&u, p);
	if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH)
		add_children(&u, p->tg);
	return u;
}

void fill_rusage(rusage *r, const task_struct *p, int who)
{
	usage u = sum_usage(p, who);

	*r = rusage{};
	r->ru_utime_sec = (s32)(u.utime / HZ);
	r->ru_utime_usec = (s32)(u.utime % HZ * (1000000 / HZ));
	r->ru_stime_sec = (s32)(u.stime / HZ);
	r->ru_stime_usec = (s32)(u.stime % HZ * (1000000 / HZ));
	r->ru_maxrss = (s32)(u.maxrss * (PAGE_SIZE / 1024));
	r->ru_minflt = (s32)u.minflt;
	r->ru_majflt = (s32)u.majflt;
	r->ru_nvcsw = (s32)u.nvcsw;
	r->ru_nivcsw = (s32)u.nivcsw;
}

SYSCALL result<long> sys_getrusage(int who, user_ptr<rusage> ru)
{
	rusage r;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN &&
	    who != RUSAGE_THREAD)
		return -EINVAL;
	{
		spin_irq_guard g(tasklist_lock);
		fill_rusage(&r, current, who);
	}
	return put_user(r, ru);
}

/* The result counts from boot and may look like an error for a moment each
 * time it wraps; the C libraries know that. */
SYSCALL result<long> sys_times(user_ptr<tms> buf)
{
	usage self, children;

	{
		spin_irq_guard g(tasklist_lock);
		self = sum_usage(current, RUSAGE_SELF);
		children = sum_usage(current, RUSAGE_CHILDREN);
	}
	tms t{(s32)ticks_to_user_hz(self.utime),
	      (s32)ticks_to_user_hz(self.stime),
	      (s32)ticks_to_user_hz(children.utime),
	      (s32)ticks_to_user_hz(children.stime)};
	if (buf)
		TRY(put_user(t, buf));
	return (long)ticks_to_user_hz(jiffies);
}

/* ---- limits ---- */

static rlimit64 read_limit(task_struct *p, unsigned which)
{
	spin_irq_guard g(p->sighand->siglock);

	return p->tg->rlim[which];
}

static status write_limit(task_struct *p, unsigned which, const rlimit64 &r)
{
	spin_irq_guard g(p->sighand->siglock);
	rlimit64 *old = &p->tg->rlim[which];

	if (r.rlim_cur > r.rlim_max)
		return -EINVAL;
	if (r.rlim_max > old->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (which == RLIMIT_NOFILE && r.rlim_max > 1 << 20)
		return -EPERM;
	*old = r;
	return OK;
}

static u32 to32(u64 v, u32 infinity)
{
	return v >= infinity ? infinity : (u32)v;
}

static u64 from32(u32 v)
{
	return v == ~0u ? RLIM64_INFINITY : v;
}

SYSCALL result<long> sys_getrlimit(unsigned which, user_ptr<rlimit32> u)
{
	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	rlimit64 r = read_limit(current, which);

	return put_user(rlimit32{to32(r.rlim_cur, ~0u),
				 to32(r.rlim_max, ~0u)}, u);
}

/* The first generation took the value for signed. */
SYSCALL result<long> sys_old_getrlimit(unsigned which, user_ptr<rlimit32> u)
{
	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	rlimit64 r = read_limit(current, which);

	return put_user(rlimit32{to32(r.rlim_cur, 0x7fffffff),
				 to32(r.rlim_max, 0x7fffffff)}, u);
}

SYSCALL result<long> sys_setrlimit(unsigned which, user_ptr<const rlimit32> u)
{
	rlimit32 r;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	TRY(get_user(&r, u));
	return write_limit(current, which,
			   {from32(r.rlim_cur), from32(r.rlim_max)});
}

static bool may_limit(const task_struct *p)
{
	const task_struct *me = current;

	return p->tgid == me->tgid || capable(CAP_SYS_RESOURCE) ||
	       (me->uid == p->uid && me->uid == p->euid &&
		me->uid == p->suid && me->gid == p->gid &&
		me->gid == p->egid && me->gid == p->sgid);
}

static status swap_limit(pid_t pid, unsigned which, const rlimit64 *fresh,
			 rlimit64 *old)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = pid ? find_task_by_pid(pid) : current;

	if (!p)
		return -ESRCH;
	if (!may_limit(p))
		return -EPERM;
	*old = read_limit(p, which);
	return fresh ? write_limit(p, which, *fresh) : OK;
}

SYSCALL result<long> sys_prlimit64(pid_t pid, unsigned which,
				   user_ptr<const rlimit64> ufresh,
				   user_ptr<rlimit64> uold)
{
	rlimit64 fresh, old;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	if (ufresh)
		TRY(get_user(&fresh, ufresh));
	TRY(swap_limit(pid, which, ufresh ? &fresh : nullptr, &old));
	return uold ? put_user(old, uold) : OK;
}
