/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// ptrace: stops at signals and exec, memory, attach and detach, who may, and who goes first.
#include <tracee.h>

static volatile int word = 0x11223344;

static int signals_stop_it()
{
	pid_t pid = traced([] {
		signal(SIGUSR1, note);
		raise(SIGUSR1);		/* taken away */
		int first = handled;
		raise(SIGUSR2);		/* becomes SIGUSR1 */
		signal(SIGCHLD, SIG_IGN);
		kill(getpid(), SIGCHLD);	/* seen though ignored */
		return first * 100 + handled;
	});
	siginfo_t info;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_OK(request(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	CHECK_EQ(info.si_signo, SIGUSR1);
	CHECK_EQ(info.si_pid, pid);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGUSR2);
	CHECK_ERR(request(PTRACE_CONT, pid, 0, 65), EIO);
	CHECK_OK(request(PTRACE_CONT, pid, 0, SIGUSR1));
	CHECK_EQ(stop_of(pid), SIGCHLD);
	CHECK_ERR(waitpid(pid, nullptr, 0x10000000), EINVAL);
	CHECK_EQ(waitpid(pid, nullptr, WNOHANG), 0);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, SIGUSR1));
	return KSFT_PASS;
}

static int deadly_signals_too()
{
	pid_t pid = traced([] { return *(volatile int *)16; });
	siginfo_t info;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGSEGV);
	CHECK_OK(request(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	CHECK_EQ(info.si_addr, 16);
	CHECK_OK(request(PTRACE_CONT, pid, 0, SIGSEGV));
	int status = reap(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

	pid = traced([] { return 0; });
	CHECK_OK(kill(pid, SIGKILL));
	status = reap(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

	pid = traced([] { return 0; });
	CHECK_OK(request(PTRACE_KILL, pid));
	status = reap(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return KSFT_PASS;
}

extern "C" int breakable();
asm(".text; breakable: nop; movl $7, %eax; ret");

static int memory()
{
	pid_t pid = traced([] { return word == 0x55667788 ? breakable() : 1; });
	unsigned long got = 0, code, at = (unsigned long)&word,
		      text = (unsigned long)breakable;
	user_regs_struct regs;

	CHECK_OK(request(PTRACE_PEEKDATA, pid, at, (unsigned long)&got));
	CHECK_EQ(got, 0x11223344);
	CHECK_OK(request(PTRACE_POKEDATA, pid, at, 0x55667788));
	CHECK_EQ(word, 0x11223344);
	CHECK_ERR(request(PTRACE_PEEKDATA, pid, 16, (unsigned long)&got), EIO);
	CHECK_ERR(request(PTRACE_POKEDATA, pid, 16, 1), EIO);
	CHECK_ERR(request(PTRACE_PEEKDATA, pid, 0xc0100000ul,
			  (unsigned long)&got), EIO);
	CHECK_ERR(request(PTRACE_PEEKDATA, pid, at, 16), EFAULT);
	/* A breakpoint in its code, which is read-only and not ours. */
	CHECK_OK(request(PTRACE_PEEKTEXT, pid, text, (unsigned long)&code));
	CHECK_OK(request(PTRACE_POKETEXT, pid, text, (code & ~0xfful) | 0xcc));
	CHECK_EQ(*(unsigned char *)text, 0x90);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_GETREGS, pid, 0, (unsigned long)&regs));
	CHECK_EQ(regs.eip, (long)text + 1);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 7));
	return KSFT_PASS;
}

/* Number behind @name in /proc/PID/status. */
static long status_field(pid_t pid, const char *name)
{
	char path[40], text[2048];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, name);
	return p ? strtol(p + strlen(name), nullptr, 10) : -1;
}

