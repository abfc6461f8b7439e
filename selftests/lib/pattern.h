/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contents that image recipes generate (qemu-images/mkimage/content.py):
 * a 512-byte sector of seed s holds words that start at a hash of both.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint32_t pattern_word(uint32_t seed, uint64_t offset)
{
	uint32_t w = (uint32_t)(offset / 512) * 0x9e3779b1u +
		     seed * 0x85ebca77u + 1;

	w ^= w >> 15;
	w *= 0x2c1b3c6du;
	w ^= w >> 12;
	return w + (uint32_t)(offset % 512 / 4) * 0x01000193u;
}

static inline uint8_t pattern_byte(uint32_t seed, uint64_t offset)
{
	return pattern_word(seed, offset) >> offset % 4 * 8;
}

static inline void pattern_fill(void *buf, uint32_t seed, uint64_t offset,
				size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = pattern_byte(seed, offset + i);
}

/* Returns the index of the first byte that differs, or -1. */
static inline long pattern_check(const void *buf, uint32_t seed,
				 uint64_t offset, size_t len)
{
	auto p = (const uint8_t *)buf;

	for (size_t i = 0; i < len; i++) {
		if (p[i] != pattern_byte(seed, offset + i))
			return (long)i;
	}
	return -1;
}
