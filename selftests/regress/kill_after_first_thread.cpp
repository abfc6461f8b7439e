/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// A process whose first thread has ended still gets the signals that are sent to it.
#include <child.h>
#include <pthread.h>
#include <sys/syscall.h>

static void *wait_for_signals(void *)
{
	for (;;)
		pause();
}

/* A process of one thread, and that is not the first. */
static pid_t headless()
{
	pid_t pid = spawn([] {
		pthread_t t;

		signal(SIGUSR1, [](int) { _exit(7); });
		MUST(!pthread_create(&t, nullptr, wait_for_signals, nullptr));
		syscall(SYS_exit, 0);
		return 1;
	});
	await_state(pid, 'Z');
	return pid;
}

static int it_can_be_killed()
{
	pid_t pid = headless();

	CHECK_OK(kill(pid, SIGKILL));
	int s = reap(pid);
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGKILL);
	return KSFT_PASS;
}

static int it_catches_signals()
{
	pid_t pid = headless();

	CHECK_OK(kill(pid, SIGUSR1));
	int s = reap(pid);
	CHECK(WIFEXITED(s));
	CHECK_EQ(WEXITSTATUS(s), 7);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"it can be killed", it_can_be_killed},
	{"it catches signals", it_catches_signals},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
