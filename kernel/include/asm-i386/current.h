/* SPDX-License-Identifier: GPL-2.0-only */
/* The running task: its task_struct lies at the bottom of its kernel stack
 * (8 KiB, aligned), so the stack pointer names it. */
#pragma once

struct task_struct;
constexpr unsigned long THREAD_SIZE = 8192;

inline unsigned long stack_pointer()
{
	unsigned long sp;
	asm("movl %%esp, %0" : "=r"(sp));
	return sp;
}
inline task_struct *get_current()
{
	return (task_struct *)(stack_pointer() & -THREAD_SIZE);
}
#define current get_current()
