/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output of terminals: processing, echo, and write(2). A writer fills the
 * output ring piece by piece and lets the driver drain it; it sleeps only
 * while the ring is full.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/tty.h>

constexpr unsigned TAB = 8;
constexpr unsigned OPOST_MOST = TAB;	/* bytes that one character makes */

void n_tty_put(tty_struct *tty, u8 c)
{
	if (tty->out.room())
		tty->out.at(tty->out.head++) = (char)c;
}

static bool put_newline(tty_struct *tty)
{
	if (O_FLAG(tty, ONLRET))
		tty->column = 0;
	if (O_FLAG(tty, ONLCR)) {
		n_tty_put(tty, '\r');
		tty->column = 0;
	}
	tty->canon_column = tty->column;
	n_tty_put(tty, '\n');
	return true;
}

static bool put_return(tty_struct *tty)
{
	if (O_FLAG(tty, ONOCR) && !tty->column)
		return true;
	if (O_FLAG(tty, OCRNL))
		return put_newline(tty);
	tty->canon_column = tty->column = 0;
	n_tty_put(tty, '\r');
	return true;
}

static bool put_tab(tty_struct *tty)
{
	unsigned n = TAB - tty->column % TAB;

	tty->column += n;
	if ((tty->settings.c_oflag & TABDLY) != XTABS) {
		n_tty_put(tty, '\t');
		return true;
	}
	while (n--)
		n_tty_put(tty, ' ');
	return true;
}

bool n_tty_opost(tty_struct *tty, u8 c)
{
	if (tty->out.room() < OPOST_MOST)
		return false;
	if (O_FLAG(tty, OPOST)) {
		switch (c) {
		case '\n':
			return put_newline(tty);
		case '\r':
			return put_return(tty);
		case '\t':
			return put_tab(tty);
		case '\b':
			tty->column -= tty->column > 0;
			break;
		default:
			/* A continuation byte takes no column of its own. */
			if (c >= ' ' && c != 0x7f &&
			    !(I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80))
				tty->column++;
		}
	}
	n_tty_put(tty, c);
	return true;
}

void n_tty_echo(tty_struct *tty, u8 c)
{
	bool control = c < ' ' || c == 0x7f;

	if (L_FLAG(tty, ECHOCTL) && control && c != '\t') {
		n_tty_opost(tty, '^');
		c ^= 0x40;
	}
	n_tty_opost(tty, c);
}

/* What fits of @n bytes; returns how many. */
static size_t fill_ring(tty_struct *tty, const char *buf, size_t n)
{
	spin_irq_guard g(tty->lock);
	size_t i = 0;

	while (i < n && n_tty_opost(tty, (u8)buf[i]))
		i++;
	tty->ops->start(tty);
	return i;
}

static bool has_room(tty_struct *tty)
{
	return READ_ONCE(tty->out.head) - READ_ONCE(tty->out.tail) <=
	       TTY_RING - OPOST_MOST;
}

/* Writes all of a piece; *done says how much before an error. */
static status write_piece(tty_struct *tty, file *f, const char *buf, size_t n,
			  size_t *done)
{
	for (;;) {
		*done += fill_ring(tty, buf + *done, n - *done);
		if (*done == n)
			return OK;
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		TRY(wait_event_interruptible(tty->write_wait, has_room(tty)));
	}
}

static status write_pieces(tty_struct *tty, file *f,
			   user_ptr<const char> buf, size_t n, size_t *done)
{
	char piece[256];

	while (*done < n) {
		size_t len = min(sizeof(piece), n - *done), did = 0;

		TRY(copy_from_user(piece, buf.addr() + *done, len));
		status st = write_piece(tty, f, piece, len, &did);

		*done += did;
		if (st.failed())
			return st;
	}
	return OK;
}

result<long> n_tty_write(tty_struct *tty, file *f, user_ptr<const char> buf,
			 size_t n)
{
	size_t done = 0;

	TRY(tty_check_write(tty));
	if (f->f_flags & O_NONBLOCK) {
		if (!down_trylock(&tty->write_sem))
			return -EAGAIN;
	} else if (down_interruptible(&tty->write_sem).failed()) {
		return -ERESTARTSYS;
	}
	status st = write_pieces(tty, f, buf, n, &done);

	up(&tty->write_sem);
	if (done)
		return (long)done;
	return st;
}
