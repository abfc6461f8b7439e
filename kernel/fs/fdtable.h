/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of descriptors from inside, for file.cpp and dup.cpp. file_lock is
 * held throughout. */
#pragma once

#include <linux/file.h>

/* Makes descriptor @nr fit; file_lock is dropped and taken again. */
status expand_files(files_struct *files, unsigned nr);

inline bool fd_is_open(const files_struct *files, unsigned fd)
{
	return fd < files->max_fds &&
		test_bit(fd & 31, &files->open_fds[fd / 32]);
}

inline void set_cloexec(files_struct *files, unsigned fd, bool on)
{
	unsigned long *word = &files->close_on_exec[fd / 32];

	if (on)
		__set_bit(fd & 31, word);
	else
		__clear_bit(fd & 31, word);
}
