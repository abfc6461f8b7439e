/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ptrace(2) (2.4: kernel/ptrace.c). tasklist_lock decides who traces whom and
 * when a stopped thread goes on. Threads are traced one by one; one that is
 * not its process's first ends without a report, as it does without a tracer.
 */
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <uapi/ptrace.h>

bool ptrace_may_attach(const task_struct *t)
{
	const task_struct *c = current;

	if (c->tg == t->tg || capable(CAP_SYS_PTRACE))
		return true;
	return t->dumpable && c->uid == t->euid && c->uid == t->suid &&
	       c->uid == t->uid && c->gid == t->egid && c->gid == t->sgid &&
	       c->gid == t->gid &&
	       !(t->cap_permitted & ~c->cap_permitted);
}

/* ---- the traced thread ---- */

/* tasklist_lock held. */
static void tell_tracer(task_struct *p, int code, int status)
{
	task_struct *tracer = p->trace.tracer;
	siginfo_t info{};
	bool wanted;
	{
		spin_irq_guard g(tracer->sighand->siglock);
		k_sigaction *ka = action_of(tracer->sighand, SIGCHLD);

		wanted = ka->handler != SIG_IGN && !(ka->flags & SA_NOCLDSTOP);
	}
	info.si_signo = SIGCHLD;
	info.si_code = code;
	info.chld.pid = p->pid;
	info.chld.uid = p->uid;
	info.chld.status = status;
	if (wanted)
		group_send_sig_info(SIGCHLD, &info, tracer).ignore();
	wake_up_interruptible(&tracer->wait_chldexit);
}

/* A SIGKILL that comes later finds TASK_TRACED and wakes. */
static bool enter_stop(task_struct *p, int code, siginfo_t *info)
{
	spin_irq_guard g(tasklist_lock);

	if (!p->trace.tracer)
		return false;
	{
		spin_irq_guard s(p->sighand->siglock);

		if (fatal_signal_pending(p))
			return false;
		p->state = TASK_TRACED;
	}
	p->trace.code = code;
	p->trace.info = info;
	p->trace.unreported = true;
	tell_tracer(p, CLD_TRAPPED, code);
	return true;
}

int ptrace_stop(int code, siginfo_t *info)
{
	task_struct *p = current;

	if (!enter_stop(p, code, info))
		return code;
	schedule();
	spin_irq_guard g(tasklist_lock);

	p->trace.info = nullptr;
	p->trace.unreported = false;
	return p->trace.code;
}

static siginfo_t info_of_tracer(int sig)
{
	spin_irq_guard g(tasklist_lock);
	const task_struct *tracer = current->trace.tracer;
	siginfo_t info{};

	info.si_signo = sig;
	info.kill.pid = tracer ? tracer->tgid : 0;
	info.kill.uid = tracer ? tracer->uid : 0;
	return info;
}

int ptrace_signal(int sig, siginfo_t *info)
{
	int now = ptrace_stop(sig, info);

	if (!now)
		return -1;
	if (now != sig)
		*info = info_of_tracer(now);
	if (!(current->blocked & sigmask(now)))
		return now;
	send_sig_info(now, info, current).ignore();
	return -1;
}

/* ---- whose; tasklist_lock held ---- */

static void link(task_struct *p, task_struct *tracer, unsigned flags)
{
	p->trace.tracer = tracer;
	p->trace.flags = flags;
	list_add_tail(&p->trace.node, &tracer->trace.tracees);
}

void ptrace_unlink(task_struct *p)
{
	list_del(&p->trace.node);
	p->trace.tracer = nullptr;
	if (p == current)	/* dying */
		return;
	set_single_step(p, false);
	p->trace.flags = 0;
	wake_up_state(p, TASK_TRACED);
}

bool ptrace_notify_death(task_struct *p)
{
	task_struct *tracer = p->trace.tracer;

	if (!tracer || tracer == p->real_parent)
		return false;
	tell_tracer(p, CLD_EXITED, 0);
	return true;
}

/* A dead one's parent was not told yet. */
void ptrace_release_tracees(task_struct *leader, list_head *dead)
{
	list_for_each_entry_safe(task_struct, p, n, &leader->trace.tracees,
				 trace.node) {
		bool held = p->exit_state == TASK_ZOMBIE &&
			p == p->group_leader && group_is_empty(p) &&
			p->real_parent != leader;

		ptrace_unlink(p);
		if (!held || !do_notify_parent(p, p->exit_signal))
			continue;
		release_task(p);
		list_add(&p->sibling, dead);
	}
}

void ptrace_move_tracees(task_struct *from, task_struct *to)
{
	list_for_each_entry(task_struct, p, &from->trace.tracees, trace.node)
		p->trace.tracer = to;
	list_splice_init(&from->trace.tracees, &to->trace.tracees);
}

/* ---- requests ---- */

static status trace_me()
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = current;

	if (p->trace.tracer || p->real_parent == &init_task)
		return -EPERM;
	link(p, p->real_parent, 0);
	return OK;
}

