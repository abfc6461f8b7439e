/* SPDX-License-Identifier: GPL-2.0-only */
/* The size of the i386 system call table. */
#pragma once

#ifdef __ASSEMBLY__
#define NR_syscalls		451
#define __NR_restart_syscall	0
#else
constexpr unsigned NR_syscalls = 451;
constexpr long __NR_restart_syscall = 0;
/* arch/i386/kernel/syscall_table.cpp */
extern "C" const void *const sys_call_table[NR_syscalls];
#endif
