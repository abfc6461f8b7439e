/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers as entry.S pushes them; the same layout as 2.4's, so the
 * first six words are the arguments of a system call. */
#pragma once

#include <asm/system.h>

struct pt_regs {
	long ebx, ecx, edx, esi, edi, ebp, eax;
	int xds, xes;
	long orig_eax;			/* call number, or -1 - irq, or -1 */
	unsigned long eip;
	int xcs;
	unsigned long eflags;
	unsigned long esp;		/* only from user mode */
	int xss;
};
static_assert(sizeof(pt_regs) == 15 * 4);

inline bool user_mode(const pt_regs *r)
{
	return (r->xcs & 3) || (r->eflags & X86_EFLAGS_VM);
}

constexpr int __KERNEL_CS = 0x10, __KERNEL_DS = 0x18, __USER_CS = 0x23,
	__USER_DS = 0x2b;		/* 2.4's selectors */
constexpr unsigned GDT_ENTRY_TLS_MIN = 6, GDT_ENTRY_TLS_ENTRIES = 3;
