/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dscan computes over a file's bytes, which arrive in windows: how many
 * there are, their CRC, and how often a pattern occurs. Matches may overlap and
 * may straddle windows: the last bytes of what went before, one less than the
 * pattern has, are kept in front of the next window's head.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <crc32.h>

struct pattern {
	uint8_t *bytes;
	size_t len;
};

struct scanner {
	const pattern &wanted;
	uint64_t bytes = 0, matches = 0;
	uint32_t crc = 0;
	uint8_t *seam;
	size_t tail = 0;

	explicit scanner(const pattern &w)
		: wanted(w), seam((uint8_t *)malloc(2 * w.len)) {}
	~scanner() { free(seam); }
	scanner(const scanner &) = delete;

	void feed(const uint8_t *p, size_t n)
	{
		size_t keep = wanted.len - 1, head = n < keep ? n : keep;

		memcpy(seam + tail, p, head);
		matches += count(seam, tail + head, tail) + count(p, n, n);
		crc = crc32(crc, p, n);
		bytes += n;
		keep_tail(p, n, keep);
	}

private:
	/* Matches in @p[@n] that start below @limit. */
	uint64_t count(const uint8_t *p, size_t n, size_t limit) const
	{
		auto end = p + n, start = p;
		uint64_t found = 0;

		while ((size_t)(end - p) >= wanted.len) {
			p = (const uint8_t *)memmem(p, end - p, wanted.bytes,
						    wanted.len);
			if (!p || (size_t)(p - start) >= limit)
				break;
			found++;
			p++;
		}
		return found;
	}

	/* The head of @p is in the seam already. */
	void keep_tail(const uint8_t *p, size_t n, size_t keep)
	{
		if (n >= keep) {
			memcpy(seam, p + n - keep, keep);
			tail = keep;
			return;
		}
		size_t all = tail + n, drop = all > keep ? all - keep : 0;
		memmove(seam, seam + drop, all - drop);
		tail = all - drop;
	}
};
