/* SPDX-License-Identifier: GPL-2.0-only */
/* Where printk goes. kernel/printk.cpp. */
#pragma once
#include <linux/types.h>

struct console {
	const char *name;		/* "ttyS0", "tty0" */
	void (*write)(const char *s, size_t n);	/* any context */
	bool enabled = false;
	console *next = nullptr;
};
void register_console(console *c);	/* replays the log if it is wanted */
extern int console_loglevel;
/* What /dev/console is: the last console= word, else the first console. */
const char *preferred_console();
/* The ring of past messages, for syslog(2) and /dev/kmsg. */
size_t printk_read(u64 *seq, char *buf, size_t size);
