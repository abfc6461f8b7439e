/* SPDX-License-Identifier: GPL-2.0-only */
/* ioctl(2) commands that hold for any file; i386 numbers. Those of terminals
 * and of disks are with their drivers. */
#pragma once

constexpr unsigned FIBMAP = 1, FIGETBSZ = 2;
constexpr unsigned FIONREAD = 0x541b, FIONBIO = 0x5421, FIONCLEX = 0x5450,
	FIOCLEX = 0x5451, FIOQSIZE = 0x5460;
