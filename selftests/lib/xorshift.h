/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers that a seed replays: Marsaglia's xorshift (13, 17, 5). */
#pragma once

#include <stdint.h>

/* Moves @state, which must not be 0, on and returns it. */
static inline uint32_t xorshift(uint32_t &state)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}
