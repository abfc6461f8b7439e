/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen as a terminal: tty1, also called tty0. It has no keyboard, so
 * nothing can be read from it. */
#include <linux/init.h>
#include <linux/tty.h>
#include <linux/vga_con.h>

static void vt_open(tty_struct *) {}
static void vt_close(tty_struct *) {}

static void vt_start(tty_struct *tty)
{
	const char *p;

	while (size_t n = tty_out_chunk(tty, &p, TTY_RING)) {
		vga_write(p, n);
		tty_out_done(tty, n);
	}
}

static const tty_operations vt_ops = {
	.open = vt_open,
	.close = vt_close,
	.start = vt_start,
	.throttle = nullptr,
};

static constinit tty_struct tty1{"tty1", MKDEV(4, 1), &vt_ops, 0};

__init static void vt_init()
{
	tty_register(&tty1);
}
device_initcall(vt_init);
