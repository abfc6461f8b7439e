/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Terminals as files, 2.4's tty_io.c: /dev/ttyS0 and its like, and the names
 * that stand for another one: /dev/console for the console= that came last,
 * /dev/tty for the controlling terminal, /dev/tty0 for the screen.
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tty.h>

constexpr unsigned TTY_MAJOR = 4, TTYAUX_MAJOR = 5;
constexpr kdev_t DEV_TTY0 = MKDEV(TTY_MAJOR, 0), DEV_TTY1 = MKDEV(TTY_MAJOR, 1);
constexpr kdev_t DEV_TTY = MKDEV(TTYAUX_MAJOR, 0),
	DEV_CONSOLE = MKDEV(TTYAUX_MAJOR, 1);

/* 2.4's tty_std_termios: ^C ^\ DEL ^U ^D, VMIN 1, ^Q ^S ^Z ^R ^O ^W ^V. */
static const termios tty_std_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE |
		   IEXTEN,
	.c_line = 0,
	.c_cc = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0},
};

static constinit tty_struct *tty_list;	/* made at boot, then constant */

void tty_register(tty_struct *tty)
{
	tty->in.data = (char *)kmalloc(TTY_RING, GFP_KERNEL);
	tty->out.data = (char *)kmalloc(TTY_RING, GFP_KERNEL);
	if (!tty->in.data || !tty->out.data)
		panic("no memory for %s\n", tty->name);
	tty->settings = tty_std_termios;
	tty->next = tty_list;
	tty_list = tty;
}

static tty_struct *find_device(kdev_t dev)
{
	if (dev == DEV_TTY0)
		dev = DEV_TTY1;
	for (tty_struct *tty = tty_list; tty; tty = tty->next)
		if (tty->device == dev)
			return tty;
	return nullptr;
}

static tty_struct *find_console()
{
	const char *name = preferred_console();

	if (!name)
		return nullptr;
	if (!strcmp(name, "tty0"))
		return find_device(DEV_TTY1);
	for (tty_struct *tty = tty_list; tty; tty = tty->next)
		if (!strcmp(tty->name, name))
			return tty;
	return nullptr;
}

static result<tty_struct *> device_tty(kdev_t dev)
{
	tty_struct *tty = dev == DEV_TTY     ? current->tty :
			  dev == DEV_CONSOLE ? find_console() :
					       find_device(dev);

	if (!tty)
		return dev == DEV_CONSOLE || dev == DEV_TTY ? -ENXIO : -ENODEV;
	return tty;
}

tty_struct *file_tty(file *f)
{
	return (tty_struct *)f->private_data;
}

static status tty_open(inode *inode, file *f)
{
	kdev_t dev = inode->i_rdev;
	tty_struct *tty = TRY(device_tty(dev));
	{
		down_guard g(tty->open_sem);

		if (tty->exclusive && !capable(CAP_SYS_ADMIN))
			return -EBUSY;
		if (!tty->count++)
			tty->ops->open(tty);
	}
	f->private_data = tty;
	if (!(f->f_flags & O_NOCTTY) && dev != DEV_TTY && dev != DEV_CONSOLE)
		tty_open_ctty(tty);
	return OK;
}

static status tty_release(inode *, file *f)
{
	tty_struct *tty = file_tty(f);
	down_guard g(tty->open_sem);

	if (--tty->count)
		return OK;
	tty->exclusive = false;
	tty->ops->close(tty);
	return OK;
}

static result<long> tty_read(file *f, user_ptr<char> buf, size_t n, loff_t *)
{
	return n_tty_read(file_tty(f), f, buf, n);
}

static result<long> tty_write(file *f, user_ptr<const char> buf, size_t n,
			      loff_t *)
{
	return n_tty_write(file_tty(f), f, buf, n);
}

static status tty_llseek(file *, loff_t, int, loff_t *)
{
	return -ESPIPE;
}

static unsigned tty_poll(file *f, poll_table *wait)
{
	tty_struct *tty = file_tty(f);
	unsigned mask = 0;

	poll_wait(f, &tty->read_wait, wait);
	poll_wait(f, &tty->write_wait, wait);
	spin_irq_guard g(tty->lock);

	if (n_tty_readable(tty))
		mask |= POLLIN | POLLRDNORM;
	if (tty->out.room() > TTY_RING / 2 && !tty->stopped)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static const file_operations tty_fops = {
	.llseek = tty_llseek,
	.read = tty_read,
	.write = tty_write,
	.readdir = nullptr,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.mmap = nullptr,
	.open = tty_open,
	.flush = nullptr,
	.release = tty_release,
	.fsync = nullptr,
};

/* ---- the output ring, for drivers ---- */

size_t tty_out_chunk(tty_struct *tty, const char **p, size_t max)
{
	const tty_ring &out = tty->out;
	unsigned start = out.tail % TTY_RING;

	if (tty->stopped)
		return 0;
	*p = out.data + start;
	return min(max, (size_t)min(out.count(), TTY_RING - start));
}

static void wake_writers(tty_struct *tty)
{
	if (tty->out.room() > TTY_RING / 2 &&
	    waitqueue_active(&tty->write_wait))
		wake_up_interruptible(&tty->write_wait);
}

void tty_out_done(tty_struct *tty, size_t n)
{
	tty->out.tail += n;
	wake_writers(tty);
}

void tty_set_stopped(tty_struct *tty, bool stopped)
{
	if (tty->stopped == stopped)
		return;
	tty->stopped = stopped;
	if (!stopped) {
		tty->ops->start(tty);
		wake_writers(tty);
	}
}

void tty_flush_output(tty_struct *tty)
{
	tty->out.tail = tty->out.head;
	wake_writers(tty);
}

static bool all_sent(tty_struct *tty)
{
	return READ_ONCE(tty->out.head) == READ_ONCE(tty->out.tail);
}

status tty_wait_until_sent(tty_struct *tty)
{
	return wait_event_interruptible(tty->write_wait, all_sent(tty));
}

__init static void tty_init()
{
	if (register_chrdev(TTY_MAJOR, "tty", &tty_fops).failed() ||
	    register_chrdev(TTYAUX_MAJOR, "tty", &tty_fops).failed())
		panic("cannot register the ttys\n");
}
device_initcall(tty_init);
