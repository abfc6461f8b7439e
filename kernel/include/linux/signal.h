/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals inside the kernel. The user's layouts are in <uapi/signal.h>. */
#pragma once

#include <asm/uaccess.h>
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
	struct user_struct *user;	/* who is charged */
	bool owned = false;		/* its owner frees it */
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

inline k_sigaction *action_of(sighand_struct *s, int sig)
{
	return s->action + (sig - 1);
}

struct task_struct;
struct pt_regs;
/* kernel/signal.cpp. info null: from the kernel. Any context. */
/* @p is current, or the caller holds tasklist_lock or a count of @p. To the
 * thread @p itself: */
status send_sig_info(int sig, const siginfo_t *info, task_struct *p);
/* To any thread of its process: */
status group_send_sig_info(int sig, const siginfo_t *info, task_struct *p);
status send_sig(int sig, task_struct *p);
/* A record that its owner keeps, so that its signal is never lost; it is
 * charged like one that waits. Null: there are too many, or no memory. */
sigqueue *alloc_own_sigqueue();
/* siglock held. Puts it into a queue that @p looks at; it is in none. */
void send_own_sigqueue(sigqueue *q, task_struct *p, bool group);
/* siglock held. If it waits, it does so in @from. */
void free_own_sigqueue(sigqueue *q, sigpending *from);
/* Even if blocked or ignored (then back to default): faults, SIGKILL. */
void force_sig_info(int sig, const siginfo_t *info, task_struct *p);
void force_sig(int sig, task_struct *p);
/* A fault of current at user address @addr. */
void force_sig_fault(int sig, int code, unsigned long addr);
/* Without a permission check: for the tty and the like. */
status kill_pg(pid_t pgrp, int sig);
void recalc_sigpending(task_struct *p);
/* Takes the next signal to handle; 0 if none. siglock not held. */
int dequeue_signal(u64 blocked, siginfo_t *info);
/* For do_signal: takes signals until one has a handler, which it copies to
 * @ka; returns its number, or 0. Stops and dies here if that is the default
 * action. SA_RESETHAND is done; the blocked mask is the caller's to change.
 * @regs are the user's, for messages. */
int get_signal_to_deliver(siginfo_t *info, k_sigaction *ka, pt_regs *regs);
/* Sets current's mask (never SIGKILL and SIGSTOP) and looks what is pending
 * then. */
void set_current_blocked(u64 mask);
/* For ppoll, pselect: waits with the mask at @u, and do_signal (or the next
 * line) brings the old one back. A null @u: nothing. */
status set_user_sigmask(user_ptr<const u64> u, size_t sigsetsize);
void restore_saved_sigmask();
/* A child stopped (CLD_STOPPED) or goes on; tasklist_lock held. */
void do_notify_parent_cldstop(task_struct *p, int why);
/* tasklist_lock held: the parent hears of the death; true: it does not care,
 * so that the child must be released. */
bool do_notify_parent(task_struct *p, int sig);
bool is_orphaned_pgrp(pid_t pgrp);
/* All other threads of current's process get SIGKILL; siglock held. */
void zap_other_threads(task_struct *p);
void flush_sigqueue(sigpending *q);
/* kernel/sigqueue.cpp */
sigqueue *alloc_sigqueue(task_struct *p, bool limited);
void free_sigqueue(sigqueue *q);
/* Out of all queues of @p's process; siglock held. */
void discard_signals(task_struct *p, u64 mask);
/* @p will not take those of the process's pending signals: wakes threads that
 * will. siglock held. */
void retarget_shared_pending(task_struct *p, u64 which);
/* An exiting thread need not stop any more; siglock held. True: with that
 * its process has stopped. */
bool leave_group_stop(task_struct *p);
constexpr u64 SIG_KERNEL_ONLY = sigmask(SIGKILL) | sigmask(SIGSTOP);
constexpr u64 SIG_STOP_MASK = sigmask(SIGSTOP) | sigmask(SIGTSTP) |
	sigmask(SIGTTIN) | sigmask(SIGTTOU);
/* Default action: nothing. */
constexpr u64 SIG_IGNORE_MASK = sigmask(SIGCONT) | sigmask(SIGCHLD) |
	sigmask(SIGWINCH) | sigmask(SIGURG);
/* arch/i386/kernel/signal.cpp: called on the way to user mode. */
asmlinkage void do_signal(pt_regs *regs);
