/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers. drivers/char/random.cpp. */
#pragma once

#include <linux/types.h>

void get_random_bytes(void *buf, size_t n);	/* any context */
/* Stirs in when something happened; @source tells devices apart. Interrupts
 * are off. */
void add_interrupt_randomness(unsigned source);
