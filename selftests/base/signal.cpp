/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Signals: masks, siginfo, restart of calls, other stacks, and registers that survive a handler.
#include <child.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile int count, order[8];
static siginfo_t info;

static void on(int sig)
{
	order[count % 8] = sig;
	count = count + 1;
}

static void on_info(int sig, siginfo_t *si, void *)
{
	info = *si;
	on(sig);
}

/* Installs a handler with @flags (SA_SIGINFO: on_info) and starts afresh. */
static void install(int sig, int flags)
{
	struct sigaction sa = {};

	if (flags & SA_SIGINFO)
		sa.sa_sigaction = on_info;
	else
		sa.sa_handler = on;
	sa.sa_flags = flags;
	MUST(sigaction(sig, &sa, nullptr) == 0);
	count = 0;
	info = {};
}

static void mask(int how, int sig)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, sig);
	MUST(sigprocmask(how, &s, nullptr) == 0);
}

static int siginfo_of_kill()
{
	install(SIGUSR1, SA_SIGINFO);
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(count, 1);
	CHECK_EQ(info.si_signo, SIGUSR1);
	CHECK_EQ(info.si_code, SI_USER);
	CHECK_EQ(info.si_pid, getpid());
	CHECK_EQ(info.si_uid, getuid());
	CHECK_OK(raise(SIGUSR1));
	CHECK_EQ(info.si_code, SI_TKILL);
	return KSFT_PASS;
}

static int siginfo_of_sigqueue()
{
	union sigval v = {.sival_int = 0x12345678};

	install(SIGRTMIN, SA_SIGINFO);
	CHECK_OK(sigqueue(getpid(), SIGRTMIN, v));
	CHECK_EQ(count, 1);
	CHECK_EQ(info.si_code, SI_QUEUE);
	CHECK_EQ(info.si_value.sival_int, 0x12345678);
	return KSFT_PASS;
}

static int siginfo_of_child()
{
	install(SIGCHLD, SA_SIGINFO);
	pid_t pid = spawn([] { return 42; });
	CHECK_EQ(WEXITSTATUS(reap(pid)), 42);
	CHECK_EQ(count, 1);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_status, 42);
	signal(SIGCHLD, SIG_DFL);
	return KSFT_PASS;
}

static int blocked_signals_wait()
{
	sigset_t pending;

	install(SIGUSR1, 0);
	mask(SIG_BLOCK, SIGUSR1);
	for (int i = 0; i < 3; i++)
		raise(SIGUSR1);
	CHECK_EQ(count, 0);
	CHECK_OK(sigpending(&pending));
	CHECK(sigismember(&pending, SIGUSR1));
	mask(SIG_UNBLOCK, SIGUSR1);
	CHECK_EQ(count, 1);
	CHECK_OK(sigpending(&pending));
	CHECK(!sigismember(&pending, SIGUSR1));
	return KSFT_PASS;
}

static int real_time_signals_queue()
{
	int sig = SIGRTMIN + 2;

	install(sig, SA_SIGINFO);
	mask(SIG_BLOCK, sig);
	for (int i = 0; i < 5; i++)
		sigqueue(getpid(), sig, {.sival_int = i});
	mask(SIG_UNBLOCK, sig);
	CHECK_EQ(count, 5);
	CHECK_EQ(info.si_value.sival_int, 4);
	return KSFT_PASS;
}

