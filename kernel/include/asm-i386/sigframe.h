/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a signal handler finds on its stack: Linux' i386 layout, which C
 * libraries, debuggers and unwinders know by heart.
 */
#pragma once

#include <asm/i387.h>
#include <uapi/signal.h>

struct sig_fpstate {
	fnsave_image env;
	u16 status;
	u16 magic;			/* FPSTATE_FXSR: fx is there too */
	fxsave_image fx;
};
constexpr u16 FPSTATE_FXSR = 0, FPSTATE_PLAIN = 0xffff;
static_assert(sizeof(sig_fpstate) == 624);

struct sigcontext {
	u32 gs, fs, es, ds;
	u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
	u32 trapno, err, eip, cs, eflags, esp_at_signal, ss;
	u32 fpstate;			/* address, or 0 */
	u32 oldmask, cr2;
};
static_assert(sizeof(sigcontext) == 88);

struct ucontext {
	u32 flags, link;
	stack_t stack;
	sigcontext mcontext;
	u64 sigmask;
};
static_assert(sizeof(ucontext) == 116);

struct sigframe {
	u32 pretcode;
	int sig;
	sigcontext sc;
	sig_fpstate fpstate;
	u32 extramask;
	u8 retcode[8];
};

struct rt_sigframe {
	u32 pretcode;
	int sig;
	u32 pinfo, puc;
	siginfo_t info;
	ucontext uc;
	sig_fpstate fpstate;
	u8 retcode[8];
};
static_assert(__builtin_offsetof(rt_sigframe, info) == 16 &&
	      __builtin_offsetof(rt_sigframe, fpstate) == 260);
