/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of C++ that entry.S and the linker script need, as absolute
 * symbols: the compiler computes them, nobody repeats them.
 */
#include <linux/sched.h>
#include <linux/vmstat.h>
#include <uapi/unistd.h>

#define SYMBOL(name, value) \
	asm volatile(".globl " #name "\n\t.set " #name ", %c0" :: "i"(value))

[[gnu::used]] static void asm_offsets()
{
	SYMBOL(TASK_NEED_RESCHED,
	       __builtin_offsetof(task_struct, need_resched));
	SYMBOL(TASK_SIGPENDING,
	       __builtin_offsetof(task_struct, sigpending_flag));
	SYMBOL(CPU_SYSCALL_COUNT, __builtin_offsetof(cpu_info, events) +
	       SYSCALL_ENTRY * sizeof(u64));
	SYMBOL(NR_SYSCALLS, NR_syscalls);
}
