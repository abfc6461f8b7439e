/* SPDX-License-Identifier: GPL-2.0-only */
/* File types and modes. The stat structures are in fs/stat.cpp. */
#pragma once

constexpr unsigned S_IFMT = 0170000, S_IFSOCK = 0140000, S_IFLNK = 0120000,
	S_IFREG = 0100000, S_IFBLK = 0060000, S_IFDIR = 0040000,
	S_IFCHR = 0020000, S_IFIFO = 0010000, S_ISUID = 04000,
	S_ISGID = 02000, S_ISVTX = 01000, S_IRWXUGO = 0777, S_IALLUGO = 07777,
	S_IRWXU = 0700, S_IRUSR = 0400, S_IWUSR = 0200, S_IXUSR = 0100,
	S_IRWXG = 070, S_IRGRP = 040, S_IWGRP = 020, S_IXGRP = 010,
	S_IRWXO = 07, S_IROTH = 04, S_IWOTH = 02, S_IXOTH = 01,
	S_IRUGO = 0444, S_IWUGO = 0222, S_IXUGO = 0111;

constexpr bool S_ISLNK(unsigned m) { return (m & S_IFMT) == S_IFLNK; }
constexpr bool S_ISREG(unsigned m) { return (m & S_IFMT) == S_IFREG; }
constexpr bool S_ISDIR(unsigned m) { return (m & S_IFMT) == S_IFDIR; }
constexpr bool S_ISCHR(unsigned m) { return (m & S_IFMT) == S_IFCHR; }
constexpr bool S_ISBLK(unsigned m) { return (m & S_IFMT) == S_IFBLK; }
constexpr bool S_ISFIFO(unsigned m) { return (m & S_IFMT) == S_IFIFO; }
constexpr bool S_ISSOCK(unsigned m) { return (m & S_IFMT) == S_IFSOCK; }

constexpr unsigned DT_UNKNOWN = 0, DT_FIFO = 1, DT_CHR = 2, DT_DIR = 4,
	DT_BLK = 6, DT_REG = 8, DT_LNK = 10, DT_SOCK = 12;
