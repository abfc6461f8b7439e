/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt flag and control registers. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

constexpr u32 X86_EFLAGS_CF = 1 << 0, X86_EFLAGS_TF = 1 << 8,
	X86_EFLAGS_IF = 1 << 9, X86_EFLAGS_DF = 1 << 10,
	X86_EFLAGS_IOPL = 3 << 12, X86_EFLAGS_NT = 1 << 14,
	X86_EFLAGS_RF = 1 << 16, X86_EFLAGS_VM = 1 << 17,
	X86_EFLAGS_AC = 1 << 18, X86_EFLAGS_ID = 1 << 21;

inline unsigned long local_save_flags()
{
	unsigned long f;
	asm volatile("pushfl; popl %0" : "=rm"(f) :: "memory");
	return f;
}
inline void local_irq_disable() { asm volatile("cli" ::: "memory"); }
inline void local_irq_enable() { asm volatile("sti" ::: "memory"); }
inline unsigned long local_irq_save()
{
	unsigned long f = local_save_flags();
	local_irq_disable();
	return f;
}
inline void local_irq_restore(unsigned long f)
{
	asm volatile("pushl %0; popfl" :: "rm"(f) : "memory", "cc");
}
inline bool irqs_disabled() { return !(local_save_flags() & X86_EFLAGS_IF); }
/* Lets one interrupt in and sleeps until it came: no wake-up can be lost. */
inline void safe_halt() { asm volatile("sti; hlt" ::: "memory"); }

#define READ_CR(n) \
	inline unsigned long read_cr##n() \
	{ unsigned long v; asm volatile("movl %%cr" #n ", %0" : "=r"(v)); \
	  return v; }
#define WRITE_CR(n) \
	inline void write_cr##n(unsigned long v) \
	{ asm volatile("movl %0, %%cr" #n :: "r"(v) : "memory"); }
READ_CR(0) READ_CR(2) READ_CR(3) READ_CR(4)
WRITE_CR(0) WRITE_CR(3) WRITE_CR(4)
#undef READ_CR
#undef WRITE_CR

struct task_struct;
/* Switches stack, TLS, I/O and FPU state from @prev to @next, which must be
 * current's runqueue choice; returns, in the context of @next, the task that
 * ran before it. arch/i386/kernel/process.cpp; interrupts off. */
task_struct *switch_to(task_struct *prev, task_struct *next);
