/* SPDX-License-Identifier: GPL-2.0-only */
/* Port and memory-mapped I/O. */
#pragma once
#include <linux/types.h>

inline void outb(u8 v, u16 port)
{
	asm volatile("outb %0, %1" :: "a"(v), "Nd"(port));
}
inline void outw(u16 v, u16 port)
{
	asm volatile("outw %0, %1" :: "a"(v), "Nd"(port));
}
inline void outl(u32 v, u16 port)
{
	asm volatile("outl %0, %1" :: "a"(v), "Nd"(port));
}
inline u8 inb(u16 port)
{
	u8 v;
	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
inline u16 inw(u16 port)
{
	u16 v;
	asm volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
inline u32 inl(u16 port)
{
	u32 v;
	asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
/* @n 16-bit words. */
inline void insw(u16 port, void *to, unsigned long n)
{
	asm volatile("rep insw" : "+D"(to), "+c"(n) : "d"(port) : "memory");
}
inline void outsw(u16 port, const void *from, unsigned long n)
{
	asm volatile("rep outsw" : "+S"(from), "+c"(n) : "d"(port) : "memory");
}
