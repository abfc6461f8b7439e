/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for children: wait4, waitpid, waitid. Any thread may wait for any
 * child of its process. What there is to report is found and taken under
 * tasklist_lock; copying to user space comes after.
 */
#include <linux/sched.h>
#include <uapi/resource.h>

struct wait_opts {
	int type;			/* P_ */
	pid_t id;
	int options;
	bool may_come;			/* a child that could still report */
	/* what was found */
	pid_t pid;
	uid_t uid;
	int code, status;		/* CLD_; exit status or signal */
	int wait_status;		/* as wait4 gives it */
	rusage ru;
};

static bool eligible(const wait_opts *w, const task_struct *p)
{
	if (w->type == P_PID && p->pid != w->id)
		return false;
	if (w->type == P_PGID && p->pgrp != w->id)
		return false;
	if (w->options & __WALL)
		return true;
	return (p->exit_signal != SIGCHLD) == !!(w->options & __WCLONE);
}

static void fill(wait_opts *w, const task_struct *p, int code, int status)
{
	w->pid = p->pid;
	w->uid = p->uid;
	w->code = code;
	w->status = status;
	fill_rusage(&w->ru, p, RUSAGE_BOTH);
}

/* The child's and its children's use become its parent's children's. */
static void inherit_usage(thread_group *to, const thread_group *c)
{
	to->cutime += c->utime + c->cutime;
	to->cstime += c->stime + c->cstime;
	to->cmin_flt += c->min_flt + c->cmin_flt;
	to->cmaj_flt += c->maj_flt + c->cmaj_flt;
	to->cnvcsw += c->nvcsw + c->cnvcsw;
	to->cnivcsw += c->nivcsw + c->cnivcsw;
	to->cmaxrss = max(to->cmaxrss, max(c->maxrss, c->cmaxrss));
}

static bool report_dead(wait_opts *w, task_struct *p, task_struct **reaped)
{
	int code = p->tg->exiting ? p->tg->exit_code : p->exit_code;

	w->may_come = true;
	if (p->exit_state != TASK_ZOMBIE || !group_is_empty(p) ||
	    !(w->options & WEXITED))
		return false;
	bool mine = p->real_parent == current->group_leader;
	if (mine && p->trace.tracer && p->trace.tracer != p->real_parent)
		return false;	/* the tracer comes first */
	if (code & 0x7f)
		fill(w, p, code & 0x80 ? CLD_DUMPED : CLD_KILLED, code & 0x7f);
	else
		fill(w, p, CLD_EXITED, code >> 8 & 0xff);
	w->wait_status = code;
	if (w->options & WNOWAIT)
		return true;
	if (!mine) {
		ptrace_unlink(p);
		if (!do_notify_parent(p, p->exit_signal))
			return true;
		release_task(p);
		*reaped = p;
		return true;
	}
	release_task(p);
	inherit_usage(current->tg, p->tg);
	*reaped = p;
	return true;
}

/* Each stop and each continuation is reported once. */
static bool report_change(wait_opts *w, task_struct *p)
{
	thread_group *tg = p->tg;
	bool keep = w->options & WNOWAIT;
	spin_irq_guard g(p->sighand->siglock);

	if (w->options & WSTOPPED && tg->stop_unreported) {
		tg->stop_unreported = keep;
		fill(w, p, CLD_STOPPED, tg->stop_signal);
		w->wait_status = tg->stop_signal << 8 | 0x7f;
		return true;
	}
	if (w->options & WCONTINUED && tg->cont_unreported) {
		tg->cont_unreported = keep;
		fill(w, p, CLD_CONTINUED, SIGCONT);
		w->wait_status = 0xffff;
		return true;
	}
	return false;
}

/* A stop that the tracer shall see, whatever it waits for. */
static bool report_trapped(wait_opts *w, task_struct *p)
{
	w->may_come = true;
	if (!p->trace.unreported || p->state != TASK_TRACED)
		return false;
	p->trace.unreported = w->options & WNOWAIT;
	fill(w, p, CLD_TRAPPED, p->trace.code);
	w->wait_status = p->trace.code << 8 | 0x7f;
	return true;
}

