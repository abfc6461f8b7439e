/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 16550 serial ports, for the console and for the tty driver, which owns
 * their interrupts. All of it from any context. drivers/char/uart.cpp.
 */
#pragma once

#include <linux/types.h>

constexpr unsigned NR_UARTS = 2;	/* COM1, COM2: ttyS0, ttyS1 */

bool uart_present(unsigned port);
unsigned uart_irq(unsigned port);
/* Which interrupts the port may raise: data received, room to send. */
void uart_set_irqs(unsigned port, bool rx, bool tx);
/* Whether the port asks for an interrupt (reading this acknowledges "room to
 * send"); for a handler that shares its line. */
bool uart_irq_pending(unsigned port);
/* The next received byte, or -1 if there is none. */
int uart_getc(unsigned port);
/* The character that came in before the port was set up, once; or -1. Nobody
 * else may be receiving. */
int uart_take_early(unsigned port);
/* Hands over what fits into the FIFO now; returns how many bytes. */
size_t uart_fill(unsigned port, const char *s, size_t n);
/* Finds the ports and registers their consoles. */
void uart_console_init();
