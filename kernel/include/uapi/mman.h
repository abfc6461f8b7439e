/* SPDX-License-Identifier: GPL-2.0-only */
/* mmap(2) and its family, i386 numbers. */
#pragma once

constexpr unsigned long PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2,
	PROT_EXEC = 4, PROT_GROWSDOWN = 0x01000000;
constexpr unsigned long MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_TYPE = 0xf,
	MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_GROWSDOWN = 0x100,
	MAP_DENYWRITE = 0x800, MAP_EXECUTABLE = 0x1000, MAP_LOCKED = 0x2000,
	MAP_NORESERVE = 0x4000;
constexpr unsigned MS_ASYNC = 1, MS_INVALIDATE = 2, MS_SYNC = 4;
constexpr int MCL_CURRENT = 1, MCL_FUTURE = 2;
constexpr unsigned long MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2;
constexpr int MADV_NORMAL = 0, MADV_RANDOM = 1, MADV_SEQUENTIAL = 2,
	MADV_WILLNEED = 3, MADV_DONTNEED = 4;
