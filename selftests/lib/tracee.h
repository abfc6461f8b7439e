/* SPDX-License-Identifier: GPL-2.0-only */
/* Children that are traced. */
#pragma once

#include <child.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <ucontext.h>

/* Waits for the next stop of @pid; its signal, or -1. */
static inline int stop_of(pid_t pid)
{
	int status = reap(pid);

	return WIFSTOPPED(status) ? WSTOPSIG(status) : -1;
}

static inline long request(int what, pid_t pid, unsigned long addr = 0,
		    unsigned long data = 0)
{
	return syscall(SYS_ptrace, what, pid, addr, data);
}

/* A child that is traced from its start and runs @body. */
template<class F> static pid_t traced(F body)
{
	pid_t pid = spawn([=] {
		MUST(request(PTRACE_TRACEME, 0) == 0);
		raise(SIGSTOP);
		return body();
	});
	MUST(stop_of(pid) == SIGSTOP);
	return pid;
}

static inline bool exits_with(pid_t pid, int code)
{
	int status = reap(pid);

	if (WIFEXITED(status) && WEXITSTATUS(status) == code)
		return true;
	ksft_print_msg("status %#x, not exit %d\n", status, code);
	return false;
}

static volatile sig_atomic_t handled;
static inline void note(int sig) { handled = sig; }
