/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Job control: stop and continue with their reports, process groups, sessions, orphaned groups.
#include <child.h>

static int sleeper()
{
	for (;;)
		pause();
}

static int stop_and_continue()
{
	int s;
	pid_t pid = spawn(sleeper);

	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_EQ(waitpid(pid, &s, WUNTRACED), pid);
	CHECK(WIFSTOPPED(s));
	CHECK_EQ(WSTOPSIG(s), SIGSTOP);
	CHECK_EQ(waitpid(pid, &s, WUNTRACED | WNOHANG), 0);
	CHECK_EQ(state_of(pid), 'T');
	CHECK_OK(kill(pid, SIGTERM));	/* waits for SIGCONT */
	CHECK_EQ(waitpid(pid, &s, WNOHANG), 0);
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_EQ(waitpid(pid, &s, 0), pid);
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGTERM);
	return KSFT_PASS;
}

static int continue_is_reported()
{
	int s;
	siginfo_t si = {};
	pid_t pid = spawn(sleeper);

	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_OK(waitid(P_PID, pid, &si, WSTOPPED));
	CHECK_EQ(si.si_code, CLD_STOPPED);
	CHECK_EQ(si.si_status, SIGSTOP);
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_EQ(waitpid(pid, &s, WCONTINUED), pid);
	CHECK(WIFCONTINUED(s));
	CHECK_EQ(waitpid(pid, &s, WCONTINUED | WNOHANG), 0);
	kill(pid, SIGKILL);
	reap(pid);
	return KSFT_PASS;
}

static int kill_ends_a_stopped_process()
{
	int s;
	pid_t pid = spawn(sleeper);

	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_EQ(waitpid(pid, &s, WUNTRACED), pid);
	CHECK_OK(kill(pid, SIGKILL));
	s = reap(pid);
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGKILL);
	return KSFT_PASS;
}

static volatile int conts;
static void on_cont(int) { conts = conts + 1; }

static int stop_and_cont_cancel_each_other()
{
	CHECK_CASE(in_child([] {
		sigset_t set, pending;
		sigemptyset(&set);
		sigaddset(&set, SIGTSTP);
		sigaddset(&set, SIGCONT);
		signal(SIGCONT, on_cont);
		sigprocmask(SIG_BLOCK, &set, nullptr);
		raise(SIGTSTP);
		raise(SIGCONT);
		sigpending(&pending);
		CHECK(!sigismember(&pending, SIGTSTP));
		CHECK(sigismember(&pending, SIGCONT));
		raise(SIGTSTP);
		sigpending(&pending);
		CHECK(sigismember(&pending, SIGTSTP));
		CHECK(!sigismember(&pending, SIGCONT));
		raise(SIGCONT);
		sigprocmask(SIG_UNBLOCK, &set, nullptr);
		CHECK_EQ(conts, 1);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int sigchld_of_a_stop()
{
	static volatile int got;
	struct sigaction sa = {};
	int s;

	sa.sa_handler = [](int) { got = got + 1; };
	CHECK_OK(sigaction(SIGCHLD, &sa, nullptr));
	pid_t pid = spawn(sleeper);
	kill(pid, SIGSTOP);
	while (waitpid(pid, &s, WUNTRACED) < 0)
		CHECK_EQ(errno, EINTR);
	CHECK_EQ(got, 1);
	sa.sa_flags = SA_NOCLDSTOP;
	CHECK_OK(sigaction(SIGCHLD, &sa, nullptr));
	kill(pid, SIGCONT);
	while (waitpid(pid, &s, WCONTINUED) < 0)
		CHECK_EQ(errno, EINTR);
	CHECK_EQ(got, 1);
	signal(SIGCHLD, SIG_DFL);
	kill(pid, SIGKILL);
	reap(pid);
	return KSFT_PASS;
}

static int groups()
{
	pid_t a = spawn(sleeper), b = spawn(sleeper);

	CHECK_EQ(getpgid(a), getpgrp());
	CHECK_OK(setpgid(a, a));
	CHECK_OK(setpgid(b, a));
	CHECK_EQ(getpgid(b), a);
	CHECK_ERR(setpgid(b, 0x3ffffff), EPERM);
	CHECK_ERR(setpgid(b, -1), EINVAL);
	CHECK_ERR(setpgid(getppid(), 0), ESRCH);
	CHECK_OK(kill(-a, SIGTERM));
	CHECK_EQ(WTERMSIG(reap(a)), SIGTERM);
	CHECK_EQ(WTERMSIG(reap(b)), SIGTERM);
	CHECK_ERR(kill(-a, 0), ESRCH);
	return KSFT_PASS;
}

static int sessions()
{
	CHECK_CASE(in_child([] {
		CHECK_EQ(setsid(), getpid());
		CHECK_EQ(getsid(0), getpid());
		CHECK_EQ(getpgrp(), getpid());
		CHECK_ERR(setsid(), EPERM);
		CHECK_ERR(setpgid(0, getpgid(getppid())), EPERM);
		CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
		pid_t pid = spawn(sleeper);
		CHECK_EQ(getsid(pid), getpid());
		kill(pid, SIGKILL);
		reap(pid);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

/* A group that loses its last link to its session while a member is stopped
 * gets SIGHUP and SIGCONT. */
static int orphaned_group()
{
	int p[2];
	char c = 0;

	CHECK_OK(pipe(p));
	pid_t leader = spawn([&] {
		setpgid(0, 0);
		pid_t pid = spawn([&] {
			static int out;
			out = p[1];
			signal(SIGHUP, [](int) {
				if (write(out, "h", 1) != 1)
					_exit(1);
				_exit(0);
			});
			raise(SIGSTOP);
			sleeper();
			return 0;
		});
		int s;
		waitpid(pid, &s, WUNTRACED);
		return WIFSTOPPED(s) ? 0 : 1;
	});
	CHECK_EQ(reap(leader), 0);
	close(p[1]);
	CHECK_EQ(read(p[0], &c, 1), 1);
	CHECK_EQ(c, 'h');
	close(p[0]);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"stop and continue", stop_and_continue},
	{"continue is reported", continue_is_reported},
	{"SIGKILL ends a stopped process", kill_ends_a_stopped_process},
	{"stop and continue cancel each other",
	 stop_and_cont_cancel_each_other},
	{"SIGCHLD of a stop", sigchld_of_a_stop},
	{"groups", groups},
	{"sessions", sessions},
	{"orphaned group", orphaned_group},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
