/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of terminals, 2.4's tty_ioctl.c. */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/tty.h>

static status get_termios(tty_struct *tty, unsigned long arg)
{
	termios t;
	{
		spin_irq_guard g(tty->lock);
		t = tty->settings;
	}
	return copy_to_user(arg, &t, sizeof(t));
}

static status set_termios(tty_struct *tty, unsigned long arg, bool drain,
			  bool flush)
{
	termios t;

	TRY(tty_check_change(tty));
	TRY(copy_from_user(&t, arg, sizeof(t)));
	if (drain)
		TRY(tty_wait_until_sent(tty));
	spin_irq_guard g(tty->lock);

	if (flush)
		n_tty_flush_input(tty);
	n_tty_set_termios(tty, &t);
	return OK;
}

static status get_winsize(tty_struct *tty, unsigned long arg)
{
	winsize w;
	{
		spin_irq_guard g(tty->lock);
		w = tty->size;
	}
	return copy_to_user(arg, &w, sizeof(w));
}

static bool same_size(const winsize &a, const winsize &b)
{
	return a.ws_row == b.ws_row && a.ws_col == b.ws_col &&
	       a.ws_xpixel == b.ws_xpixel && a.ws_ypixel == b.ws_ypixel;
}

static status set_winsize(tty_struct *tty, unsigned long arg)
{
	winsize w;

	TRY(copy_from_user(&w, arg, sizeof(w)));
	{
		spin_irq_guard g(tty->lock);

		if (same_size(w, tty->size))
			return OK;
		tty->size = w;
	}
	if (tty->pgrp > 0)
		kill_pg(tty->pgrp, SIGWINCH).ignore();
	return OK;
}

static status flow_control(tty_struct *tty, unsigned long arg)
{
	TRY(tty_check_change(tty));
	spin_irq_guard g(tty->lock);

	switch (arg) {
	case TCOOFF:
	case TCOON:
		tty_set_stopped(tty, arg == TCOOFF);
		return OK;
	case TCIOFF:
	case TCION:
		n_tty_put(tty, tty->settings.c_cc[arg == TCIOFF ? VSTOP
								: VSTART]);
		tty->ops->start(tty);
		return OK;
	}
	return -EINVAL;
}

static status flush_queues(tty_struct *tty, unsigned long arg)
{
	TRY(tty_check_change(tty));
	if (arg > TCIOFLUSH)
		return -EINVAL;
	spin_irq_guard g(tty->lock);

	if (arg != TCOFLUSH)
		n_tty_flush_input(tty);
	if (arg != TCIFLUSH)
		tty_flush_output(tty);
	return OK;
}

/* As for a line whose driver has no break: only the waiting is done. */
static status drain(tty_struct *tty)
{
	TRY(tty_check_change(tty));
	return tty_wait_until_sent(tty);
}

static status put_count(tty_struct *tty, bool input, unsigned long arg)
{
	int n;
	{
		spin_irq_guard g(tty->lock);
		n = (int)(input ? n_tty_available(tty) : tty->out.count());
	}
	return put_user(n, user_at<int>(arg));
}

static status fake_input(tty_struct *tty, unsigned long arg)
{
	char c;

	if (current->tty != tty && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	TRY(get_user(&c, user_at<const char>(arg)));
	tty_receive(tty, &c, 1);
	return OK;
}

static status set_exclusive(tty_struct *tty, bool on)
{
	down_guard g(tty->open_sem);

	tty->exclusive = on;
	return OK;
}

static status set_discipline(unsigned long arg)
{
	int ldisc;

	TRY(get_user(&ldisc, user_at<const int>(arg)));
	return ldisc ? -EINVAL : 0;	/* N_TTY is all there is */
}

static result<long> termios_ioctl(tty_struct *tty, unsigned cmd,
				  unsigned long arg)
{
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, arg);
	case TCSETS:
		return set_termios(tty, arg, false, false);
	case TCSETSW:
		return set_termios(tty, arg, true, false);
	case TCSETSF:
		return set_termios(tty, arg, true, true);
	case TIOCGWINSZ:
		return get_winsize(tty, arg);
	case TIOCSWINSZ:
		return set_winsize(tty, arg);
	case TIOCGETD:
		return put_user(0, user_at<int>(arg));
	case TIOCSETD:
		return set_discipline(arg);
	}
	return -ENOTTY;
}

result<long> tty_ioctl(inode *, file *f, unsigned cmd, unsigned long arg)
{
	tty_struct *tty = file_tty(f);

	switch (cmd) {
	case TCXONC:
		return flow_control(tty, arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCSBRK:
	case TCSBRKP:
		return drain(tty);
	case TIOCINQ:
		return put_count(tty, true, arg);
	case TIOCOUTQ:
		return put_count(tty, false, arg);
	case TIOCSTI:
		return fake_input(tty, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(tty, cmd == TIOCEXCL);
	case TIOCSCTTY:
	case TIOCNOTTY:
	case TIOCSPGRP:
	case TIOCGPGRP:
	case TIOCGSID:
		return tty_jobctrl_ioctl(tty, cmd, arg);
	}
	return termios_ioctl(tty, cmd, arg);
}
