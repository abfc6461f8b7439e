/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers. drivers/char/random.cpp. Any context. */
#pragma once

#include <linux/types.h>

void get_random_bytes(void *buf, size_t n);
/* Stirs in when something happened; @source tells devices apart. */
void add_interrupt_randomness(unsigned source);