static int lower_signals_come_first()
{
	sigset_t all, old;

	install(SIGUSR2, 0);
	install(SIGRTMIN + 3, 0);
	install(SIGHUP, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	raise(SIGRTMIN + 3);
	raise(SIGUSR2);
	raise(SIGHUP);
	/* Each frame is built on the one before: the last built runs first. */
	sigprocmask(SIG_SETMASK, &old, nullptr);
	CHECK_EQ(count, 3);
	CHECK_EQ(order[0], SIGRTMIN + 3);
	CHECK_EQ(order[1], SIGUSR2);
	CHECK_EQ(order[2], SIGHUP);
	return KSFT_PASS;
}

static int flags_of_a_handler()
{
	struct sigaction sa;

	install(SIGUSR1, SA_RESETHAND);
	raise(SIGUSR1);
	CHECK_EQ(count, 1);
	CHECK_OK(sigaction(SIGUSR1, nullptr, &sa));
	CHECK(sa.sa_handler == SIG_DFL);
	CHECK_ERR(sigaction(SIGKILL, &sa, nullptr), EINVAL);
	CHECK_ERR(sigaction(SIGSTOP, &sa, nullptr), EINVAL);
	CHECK_ERR(sigaction(65, &sa, nullptr), EINVAL);
	CHECK_ERR(kill(getpid(), 65), EINVAL);
	CHECK_ERR(kill(0x3ffffff, 0), ESRCH);
	return KSFT_PASS;
}

static volatile int depth, deepest;

static void nest(int sig)
{
	depth = depth + 1;
	if (depth > deepest)
		deepest = depth;
	count = count + 1;
	if (count < 4)
		raise(sig);
	depth = depth - 1;
}

static int a_handler_masks_its_signal()
{
	struct sigaction sa = {};

	sa.sa_handler = nest;
	sa.sa_flags = SA_NODEFER;
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	count = 0;
	raise(SIGUSR1);
	CHECK_EQ(count, 4);
	CHECK_EQ(deepest, 4);
	/* The one that it raises comes after it, not inside. */
	sa.sa_flags = 0;
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	count = 0;
	deepest = 0;
	raise(SIGUSR1);
	CHECK_EQ(count, 4);
	CHECK_EQ(deepest, 1);
	return KSFT_PASS;
}

/* What a read that a signal interrupts returns; the data come later. */
static int interrupted_read(int flags, char *c)
{
	int p[2];

	install(SIGUSR1, flags);
	MUST(pipe(p) == 0);
	pid_t me = getpid();
	pid_t pid = spawn([=] {
		await_state(me, 'S');
		kill(me, SIGUSR1);
		sleep_ms(30);
		await_state(me, 'S');
		return write(p[1], "x", 1) == 1 ? 0 : 1;
	});
	int r = read(p[0], c, 1);
	int e = errno;
	MUST(count == 1);
	reap(pid);
	close(p[0]);
	close(p[1]);
	return r < 0 ? -e : r;
}

static int restart_of_calls()
{
	char c = 0;

	CHECK_EQ(interrupted_read(0, &c), -EINTR);
	CHECK_EQ(interrupted_read(SA_RESTART, &c), 1);
	CHECK_EQ(c, 'x');
	return KSFT_PASS;
}

static int stop_does_not_interrupt()
{
	char c;
	int p[2];

	CHECK_OK(pipe(p));
	pid_t pid = spawn([&] {
		CHECK_EQ(read(p[0], &c, 1), 1);
		return KSFT_PASS;
	});
	CHECK(await_state(pid, 'S'));
	kill(pid, SIGSTOP);
	CHECK(await_state(pid, 'T'));
	kill(pid, SIGCONT);
	CHECK(await_state(pid, 'S'));
	CHECK_EQ(write(p[1], "y", 1), 1);
	CHECK_EQ(reap(pid), 0);
	close(p[0]);
	close(p[1]);
	return KSFT_PASS;
}

static int pause_and_sigsuspend()
{
	sigset_t empty, pending;
	timespec none = {};

	install(SIGUSR1, SA_RESTART);
	mask(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	sigemptyset(&empty);
	CHECK_ERR(sigsuspend(&empty), EINTR);
	CHECK_EQ(count, 1);
	raise(SIGUSR1);
	CHECK_EQ(count, 1);	/* blocked again */
	sigaddset(&empty, SIGUSR1);
	CHECK_EQ(sigtimedwait(&empty, &info, &none), SIGUSR1);
	CHECK_EQ(info.si_signo, SIGUSR1);
	CHECK_ERR(sigtimedwait(&empty, &info, &none), EAGAIN);
	CHECK_OK(sigpending(&pending));
	CHECK(!sigismember(&pending, SIGUSR1));
	CHECK_EQ(count, 1);
	mask(SIG_UNBLOCK, SIGUSR1);
	return KSFT_PASS;
}

static char *volatile handler_sp;
static stack_t seen_stack;

static void on_stack(int)
{
	char here;

	handler_sp = &here;
	sigaltstack(nullptr, &seen_stack);
}

static int alternate_stack()
{
	constexpr size_t LEN = 64 * KIB;
	auto base = (char *)page_buffer(LEN);
	stack_t st = {base, 0, LEN}, old;
	struct sigaction sa = {};

	CHECK_OK(sigaltstack(&st, nullptr));
	sa.sa_handler = on_stack;
	sa.sa_flags = SA_ONSTACK;
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	raise(SIGUSR1);
	CHECK(handler_sp > base && handler_sp < base + LEN);
	CHECK(seen_stack.ss_flags & SS_ONSTACK);
	sa.sa_flags = 0;
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	raise(SIGUSR1);
	CHECK(handler_sp < base || handler_sp >= base + LEN);
	st.ss_size = 100;
	CHECK_ERR(sigaltstack(&st, nullptr), ENOMEM);
	st.ss_flags = SS_DISABLE;
	CHECK_OK(sigaltstack(&st, &old));
	CHECK(old.ss_sp == base && old.ss_size == LEN);
	munmap(base, LEN);
	return KSFT_PASS;
}

static int overflow_is_handled_on_another_stack()
{
	int r = in_child([] {
		static sigjmp_buf env;
		stack_t st = {page_buffer(64 * KIB), 0, 64 * KIB};
		struct sigaction sa = {};
		sigaltstack(&st, nullptr);
		sa.sa_handler = [](int) { siglongjmp(env, 1); };
		sa.sa_flags = SA_ONSTACK;
		sigaction(SIGSEGV, &sa, nullptr);
		if (sigsetjmp(env, 1))
			return KSFT_PASS;
		asm volatile("1: subl $4000, %%esp; pushl $0; jmp 1b"
			     : : : "memory");
		return KSFT_FAIL;
	});
	CHECK_EQ(r, KSFT_PASS);
	return KSFT_PASS;
}

static int no_stack_for_a_handler_kills()
{
	int s = reap(spawn([] {
		signal(SIGUSR1, on);
		asm volatile("movl $0x1000, %%esp\n\tint $0x80"
			     : : "a"(SYS_tkill), "b"(gettid()), "c"(SIGUSR1)
			     : "memory");
		return 0;
	}));
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGSEGV);
	return KSFT_PASS;
}

static void change_context(int, siginfo_t *, void *ctx)
{
	auto uc = (ucontext_t *)ctx;

	uc->uc_mcontext.gregs[REG_EBX] = 0x600d;
	sigaddset(&uc->uc_sigmask, SIGHUP);
	count = count + 1;
}

static int a_handler_changes_the_context()
{
	struct sigaction sa = {};
	sigset_t now;
	long ret, ebx = gettid();

	sa.sa_sigaction = change_context;
	sa.sa_flags = SA_SIGINFO;
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	asm volatile("int $0x80" : "=a"(ret), "+b"(ebx)
		     : "a"(SYS_tkill), "c"(SIGUSR1) : "memory");
	CHECK_EQ(ret, 0);
	CHECK_EQ(ebx, 0x600d);
	CHECK_OK(sigprocmask(SIG_BLOCK, nullptr, &now));
	CHECK(sigismember(&now, SIGHUP));
	mask(SIG_UNBLOCK, SIGHUP);
	return KSFT_PASS;
}

static int registers_survive_interruption()
{
	itimerval tv = {{0, 2000}, {0, 2000}}, off = {};

	install(SIGALRM, 0);
	CHECK_OK(setitimer(ITIMER_REAL, &tv, nullptr));
	unsigned bad = 0;
	while (count < 20) {
		unsigned b = 0x11111111, c = 0x22222222, d = 0x33333333,
			 s = 0x44444444, n = 200000;
		asm volatile("1:\n\tdecl %4\n\tjnz 1b\n\t"
			     : "+b"(b), "+c"(c), "+d"(d), "+S"(s), "+a"(n));
		bad |= b ^ 0x11111111;
		bad |= c ^ 0x22222222;
		bad |= d ^ 0x33333333;
		bad |= s ^ 0x44444444;
		bad |= n;
	}
	setitimer(ITIMER_REAL, &off, nullptr);
	CHECK_EQ(bad, 0);
	return KSFT_PASS;
}

static int bad_sigreturn_frame_kills()
{
	/* ss = a data selector of the kernel, cs = its code: both refused or
	 * forced to ring 3; either way the kernel survives. */
	int s = reap(spawn([] {
		struct sigaction sa = {};
		sa.sa_sigaction = [](int, siginfo_t *, void *ctx) {
			auto uc = (ucontext_t *)ctx;
			uc->uc_mcontext.gregs[REG_CS] = 0x08;
			uc->uc_mcontext.gregs[REG_SS] = 0x10;
			uc->uc_mcontext.gregs[REG_EIP] = 0x10;
		};
		sa.sa_flags = SA_SIGINFO;
		sigaction(SIGUSR1, &sa, nullptr);
		raise(SIGUSR1);
		return 0;
	}));
	CHECK(WIFSIGNALED(s));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"siginfo of kill", siginfo_of_kill},
	{"siginfo of sigqueue", siginfo_of_sigqueue},
	{"siginfo of a child", siginfo_of_child},
	{"blocked signals wait", blocked_signals_wait},
	{"real-time signals queue", real_time_signals_queue},
	{"lower signals are taken first", lower_signals_come_first},
	{"flags of a handler", flags_of_a_handler},
	{"a handler masks its signal", a_handler_masks_its_signal},
	{"restart of calls", restart_of_calls},
	{"a stop does not interrupt", stop_does_not_interrupt},
	{"pause and sigsuspend", pause_and_sigsuspend},
	{"alternate stack", alternate_stack},
	{"overflow is handled on another stack",
	 overflow_is_handled_on_another_stack},
	{"no stack for a handler kills", no_stack_for_a_handler_kills},
	{"a handler changes the context", a_handler_changes_the_context},
	{"registers survive interruption", registers_survive_interruption},
	{"a bad sigreturn frame kills", bad_sigreturn_frame_kills},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