/* One that job control has stopped must take its SIGSTOP now. */
static void stop_attached(task_struct *p)
{
	send_sig(SIGSTOP, p).ignore();
	spin_irq_guard g(p->sighand->siglock);

	if (p->state != TASK_STOPPED)
		return;
	p->sigpending_flag = 1;
	wake_up_state(p, TASK_STOPPED);
}

static status attach(task_struct *p)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *tracer = current->group_leader;

	if (p->tgid == 1 || p->tg == current->tg || !p->mm ||
	    p->trace.tracer || p->exit_state || !ptrace_may_attach(p))
		return -EPERM;
	link(p, tracer, capable(CAP_SYS_PTRACE) ? PT_CAP : 0);
	stop_attached(p);
	return OK;
}

static bool may_ask(const task_struct *p)
{
	spin_irq_guard g(tasklist_lock);

	return p->trace.tracer == current->group_leader &&
	       p->state == TASK_TRACED && !p->exit_state;
}

static status go_on(task_struct *p, unsigned how, unsigned long sig)
{
	if (sig > _NSIG)
		return -EIO;
	spin_irq_guard g(tasklist_lock);

	p->trace.flags = (p->trace.flags & ~PT_SYSCALL) | (how & PT_SYSCALL);
	set_single_step(p, how & PT_STEP);
	p->trace.code = (int)sig;
	wake_up_state(p, TASK_TRACED);
	return OK;
}

static status detach(task_struct *p, unsigned long sig)
{
	if (sig > _NSIG)
		return -EIO;
	spin_irq_guard g(tasklist_lock);

	p->trace.code = (int)sig;
	ptrace_unlink(p);
	return OK;
}

static status kill_tracee(task_struct *p)
{
	{
		spin_irq_guard g(tasklist_lock);

		if (p->trace.tracer != current->group_leader)
			return -ESRCH;
	}
	force_sig(SIGKILL, p);
	return OK;
}

static status move_word(task_struct *p, unsigned long addr, u32 *word,
			bool write)
{
	mm_struct *mm = get_task_mm(p);
	size_t n;

	if (!mm)
		return -EIO;
	n = access_mm(p, mm, addr, word, sizeof(*word), write);
	mmput(mm);
	return n == sizeof(*word) ? OK : status(-EIO);
}

static status peek(task_struct *p, unsigned long addr, unsigned long to)
{
	u32 word;

	TRY(move_word(p, addr, &word, false));
	return put_user(word, user_at<u32>(to));
}

/* The stopped thread keeps the record on its stack. */
static status get_info(task_struct *p, unsigned long to)
{
	siginfo_t info;
	{
		spin_irq_guard g(tasklist_lock);

		if (!p->trace.info)
			return -EINVAL;
		info = *p->trace.info;
	}
	return put_user(info, user_at<siginfo_t>(to));
}

static status set_info(task_struct *p, unsigned long from)
{
	siginfo_t info;

	TRY(get_user(&info, user_at<const siginfo_t>(from)));
	spin_irq_guard g(tasklist_lock);

	if (!p->trace.info)
		return -EINVAL;
	*p->trace.info = info;
	return OK;
}

static status set_options(task_struct *p, unsigned long options)
{
	if (options & ~PTRACE_O_TRACESYSGOOD)
		return -EINVAL;
	spin_irq_guard g(tasklist_lock);

	p->trace.flags &= ~PT_SYSGOOD;
	if (options & PTRACE_O_TRACESYSGOOD)
		p->trace.flags |= PT_SYSGOOD;
	return OK;
}

static result<long> ask(task_struct *p, long request, unsigned long addr,
			unsigned long data)
{
	u32 word = data;

	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(p, addr, data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return move_word(p, addr, &word, true);
	case PTRACE_CONT:
		return go_on(p, 0, data);
	case PTRACE_SYSCALL:
		return go_on(p, PT_SYSCALL, data);
	case PTRACE_SINGLESTEP:
		return go_on(p, PT_STEP, data);
	case PTRACE_DETACH:
		return detach(p, data);
	case PTRACE_SETOPTIONS:
		return set_options(p, data);
	case PTRACE_GETSIGINFO:
		return get_info(p, data);
	case PTRACE_SETSIGINFO:
		return set_info(p, data);
	}
	return arch_ptrace(p, request, addr, data);
}

static task_struct *get_task(pid_t pid)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *p = find_task_by_pid(pid);

	if (p)
		get_task_struct(p);
	return p;
}

SYSCALL result<long> sys_ptrace(long request, pid_t pid, unsigned long addr,
				unsigned long data)
{
	if (request == PTRACE_TRACEME)
		return trace_me();
	task_struct *p = get_task(pid);

	if (!p)
		return -ESRCH;
	result<long> r = request == PTRACE_ATTACH ? attach(p) :
		request == PTRACE_KILL ? kill_tracee(p) :
		!may_ask(p) ? -ESRCH : ask(p, request, addr, data);
	put_task_struct(p);
	return r;
}
