/* SPDX-License-Identifier: GPL-2.0-only */
/* Terminal settings and ioctls, i386 numbers. */
#pragma once

#include <linux/types.h>

constexpr unsigned NCCS = 19;
struct termios {			/* the kernel's, as TCGETS fills it */
	u32 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[NCCS];
};
static_assert(sizeof(termios) == 36);
struct winsize {
	u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_cc */
constexpr unsigned VINTR = 0, VQUIT = 1, VERASE = 2, VKILL = 3, VEOF = 4,
	VTIME = 5, VMIN = 6, VSTART = 8, VSTOP = 9, VSUSP = 10, VEOL = 11,
	VREPRINT = 12, VDISCARD = 13, VWERASE = 14, VLNEXT = 15, VEOL2 = 16;
/* c_iflag */
constexpr u32 IGNBRK = 01, BRKINT = 02, IGNPAR = 04, PARMRK = 010, INPCK = 020,
	ISTRIP = 040, INLCR = 0100, IGNCR = 0200, ICRNL = 0400, IXON = 02000,
	IXANY = 04000, IXOFF = 010000, IMAXBEL = 020000, IUTF8 = 040000;
/* c_oflag */
constexpr u32 OPOST = 01, ONLCR = 04, OCRNL = 010, ONOCR = 020, ONLRET = 040,
	TABDLY = 014000, XTABS = 014000;
/* c_cflag */
constexpr u32 B38400 = 017, CS8 = 060, CREAD = 0200, HUPCL = 02000,
	CLOCAL = 04000;
/* c_lflag */
constexpr u32 ISIG = 01, ICANON = 02, ECHO = 010, ECHOE = 020, ECHOK = 040,
	ECHONL = 0100, NOFLSH = 0200, TOSTOP = 0400, ECHOCTL = 01000,
	ECHOKE = 04000, IEXTEN = 0100000;

constexpr unsigned TCGETS = 0x5401, TCSETS = 0x5402, TCSETSW = 0x5403,
	TCSETSF = 0x5404, TCSBRK = 0x5409, TCXONC = 0x540a, TCFLSH = 0x540b,
	TIOCEXCL = 0x540c, TIOCNXCL = 0x540d, TIOCSCTTY = 0x540e,
	TIOCGPGRP = 0x540f, TIOCSPGRP = 0x5410, TIOCOUTQ = 0x5411,
	TIOCSTI = 0x5412, TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414,
	TIOCINQ = 0x541b, TIOCNOTTY = 0x5422, TIOCSETD = 0x5423,
	TIOCGETD = 0x5424, TCSBRKP = 0x5425, TIOCGSID = 0x5429;
/* Arguments of TCXONC and TCFLSH */
constexpr unsigned TCOOFF = 0, TCOON = 1, TCIOFF = 2, TCION = 3;
constexpr unsigned TCIFLUSH = 0, TCOFLUSH = 1, TCIOFLUSH = 2;
