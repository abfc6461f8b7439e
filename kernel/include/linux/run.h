/* SPDX-License-Identifier: GPL-2.0-only */
/* Stretches of neighbours in a list of numbers, or of pointers into an array. */
#pragma once

/* How many of the @max items from @p on, one at least, count up by one. */
template<class T> inline unsigned run_length(const T *p, unsigned max)
{
	const T *q = p + 1, *end = p + max;
	T next = *p + 1;

	for (; end - q >= 8; q += 8, next += 8) {
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			if (q[i] != next + i)
				return q + i - p;
	}
	for (; q < end && *q == next; q++)
		next++;
	return q - p;
}
