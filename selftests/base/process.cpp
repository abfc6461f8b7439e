/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Processes: fork copies, wait reports every kind of end, orphans are adopted, vfork waits.
#include <child.h>
#include <sys/resource.h>

static int exit_status_is_eight_bits()
{
	static const int codes[] = {0, 1, 77, 255};

	for (int code : codes) {
		int s = reap(spawn([=] { return code; }));
		CHECK(WIFEXITED(s));
		CHECK_EQ(WEXITSTATUS(s), code);
	}
	int s = reap(spawn([] { return 0x1234; }));
	CHECK_EQ(WEXITSTATUS(s), 0x34);
	return KSFT_PASS;
}

static int death_by_signal_is_reported()
{
	static const int sigs[] = {SIGKILL, SIGTERM, SIGABRT, SIGUSR1, SIGPIPE};
	rlimit none = {0, 0};

	CHECK_OK(setrlimit(RLIMIT_CORE, &none));
	for (int sig : sigs) {
		int s = reap(spawn([=] {
			signal(sig, SIG_DFL);
			return raise(sig);
		}));
		CHECK(WIFSIGNALED(s));
		CHECK_EQ(WTERMSIG(s), sig);
	}
	return KSFT_PASS;
}

static int wait_without_children()
{
	int s;

	CHECK_ERR(waitpid(-1, &s, 0), ECHILD);
	CHECK_ERR(waitpid(-1, &s, WNOHANG), ECHILD);
	CHECK_ERR(waitpid(getpid(), &s, 0), ECHILD);
	CHECK_ERR(waitpid(-1, &s, 0x10000), EINVAL);
	pid_t pid = spawn([] { return 0; });
	CHECK_ERR(waitpid(pid + 1, &s, 0), ECHILD);
	CHECK_EQ(reap(pid), 0);
	CHECK_ERR(waitpid(pid, &s, 0), ECHILD);
	return KSFT_PASS;
}

static int wnohang()
{
	int p[2], s;
	char c;

	CHECK_OK(pipe(p));
	pid_t pid = spawn([&] { close(p[1]); return (int)read(p[0], &c, 1); });
	CHECK_EQ(waitpid(pid, &s, WNOHANG), 0);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK(await_state(pid, 'Z'));
	CHECK_EQ(waitpid(pid, &s, WNOHANG), pid);
	CHECK_EQ(WEXITSTATUS(s), 1);
	close(p[0]);
	close(p[1]);
	return KSFT_PASS;
}

static int wait_selects_by_group()
{
	pid_t other = spawn([] { setpgid(0, 0); return 3; });
	pid_t same = spawn([] { return 4; });
	int s;

	setpgid(other, other);
	CHECK_EQ(waitpid(0, &s, 0), same);
	CHECK_EQ(WEXITSTATUS(s), 4);
	CHECK_ERR(waitpid(0, &s, 0), ECHILD);
	CHECK_EQ(waitpid(-other, &s, 0), other);
	CHECK_EQ(WEXITSTATUS(s), 3);
	return KSFT_PASS;
}

static int waitid_fills_siginfo()
{
	siginfo_t si = {};
	pid_t pid = spawn([] { return 9; });

	CHECK_OK(waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
	CHECK_EQ(si.si_pid, pid);
	CHECK_EQ(si.si_signo, SIGCHLD);
	CHECK_EQ(si.si_code, CLD_EXITED);
	CHECK_EQ(si.si_status, 9);
	CHECK_OK(waitid(P_PID, pid, &si, WEXITED));
	CHECK_ERR(waitid(P_PID, pid, &si, WEXITED), ECHILD);
	pid = spawn([] { pause(); return 0; });
	CHECK_OK(waitid(P_PID, pid, &si, WEXITED | WNOHANG));
	CHECK_EQ(si.si_pid, 0);
	kill(pid, SIGKILL);
	CHECK_OK(waitid(P_ALL, 0, &si, WEXITED));
	CHECK_EQ(si.si_code, CLD_KILLED);
	CHECK_EQ(si.si_status, SIGKILL);
	CHECK_ERR(waitid(P_ALL, 0, &si, 0), EINVAL);
	return KSFT_PASS;
}

static int fork_copies_memory()
{
	constexpr size_t LEN = 64 * PAGE;
	uint8_t *p = page_buffer(LEN);
	static int data = 1;

	pattern_fill(p, 5, 0, LEN);
	CHECK_CASE(in_child([=] {
		CHECK(is_pattern(p, 5, 0, LEN));
		memset(p, 0xee, LEN);
		data = 2;
		return KSFT_PASS;
	}));
	CHECK(is_pattern(p, 5, 0, LEN));
	CHECK_EQ(data, 1);
	pid_t pid = spawn([=] {
		sleep_ms(50);
		CHECK(is_pattern(p, 5, 0, LEN));
		return KSFT_PASS;
	});
	memset(p, 0xdd, LEN);
	CHECK_EQ(reap(pid), 0);
	CHECK(all_bytes(p, 0xdd, LEN));
	munmap(p, LEN);
	return KSFT_PASS;
}

static int fork_shares_file_position()
{
	int fd = make_file(test_path("fork"), 100, 1);

	CHECK_EQ(lseek(fd, 10, SEEK_SET), 10);
	CHECK_CASE(in_child([=] {
		char b[20];
		CHECK_EQ(read(fd, b, 20), 20);
		CHECK_OK(close(fd));
		return KSFT_PASS;
	}));
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 30);
	close(fd);
	return KSFT_PASS;
}

