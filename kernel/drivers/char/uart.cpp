/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 16550A serial ports (National Semiconductor data sheet PC16550D): 115200
 * baud, 8N1, FIFOs on. When the holding register is empty the whole FIFO is,
 * so sixteen bytes go out for one look at the status. 2.4: serial.c.
 */
#include <asm/io.h>
#include <linux/console.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/uart.h>

/* Registers, as offsets from the base port. */
constexpr u16 RBR = 0, THR = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2,
	LCR = 3, MCR = 4, LSR = 5, SCR = 7;
constexpr u8 IER_RX = 0x01, IER_THRE = 0x02, IIR_NONE = 0x01,
	FCR_ENABLE_CLEAR = 0x07, FCR_TRIGGER_8 = 0x80, LCR_8N1 = 0x03,
	LCR_DLAB = 0x80, MCR_DTR_RTS_OUT2 = 0x0b, MCR_LOOP = 0x10,
	LSR_DATA = 0x01, LSR_ERRORS = 0x1e, LSR_THRE = 0x20;
constexpr unsigned FIFO_SIZE = 16;
/* A port that never gets ready is not there any more. */
constexpr unsigned WAIT_MAX = 1000000;

struct uart {
	u16 base;
	u8 irq;
	bool present = false;
	int early = -1;			/* came before set_up; -1: none */
	spinlock_t lock{"uart", RANK_UART};

	constexpr uart(u16 b, u8 i) : base(b), irq(i) {}
	u8 in(u16 reg) const { return inb(base + reg); }
	void out(u16 reg, u8 v) const { outb(v, base + reg); }
};

static constinit uart uarts[NR_UARTS] = {{0x3f8, 4}, {0x2f8, 3}};

bool uart_present(unsigned port)
{
	return port < NR_UARTS && uarts[port].present;
}

unsigned uart_irq(unsigned port)
{
	return uarts[port].irq;
}

void uart_set_irqs(unsigned port, bool rx, bool tx)
{
	uart &u = uarts[port];
	spin_irq_guard g(u.lock);

	u.out(IER, (rx ? IER_RX : 0) | (tx ? IER_THRE : 0));
}

bool uart_irq_pending(unsigned port)
{
	uart &u = uarts[port];
	spin_irq_guard g(u.lock);

	return !(u.in(IIR) & IIR_NONE);
}

int uart_getc(unsigned port)
{
	uart &u = uarts[port];
	spin_irq_guard g(u.lock);

	return u.in(LSR) & LSR_DATA ? u.in(RBR) : -1;
}

int uart_take_early(unsigned port)
{
	int c = uarts[port].early;

	uarts[port].early = -1;
	return c;
}

static size_t fill_fifo(uart &u, const char *s, size_t n)
{
	if (!(u.in(LSR) & LSR_THRE))
		return 0;
	n = min(n, (size_t)FIFO_SIZE);
	for (size_t i = 0; i < n; i++)
		u.out(THR, (u8)s[i]);
	return n;
}

size_t uart_fill(unsigned port, const char *s, size_t n)
{
	uart &u = uarts[port];
	spin_irq_guard g(u.lock);

	return fill_fifo(u, s, n);
}

static void write_waiting(uart &u, const char *s, size_t n)
{
	for (unsigned waited = 0; n && waited < WAIT_MAX;) {
		size_t done = fill_fifo(u, s, n);

		s += done;
		n -= done;
		waited = done ? 0 : waited + 1;
	}
}

/* For printk. A panic may have interrupted a holder of the lock on this very
 * processor, and then nobody else will write. */
static void console_write(uart &u, const char *s, size_t n)
{
	unsigned long flags = local_irq_save();
	bool locked = spin_trylock(&u.lock);

	while (n) {
		size_t line = 0;

		while (line < n && s[line] != '\n')
			line++;
		write_waiting(u, s, line);
		if (line < n) {
			write_waiting(u, "\r\n", 2);
			line++;
		}
		s += line;
		n -= line;
	}
	if (locked)
		spin_unlock(&u.lock);
	local_irq_restore(flags);
}

template<unsigned port> static void write_port(const char *s, size_t n)
{
	console_write(uarts[port], s, n);
}

static constinit console consoles[NR_UARTS] = {
	{.name = "ttyS0", .write = write_port<0>},
	{.name = "ttyS1", .write = write_port<1>},
};

/* Without a port the bus reads as ones, also the scratch register. */
__init static bool probe(const uart &u)
{
	u.out(SCR, 0x5a);
	if (u.in(SCR) != 0x5a)
		return false;
	u.out(SCR, 0xa5);
	return u.in(SCR) == 0xa5;
}

/* To turn the FIFOs on clears the receiver, and with it what was typed first,
 * while the firmware ran. Looped back, it gets nothing more meanwhile. */
__init static void enable_fifos(uart &u)
{
	u.out(MCR, MCR_LOOP);
	if ((u.in(LSR) & (LSR_DATA | LSR_ERRORS)) == LSR_DATA)
		u.early = u.in(RBR);
	u.out(FCR, FCR_ENABLE_CLEAR | FCR_TRIGGER_8);
}

__init static void set_up(uart &u)
{
	u.out(IER, 0);
	u.out(LCR, LCR_DLAB);
	u.out(DLL, 1);			/* 115200 */
	u.out(DLM, 0);
	u.out(LCR, LCR_8N1);
	enable_fifos(u);
	u.out(MCR, MCR_DTR_RTS_OUT2);
}

__init void uart_console_init()
{
	for (unsigned i = 0; i < NR_UARTS; i++) {
		uart &u = uarts[i];

		u.present = probe(u);
		if (!u.present)
			continue;
		set_up(u);
		register_console(&consoles[i]);
	}
}
