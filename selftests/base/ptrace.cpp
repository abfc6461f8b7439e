/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// ptrace: stops at signals, calls and exec, memory, registers, steps, attach and detach, who may, and who goes first.
#include <child.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>

static volatile int word = 0x11223344;

/* Waits for the next stop of @pid; its signal, or -1. */
static int stop_of(pid_t pid)
{
	int status = reap(pid);

	return WIFSTOPPED(status) ? WSTOPSIG(status) : -1;
}

static long request(int what, pid_t pid, unsigned long addr = 0,
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

static bool exits_with(pid_t pid, int code)
{
	int status = reap(pid);

	if (WIFEXITED(status) && WEXITSTATUS(status) == code)
		return true;
	ksft_print_msg("status %#x, not exit %d\n", status, code);
	return false;
}

static volatile sig_atomic_t handled;
static void note(int sig) { handled = sig; }

static int signals_stop_it()
{
	pid_t pid = traced([] {
		signal(SIGUSR1, note);
		raise(SIGUSR1);		/* taken away */
		int first = handled;
		raise(SIGUSR2);		/* becomes SIGUSR1 */
		signal(SIGCHLD, SIG_IGN);
		raise(SIGCHLD);		/* seen though ignored */
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

static int registers()
{
	pid_t pid = traced([] {
		int a = 1;
		asm volatile("int3" : "+a"(a));
		return a;
	});
	user_regs_struct r;
	unsigned long v;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_GETREGS, pid, 0, (unsigned long)&r));
	CHECK_EQ(r.eax, 1);
	CHECK_EQ(r.orig_eax, -1);
	CHECK_EQ(r.xcs & 3, 3);
	CHECK_OK(request(PTRACE_PEEKUSER, pid,
			 offsetof(user_regs_struct, eip),
			 (unsigned long)&v));
	CHECK_EQ(v, (unsigned long)r.eip);
	user_regs_struct bad = r;
	bad.xcs = 0x10;
	CHECK_ERR(request(PTRACE_SETREGS, pid, 0, (unsigned long)&bad), EIO);
	CHECK_ERR(request(PTRACE_POKEUSER, pid,
			  offsetof(user_regs_struct, xss), 0x18), EIO);
	CHECK_ERR(request(PTRACE_POKEUSER, pid, 2, 1), EIO);
	CHECK_ERR(request(PTRACE_PEEKUSER, pid, 4096, (unsigned long)&v), EIO);
	/* Rights are not among what may be changed. */
	CHECK_OK(request(PTRACE_POKEUSER, pid,
			 offsetof(user_regs_struct, eflags), r.eflags |
			 0x3000));
	user_regs_struct now;
	CHECK_OK(request(PTRACE_GETREGS, pid, 0, (unsigned long)&now));
	CHECK_EQ(now.eflags, r.eflags);
	r.eax = 42;
	CHECK_OK(request(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 42));
	return KSFT_PASS;
}

static int floating_point()
{
	pid_t pid = traced([] {
		double d = 1.5;
		asm volatile("fninit; fldl %0; int3; fstpl %0" : "+m"(d));
		return (int)(d * 2);
	});
	struct { int control[7]; unsigned char st[8][10]; } f;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_GETFPREGS, pid, 0, (unsigned long)&f));
	CHECK_EQ(f.control[0] & 0xffff, 0x037f);
	long double top;
	memcpy(&top, f.st[0], 10);
	CHECK(top == 1.5L);
	top = 21.0L;
	memcpy(f.st[0], &top, 10);
	CHECK_OK(request(PTRACE_SETFPREGS, pid, 0, (unsigned long)&f));
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 42));
	return KSFT_PASS;
}

extern "C" char step_from[], step_to[];

static int single_steps()
{
	pid_t pid = traced([] {
		int n = 0;
		asm volatile("int3; step_from: incl %0; incl %0;"
			     "pushl $3; popl %%eax; incl %0; step_to: nop"
			     : "+r"(n) : : "eax", "cc", "memory");
		unsigned long flags;
		asm volatile("pushfl; popl %0" : "=r"(flags));
		return flags & 0x100 ? 99 : n;
	});
	user_regs_struct r{};
	int steps = 0;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	while (r.eip != (long)step_to && steps < 20) {
		CHECK_OK(request(PTRACE_SINGLESTEP, pid));
		CHECK_EQ(stop_of(pid), SIGTRAP);
		CHECK_OK(request(PTRACE_GETREGS, pid, 0, (unsigned long)&r));
		CHECK(!(r.eflags & 0x100));
		steps++;
	}
	CHECK_EQ(steps, 5);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 3));
	return KSFT_PASS;
}