static int attach_and_detach()
{
	pid_t pid = spawn([] { for (;;) pause(); return 0; });
	unsigned long got;

	CHECK(await_state(pid, 'S'));
	CHECK_ERR(request(PTRACE_PEEKDATA, pid, (unsigned long)&word,
			  (unsigned long)&got), ESRCH);
	CHECK_OK(request(PTRACE_ATTACH, pid));
	CHECK_ERR(request(PTRACE_ATTACH, pid), EPERM);
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_EQ(status_field(pid, "TracerPid:"), getpid());
	CHECK_OK(request(PTRACE_PEEKDATA, pid, (unsigned long)&word,
			 (unsigned long)&got));
	/* SIGCONT does not let it go on, its tracer does. */
	CHECK_OK(kill(pid, SIGCONT));
	sleep_ms(20);
	CHECK(state_of(pid) != 'S');
	CHECK_OK(request(PTRACE_DETACH, pid));
	CHECK(await_state(pid, 'S'));
	CHECK_EQ(status_field(pid, "TracerPid:"), 0);
	/* One that job control has stopped. */
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK(await_state(pid, 'T'));
	CHECK_EQ(waitpid(pid, nullptr, WUNTRACED), pid);
	CHECK_OK(request(PTRACE_ATTACH, pid));
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(request(PTRACE_DETACH, pid));
	CHECK_OK(kill(pid, SIGKILL));
	CHECK(WIFSIGNALED(reap(pid)));
	return KSFT_PASS;
}

/* With a signal for the way. */
static int detach_with_a_signal()
{
	pid_t pid = traced([] {
		signal(SIGUSR1, note);
		raise(SIGUSR2);
		return handled + 1;
	});

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGUSR2);
	CHECK_ERR(request(PTRACE_DETACH, pid, 0, 65), EIO);
	CHECK_OK(request(PTRACE_DETACH, pid, 0, SIGUSR1));
	CHECK(exits_with(pid, SIGUSR1 + 1));
	pid = traced([] { return 1; });
	CHECK_OK(request(PTRACE_DETACH, pid, 0, SIGTERM));
	int status = reap(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	return KSFT_PASS;
}

/* What a signal says can be changed before it is taken. */
static volatile sig_atomic_t told;
static void note_value(int, siginfo_t *si, void *)
{
	told = si->si_value.sival_int;
}

static int siginfo_is_changed()
{
	pid_t pid = traced([] {
		struct sigaction sa{};
		sa.sa_sigaction = note_value;
		sa.sa_flags = SA_SIGINFO;
		sigaction(SIGUSR1, &sa, nullptr);
		sigqueue(getpid(), SIGUSR1, {});
		asm volatile("int3");
		return (int)told;
	});
	siginfo_t info;
	auto at = (unsigned long)&info;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_OK(request(PTRACE_GETSIGINFO, pid, 0, at));
	CHECK_EQ(info.si_value.sival_int, 0);
	info.si_value.sival_int = 77;
	CHECK_OK(request(PTRACE_SETSIGINFO, pid, 0, at));
	CHECK_ERR(request(PTRACE_SETSIGINFO, pid, 0, 16), EFAULT);
	CHECK_OK(request(PTRACE_CONT, pid, 0, SIGUSR1));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 77));
	return KSFT_PASS;
}

static int who_may()
{
	pid_t victim = spawn([] { pause(); return 0; });

	CHECK_ERR(request(PTRACE_ATTACH, getpid()), EPERM);
	CHECK_ERR(request(PTRACE_ATTACH, 1), EPERM);
	CHECK_ERR(request(PTRACE_ATTACH, 32000), ESRCH);
	CHECK_ERR(request(PTRACE_CONT, getppid()), ESRCH);
	CHECK(await_state(victim, 'S'));
	if (!geteuid())
		CHECK_CASE(in_child([=] {
			CHECK_OK(setresuid(1000, 1000, 1000));
			CHECK_ERR(request(PTRACE_ATTACH, victim), EPERM);
			return KSFT_PASS;
		}));
	CHECK_OK(kill(victim, SIGKILL));
	reap(victim);
	pid_t pid = traced([] {
		return request(PTRACE_TRACEME, 0) == -1 && errno == EPERM;
	});
	CHECK_ERR(request(0x1234, pid), EIO);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 1));
	return KSFT_PASS;
}

static int execed() { return getpid() > 1 ? 9 : 8; }

static int exec_stops_it()
{
	pid_t pid = traced([] {
		char *argv[] = {(char *)"execed", nullptr};
		execv("/proc/self/exe", argv);
		return 1;
	});

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 9));
	return KSFT_PASS;
}

