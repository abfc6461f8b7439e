/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces of option strings. 2.4: lib/cmdline.c. */
#include <linux/ctype.h>
#include <linux/kernel.h>

/* Bits to shift for the suffix @c, or -1. */
static int suffix_shift(char c)
{
	switch (toupper(c)) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return -1;
	}
}

u64 memparse(const char *s, char **end)
{
	char *behind;
	u64 n = simple_strtoull(s, &behind, 0);
	int shift = suffix_shift(*behind);

	if (shift >= 0) {
		n <<= shift;
		behind++;
	}
	if (end)
		*end = behind;
	return n;
}
