/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sending signals. A signal goes to one thread (its `pending') or to the
 * process (tg->shared_pending), where any thread that does not block it may
 * take it. sighand->siglock protects both queues, the masks, and the stop and
 * death states of the process. A deadly signal is turned into SIGKILL for all
 * threads at once, so that none can linger in a handler or in a sleep.
 */
#include <linux/sched.h>

void recalc_sigpending(task_struct *p)
{
	u64 waiting = p->pending.signal | p->tg->shared_pending.signal;

	p->sigpending_flag = (waiting & ~p->blocked) || p->killed ||
			     p->stop_pending;
}

static void signal_wake_up(task_struct *t, bool deadly)
{
	t->sigpending_flag = 1;
	wake_up_state(t, TASK_INTERRUPTIBLE | (deadly ? TASK_STOPPED |
			      TASK_TRACED : 0));
}

static void kill_thread(task_struct *t)
{
	t->killed = true;
	signal_wake_up(t, true);
}

void zap_other_threads(task_struct *p)
{
	p->tg->stop_count = 0;
	list_for_each_entry(task_struct, t, &p->tg->threads, thread_node) {
		t->stop_pending = false;
		if (t != p && !(t->flags & PF_EXITING))
			kill_thread(t);
	}
}

bool fatal_signal_pending(const task_struct *p)
{
	return p->killed || p->pending.signal & sigmask(SIGKILL);
}

/* ---- what a signal does before it is queued ---- */

static void continue_group(task_struct *p)
{
	thread_group *tg = p->tg;

	tg->stop_count = 0;
	tg->stop_dequeued = false;
	list_for_each_entry(task_struct, t, &tg->threads, thread_node) {
		t->stop_pending = false;
		wake_up_state(t, TASK_STOPPED);
	}
	if (!tg->stopped)
		return;
	tg->stopped = tg->stop_unreported = false;
	tg->cont_unreported = tg->cont_notify = true;
}

/* Stop and continue signals cancel each other, even if blocked or caught. */
static void cancel_opposites(int sig, task_struct *p)
{
	if (sigmask(sig) & SIG_STOP_MASK) {
		discard_signals(p, sigmask(SIGCONT));
	} else if (sig == SIGCONT) {
		discard_signals(p, SIG_STOP_MASK);
		continue_group(p);
	}
}

static bool is_ignored(const task_struct *p, int sig)
{
	unsigned long handler = action_of(p->sighand, sig)->handler;

	if (p->blocked & sigmask(sig) || p->trace.tracer)
		return false;
	if (handler == SIG_DFL)
		return p->tg->unkillable || SIG_IGNORE_MASK & sigmask(sig);
	return handler == SIG_IGN;
}

static bool is_deadly(const task_struct *p, int sig)
{
	u64 mask = sigmask(sig);

	return action_of(p->sighand, sig)->handler == SIG_DFL &&
	       !(mask & (SIG_IGNORE_MASK | SIG_STOP_MASK)) &&
	       !p->tg->unkillable && !(p->real_blocked & mask) &&
	       (!p->trace.tracer || sig == SIGKILL);
}

/* ---- queueing ---- */

static siginfo_t kernel_info(int sig)
{
	siginfo_t info{};

	info.si_signo = sig;
	info.si_code = SI_KERNEL;
	return info;
}

/* Signals below SIGRTMIN pend once. Without memory they lose their siginfo;
 * a queued one that user space sent is refused instead. */
static status queue_signal(int sig, const siginfo_t *info, task_struct *p,
			   sigpending *to)
{
	sigqueue *q;

	if (sig < SIGRTMIN && to->signal & sigmask(sig))
		return OK;
	q = alloc_sigqueue(p, sig >= SIGRTMIN);
	if (q) {
		q->info = info ? *info : kernel_info(sig);
		list_add_tail(&q->list, &to->list);
	} else if (sig >= SIGRTMIN && info && info->si_code != SI_USER) {
		return -EAGAIN;
	}
	to->signal |= sigmask(sig);
	return OK;
}

static bool wants(const task_struct *t, int sig)
{
	return !(t->flags & PF_EXITING) && !(t->blocked & sigmask(sig)) &&
	       (!(t->state & (TASK_STOPPED | TASK_TRACED)) ||
		sig == SIGKILL) &&
	       (t == current || !t->sigpending_flag || sig == SIGKILL);
}

/* The thread that shall take it: @p if it can. */
static task_struct *choose_thread(int sig, task_struct *p, bool group)
{
	if (wants(p, sig))
		return p;
	if (!group)
		return nullptr;
	list_for_each_entry(task_struct, t, &p->tg->threads, thread_node)
		if (wants(t, sig))
			return t;
	return nullptr;
}

static void kill_group(task_struct *p, int sig)
{
	thread_group *tg = p->tg;

	tg->exiting = true;
	tg->exit_code = sig;
	tg->stop_count = 0;
	tg->stop_dequeued = false;
	list_for_each_entry(task_struct, t, &tg->threads, thread_node) {
		t->stop_pending = false;
		if (!(t->flags & PF_EXITING))
			kill_thread(t);
	}
}

static void find_taker(int sig, task_struct *p, bool group)
{
	task_struct *t = choose_thread(sig, p, group);

	if (!t)
		return;
	if (is_deadly(t, sig) && !p->tg->exiting)
		kill_group(t, sig);
	else
		signal_wake_up(t, sig == SIGKILL);
}

static sigpending *queue_of(task_struct *p, bool group)
{
	return group ? &p->tg->shared_pending : &p->pending;
}

/* siglock held. Whether @sig is to be queued at all. */
static bool takes(task_struct *p, int sig, bool group)
{
	/* A process lives on when its first thread, which stands for it, has
	 * ended. */
	bool dead = group ? !p->tg->live : p->exit_state;

	cancel_opposites(sig, p);
	return !dead && !is_ignored(p, sig);
}

/* siglock held. */
static status __send_signal(int sig, const siginfo_t *info, task_struct *p,
			    bool group)
{
	if (!takes(p, sig, group))
		return OK;
	TRY(queue_signal(sig, info, p, queue_of(p, group)));
	find_taker(sig, p, group);
	return OK;
}

status send_sig_info(int sig, const siginfo_t *info, task_struct *p)
{
	spin_irq_guard g(p->sighand->siglock);

	return __send_signal(sig, info, p, false);
}

status group_send_sig_info(int sig, const siginfo_t *info, task_struct *p)
{
	spin_irq_guard g(p->sighand->siglock);

	return __send_signal(sig, info, p, true);
}

status send_sig(int sig, task_struct *p)
{
	return send_sig_info(sig, nullptr, p);
}

void force_sig_info(int sig, const siginfo_t *info, task_struct *p)
{
	spin_irq_guard g(p->sighand->siglock);
	k_sigaction *ka = action_of(p->sighand, sig);

	if (p->blocked & sigmask(sig) || ka->handler == SIG_IGN) {
		ka->handler = SIG_DFL;
		p->blocked &= ~sigmask(sig);
	}
	if (ka->handler == SIG_DFL)
		p->tg->unkillable = false;
	__send_signal(sig, info, p, false).ignore();
	recalc_sigpending(p);
}

void force_sig(int sig, task_struct *p)
{
	force_sig_info(sig, nullptr, p);
}

void force_sig_fault(int sig, int code, unsigned long addr)
{
	siginfo_t info{};

	info.si_signo = sig;
	info.si_code = code;
	info.fault.addr = addr;
	force_sig_info(sig, &info, current);
}

void send_own_sigqueue(sigqueue *q, task_struct *p, bool group)
{
	int sig = q->info.si_signo;
	sigpending *to = queue_of(p, group);

	if (!takes(p, sig, group))
		return;
	list_add_tail(&q->list, &to->list);
	to->signal |= sigmask(sig);
	find_taker(sig, p, group);
}

void retarget_shared_pending(task_struct *p, u64 which)
{
	u64 waiting = p->tg->shared_pending.signal & which;

	if (!waiting)
		return;
	list_for_each_entry(task_struct, t, &p->tg->threads, thread_node)
		if (t != p && !(t->flags & PF_EXITING) &&
		    waiting & ~t->blocked && !t->sigpending_flag)
			signal_wake_up(t, false);
}
