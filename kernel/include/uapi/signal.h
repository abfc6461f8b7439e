/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals, i386 numbers and layouts. */
#pragma once

#include <linux/types.h>

constexpr int _NSIG = 64;
constexpr int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5,
	SIGABRT = 6, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGUSR1 = 10,
	SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15,
	SIGSTKFLT = 16, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20,
	SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGXCPU = 24, SIGXFSZ = 25,
	SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28, SIGIO = 29, SIGPWR = 30,
	SIGSYS = 31, SIGRTMIN = 32;
constexpr unsigned long SIG_DFL = 0, SIG_IGN = 1;
constexpr unsigned long SA_NOCLDSTOP = 1, SA_NOCLDWAIT = 2, SA_SIGINFO = 4,
	SA_RESTORER = 0x04000000, SA_ONSTACK = 0x08000000,
	SA_RESTART = 0x10000000, SA_NODEFER = 0x40000000,
	SA_RESETHAND = 0x80000000;
constexpr int SI_USER = 0, SI_KERNEL = 0x80, SI_QUEUE = -1, SI_TIMER = -2,
	SI_TKILL = -6;
constexpr int SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2;
constexpr int SS_ONSTACK = 1, SS_DISABLE = 2;
constexpr size_t MINSIGSTKSZ = 2048;
constexpr int SEGV_MAPERR = 1, SEGV_ACCERR = 2, BUS_ADRALN = 1,
	BUS_ADRERR = 2, BUS_OBJERR = 3, FPE_INTDIV = 1, FPE_INTOVF = 2,
	FPE_FLTDIV = 3, FPE_FLTOVF = 4, FPE_FLTUND = 5, FPE_FLTRES = 6,
	FPE_FLTINV = 7, ILL_ILLOPN = 2, TRAP_BRKPT = 1, TRAP_TRACE = 2;
constexpr int CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3, CLD_TRAPPED = 4,
	CLD_STOPPED = 5, CLD_CONTINUED = 6;

/* sigaction(2), rt_sigaction(2), sigaltstack(2) */
struct old_sigaction {
	u32 handler, mask, flags, restorer;
};
struct user_sigaction {
	u32 handler, flags, restorer;
	u64 mask;
};
static_assert(sizeof(user_sigaction) == 20);
struct stack_t {
	u32 ss_sp;
	int ss_flags;
	u32 ss_size;
};

union sigval_t {
	int sival_int;
	u32 sival_ptr;
};
struct siginfo_t {
	int si_signo, si_errno, si_code;
	union {
		int _pad[29];
		struct { pid_t pid; uid_t uid; } kill;
		struct { int tid, overrun; sigval_t value; } timer;
		struct { pid_t pid; uid_t uid; sigval_t value; } rt;
		struct { pid_t pid; uid_t uid; int status;
			 long utime, stime; } chld;
		struct { u32 addr; } fault;
	};
};
static_assert(sizeof(siginfo_t) == 128);
