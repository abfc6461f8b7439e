/* SPDX-License-Identifier: GPL-2.0-only */
/* The size of the i386 system call table. */
#pragma once

#ifdef __ASSEMBLY__
#define NR_syscalls		453
#define __NR_restart_syscall	0
#else
#include <linux/status.h>

constexpr unsigned NR_syscalls = 453;
constexpr long __NR_restart_syscall = 0;
/* arch/i386/kernel/syscall_table.cpp: entry.S calls what stands at a number;
 * every entry is there. */
using syscall_fn = result<long> (*)();	/* by its arguments, on the stack */
struct syscall_table {
	syscall_fn call[NR_syscalls];
};
extern "C" const syscall_table sys_call_table;
#endif