static int child_is_a_new_process()
{
	pid_t me = getpid();
	sigset_t all;

	sigfillset(&all);
	CHECK_OK(alarm(1000));
	kill(me, SIGWINCH);
	CHECK_CASE(in_child([=] {
		sigset_t pending;
		CHECK_EQ(getppid(), me);
		CHECK(getpid() != me);
		CHECK_EQ(getpgrp(), getpgid(me));
		CHECK_EQ(getsid(0), getsid(me));
		CHECK_EQ(alarm(0), 0);
		CHECK_OK(sigpending(&pending));
		CHECK(!sigismember(&pending, SIGWINCH));
		return KSFT_PASS;
	}));
	CHECK(alarm(0) > 900);
	return KSFT_PASS;
}

static int orphan_gets_another_parent()
{
	int p[2], r = -1;

	CHECK_OK(pipe(p));
	pid_t pid = spawn([&] {
		pid_t parent = getpid();
		spawn([&] {
			for (int i = 0; i < 2000 && getppid() == parent; i++)
				sleep_ms(1);
			int adopted = getppid() != parent;
			return (int)write(p[1], &adopted, sizeof(adopted));
		});
		return 0;
	});
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(read(p[0], &r, sizeof(r)), sizeof(r));
	CHECK_EQ(r, 1);
	close(p[0]);
	close(p[1]);
	return KSFT_PASS;
}

static int ignored_sigchld_leaves_no_zombie()
{
	CHECK_CASE(in_child([] {
		int s;
		signal(SIGCHLD, SIG_IGN);
		pid_t pid = spawn([] { return 5; });
		CHECK_ERR(waitpid(pid, &s, 0), ECHILD);
		CHECK_ERR(kill(pid, 0), ESRCH);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int vfork_child_runs_first()
{
	static volatile int seen;
	int s;

	seen = 0;
	pid_t pid = vfork();
	if (!pid) {
		seen = 1;	/* the parent's memory */
		_exit(7);
	}
	CHECK_EQ(seen, 1);
	s = reap(pid);
	CHECK_EQ(WEXITSTATUS(s), 7);
	return KSFT_PASS;
}

static long long ms_of(int who)
{
	rusage r;

	MUST(getrusage(who, &r) == 0);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000LL +
		(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1000;
}

static int times_of_children_add_up()
{
	long long before = ms_of(RUSAGE_CHILDREN);
	pid_t pid = spawn([] {
		while (ms_of(RUSAGE_SELF) < 50)
			;
		return 0;
	});
	CHECK_EQ(reap(pid), 0);
	CHECK(ms_of(RUSAGE_CHILDREN) - before >= 49);	/* rounded */
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"exit status is eight bits", exit_status_is_eight_bits},
	{"death by signal is reported", death_by_signal_is_reported},
	{"wait without children", wait_without_children},
	{"WNOHANG", wnohang},
	{"wait selects by group", wait_selects_by_group},
	{"waitid fills siginfo", waitid_fills_siginfo},
	{"fork copies memory", fork_copies_memory},
	{"fork shares the file position", fork_shares_file_position},
	{"a child is a new process", child_is_a_new_process},
	{"an orphan gets another parent", orphan_gets_another_parent},
	{"ignored SIGCHLD leaves no zombie", ignored_sigchld_leaves_no_zombie},
	{"a vfork child runs first", vfork_child_runs_first},
	{"times of children add up", times_of_children_add_up},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
