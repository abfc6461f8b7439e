/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions, as entry.S calls them: arguments in registers. */
#pragma once

#include <asm/ptrace.h>

/* mm/fault.cpp. Interrupts are off; it allows them once it has CR2, if
 * regs->eflags had them on. */
extern "C" void do_page_fault(pt_regs *regs, unsigned long error_code);

/* Registers and, for the kernel, the stack of @t from @esp on. */
void show_frame(const struct task_struct *t, const pt_regs *regs,
		unsigned long esp);
/* Continues at the fixup if the exception table has one for regs->eip. */
bool fixup_exception(pt_regs *regs);
/* Prints registers, code and stack of a kernel fault, then panics. */
[[noreturn]] void die(const char *what, const pt_regs *regs,
		      unsigned long error_code);
