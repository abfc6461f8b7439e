/* SPDX-License-Identifier: GPL-2.0-only */
/* The values of digits in bases up to 36. */
#include <linux/ctype.h>

unsigned digit_value(int c)
{
	if (isdigit(c))
		return c - '0';
	if (isalpha(c))
		return tolower(c) - 'a' + 10;
	return 255;
}
