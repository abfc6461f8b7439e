/* SPDX-License-Identifier: GPL-2.0-only */
/* ptrace(2), i386 numbers and layouts. */
#pragma once

#include <linux/types.h>

constexpr long PTRACE_TRACEME = 0, PTRACE_PEEKTEXT = 1, PTRACE_PEEKDATA = 2,
	PTRACE_PEEKUSR = 3, PTRACE_POKETEXT = 4, PTRACE_POKEDATA = 5,
	PTRACE_POKEUSR = 6, PTRACE_CONT = 7, PTRACE_KILL = 8,
	PTRACE_SINGLESTEP = 9, PTRACE_GETREGS = 12, PTRACE_SETREGS = 13,
	PTRACE_GETFPREGS = 14, PTRACE_SETFPREGS = 15, PTRACE_ATTACH = 16,
	PTRACE_DETACH = 17, PTRACE_GETFPXREGS = 18, PTRACE_SETFPXREGS = 19,
	PTRACE_SYSCALL = 24, PTRACE_SETOPTIONS = 0x4200,
	PTRACE_GETSIGINFO = 0x4202, PTRACE_SETSIGINFO = 0x4203;
constexpr unsigned long PTRACE_O_TRACESYSGOOD = 1;

/* The order of struct user's first words. */
enum user_reg {
	UR_EBX, UR_ECX, UR_EDX, UR_ESI, UR_EDI, UR_EBP, UR_EAX, UR_DS, UR_ES,
	UR_FS, UR_GS, UR_ORIG_EAX, UR_EIP, UR_CS, UR_EFLAGS, UR_ESP, UR_SS,
	NR_USER_REGS,
};
struct user_regs {
	u32 r[NR_USER_REGS];
};
static_assert(sizeof(user_regs) == 68);
constexpr unsigned long USER_SIZE = 284;	/* of struct user */
