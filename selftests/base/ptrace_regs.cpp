/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// ptrace: registers, floating point, single steps, stops at system calls.
#include <tracee.h>

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
	CHECK_ERR(request(PTRACE_PEEKUSER, pid, -4ul, (unsigned long)&v), EIO);
	CHECK_ERR(request(PTRACE_POKEUSER, pid, sizeof(r), 1), EIO);
	CHECK_ERR(request(PTRACE_POKEUSER, pid, -4ul, 1), EIO);
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

/* The same registers in the other layout, if the processor has it. */
static int extended_registers(pid_t pid, const void *top)
{
	alignas(16) static unsigned char x[512], back[512];
	auto at = (unsigned long)x;

	if (request(PTRACE_GETFPXREGS, pid, 0, at)) {
		CHECK_EQ(errno, EIO);
		return KSFT_PASS;
	}
	CHECK(!memcmp(x + 32, top, 10));
	memset(x + 160, 0x77, 16);		/* xmm0 */
	memset(x + 24, 0xff, 4);		/* mxcsr: as far as it may */
	CHECK_OK(request(PTRACE_SETFPXREGS, pid, 0, at));
	CHECK_OK(request(PTRACE_GETFPXREGS, pid, 0, (unsigned long)back));
	CHECK(!memcmp(back + 160, x + 160, 16));
	CHECK(!memcmp(back + 32, top, 10));
	CHECK_EQ(back[26] | back[27], 0);
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
	CHECK_CASE(extended_registers(pid, &top));
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

/* A signal while it steps: the first instruction of the handler is next, and
 * what the handler returns to knows nothing of steps. */
static volatile unsigned long saved_flags;
static void see_flags(int, siginfo_t *, void *context)
{
	saved_flags = ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];
}

static int a_step_into_a_handler()
{
	pid_t pid = traced([] {
		struct sigaction sa{};
		sa.sa_sigaction = see_flags;
		sa.sa_flags = SA_SIGINFO;
		sigaction(SIGUSR1, &sa, nullptr);
		asm volatile("int3; nop");
		return saved_flags & 0x100 ? 99 : saved_flags ? 4 : 98;
	});
	user_regs_struct r;

	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_SINGLESTEP, pid, 0, SIGUSR1));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(request(PTRACE_GETREGS, pid, 0, (unsigned long)&r));
	/* Linux stops before that instruction, a processor behind it. */
	CHECK(r.eip >= (long)see_flags && r.eip < (long)see_flags + 16);
	CHECK_OK(request(PTRACE_CONT, pid));
	CHECK(exits_with(pid, 4));
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

static const test_case cases[] = {
	{"registers", registers},
	{"floating point", floating_point},
	{"single steps", single_steps},
	{"a step into a handler", a_step_into_a_handler},
	{"system calls", system_calls},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
