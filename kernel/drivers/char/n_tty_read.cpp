/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * read(2) from a terminal: one line in canonical mode, else as VMIN and VTIME
 * say (POSIX, general terminal interface, 11.1.7). Bytes go through a small
 * buffer, because user memory may not be touched under tty->lock.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/tty.h>

constexpr unsigned long VTIME_UNIT = HZ / 10;

static bool test_and_clear_line_end(tty_struct *tty, unsigned i)
{
	i %= TTY_RING;
	if (!test_bit((int)i, tty->line_end))
		return false;
	__clear_bit((int)i, tty->line_end);
	return true;
}

/* Takes up to @max bytes; *ended: a line ended with them. */
static size_t take_input(tty_struct *tty, char *buf, size_t max, bool *ended)
{
	spin_irq_guard g(tty->lock);
	unsigned avail = n_tty_available(tty);
	size_t n = 0;

	while (avail && !*ended) {
		unsigned i = tty->in.tail;
		char c = tty->in.at(i);
		bool eof = c == TTY_EOF_MARK &&
			   test_bit((int)(i % TTY_RING), tty->line_end);

		/* An end of file right behind a full buffer belongs to it, or
		 * the next read would take it for one of its own. */
		if (n == max && !eof)
			break;
		*ended = test_and_clear_line_end(tty, i);
		if (!eof)
			buf[n++] = c;
		tty->in.tail++;
		avail--;
	}
	if (n || *ended)
		n_tty_check_throttle(tty);
	return n;
}

struct tty_reader {
	tty_struct *tty;
	unsigned long buf;		/* user */
	size_t want, done = 0;
	bool ended = false;
};

/* Moves what is there to the user. */
static status copy_input(tty_reader *r)
{
	char piece[128];

	while (r->done < r->want && !r->ended) {
		size_t n = take_input(r->tty, piece,
				      min(sizeof(piece), r->want - r->done),
				      &r->ended);

		if (!n)
			break;
		TRY(copy_to_user(r->buf + r->done, piece, n));
		r->done += n;
	}
	return OK;
}

static bool input_there(tty_struct *tty)
{
	spin_irq_guard g(tty->lock);

	return n_tty_available(tty) != 0;
}

/* Until there is input or *ticks are over (they are counted down). */
static status wait_for_input(tty_struct *tty, long *ticks)
{
	wait_queue_t w(current);
	status st;

	for (;;) {
		prepare_to_wait(&tty->read_wait, &w, TASK_INTERRUPTIBLE);
		if (input_there(tty) || !*ticks)
			break;
		if (signal_pending_current()) {
			st = -ERESTARTSYS;
			break;
		}
		*ticks = schedule_timeout(*ticks);
	}
	finish_wait(&tty->read_wait, &w);
	return st;
}

/* How long the next wait may be, given what came so far; 0: return now. */
static long next_timeout(tty_struct *tty, size_t done)
{
	spin_irq_guard g(tty->lock);
	const u8 *cc = tty->settings.c_cc;

	if (L_FLAG(tty, ICANON))
		return done ? 0 : MAX_SCHEDULE_TIMEOUT;
	if (cc[VMIN] ? done >= cc[VMIN] : done)
		return 0;
	if (cc[VTIME] && (done || !cc[VMIN]))
		return cc[VTIME] * VTIME_UNIT;
	return cc[VMIN] ? MAX_SCHEDULE_TIMEOUT : 0;
}

static status read_input(tty_reader *r, bool nonblock)
{
	for (;;) {
		TRY(copy_input(r));
		if (r->done == r->want || r->ended)
			return OK;
		long ticks = next_timeout(r->tty, r->done);

		if (!ticks)
			return OK;
		if (nonblock)
			return -EAGAIN;
		/* Canonical mode, and the first byte: whoever was put into the
		 * background meanwhile must not take it. */
		TRY(wait_for_input(r->tty, &ticks));
		if (!ticks && !input_there(r->tty))
			return OK;
		if (!r->done)
			TRY(tty_check_read(r->tty));
	}
}

result<long> n_tty_read(tty_struct *tty, file *f, user_ptr<char> buf, size_t n)
{
	tty_reader r{tty, buf.addr(), n};
	bool nonblock = f->f_flags & O_NONBLOCK;

	if (!n)
		return 0l;
	TRY(tty_check_read(tty));
	if (nonblock) {
		if (!down_trylock(&tty->read_sem))
			return -EAGAIN;
	} else if (down_interruptible(&tty->read_sem).failed()) {
		return -ERESTARTSYS;
	}
	status st = read_input(&r, nonblock);

	up(&tty->read_sem);
	if (r.done)
		return (long)r.done;
	return st;
}
