/* SPDX-License-Identifier: GPL-2.0-only */
/* What a PC without an operating system offers to floor.cpp. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline void outb(uint16_t port, uint8_t v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t v)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t v;

	asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint64_t ticks()
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* ---- the console: a serial line ---- */

constexpr uint16_t COM1 = 0x3f8, EXIT_PORT = 0xf4;

static inline void put(char c)
{
	while (!(inb(COM1 + 5) & 0x20))
		;
	outb(COM1, c);
}

static inline void put(const char *s)
{
	while (*s)
		put(*s++);
}

/* 64 by 32 bits, the quotient's upper half first: no library has it here. */
static inline uint32_t divide(uint64_t *n, uint32_t by)
{
	uint32_t high = *n >> 32, low = *n, rest = high % by;

	high /= by;
	asm("divl %2" : "+a"(low), "+d"(rest) : "r"(by));
	*n = (uint64_t)high << 32 | low;
	return rest;
}

static inline void put(uint64_t n)
{
	char digits[24];
	int i = 0;

	do
		digits[i++] = '0' + divide(&n, 10);
	while (n);
	while (i)
		put(digits[--i]);
}

static inline void put(const char *name, uint64_t value)
{
	put(name);
	put(value);
}

/* Ends QEMU (isa-debug-exit): status 2v + 1. */
[[noreturn]] static inline void leave(uint8_t v)
{
	outb(EXIT_PORT, v);
	for (;;)
		asm volatile("cli; hlt");
}

[[noreturn]] static inline void give_up(const char *why, uint32_t value = 0)
{
	put("floor error=");
	put(why);
	put(" value=", (uint64_t)value);
	put('\n');
	leave(1);
}
