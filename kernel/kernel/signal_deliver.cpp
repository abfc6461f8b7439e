/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receiving side of signals: taking them off the queues, default actions,
 * stopping and going on, and telling the parent. Runs in the task itself on
 * its way to user mode, except for the notifications.
 */
#include <linux/sched.h>

static int lowest(u64 set)
{
	if ((u32)set)
		return __ffs((u32)set) + 1;
	return __ffs((u32)(set >> 32)) + 33;
}

/* Faults come first: their address is about to be lost. */
static int pick_signal(u64 set)
{
	constexpr u64 FAULTS = sigmask(SIGSEGV) | sigmask(SIGBUS) |
		sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGFPE) |
		sigmask(SIGSYS);

	if (!set)
		return 0;
	return lowest(set & FAULTS ? set & FAULTS : set);
}

/* Moves the first record of @sig to @info; the signal stays pending while
 * there are more of them. */
static void take_record(sigpending *q, int sig, siginfo_t *info)
{
	sigqueue *found = nullptr;
	bool more = false;

	list_for_each_entry(sigqueue, e, &q->list, list) {
		if (e->info.si_signo != sig)
			continue;
		more = found;
		if (more)
			break;
		found = e;
	}
	if (!more)
		q->signal &= ~sigmask(sig);
	if (!found) {
		*info = siginfo_t{};
		info->si_signo = sig;
		return;
	}
	*info = found->info;
	free_sigqueue(found);
}

static int take_from(sigpending *q, u64 blocked, siginfo_t *info)
{
	int sig = pick_signal(q->signal & ~blocked);

	if (sig)
		take_record(q, sig, info);
	return sig;
}

/* siglock held. */
static int take_signal(u64 blocked, siginfo_t *info)
{
	task_struct *p = current;
	int sig = take_from(&p->pending, blocked, info);

	if (!sig)
		sig = take_from(&p->tg->shared_pending, blocked, info);
	if (sig && sigmask(sig) & SIG_STOP_MASK)
		p->tg->stop_dequeued = true;
	recalc_sigpending(p);
	return sig;
}

int dequeue_signal(u64 blocked, siginfo_t *info)
{
	spin_irq_guard g(current->sighand->siglock);

	return take_signal(blocked, info);
}

/* ---- telling the parent; tasklist_lock held ---- */

static void chld_info(siginfo_t *info, const task_struct *p, int code,
		      int status_)
{
	*info = siginfo_t{};
	info->si_signo = SIGCHLD;
	info->si_code = code;
	info->chld.pid = p->tgid;
	info->chld.uid = p->uid;
	info->chld.status = status_;
	info->chld.utime = (long)((p->utime + p->tg->utime) / (HZ / 100));
	info->chld.stime = (long)((p->stime + p->tg->stime) / (HZ / 100));
}

static k_sigaction chld_action(task_struct *parent)
{
	spin_irq_guard g(parent->sighand->siglock);

	return *action_of(parent->sighand, SIGCHLD);
}

void do_notify_parent_cldstop(task_struct *p, int why)
{
	task_struct *parent = p->real_parent;
	k_sigaction act = chld_action(parent);
	siginfo_t info;

	chld_info(&info, p, why,
		  why == CLD_STOPPED ? p->tg->stop_signal : SIGCONT);
	if (act.handler != SIG_IGN && !(act.flags & SA_NOCLDSTOP))
		group_send_sig_info(SIGCHLD, &info, parent).ignore();
	wake_up_interruptible(&parent->wait_chldexit);
}

static void exit_info(siginfo_t *info, const task_struct *p, int sig)
{
	int code = p->tg->exiting ? p->tg->exit_code : p->exit_code;

	if (code & 0x7f)
		chld_info(info, p, code & 0x80 ? CLD_DUMPED : CLD_KILLED,
			  code & 0x7f);
	else
		chld_info(info, p, CLD_EXITED, code >> 8 & 0xff);
	info->si_signo = sig;
}

bool do_notify_parent(task_struct *p, int sig)
{
	task_struct *parent = p->real_parent;
	k_sigaction act = chld_action(parent);
	bool unwanted = false;
	siginfo_t info;

	if (parent == &init_task)	/* a kernel thread ends */
		return true;
	if (sig == SIGCHLD) {
		unwanted = act.handler == SIG_IGN ||
			   act.flags & SA_NOCLDWAIT;
		if (act.handler == SIG_IGN)
			sig = 0;
	}
	if (sig > 0 && sig <= _NSIG) {
		exit_info(&info, p, sig);
		group_send_sig_info(sig, &info, parent).ignore();
	}
	wake_up_interruptible(&parent->wait_chldexit);
	return unwanted;
}

