/* SPDX-License-Identifier: GPL-2.0-only */
/* Where printk goes. kernel/printk.cpp. */
#pragma once
#include <linux/status.h>
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

/*
 * The ring of past messages. Positions in it count bytes since boot; what has
 * been overwritten is skipped. printk's lock also guards the positions.
 */
constexpr size_t LOG_SIZE = 1 << 17;
constexpr int MINIMUM_CONSOLE_LOGLEVEL = 1, DEFAULT_CONSOLE_LOGLEVEL = 7;
size_t printk_read(u64 *seq, char *buf, size_t size);
/* *seq becomes *from, or what leaves no more than @keep bytes behind it;
 * returns how many there are. */
size_t printk_seek(const u64 *from, u64 *seq, size_t keep);
/* Waits for text. kernel/syslog.cpp. */
result<long> printk_wait_read(u64 *seq, char *buf, size_t size);
