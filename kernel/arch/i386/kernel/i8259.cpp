/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cascaded 8259A pair (Intel data sheet 231468): IRQ 0..7 on the master,
 * 8..15 on the slave, which hangs on the master's line 2. The mask registers
 * are kept in a copy. 2.4: i8259.c.
 */
#include <asm/i8259.h>
#include <asm/io.h>
#include <linux/init.h>
#include <linux/spinlock.h>

constexpr u16 MASTER_CMD = 0x20, MASTER_DATA = 0x21, SLAVE_CMD = 0xa0,
	SLAVE_DATA = 0xa1;
constexpr u8 ICW1_INIT = 0x10, ICW1_ICW4 = 0x01, ICW4_8086 = 0x01,
	OCW2_EOI = 0x20, OCW3_READ_ISR = 0x0b;
constexpr unsigned CASCADE_IRQ = 2;

static constinit spinlock_t i8259_lock{"i8259", RANK_IRQ};
static constinit u16 mask = 0xffff & ~(1 << CASCADE_IRQ);

static void write_mask(unsigned irq)
{
	if (irq < 8)
		outb((u8)mask, MASTER_DATA);
	else
		outb(mask >> 8, SLAVE_DATA);
}

void i8259_mask(unsigned irq)
{
	spin_irq_guard g(i8259_lock);

	mask |= 1 << irq;
	write_mask(irq);
}

void i8259_unmask(unsigned irq)
{
	spin_irq_guard g(i8259_lock);

	mask &= ~(1 << irq);
	write_mask(irq);
}

/* Not specific: the line in service with the highest priority is the one
 * whose handler ends, since handlers do not nest. */
void i8259_eoi(unsigned irq)
{
	if (irq >= 8)
		outb(OCW2_EOI, SLAVE_CMD);
	outb(OCW2_EOI, MASTER_CMD);
}

bool i8259_is_spurious(unsigned irq)
{
	u16 port = irq < 8 ? MASTER_CMD : SLAVE_CMD;

	outb(OCW3_READ_ISR, port);
	if (inb(port) & 0x80)
		return false;
	if (irq >= 8)			/* the master's line 2 was real */
		outb(OCW2_EOI, MASTER_CMD);
	return true;
}

__init static void init_chip(u16 cmd, u16 data, u8 base, u8 cascade)
{
	outb(ICW1_INIT | ICW1_ICW4, cmd);
	outb(base, data);
	outb(cascade, data);
	outb(ICW4_8086, data);
}

__init void i8259_init()
{
	spin_irq_guard g(i8259_lock);

	init_chip(MASTER_CMD, MASTER_DATA, IRQ_VECTOR_BASE, 1 << CASCADE_IRQ);
	init_chip(SLAVE_CMD, SLAVE_DATA, IRQ_VECTOR_BASE + 8, CASCADE_IRQ);
	write_mask(0);
	write_mask(8);
}
