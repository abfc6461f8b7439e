/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arguments for random system calls: mostly what the letter in
 * sysfuzz_calls.h says, placed at the edges of memory as often as in its
 * middle, and sometimes anything. All of it comes from one generator, so that
 * a seed names a sequence. Nothing here uses libc, whose thread pointer and
 * heap the calls may have taken away.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

constexpr uint32_t PAGE_BYTES = 4096, KERNEL_START = 0xc0000000u;
/* The memory that calls are given; behind FUZZ_END there is a hole. */
constexpr uint32_t ARENA = 0x30000000u, ARENA_PAGES = 32,
	ARENA_END = ARENA + ARENA_PAGES * PAGE_BYTES,
	READ_ONLY = ARENA_END + PAGE_BYTES,
	NO_ACCESS = READ_ONLY + PAGE_BYTES,
	DATES = NO_ACCESS + 2 * PAGE_BYTES;	/* times that are good */
constexpr uint32_t TEXT_PAGE = 12, STRUCT_PAGE = 20;	/* in the arena */
/* Where mappings are made and undone. */
constexpr uint32_t WINDOW = 0x50000000u, WINDOW_PAGES = 16384;
/* Descriptors 0.. are opened by each process; this one is not to be closed. */
constexpr uint32_t NR_FDS = 40, LAST_FD = 99;

struct fuzzer {
	uint64_t random;
	uint32_t pid, ppid, tid;

	uint32_t next()
	{
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		return random >> 16;
	}
	uint32_t below(uint32_t n) { return next() % n; }
	bool one_in(uint32_t n) { return !below(n); }
	template<size_t N, class T> T pick(const T (&table)[N])
	{
		return table[below(N)];
	}

	/* ---- numbers ---- */

	uint32_t bits() { return 1u << below(32) | 1u << below(32); }
	uint32_t edge()
	{
		static const uint32_t at[] = {0, 0x1000, ARENA, ARENA_END,
			READ_ONLY, NO_ACCESS, WINDOW, 0x08048000, 0x80000000,
			KERNEL_START, KERNEL_START + 0x100000, 0xf8000000,
			0xfffff000, 0xffffe000, 0xff000000, 0};
		return pick(at) + below(64) - 32;
	}
	uint32_t wild()
	{
		switch (below(6)) {
		case 0:
			return below(64);
		case 1:
			return -below(64);
		case 2:
			return bits() - one_in(2);
		case 3:
			return edge();
		case 4:
			return below(16) * PAGE_BYTES;
		default:
			return next();
		}
	}
	uint32_t length()
	{
		static const uint32_t len[] = {0, 1, 3, 7, 8, 100, 511, 512,
			513, 1024, 4095, 4096, 4097, 8192, 12288, 65536,
			131072, 1 << 20, 0x7fffffff, 0x80000000, 0xfffff000,
			0xffffffff};
		return one_in(8) ? wild() : pick(len);
	}
	uint32_t descriptor()
	{
		return one_in(12) ? wild() : below(one_in(8) ? LAST_FD : NR_FDS);
	}
	uint32_t process()
	{
		const uint32_t who[] = {0, pid, tid, ppid, 1, below(12), 99999,
			-pid, (uint32_t)-1};
		return pick(who);
	}
	uint32_t user()
	{
		static const uint32_t who[] = {0, 1000, 65535, 0xffffffff, 1,
			65536};
		return pick(who);
	}
	uint32_t open_flags()
	{
		uint32_t f = below(4);

		for (int n = below(4); n-- > 0;)
			f |= 0100u << below(16);
		return one_in(16) ? wild() : f;
	}
	uint32_t mmap_flags()
	{
		uint32_t f = one_in(16) ? below(16) : 1 + below(3);

		f |= below(2) * 0x10 | one_in(3) * 0x20 | below(2) * 0x400000;
		f |= below(2) * 0x800000 | one_in(3) * 0x1000000;
		return one_in(8) ? f ^ bits() : f;
	}
	uint32_t clone_flags()
	{
		static const uint32_t sets[] = {0x3d0f00, 0x50f00, 0x100, 0x4100,
			0x11, 0};
		return one_in(3) ? next() : pick(sets) ^ (one_in(2) ? bits() :
							  0);
	}
	uint32_t ioctl_command()
	{
		static const uint32_t c[] = {0x5401, 0x5402, 0x5403, 0x5404,
			0x5409, 0x540a, 0x540b, 0x540e, 0x540f, 0x5410, 0x5411,
			0x5412, 0x5413, 0x5414, 0x541b, 0x5421, 0x5422, 0x5423,
			0x5424, 0x5425, 0x5429, 0x5450, 0x5451, 0x5460, 1, 2,
			0x125d, 0x125e, 0x125f, 0x1260, 0x1261, 0x1268, 0x301,
			0x30d, 0x80081270, 0x40081271, 0x80041272, 0x80046601,
			0x40046602, 0x80047601, 0x40047602, 0xac00, 0xac01};
		return one_in(6) ? next() : pick(c);
	}
	uint32_t device()
	{
		static const uint32_t d[] = {0x1600, 0x1601, 0x1642, 0, 0xa201,
			0xff00, 0x401};
		return one_in(4) ? wild() : pick(d);
	}

