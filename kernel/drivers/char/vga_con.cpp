/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text screen of a VGA card as a console: 80 by 25 characters at B8000,
 * scrolling by copying, and the hardware cursor. 2.4: vgacon.c.
 */
#include <asm/io.h>
#include <asm/page.h>
#include <linux/console.h>
#include <linux/init.h>
#include <linux/string.h>
#include <linux/vga_con.h>

constexpr unsigned long TEXT_MEMORY = 0xb8000;
constexpr unsigned COLUMNS = 80, ROWS = 25, TAB = 8;
constexpr u16 BLANK = 0x0720;		/* light grey on black, a space */
constexpr u16 CRTC_INDEX = 0x3d4, CRTC_DATA = 0x3d5;
constexpr u8 CRTC_CURSOR_HIGH = 0x0e, CRTC_CURSOR_LOW = 0x0f;

static constinit spinlock_t vga_lock{"vga", RANK_UART};
static constinit unsigned column = 0, row = 0;

static u16 *cell(unsigned r, unsigned c)
{
	return (u16 *)__va(TEXT_MEMORY) + r * COLUMNS + c;
}

static void clear_row(unsigned r)
{
	for (unsigned c = 0; c < COLUMNS; c++)
		*cell(r, c) = BLANK;
}

static void new_line()
{
	column = 0;
	if (++row < ROWS)
		return;
	row = ROWS - 1;
	memmove(cell(0, 0), cell(1, 0), (ROWS - 1) * COLUMNS * sizeof(u16));
	clear_row(ROWS - 1);
}

static void put(char c)
{
	switch (c) {
	case '\n':
		new_line();
		return;
	case '\r':
		column = 0;
		return;
	case '\b':
		column -= column > 0;
		return;
	case '\t':
		do
			put(' ');
		while (column % TAB);
		return;
	}
	if ((u8)c < ' ')
		return;
	*cell(row, column) = (BLANK & 0xff00) | (u8)c;
	if (++column == COLUMNS)
		new_line();
}

static void show_cursor()
{
	unsigned at = row * COLUMNS + column;

	outb(CRTC_CURSOR_HIGH, CRTC_INDEX);
	outb(at >> 8, CRTC_DATA);
	outb(CRTC_CURSOR_LOW, CRTC_INDEX);
	outb((u8)at, CRTC_DATA);
}

static void write_text(const char *s, size_t n)
{
	for (; n; n--)
		put(*s++);
	show_cursor();
}

void vga_write(const char *s, size_t n)
{
	spin_irq_guard g(vga_lock);

	write_text(s, n);
}

/* See uart.cpp: a panic waits for nobody. */
static void vga_console_write(const char *s, size_t n)
{
	unsigned long flags = local_irq_save();
	bool locked = spin_trylock(&vga_lock);

	write_text(s, n);
	if (locked)
		spin_unlock(&vga_lock);
	local_irq_restore(flags);
}

static constinit console vga_console = {
	.name = "tty0", .write = vga_console_write,
};

__init void vga_console_init()
{
	for (unsigned r = 0; r < ROWS; r++)
		clear_row(r);
	register_console(&vga_console);
}