/* To the next stop at a call; eax and the number there. */
static bool next_call(pid_t pid, long *number, long *eax)
{
	user_regs_struct r;

	if (request(PTRACE_SYSCALL, pid) || stop_of(pid) != (SIGTRAP | 0x80) ||
	    request(PTRACE_GETREGS, pid, 0, (unsigned long)&r))
		return false;
	*number = r.orig_eax;
	*eax = r.eax;
	return true;
}

static int system_calls()
{
	static int p[2];

	CHECK_OK(pipe(p));
	pid_t pid = traced([] {
		syscall(SYS_getppid);
		syscall(SYS_gettid);
		int n = syscall(SYS_close, 1000);	/* becomes getppid */
		bool good = n == getppid();
		char c;
		/* Starts again after the handler. */
		struct sigaction sa{};
		sa.sa_handler = note;
		sa.sa_flags = SA_RESTART;
		sigaction(SIGUSR1, &sa, nullptr);
		long got = syscall(SYS_read, p[0], &c, 1);
		return good && got == 1 && handled == SIGUSR1 ? 5 : 6;
	});
	long nr, eax;

	CHECK_OK(request(PTRACE_SETOPTIONS, pid, 0, 1));
	CHECK_ERR(request(PTRACE_SETOPTIONS, pid, 0, 0x400), EINVAL);
	do {
		CHECK(next_call(pid, &nr, &eax));
	} while (nr != SYS_getppid);
	CHECK_EQ(eax, -ENOSYS);
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(nr, SYS_getppid);
	CHECK_EQ(eax, getpid());
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(nr, SYS_gettid);
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(eax, pid);
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(nr, SYS_close);
	CHECK_OK(request(PTRACE_POKEUSER, pid,
			 offsetof(user_regs_struct, orig_eax), SYS_getppid));
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(eax, getpid());
	do {
		CHECK(next_call(pid, &nr, &eax));
	} while (nr != SYS_read);
	CHECK_OK(request(PTRACE_SYSCALL, pid));
	CHECK(await_state(pid, 'S'));
	CHECK_OK(kill(pid, SIGUSR1));
	CHECK_EQ(stop_of(pid), SIGTRAP | 0x80);
	CHECK_OK(request(PTRACE_SYSCALL, pid));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_OK(request(PTRACE_SYSCALL, pid, 0, SIGUSR1));
	CHECK_EQ(stop_of(pid), SIGTRAP | 0x80);
	/* Entry and end of sigreturn, then of the read. */
	CHECK(next_call(pid, &nr, &eax));
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(nr, SYS_read);
	CHECK_EQ(eax, -ENOSYS);
	CHECK(next_call(pid, &nr, &eax));
	CHECK_EQ(eax, 1);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 5));
	close(p[0]);
	close(p[1]);
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
	int p[2];

	CHECK_OK(pipe(p));
	pid_t pid = spawn([=] {
		char c;
		close(p[1]);
		return read(p[0], &c, 1) ? 1 : 13;
	});
	close(p[0]);
	CHECK(await_state(pid, 'S'));
	pid_t tracer = spawn([=] {
		int status;

		CHECK_OK(request(PTRACE_ATTACH, pid));
		CHECK_EQ(waitpid(pid, nullptr, 0), pid);
		CHECK_OK(request(PTRACE_CONT, pid));
		close(p[1]);
		CHECK(await_state(pid, 'Z'));
		sleep_ms(50);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 13);
		CHECK_ERR(waitpid(pid, &status, 0), ECHILD);
		return KSFT_PASS;
	});
	close(p[1]);
	CHECK(await_state(pid, 'Z'));
	CHECK_EQ(waitpid(pid, nullptr, WNOHANG), 0);
	CHECK(exits_with(pid, 13));
	CHECK_EQ(reap(tracer), 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"signals stop it", signals_stop_it},
	{"deadly ones too", deadly_signals_too},
	{"memory", memory},
	{"registers", registers},
	{"floating point", floating_point},
	{"single steps", single_steps},
	{"system calls", system_calls},
	{"attach and detach", attach_and_detach},
	{"who may", who_may},
	{"exec stops it", exec_stops_it},
	{"the tracer dies", tracer_dies},
	{"the tracer reaps before the parent", tracer_reaps_before_parent},
};

int main(int, char **argv)
{
	if (!strcmp(argv[0], "execed"))
		return execed();
	ksft_print_header();
	RUN_CASES(cases);
}