	/* ---- addresses ---- */

	uint32_t pointer()
	{
		char here;

		switch (below(16)) {
		case 0:
			return edge();
		case 1:
			return ARENA_END - below(64);
		case 2:
			return READ_ONLY + below(PAGE_BYTES);
		case 3:
			return KERNEL_START - below(64);
		case 4:
			return (uint32_t)(uintptr_t)&here -
				below(4096) * PAGE_BYTES - 512;
		case 5:
			return next();
		case 6:
		case 7:
			return WINDOW + below(WINDOW_PAGES * PAGE_BYTES);
		case 8:
		case 9:
			return ARENA + below(20) * PAGE_BYTES + below(4096);
		default:
			return ARENA + below(20 * 8) * 512;
		}
	}
	uint32_t window()
	{
		if (one_in(24))
			return edge() & -(one_in(2) ? 1u : PAGE_BYTES);
		if (one_in(12))
			return ARENA + below(ARENA_PAGES) * PAGE_BYTES;
		/* Few places, so that they meet each other. */
		return WINDOW + below(one_in(4) ? WINDOW_PAGES : 48) *
			PAGE_BYTES + (one_in(16) ? below(4096) : 0);
	}
	uint32_t map_length()
	{
		if (one_in(16))
			return wild();
		return (1 + below(one_in(8) ? 4096 : 24)) * PAGE_BYTES -
			(one_in(4) ? below(4096) : 0);
	}
	/* Room for @size bytes that the caller fills; often its end is where
	 * the memory ends, and now and then it reaches over that. */
	uint32_t *place(uint32_t size)
	{
		uint32_t at = ARENA + STRUCT_PAGE * PAGE_BYTES +
			below(11 * 1024) * 4;

		if (one_in(4))
			at = ARENA_END - size;
		return (uint32_t *)at;
	}
	uint32_t placed(uint32_t *p)
	{
		if (one_in(8))
			return pointer();
		return (uint32_t)p + (one_in(16) ? below(size_t(16)) : 0);
	}

	/* ---- structures ---- */

	uint32_t word()
	{
		switch (below(6)) {
		case 0:
			return 0;
		case 1:
			return below(16);
		case 2:
			return descriptor();
		case 3:
			return pointer();
		case 4:
			return length();
		default:
			return wild();
		}
	}
	uint32_t structure()
	{
		uint32_t n = 1 + below(24), *p = place(n * 4);

		for (uint32_t i = 0; i < n; i++)
			p[i] = word();
		return placed(p);
	}
	/* A short time in the form of 32 or of 64 bits: calls shall not sleep
	 * for ever. */
	uint32_t times()
	{
		uint32_t *p = place(16);
		bool wide = one_in(2);

		p[0] = p[1] = p[2] = p[3] = 0;
		p[wide ? 2 : 1] = below(2000000);
		if (one_in(8))
			p[below(4)] = wild();
		return one_in(6) ? 0 : placed(p);
	}
	uint32_t signal_set()
	{
		uint32_t *p = place(8);

		p[0] = bits();
		p[1] = one_in(2) ? 0 : next();
		return placed(p);
	}
	uint32_t vectors()
	{
		uint32_t n = 1 + below(8), *p = place(n * 8);

		for (uint32_t i = 0; i < n; i++) {
			p[2 * i] = pointer();
			p[2 * i + 1] = one_in(3) ? length() : below(9) * 512;
		}
		return placed(p);
	}
	uint32_t polls()
	{
		uint32_t n = 1 + below(16), *p = place(n * 8);

		for (uint32_t i = 0; i < n; i++) {
			p[2 * i] = descriptor();
			p[2 * i + 1] = next();
		}
		return placed(p);
	}
	uint32_t arguments()
	{
		uint32_t n = below(6), *p = place(n * 4 + 4);

		for (uint32_t i = 0; i < n; i++)
			p[i] = path();
		p[n] = one_in(8) ? pointer() : 0;
		return one_in(8) ? 0 : placed(p);
	}

