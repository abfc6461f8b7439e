/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Terminals. A tty_struct exists for each line from boot on. Its two rings,
 * settings and flags are under tty->lock, which interrupts take; session and
 * pgrp are written under tasklist_lock. read_sem and write_sem keep readers
 * and writers apart. drivers/char/: tty_io, tty_ioctl, tty_jobctrl, n_tty.
 */
#pragma once

#include <linux/fs.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <uapi/termios.h>

struct tty_struct;

struct tty_operations {
	/* Open for the first time / closed for the last time. May sleep. */
	void (*open)(tty_struct *tty);
	void (*close)(tty_struct *tty);
	/* tty->lock held. Takes from the output ring (tty_out_chunk) what the
	 * device has room for now; arranges to be called again for the rest. */
	void (*start)(tty_struct *tty);
	/* tty->lock held. Input may not / may come. Null: there is none. */
	void (*throttle)(tty_struct *tty, bool on);
};

constexpr unsigned TTY_RING = 4096;	/* both; a power of two */

struct tty_ring {			/* indices run freely, modulo 2^32 */
	char *data = nullptr;		/* [TTY_RING] */
	unsigned head = 0, tail = 0;	/* written up to, read up to */

	unsigned count() const { return head - tail; }
	unsigned room() const { return TTY_RING - count(); }
	char &at(unsigned i) { return data[i % TTY_RING]; }
};

struct tty_struct {
	const char *name;		/* "ttyS0" */
	kdev_t device;
	const tty_operations *ops;
	unsigned port;			/* the driver's */

	spinlock_t lock{"tty", RANK_TTY};
	semaphore read_sem{"tty read", RANK_TTY_SEM};
	semaphore write_sem{"tty write", RANK_TTY_SEM};
	semaphore open_sem{"tty open", RANK_TTY_SEM};
	wait_queue_head_t read_wait, write_wait;
	unsigned count = 0;		/* open files; open_sem */
	bool exclusive = false;		/* TIOCEXCL */
	bool stopped = false;		/* output, by ^S or TCOOFF */
	bool throttled = false;
	pid_t session = 0, pgrp = 0;	/* 0: none */
	winsize size{};
	termios settings{};

	/* Input. Characters from canon_head on are the line being edited; a
	 * set bit of line_end marks the last character of a finished one. */
	tty_ring in;
	unsigned canon_head = 0;
	unsigned long line_end[TTY_RING / 32] = {};
	bool lnext = false;		/* next character is literal */
	unsigned column = 0, canon_column = 0;	/* of the cursor; at the
						 * start of the line */
	tty_ring out;
	tty_struct *next = nullptr;

	constexpr tty_struct(const char *n, kdev_t dev,
			     const tty_operations *o, unsigned p) :
		name(n), device(dev), ops(o), port(p) {}
};

inline bool L_FLAG(const tty_struct *t, u32 f)
{
	return t->settings.c_lflag & f;
}
inline bool I_FLAG(const tty_struct *t, u32 f)
{
	return t->settings.c_iflag & f;
}
inline bool O_FLAG(const tty_struct *t, u32 f)
{
	return t->settings.c_oflag & f;
}
/* Is @c the special character @which? 0 turns one off. */
inline bool is_cc(const tty_struct *t, unsigned which, u8 c)
{
	return c && t->settings.c_cc[which] == c;
}

/* tty_io.cpp */
void tty_register(tty_struct *tty);	/* boot time */
tty_struct *file_tty(file *f);
/* tty->lock held: the next bytes to send, contiguous, at most @max; 0: none
 * or stopped. Then: they were sent. */
size_t tty_out_chunk(tty_struct *tty, const char **p, size_t max);
void tty_out_done(tty_struct *tty, size_t n);
void tty_set_stopped(tty_struct *tty, bool stopped);	/* lock held */
void tty_flush_output(tty_struct *tty);			/* lock held */
/* Until the output ring is empty; -ERESTARTSYS. */
status tty_wait_until_sent(tty_struct *tty);
result<long> tty_ioctl(inode *inode, file *f, unsigned cmd, unsigned long arg);

/* n_tty.cpp: input of @n bytes from the device, any context, no lock held. */
void tty_receive(tty_struct *tty, const char *buf, size_t n);
void n_tty_flush_input(tty_struct *tty);		/* lock held */
/* Bytes a read could get now. lock held. */
unsigned n_tty_available(tty_struct *tty);
bool n_tty_readable(tty_struct *tty);			/* for poll */
void n_tty_check_throttle(tty_struct *tty);		/* lock held */
constexpr char TTY_EOF_MARK = 0;	/* with line_end: end of file here */
void n_tty_set_termios(tty_struct *tty, const termios *t);	/* lock held */
/* n_tty_read.cpp, n_tty_write.cpp */
result<long> n_tty_read(tty_struct *tty, file *f, user_ptr<char> buf,
			size_t n);
result<long> n_tty_write(tty_struct *tty, file *f, user_ptr<const char> buf,
			 size_t n);
/* lock held. One character with output processing; false: no room. */
bool n_tty_opost(tty_struct *tty, u8 c);
void n_tty_echo(tty_struct *tty, u8 c);	/* ^X for control characters */
void n_tty_put(tty_struct *tty, u8 c);	/* as it is; lost without room */

/* tty_jobctrl.cpp */
/* May current change the terminal / read from it / write to it? Sends the
 * stop signal and says -ERESTARTSYS if not, -EIO if it cannot be stopped. */
status tty_check_change(tty_struct *tty);
status tty_check_read(tty_struct *tty);
status tty_check_write(tty_struct *tty);
/* open() without O_NOCTTY by a session leader that has none. */
void tty_open_ctty(tty_struct *tty);
result<long> tty_jobctrl_ioctl(tty_struct *tty, unsigned cmd,
			       unsigned long arg);
/* disassociate_ctty is in <linux/sched.h>: exit calls it. */
