/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line discipline N_TTY, 2.4's n_tty.c: what becomes of a character that
 * comes in. Signal characters signal, flow control stops and starts output,
 * and in canonical mode a line is edited until it is finished; everything
 * is echoed as the settings say. Runs under tty->lock, mostly in interrupts;
 * signals are sent after that is dropped.
 */
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/tty.h>

/* Input stops with less room than this, and goes on with more than that. */
constexpr unsigned THROTTLE_ROOM = 256, UNTHROTTLE_ROOM = 2048;

static void mark_line_end(tty_struct *tty, unsigned i)
{
	__set_bit((int)(i % TTY_RING), tty->line_end);
}

void n_tty_flush_input(tty_struct *tty)
{
	tty->in.tail = tty->canon_head = tty->in.head;
	tty->lnext = false;
	for (unsigned long &w : tty->line_end)
		w = 0;
	n_tty_check_throttle(tty);
}

unsigned n_tty_available(tty_struct *tty)
{
	return (L_FLAG(tty, ICANON) ? tty->canon_head : tty->in.head) -
	       tty->in.tail;
}

bool n_tty_readable(tty_struct *tty)
{
	const u8 *cc = tty->settings.c_cc;
	unsigned want = 1;

	if (!L_FLAG(tty, ICANON) && !cc[VTIME] && cc[VMIN])
		want = cc[VMIN];
	return n_tty_available(tty) >= want;
}

/* A reader must have something to make room by: an unfinished line that fills
 * the ring does not stop input. */
void n_tty_check_throttle(tty_struct *tty)
{
	bool on = tty->throttled;

	if (tty->in.room() < THROTTLE_ROOM && n_tty_available(tty))
		on = true;
	else if (tty->in.room() > UNTHROTTLE_ROOM || !n_tty_available(tty))
		on = false;
	if (on == tty->throttled || !tty->ops->throttle)
		return;
	tty->throttled = on;
	if (I_FLAG(tty, IXOFF)) {
		n_tty_put(tty, tty->settings.c_cc[on ? VSTOP : VSTART]);
		tty->ops->start(tty);
	}
	tty->ops->throttle(tty, on);
}

void n_tty_set_termios(tty_struct *tty, const termios *t)
{
	bool toggled = (tty->settings.c_lflag ^ t->c_lflag) & ICANON;

	tty->settings = *t;
	if (!I_FLAG(tty, IXON) && tty->stopped)
		tty_set_stopped(tty, false);
	if (!toggled)
		return;
	/* What came in so far can be read at once in either mode. */
	for (unsigned long &w : tty->line_end)
		w = 0;
	tty->canon_head = tty->in.head;
	if (L_FLAG(tty, ICANON) && tty->in.count())
		mark_line_end(tty, tty->in.head - 1);
	wake_up_interruptible(&tty->read_wait);
}

/* ---- editing ---- */

static bool is_continuation(tty_struct *tty, u8 c)
{
	return I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80;
}

/* The cursor's column behind the line being edited. */
static unsigned line_column(tty_struct *tty)
{
	unsigned col = tty->canon_column;

	for (unsigned i = tty->canon_head; i != tty->in.head; i++) {
		u8 c = (u8)tty->in.at(i);

		if (c == '\t')
			col |= 7;
		if (c < ' ' || c == 0x7f)
			col += c == '\t' ? 1 : L_FLAG(tty, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(tty, c))
			col++;
	}
	return col;
}

static void rub_out(tty_struct *tty, unsigned columns)
{
	while (columns--) {
		n_tty_put(tty, '\b');
		n_tty_put(tty, ' ');
		n_tty_put(tty, '\b');
		tty->column -= tty->column > 0;
	}
}