	/* ---- names ---- */

	/* @s ends where the memory ends, or somewhere in it; sometimes without
	 * its 0. */
	uint32_t text(const char *s)
	{
		uint32_t len = strlen(s) + 1;
		char *p = (char *)ARENA + TEXT_PAGE * PAGE_BYTES +
			below(7 * PAGE_BYTES);

		if (one_in(8))
			p = (char *)ARENA_END - len + one_in(3);
		for (uint32_t i = 0; i < len && p + i < (char *)ARENA_END; i++)
			p[i] = s[i];
		return (uint32_t)p;
	}
	uint32_t long_name()
	{
		static const uint32_t sizes[] = {254, 255, 256, 4094, 4095,
			4096, 8000};
		uint32_t len = pick(sizes);
		char *p = (char *)ARENA + TEXT_PAGE * PAGE_BYTES;

		for (uint32_t i = 0; i < len; i++)
			p[i] = i % 200 == 199 && len > 256 ? '/' : 'a';
		p[len] = 0;
		return (uint32_t)p;
	}
	uint32_t path()
	{
		static const char *const names[] = {"f0", "f1", "f2", "f3",
			"f0", "f1", "d0", "d1", "d0/f0", "d1/f1", "l0", "l1",
			"fifo", "exe", "script", "/", ".", "..", "", "//d0/",
			"d0/../f1", "f0/x", "loop", "dev/tty1", "dev/hdc",
			"dev/null", "dev/zero", "dev/raw1", "proc/self/maps",
			"proc/self/mem", "proc/self/fd/7", "proc/self/task",
			"proc/self/exe", "proc/vmstat", "proc/1/stat",
			"proc/slabinfo", "proc/sys/vm/mmap_o_direct",
			"proc/sys/vm/drop_caches", "proc", "dev"};
		char name[] = "n00";

		switch (below(20)) {
		case 0:
			return pointer();
		case 1:
			return long_name();
		case 2:
		case 3:
		case 4:
			name[1] += below(2);
			name[2] += below(10);
			return text(name);
		default:
			return text(pick(names));
		}
	}
	uint32_t mount_source()
	{
		static const char *const names[] = {"dev/hdd1", "dev/hdd2",
			"dev/hdd3", "dev/hdd5", "dev/hdc", "none", "f0"};
		return one_in(8) ? path() : text(pick(names));
	}
	uint32_t fs_type()
	{
		static const char *const names[] = {"ext2", "proc", "pipefs",
			"bdev", "none"};
		return one_in(8) ? path() : text(pick(names));
	}

	uint32_t argument(char kind)
	{
		if (one_in(16))
			return wild();
		switch (kind) {
		case 'f': return descriptor();
		case 'D': return one_in(2) ? -100 : descriptor();
		case 'p': return path();
		case 'b': return pointer();
		case 'l': return length();
		case 'o': return one_in(3) ? wild() : below(600) * 512;
		case 'h': return one_in(12) ? wild() : 0;
		case 'a': return window();
		case 'A': return map_length();
		case 'P': return below(8);
		case 'M': return mmap_flags();
		case 'O': return open_flags();
		case 'm': return one_in(3) ? next() & 0177777 : 0777;
		case 'q': return device();
		case 'n': return below(one_in(4) ? 64 : 6);
		case 'g': return one_in(2) ? below(8) : bits();
		case 'i': return process();
		case 's': return below(one_in(8) ? 70 : 32);
		case 'u': return user();
		case 't': return times();
		case 'S': return signal_set();
		case 'w': return structure();
		case 'v': return vectors();
		case 'd': return polls();
		case 'e': return arguments();
		case 'c': return ioctl_command();
		case 'C': return one_in(8) ? wild() : below(16);
		case 'z': return clone_flags();
		case 'y': return mount_source();
		case 'Y': return fs_type();
		default: return wild();
		}
	}
};