static bool look_at_tracees(wait_opts *w, task_struct **reaped)
{
	task_struct *leader = current->group_leader;

	list_for_each_entry(task_struct, p, &leader->trace.tracees, trace.node)
		if (eligible(w, p) &&
		    (report_trapped(w, p) ||
		     (p == p->group_leader && p->real_parent != leader &&
		      report_dead(w, p, reaped))))
			return true;
	return false;
}

static bool look(wait_opts *w, task_struct **reaped)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *leader = current->group_leader;

	w->may_come = false;
	list_for_each_entry(task_struct, p, &leader->children, sibling)
		if (eligible(w, p) &&
		    (report_dead(w, p, reaped) || report_change(w, p)))
			return true;
	return look_at_tracees(w, reaped);
}

/* The pid found, 0 for WNOHANG, or an error. */
static result<long> do_wait(wait_opts *w)
{
	wait_queue_t wait(current);
	task_struct *reaped = nullptr;
	result<long> ret = 0l;

	for (;;) {
		prepare_to_wait(&current->group_leader->wait_chldexit, &wait,
				TASK_INTERRUPTIBLE);
		if (look(w, &reaped)) {
			ret = (long)w->pid;
			break;
		}
		if (!w->may_come)
			ret = -ECHILD;
		else if (!(w->options & WNOHANG) && signal_pending(current))
			ret = -ERESTARTSYS;
		if (ret.failed() || w->options & WNOHANG)
			break;
		schedule();
	}
	finish_wait(&current->group_leader->wait_chldexit, &wait);
	if (reaped)
		put_task_struct(reaped);
	return ret;
}

static wait_opts opts_for_pid(pid_t pid, int options)
{
	wait_opts w{};

	w.options = options;
	w.type = pid == -1 ? P_ALL : pid > 0 ? P_PID : P_PGID;
	w.id = pid > 0 ? pid : pid ? -pid : current->pgrp;
	return w;
}

SYSCALL result<long> sys_wait4(pid_t pid, user_ptr<int> status_ptr,
			       int options, user_ptr<rusage> ru)
{
	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD |
			__WCLONE | __WALL))
		return -EINVAL;
	if (pid == (pid_t)0x80000000)
		return -ESRCH;
	wait_opts w = opts_for_pid(pid, options | WEXITED);
	long found = TRY(do_wait(&w));

	if (found && status_ptr)
		TRY(put_user(w.wait_status, status_ptr));
	if (found && ru)
		TRY(put_user(w.ru, ru));
	return found;
}

SYSCALL result<long> sys_waitpid(pid_t pid, user_ptr<int> status_ptr,
				 int options)
{
	return sys_wait4(pid, status_ptr, options, {});
}

static siginfo_t wait_info(const wait_opts &w, bool found)
{
	siginfo_t info{};

	if (!found)
		return info;
	info.si_signo = SIGCHLD;
	info.si_code = w.code;
	info.chld.pid = w.pid;
	info.chld.uid = w.uid;
	info.chld.status = w.status;
	return info;
}

SYSCALL result<long> sys_waitid(int type, pid_t id,
				user_ptr<siginfo_t> infop, int options,
				user_ptr<rusage> ru)
{
	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED |
			__WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (type < P_ALL || type > P_PGID || (type == P_PID && id <= 0) ||
	    (type == P_PGID && id < 0))
		return -EINVAL;
	wait_opts w{};

	w.type = type;
	w.id = type == P_PGID && !id ? current->pgrp : id;
	w.options = options;
	long found = TRY(do_wait(&w));

	if (infop)
		TRY(put_user(wait_info(w, found), infop));
	if (found && ru)
		TRY(put_user(w.ru, ru));
	return 0;
}