/* ---- stopping ---- */

/* siglock held. */
static void ask_all_to_stop(int sig)
{
	task_struct *p = current;
	thread_group *tg = p->tg;

	if (!tg->stop_dequeued || tg->exiting || tg->group_exec ||
	    tg->stop_count)
		return;
	tg->stop_dequeued = false;
	tg->stop_signal = sig;
	list_for_each_entry(task_struct, t, &tg->threads, thread_node) {
		if (t->flags & PF_EXITING || t->state == TASK_STOPPED)
			continue;
		t->stop_pending = true;
		t->sigpending_flag = 1;
		tg->stop_count++;
		if (t != p)
			wake_up_state(t, TASK_INTERRUPTIBLE);
	}
}

/* siglock held. True: @p was the last that had to stop. */
bool leave_group_stop(task_struct *p)
{
	thread_group *tg = p->tg;

	if (!p->stop_pending)
		return false;
	p->stop_pending = false;
	if (--tg->stop_count)
		return false;
	tg->stopped = tg->stop_unreported = true;
	tg->cont_unreported = false;
	return true;
}

static void tell_parent(int why)
{
	spin_irq_guard g(tasklist_lock);

	do_notify_parent_cldstop(current->group_leader, why);
}

/* Sleeps until SIGCONT or SIGKILL if this thread has to stop. */
static bool stop_if_asked()
{
	task_struct *p = current;
	bool last;

	{
		spin_irq_guard g(p->sighand->siglock);
		if (!p->stop_pending)
			return false;
		last = leave_group_stop(p);
		p->state = TASK_STOPPED;
		recalc_sigpending(p);
	}
	if (last)
		tell_parent(CLD_STOPPED);
	schedule();
	return true;
}

static void report_continue()
{
	thread_group *tg = current->tg;
	bool notify;

	{
		spin_irq_guard g(current->sighand->siglock);
		notify = tg->cont_notify;
		tg->cont_notify = false;
	}
	if (notify)
		tell_parent(CLD_CONTINUED);
}

static void maybe_stop(int sig)
{
	if (sig != SIGSTOP && is_orphaned_pgrp(current->pgrp))
		return;
	spin_irq_guard g(current->sighand->siglock);
	ask_all_to_stop(sig);
}

/* ---- delivery ---- */

/* siglock held. */
static int take_action(int sig, k_sigaction *ka)
{
	k_sigaction *action = action_of(current->sighand, sig);

	*ka = *action;
	if (ka->handler > SIG_IGN && ka->flags & SA_RESETHAND)
		action->handler = SIG_DFL;
	return sig;
}

/* The next signal and its action; -1 if the tracer took it away. siglock is
 * taken once for both. */
static int next_signal(siginfo_t *info, k_sigaction *ka)
{
	task_struct *p = current;
	spin_irq_guard g(p->sighand->siglock);
	int sig = take_signal(p->blocked, info);

	if (!sig)
		return 0;
	if (likely(!p->trace.tracer || sig == SIGKILL))
		return take_action(sig, ka);
	g.unlock();
	sig = ptrace_signal(sig, info);
	if (sig < 0)
		return sig;
	spin_irq_guard again(p->sighand->siglock);

	return take_action(sig, ka);
}

static void die_if_killed()
{
	task_struct *p = current;

	if (!p->killed)
		return;
	p->flags |= PF_SIGNALED;
	do_exit(p->tg->exiting ? p->tg->exit_code : SIGKILL);
}

static void default_action(int sig)
{
	if (sigmask(sig) & SIG_IGNORE_MASK || current->tg->unkillable)
		return;
	if (sigmask(sig) & SIG_STOP_MASK) {
		maybe_stop(sig);
		return;
	}
	current->flags |= PF_SIGNALED;
	do_group_exit(sig);
}

int get_signal_to_deliver(siginfo_t *info, k_sigaction *ka, pt_regs *)
{
	for (;;) {
		die_if_killed();
		if (stop_if_asked()) {
			report_continue();
			continue;
		}
		int sig = next_signal(info, ka);

		if (sig < 0)
			continue;
		if (!sig || ka->handler > SIG_IGN)
			return sig;
		if (ka->handler == SIG_DFL)
			default_action(sig);
	}
}
