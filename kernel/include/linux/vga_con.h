/* SPDX-License-Identifier: GPL-2.0-only */
/* The text screen, for the tty driver. Any context. */
#pragma once

#include <linux/spinlock.h>
#include <linux/types.h>

void vga_write(const char *s, size_t n);
void vga_console_init();
