/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a file should hold, without its bytes: pieces, each with the stamp of
 * the write that made it. A byte follows from its stamp and its place in the
 * file, and is 0 between the pieces, so a sparse file of any size is small.
 *
 * Invariant: pieces are sorted, do not overlap and end at or before size.
 */
#pragma once

#include <crc32.h>

constexpr unsigned FS_PIECES = 48;

struct fs_piece {
	uint64_t off;
	uint32_t len, stamp;

	uint64_t end() const { return off + len; }
};

struct fs_content {
	uint64_t size;
	unsigned n;
	fs_piece p[FS_PIECES];
};

/* May one more write be remembered? It can cut one piece in two. */
static inline bool fs_room(const fs_content *c)
{
	return c->n + 2 <= FS_PIECES;
}

static inline uint32_t fs_word(uint32_t stamp, uint64_t off)
{
	uint32_t w = (uint32_t)(off / 4) * 0x9e3779b1u + stamp * 0x85ebca77u;

	return w ^ w >> 15;
}

static inline void fs_fill(uint8_t *buf, uint32_t stamp, uint64_t off,
			   size_t len)
{
	while (len) {
		uint32_t w = fs_word(stamp, off), in = off % 4;
		size_t n = len < 4 - in ? len : 4 - in;

		w >>= 8 * in;
		memcpy(buf, &w, n);
		buf += n;
		off += n;
		len -= n;
	}
}

/* Nothing is left of what lies in [from, to). */
static inline void fs_cut(fs_content *c, uint64_t from, uint64_t to)
{
	fs_piece kept[FS_PIECES];
	unsigned n = 0;

	for (unsigned i = 0; i < c->n; i++) {
		const fs_piece &q = c->p[i];

		if (q.off < from) {
			uint64_t end = q.end() < from ? q.end() : from;
			kept[n++] = {q.off, (uint32_t)(end - q.off), q.stamp};
		}
		if (q.end() > to) {
			uint64_t off = q.off > to ? q.off : to;
			kept[n++] = {off, (uint32_t)(q.end() - off), q.stamp};
		}
	}
	memcpy(c->p, kept, n * sizeof(*kept));
	c->n = n;
}

/* fs_room() was true. */
static inline void fs_wrote(fs_content *c, uint64_t off, uint32_t len,
			    uint32_t stamp)
{
	if (!len)
		return;
	fs_cut(c, off, off + len);
	unsigned i = c->n++;
	for (; i && c->p[i - 1].off > off; i--)
		c->p[i] = c->p[i - 1];
	c->p[i] = {off, len, stamp};
	if (off + len > c->size)
		c->size = off + len;
}

static inline void fs_resize(fs_content *c, uint64_t size)
{
	fs_cut(c, size, ~0ull);
	c->size = size;
}

/* What a read of @len bytes at @off gives, the end of file aside. */
static inline void fs_expect(const fs_content *c, uint64_t off, size_t len,
			     uint8_t *buf)
{
	memset(buf, 0, len);
	for (unsigned i = 0; i < c->n; i++) {
		const fs_piece &q = c->p[i];
		uint64_t from = q.off > off ? q.off : off;
		uint64_t to = q.end() < off + len ? q.end() : off + len;

		if (from < to)
			fs_fill(buf + (from - off), q.stamp, from, to - from);
	}
}

/* @crc after @n zeroes more. What one does to it is linear in its bits; the
 * matrix of 2, 4, 8 ... zeroes is the square of the one before. */
static inline uint32_t fs_crc_zeroes(uint32_t crc, uint64_t n)
{
	uint32_t m[32], square[32];
	auto apply = [&m](uint32_t v) {
		uint32_t r = 0;
		for (unsigned i = 0; v; v >>= 1, i++)
			r ^= v & 1 ? m[i] : 0;
		return r;
	};

	for (unsigned i = 0; i < 32; i++)
		m[i] = crc32_table.t[0][1u << i & 0xff] ^ 1u << i >> 8;
	for (crc = ~crc; n; n >>= 1) {
		if (n & 1)
			crc = apply(crc);
		for (unsigned i = 0; i < 32; i++)
			square[i] = apply(m[i]);
		memcpy(m, square, sizeof(m));
	}
	return ~crc;
}

/* Of the whole file. */
static inline uint32_t fs_crc(const fs_content *c)
{
	static uint8_t buf[4096];
	uint32_t crc = 0;
	uint64_t at = 0;

	for (unsigned i = 0; i < c->n; i++) {
		const fs_piece &q = c->p[i];

		crc = fs_crc_zeroes(crc, q.off - at);
		for (at = q.off; at < q.end();) {
			size_t n = q.end() - at < sizeof(buf) ? q.end() - at :
				sizeof(buf);
			fs_fill(buf, q.stamp, at, n);
			crc = crc32(crc, buf, n);
			at += n;
		}
	}
	return fs_crc_zeroes(crc, c->size - at);
}
