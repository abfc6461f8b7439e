/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals inside the kernel. The user's layouts are in <uapi/signal.h>. */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <uapi/signal.h>

struct sigset_k {			/* bit n-1 is signal n */
	u64 bits = 0;
};
constexpr u64 sigmask(int sig) { return 1ull << (sig - 1); }

struct k_sigaction {
	unsigned long handler = 0;	/* user address, SIG_DFL, SIG_IGN */
	unsigned long flags = 0;	/* SA_ */
	unsigned long restorer = 0;
	u64 mask = 0;
};

struct sigqueue {
	list_head list;
	siginfo_t info;
};
struct sigpending {
	list_head list;			/* of sigqueue */
	u64 signal = 0;
};

/* Handlers: shared by CLONE_SIGHAND. */
struct sighand_struct {
	atomic_t count{1};
	spinlock_t siglock{"siglock", RANK_SIGNAL};
	k_sigaction action[_NSIG];
};

struct task_struct;
struct pt_regs;
/* kernel/signal.cpp. info null: from the kernel. Any context. */
status send_sig_info(int sig, const siginfo_t *info, task_struct *p);
status send_sig(int sig, task_struct *p);
/* Even if blocked or ignored (then back to default): faults, SIGKILL. */
void force_sig_info(int sig, const siginfo_t *info, task_struct *p);
void force_sig(int sig, task_struct *p);
/* A fault of current at user address @addr. */
void force_sig_fault(int sig, int code, unsigned long addr);
status kill_pg(pid_t pgrp, int sig);
status kill_proc(pid_t pid, int sig);
void recalc_sigpending(task_struct *p);
/* Takes the next signal to handle; 0 if none. siglock not held. */
int dequeue_signal(u64 blocked, siginfo_t *info);
/* arch/i386/kernel/signal.cpp: called on the way to user mode. */
asmlinkage void do_signal(pt_regs *regs);
