/* SPDX-License-Identifier: GPL-2.0-only */
/* poll(2), i386 numbers and layout. */
#pragma once

constexpr unsigned POLLIN = 0x1, POLLPRI = 0x2, POLLOUT = 0x4, POLLERR = 0x8,
	POLLHUP = 0x10, POLLNVAL = 0x20, POLLRDNORM = 0x40, POLLRDBAND = 0x80,
	POLLWRNORM = 0x100, POLLWRBAND = 0x200;
struct pollfd {
	int fd;
	short events, revents;
};
