/* SPDX-License-Identifier: GPL-2.0-only */
/* For programs that the host types to. */
#pragma once

#include <termios.h>

/* What comes in by the terminal, if it is one, is not shown again. */
static inline void no_echo()
{
	termios t;

	if (tcgetattr(0, &t))
		return;
	t.c_lflag &= ~ECHO;
	tcsetattr(0, TCSANOW, &t);
}