/* The tracer dies: the thread that it stopped goes on. */
static int tracer_dies()
{
	int p[2];

	CHECK_OK(pipe(p));
	pid_t pid = spawn([=] {
		for (char x; read(p[0], &x, 1) == 1 && x != 'q';)
			;
		return 4;
	});
	CHECK(await_state(pid, 'S'));
	CHECK_CASE(in_child([=] {
		CHECK_OK(request(PTRACE_ATTACH, pid));
		CHECK_EQ(waitpid(pid, nullptr, 0), pid);
		CHECK_OK(request(PTRACE_CONT, pid));
		CHECK_OK(kill(pid, SIGUSR1));
		CHECK_EQ(waitpid(pid, nullptr, 0), pid);
		CHECK_OK(request(PTRACE_SYSCALL, pid));
		CHECK_EQ(waitpid(pid, nullptr, 0), pid);
		return KSFT_PASS;
	}));
	CHECK_EQ(write(p[1], "q", 1), 1);
	CHECK(exits_with(pid, 4));
	close(p[0]);
	close(p[1]);
	return KSFT_PASS;
}

/* A child that somebody else traces dies: he hears of it, and then we. */
static int tracer_reaps_before_parent()
{
	int p[2], go[2];

	CHECK_OK(pipe(p));
	CHECK_OK(pipe(go));
	pid_t pid = spawn([=] {
		char c;
		close(p[1]);
		return read(p[0], &c, 1) ? 1 : 13;
	});
	close(p[0]);
	CHECK(await_state(pid, 'S'));
	pid_t tracer = spawn([=] {
		int status;
		char c;

		CHECK_OK(request(PTRACE_ATTACH, pid));
		CHECK_EQ(waitpid(pid, nullptr, 0), pid);
		CHECK_OK(request(PTRACE_CONT, pid));
		close(p[1]);
		CHECK(await_state(pid, 'Z'));
		CHECK_EQ(read(go[0], &c, 1), 1);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 13);
		CHECK_ERR(waitpid(pid, &status, 0), ECHILD);
		return KSFT_PASS;
	});
	close(p[1]);
	CHECK(await_state(pid, 'Z'));
	CHECK_EQ(waitpid(pid, nullptr, WNOHANG), 0);
	CHECK_EQ(write(go[1], "g", 1), 1);
	CHECK(exits_with(pid, 13));
	CHECK_EQ(reap(tracer), 0);
	close(go[0]);
	close(go[1]);
	return KSFT_PASS;
}

/* He is asleep then. */
static int a_waiting_tracer_hears_of_the_death()
{
	int p[2];

	CHECK_OK(pipe(p));
	pid_t pid = spawn([=] {
		char c;
		close(p[1]);
		return read(p[0], &c, 1) ? 1 : 14;
	});
	CHECK(await_state(pid, 'S'));
	pid_t tracer = spawn([=] {
		close(p[1]);
		CHECK_OK(request(PTRACE_ATTACH, pid));
		CHECK_EQ(waitpid(pid, nullptr, 0), pid);
		CHECK_OK(request(PTRACE_CONT, pid));
		CHECK(exits_with(pid, 14));
		return KSFT_PASS;
	});
	while (status_field(pid, "TracerPid:") != tracer ||
	       state_of(pid) != 'S' || state_of(tracer) != 'S')
		sleep_ms(1);
	close(p[1]);
	CHECK_EQ(reap(tracer), 0);
	CHECK(exits_with(pid, 14));
	close(p[0]);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"signals stop it", signals_stop_it},
	{"deadly ones too", deadly_signals_too},
	{"memory", memory},
	{"attach and detach", attach_and_detach},
	{"detach with a signal", detach_with_a_signal},
	{"siginfo is changed", siginfo_is_changed},
	{"who may", who_may},
	{"exec stops it", exec_stops_it},
	{"the tracer dies", tracer_dies},
	{"the tracer reaps before the parent", tracer_reaps_before_parent},
	{"a waiting tracer hears of the death",
		a_waiting_tracer_hears_of_the_death},
};

int main(int, char **argv)
{
	if (!strcmp(argv[0], "execed"))
		return execed();
	ksft_print_header();
	RUN_CASES(cases);
}
