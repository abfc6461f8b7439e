/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Whoever gives a process a sibling by CLONE_PARENT does not choose what the parent is sent at its end.
#include <child.h>
#include <sched.h>
#include <sys/syscall.h>

static volatile sig_atomic_t got;
static void note(int) { got = got + 1; }

/* With a signal other than SIGCHLD, or none, it would also be nobody that an
 * ordinary wait knows. */
static int sibling_with(int signo)
{
	got = 0;
	signal(SIGUSR1, note);
	pid_t child = fork();
	MUST(child >= 0);
	if (!child) {
		long r = syscall(SYS_clone, CLONE_PARENT | signo, 0, 0, 0, 0);

		_exit(r < 0 ? 1 : r ? 0 : 7);
	}
	int seven = 0, zero = 0, status;

	for (int i = 0; i < 2; i++) {
		CHECK(waitpid(-1, &status, 0) > 0);
		seven += status == 7 << 8;
		zero += status == 0;
	}
	signal(SIGUSR1, SIG_DFL);
	CHECK_EQ(seven, 1);
	CHECK_EQ(zero, 1);
	CHECK_EQ(got, 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"another signal", [] { return sibling_with(SIGUSR1); }},
	{"none", [] { return sibling_with(0); }},
	{"SIGKILL", [] { return sibling_with(SIGKILL); }},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
