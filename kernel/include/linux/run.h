/* SPDX-License-Identifier: GPL-2.0-only */
/* Stretches of neighbours in a list of numbers, or of pointers into an array. */
#pragma once

template<class T> inline bool four_from(const T *p, T first)
{
	return p[0] == first && p[1] == first + 1 && p[2] == first + 2 &&
		p[3] == first + 3;
}

/* How many of the @max items from @p on, one at least, count up by one. Where
 * there are two there are often many: then eight at a time. */
template<class T> inline unsigned run_length(const T *p, unsigned max)
{
	T next = *p + 1;
	unsigned n = 1;

	while (n < max && p[n] == next) {
		n++;
		next++;
		for (; n + 8 <= max && four_from(p + n, next) &&
		     four_from(p + n + 4, next + 4); n += 8)
			next += 8;
	}
	return n;
}
