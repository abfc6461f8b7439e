/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The serial ports as terminals, 2.4's serial.c above the registers: ttyS0
 * and ttyS1. A writer feeds the FIFO itself as long as that takes bytes, so
 * that the transmitter interrupts only when a line is longer than it is fast.
 * While nobody reads, input stays in the FIFO and holds up the sender.
 */
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/tty.h>
#include <linux/uart.h>

constexpr unsigned TTY_MAJOR = 4, FIRST_MINOR = 64;
constexpr unsigned INTR_ROUNDS = 64;	/* then somebody else's turn */

struct serial_line {
	bool open = false;		/* under tty->lock, as all of it */
	bool rx = false, tx = false;	/* interrupts that are on */
};
static constinit serial_line lines[NR_UARTS];

static void set_irqs(tty_struct *tty, bool tx)
{
	serial_line &line = lines[tty->port];
	bool rx = line.open && !tty->throttled;

	if (rx == line.rx && tx == line.tx)
		return;
	line.rx = rx;
	line.tx = tx;
	uart_set_irqs(tty->port, rx, tx);
}

static void serial_start(tty_struct *tty)
{
	const char *p;
	size_t n;

	while ((n = tty_out_chunk(tty, &p, TTY_RING))) {
		size_t done = uart_fill(tty->port, p, n);

		if (!done)
			break;
		tty_out_done(tty, done);
	}
	set_irqs(tty, n != 0);
}

static void serial_throttle(tty_struct *tty, bool)
{
	set_irqs(tty, lines[tty->port].tx);
}

static void set_open(tty_struct *tty, bool open)
{
	spin_irq_guard g(tty->lock);

	lines[tty->port].open = open;
	set_irqs(tty, lines[tty->port].tx);
}

static void serial_open(tty_struct *tty)
{
	int early = uart_take_early(tty->port);
	char c = (char)early;

	if (early >= 0)
		tty_receive(tty, &c, 1);
	set_open(tty, true);
}

/* What is still to be sent goes out by interrupts; a stopped line would keep
 * it for ever. */
static void serial_close(tty_struct *tty)
{
	{
		spin_irq_guard g(tty->lock);
		tty_set_stopped(tty, false);
	}
	set_open(tty, false);
}

static const tty_operations serial_ops = {
	.open = serial_open,
	.close = serial_close,
	.start = serial_start,
	.throttle = serial_throttle,
};

static constinit tty_struct ttyS0{
	"ttyS0", MKDEV(TTY_MAJOR, FIRST_MINOR), &serial_ops, 0};
static constinit tty_struct ttyS1{
	"ttyS1", MKDEV(TTY_MAJOR, FIRST_MINOR + 1), &serial_ops, 1};
static tty_struct *const ttys[NR_UARTS] = {&ttyS0, &ttyS1};

static bool may_receive(tty_struct *tty)
{
	spin_irq_guard g(tty->lock);

	return lines[tty->port].rx;
}

static void receive(tty_struct *tty)
{
	char buf[64];
	size_t n = 0;
	int c;

	while (n < sizeof(buf) && (c = uart_getc(tty->port)) >= 0)
		buf[n++] = (char)c;
	if (n)
		tty_receive(tty, buf, n);
}

static bool serial_intr(int, void *dev, pt_regs *)
{
	auto *tty = (tty_struct *)dev;
	bool ours = false;

	for (unsigned i = 0; i < INTR_ROUNDS; i++) {
		if (!uart_irq_pending(tty->port))
			break;
		ours = true;
		if (may_receive(tty))
			receive(tty);
		spin_irq_guard g(tty->lock);
		serial_start(tty);
	}
	return ours;
}

__init static void serial_init()
{
	for (tty_struct *tty : ttys) {
		if (!uart_present(tty->port))
			continue;
		tty_register(tty);
		unsigned irq = uart_irq(tty->port);

		if (request_irq(irq, serial_intr, tty->name, tty).failed())
			printk(KERN_ERR "%s: no interrupt\n", tty->name);
		printk(KERN_INFO "%s: 16550A, irq %u\n", tty->name, irq);
	}
}
device_initcall(serial_init);
