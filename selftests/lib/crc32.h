/* SPDX-License-Identifier: GPL-2.0-only */
/* CRC-32 as zlib computes it (polynomial 0xedb88320), four bytes a step. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct crc32_tables {
	uint32_t t[4][256];

	constexpr crc32_tables() : t{}
	{
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;
			for (int k = 0; k < 8; k++)
				c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
			t[0][i] = c;
		}
		for (int n = 1; n < 4; n++)
			for (int i = 0; i < 256; i++)
				t[n][i] = t[n - 1][i] >> 8 ^
					  t[0][t[n - 1][i] & 0xff];
	}
};
static constexpr crc32_tables crc32_table;

/* Continues from @crc, which starts at 0. */
static inline uint32_t crc32(uint32_t crc, const void *data, size_t len)
{
	const auto &t = crc32_table.t;
	auto p = (const uint8_t *)data;
	uint32_t word;

	for (crc = ~crc; len >= 4; len -= 4, p += 4) {
		memcpy(&word, p, 4);
		crc ^= word;
		crc = t[3][crc & 0xff] ^ t[2][crc >> 8 & 0xff] ^
		      t[1][crc >> 16 & 0xff] ^ t[0][crc >> 24];
	}
	while (len--)
		crc = crc >> 8 ^ t[0][(crc ^ *p++) & 0xff];
	return ~crc;
}