/* Takes the last character off the line, from the screen too. */
static void erase_one(tty_struct *tty)
{
	unsigned before = line_column(tty);
	u8 c;

	do {
		c = (u8)tty->in.at(--tty->in.head);
	} while (is_continuation(tty, c) && tty->in.head != tty->canon_head);
	if (!L_FLAG(tty, ECHO))
		return;
	unsigned after = line_column(tty);

	if (!L_FLAG(tty, ECHOE)) {
		n_tty_echo(tty, tty->settings.c_cc[VERASE]);
	} else if (c == '\t') {
		for (; before > after; before--) {
			n_tty_put(tty, '\b');
			tty->column -= tty->column > 0;
		}
	} else {
		rub_out(tty, before - after);
	}
}

static bool line_empty(const tty_struct *tty)
{
	return tty->in.head == tty->canon_head;
}

static bool is_word(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static void erase_word(tty_struct *tty)
{
	while (!line_empty(tty) && !is_word((u8)tty->in.at(tty->in.head - 1)))
		erase_one(tty);
	while (!line_empty(tty) && is_word((u8)tty->in.at(tty->in.head - 1)))
		erase_one(tty);
}

static void kill_line(tty_struct *tty)
{
	if (L_FLAG(tty, ECHO) && L_FLAG(tty, ECHOKE) && L_FLAG(tty, ECHOE)) {
		while (!line_empty(tty))
			erase_one(tty);
		return;
	}
	tty->in.head = tty->canon_head;
	if (!L_FLAG(tty, ECHO))
		return;
	n_tty_echo(tty, tty->settings.c_cc[VKILL]);
	if (L_FLAG(tty, ECHOK))
		n_tty_opost(tty, '\n');
}

static void reprint_line(tty_struct *tty, u8 c)
{
	n_tty_echo(tty, c);
	n_tty_opost(tty, '\n');
	for (unsigned i = tty->canon_head; i != tty->in.head; i++)
		n_tty_echo(tty, (u8)tty->in.at(i));
}

/* ---- one character ---- */

/* The last place is kept for what ends a line. */
static void put_input(tty_struct *tty, u8 c, bool ends_line)
{
	if (tty->in.room() <= (ends_line ? 0u : 1u)) {
		if (I_FLAG(tty, IMAXBEL))
			n_tty_put(tty, '\a');
		return;
	}
	tty->in.at(tty->in.head) = (char)c;
	if (ends_line)
		mark_line_end(tty, tty->in.head);
	tty->in.head++;
	if (ends_line)
		tty->canon_head = tty->in.head;
}

static void echo_input(tty_struct *tty, u8 c)
{
	if (!L_FLAG(tty, ECHO))
		return;
	if (line_empty(tty))
		tty->canon_column = tty->column;
	if (c == '\n')
		n_tty_opost(tty, c);
	else
		n_tty_echo(tty, c);
}

static void put_literal(tty_struct *tty, u8 c)
{
	echo_input(tty, c);
	put_input(tty, c, false);
}

static int signal_of(tty_struct *tty, u8 c)
{
	if (is_cc(tty, VINTR, c))
		return SIGINT;
	if (is_cc(tty, VQUIT, c))
		return SIGQUIT;
	return is_cc(tty, VSUSP, c) ? SIGTSTP : 0;
}

/* True: it was a signal character. */
static bool receive_signal(tty_struct *tty, u8 c, unsigned long *signals)
{
	int sig = L_FLAG(tty, ISIG) ? signal_of(tty, c) : 0;

	if (!sig)
		return false;
	*signals |= 1ul << (sig - 1);
	if (!L_FLAG(tty, NOFLSH)) {
		n_tty_flush_input(tty);
		tty_flush_output(tty);
	}
	if (tty->stopped)
		tty_set_stopped(tty, false);
	if (L_FLAG(tty, ECHO))
		n_tty_echo(tty, c);
	return true;
}

/* True: it was XON or XOFF. */
static bool receive_flow(tty_struct *tty, u8 c)
{
	if (!I_FLAG(tty, IXON))
		return false;
	if (is_cc(tty, VSTART, c) || is_cc(tty, VSTOP, c)) {
		/* Both on one character: it toggles. */
		tty_set_stopped(tty, is_cc(tty, VSTOP, c) &&
				!(is_cc(tty, VSTART, c) && tty->stopped));
		return true;
	}
	if (tty->stopped && I_FLAG(tty, IXANY))
		tty_set_stopped(tty, false);
	return false;
}

/* True: an editing character of canonical mode. */
static bool receive_edit(tty_struct *tty, u8 c)
{
	bool extended = L_FLAG(tty, IEXTEN);

	if (is_cc(tty, VERASE, c)) {
		if (!line_empty(tty))
			erase_one(tty);
	} else if (is_cc(tty, VKILL, c)) {
		kill_line(tty);
	} else if (extended && is_cc(tty, VWERASE, c)) {
		erase_word(tty);
	} else if (extended && is_cc(tty, VREPRINT, c) && L_FLAG(tty, ECHO)) {
		reprint_line(tty, c);
	} else {
		return false;
	}
	return true;
}

/* True: the line is finished. */
static bool receive_line_end(tty_struct *tty, u8 c)
{
	if (is_cc(tty, VEOF, c)) {
		put_input(tty, TTY_EOF_MARK, true);
		return true;
	}
	if (c == '\n') {
		if (L_FLAG(tty, ECHO) || L_FLAG(tty, ECHONL))
			n_tty_opost(tty, c);
	} else if (is_cc(tty, VEOL, c) ||
		   (L_FLAG(tty, IEXTEN) && is_cc(tty, VEOL2, c))) {
		echo_input(tty, c);
	} else {
		return false;
	}
	put_input(tty, c, true);
	return true;
}

static bool receive_lnext(tty_struct *tty, u8 c)
{
	if (!L_FLAG(tty, IEXTEN) || !L_FLAG(tty, ICANON) ||
	    !is_cc(tty, VLNEXT, c))
		return false;
	tty->lnext = true;
	if (L_FLAG(tty, ECHO) && L_FLAG(tty, ECHOCTL)) {
		n_tty_put(tty, '^');
		n_tty_put(tty, '\b');
	}
	return true;
}

static void receive_char(tty_struct *tty, u8 c, unsigned long *signals)
{
	if (I_FLAG(tty, ISTRIP))
		c &= 0x7f;
	if (tty->lnext) {
		tty->lnext = false;
		put_literal(tty, c);
		return;
	}
	if (receive_flow(tty, c) || receive_signal(tty, c, signals))
		return;
	if (c == '\r') {
		if (I_FLAG(tty, IGNCR))
			return;
		if (I_FLAG(tty, ICRNL))
			c = '\n';
	} else if (c == '\n' && I_FLAG(tty, INLCR)) {
		c = '\r';
	}
	if (L_FLAG(tty, ICANON) &&
	    (receive_edit(tty, c) || receive_lnext(tty, c) ||
	     receive_line_end(tty, c)))
		return;
	if (I_FLAG(tty, PARMRK) && c == 0xff)
		put_input(tty, c, false);
	put_literal(tty, c);
}

static void send_signals(pid_t pgrp, unsigned long signals)
{
	if (pgrp <= 0)
		return;
	for (; signals; signals &= signals - 1)
		kill_pg(pgrp, __ffs(signals) + 1).ignore();
}

void tty_receive(tty_struct *tty, const char *buf, size_t n)
{
	unsigned long signals = 0;	/* bit n - 1: signal n */
	{
		spin_irq_guard g(tty->lock);

		for (size_t i = 0; i < n; i++)
			receive_char(tty, (u8)buf[i], &signals);
		if (tty->out.count())
			tty->ops->start(tty);
		n_tty_check_throttle(tty);
		if (n_tty_readable(tty) && waitqueue_active(&tty->read_wait))
			wake_up_interruptible(&tty->read_wait);
		add_interrupt_randomness(tty->device);
	}
	if (signals)
		send_signals(tty->pgrp, signals);
}
