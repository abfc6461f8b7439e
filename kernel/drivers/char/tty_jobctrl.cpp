/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Controlling terminals and job control: which session a terminal belongs to,
 * which of its process groups is in the foreground, and what happens to the
 * others when they use it (POSIX, general terminal interface, 11.1.4).
 *
 * tty->session, tty->pgrp and the tty of other tasks are changed under
 * tasklist_lock. A tty_struct never goes away, so reading needs no lock.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/tty.h>

static bool in_background(const tty_struct *tty)
{
	return current->tty == tty && tty->pgrp > 0 &&
	       current->pgrp != tty->pgrp;
}

static bool is_ignored(int sig)
{
	return current->blocked & sigmask(sig) ||
	       current->sighand->action[sig - 1].handler == SIG_IGN;
}

/* Stops the group of current; the call starts again when it goes on. */
static status stop_group(int sig)
{
	if (is_orphaned_pgrp(current->pgrp))
		return -EIO;
	kill_pg(current->pgrp, sig).ignore();
	return -ERESTARTSYS;
}

status tty_check_change(tty_struct *tty)
{
	if (!in_background(tty) || is_ignored(SIGTTOU))
		return OK;
	return stop_group(SIGTTOU);
}

status tty_check_read(tty_struct *tty)
{
	if (!in_background(tty))
		return OK;
	if (is_ignored(SIGTTIN))
		return -EIO;
	return stop_group(SIGTTIN);
}

status tty_check_write(tty_struct *tty)
{
	return L_FLAG(tty, TOSTOP) ? tty_check_change(tty) : OK;
}

/* tasklist_lock held from here on to the next line. */

static void forget_session(tty_struct *tty)
{
	pid_t session = tty->session;

	tty->session = tty->pgrp = 0;
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->session == session && p->tty == tty)
			p->tty = nullptr;
}

static void set_ctty(tty_struct *tty)
{
	tty->session = current->session;
	tty->pgrp = current->pgrp;
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->tgid == current->tgid)
			p->tty = tty;
}

static bool session_has_pgrp(pid_t session, pid_t pgrp)
{
	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->pgrp == pgrp && p->session == session)
			return true;
	return false;
}

/* ---- */

static bool is_session_leader()
{
	return current->group_leader->leader;
}

void tty_open_ctty(tty_struct *tty)
{
	if (!is_session_leader() || current->tty || tty->session)
		return;
	spin_irq_guard g(tasklist_lock);

	if (!tty->session)
		set_ctty(tty);
}

static status make_ctty(tty_struct *tty, bool steal)
{
	spin_irq_guard g(tasklist_lock);

	if (is_session_leader() && current->session == tty->session)
		return OK;
	if (!is_session_leader() || current->tty)
		return -EPERM;
	if (tty->session) {
		if (!steal || !capable(CAP_SYS_ADMIN))
			return -EPERM;
		forget_session(tty);
	}
	set_ctty(tty);
	return OK;
}

/* The session of current, which leads it, loses its terminal. */
void disassociate_ctty(bool on_exit)
{
	tty_struct *tty = current->tty;
	pid_t pgrp;

	if (!tty)
		return;
	{
		spin_irq_guard g(tasklist_lock);
		pgrp = tty->pgrp;
		if (tty->session == current->session)
			forget_session(tty);
		current->tty = nullptr;
	}
	if (pgrp > 0) {
		kill_pg(pgrp, SIGHUP).ignore();
		/* After an exit the rule for orphaned groups does this. */
		if (!on_exit)
			kill_pg(pgrp, SIGCONT).ignore();
	}
}

static status leave_ctty(tty_struct *tty)
{
	if (current->tty != tty)
		return -ENOTTY;
	if (is_session_leader()) {
		disassociate_ctty(false);
		return OK;
	}
	spin_irq_guard g(tasklist_lock);

	list_for_each_entry(task_struct, p, &all_tasks, tasks)
		if (p->tgid == current->tgid)
			p->tty = nullptr;
	return OK;
}

static status set_pgrp(tty_struct *tty, user_ptr<const pid_t> u)
{
	pid_t pgrp;

	TRY(tty_check_change(tty));
	if (current->tty != tty || tty->session != current->session)
		return -ENOTTY;
	TRY(get_user(&pgrp, u));
	if (pgrp < 0)
		return -EINVAL;
	spin_irq_guard g(tasklist_lock);

	if (!session_has_pgrp(current->session, pgrp))
		return -EPERM;
	tty->pgrp = pgrp;
	return OK;
}

result<long> tty_jobctrl_ioctl(tty_struct *tty, unsigned cmd,
			       unsigned long arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return make_ctty(tty, arg == 1);
	case TIOCNOTTY:
		return leave_ctty(tty);
	case TIOCSPGRP:
		return set_pgrp(tty, user_at<const pid_t>(arg));
	case TIOCGPGRP:
		if (current->tty != tty)
			return -ENOTTY;
		return put_user(tty->pgrp, user_at<pid_t>(arg));
	case TIOCGSID:
		if (current->tty != tty || !tty->session)
			return -ENOTTY;
		return put_user(tty->session, user_at<pid_t>(arg));
	}
	return -ENOTTY;
}
