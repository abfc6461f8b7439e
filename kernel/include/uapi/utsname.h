/* SPDX-License-Identifier: GPL-2.0-only */
/* uname(2). */
#pragma once

constexpr int __NEW_UTS_LEN = 64;
struct new_utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65],
		domainname[65];
};
struct old_utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65];
};
struct oldold_utsname {
	char sysname[9], nodename[9], release[9], version[9], machine[9];
};
