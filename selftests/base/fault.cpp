/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Faults of the processor become signals with the right number, code and address.
#include <child.h>
#include <ucontext.h>

static sigjmp_buf env;
static siginfo_t info;
static unsigned long fault_ip, fault_err;

static void on_fault(int, siginfo_t *si, void *ctx)
{
	auto uc = (ucontext_t *)ctx;

	info = *si;
	fault_ip = uc->uc_mcontext.gregs[REG_EIP];
	fault_err = uc->uc_mcontext.gregs[REG_ERR];
	siglongjmp(env, 1);
}

/* Runs @f; true if it ended in signal @sig with @code and address @addr. */
template<class F>
static bool faults(F f, int sig, int code, const void *addr)
{
	info = {};
	if (!sigsetjmp(env, 1))
		f();
	if (info.si_signo == sig && info.si_code == code &&
	    info.si_addr == addr)
		return true;
	ksft_print_msg("signal %d code %d address %p, not %d %d %p\n",
		       info.si_signo, info.si_code, info.si_addr, sig, code,
		       addr);
	return false;
}

static void put(volatile void *p)
{
	asm volatile("movb $1, (%0)" : : "r"(p) : "memory");
}
static void get(volatile void *p)
{
	asm volatile("testb $1, (%0)" : : "r"(p) : "cc", "memory");
}

static int unmapped()
{
	char *p = (char *)page_buffer(3 * PAGE);

	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK(faults([=] { get(p + PAGE + 123); }, SIGSEGV, SEGV_MAPERR,
		     p + PAGE + 123));
	CHECK_EQ(fault_err & 7, 4);
	CHECK(faults([=] { put(p + PAGE); }, SIGSEGV, SEGV_MAPERR, p + PAGE));
	CHECK_EQ(fault_err & 7, 6);
	CHECK(faults([] { get(nullptr); }, SIGSEGV, SEGV_MAPERR, nullptr));
	CHECK(faults([] { put((void *)0xfffff000); }, SIGSEGV, SEGV_MAPERR,
		     (void *)0xfffff000));
	munmap(p, 3 * PAGE);
	return KSFT_PASS;
}

static int forbidden()
{
	char *p = (char *)page_buffer(PAGE);

	CHECK_OK(mprotect(p, PAGE, PROT_READ));
	CHECK(faults([=] { put(p + 5); }, SIGSEGV, SEGV_ACCERR, p + 5));
	CHECK_EQ(*p, 0x5a);
	CHECK_OK(mprotect(p, PAGE, PROT_NONE));
	CHECK(faults([=] { get(p + 6); }, SIGSEGV, SEGV_ACCERR, p + 6));
	munmap(p, PAGE);
	return KSFT_PASS;
}

static int across_a_boundary()
{
	char *p = (char *)page_buffer(2 * PAGE);

	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK(faults([=] {
		asm volatile("movl $1, (%0)" : : "r"(p + PAGE - 2) : "memory");
	}, SIGSEGV,
		     SEGV_MAPERR, p + PAGE));
	munmap(p, PAGE);
	return KSFT_PASS;
}

static int jump_to_nowhere()
{
	CHECK(faults([] { ((void (*)())0x2000)(); }, SIGSEGV, SEGV_MAPERR,
		     (void *)0x2000));
	CHECK_EQ(fault_ip, 0x2000);
	return KSFT_PASS;
}

static int past_end_of_file()
{
	int fd = make_file(test_path("fault"), PAGE + 10, 3);
	char *p = (char *)mmap(nullptr, 3 * PAGE, PROT_READ | PROT_WRITE,
			       MAP_SHARED, fd, 0);

	CHECK(p != MAP_FAILED);
	get(p + PAGE + 11);	/* the tail of the last page is there */
	CHECK(faults([=] { get(p + 2 * PAGE + 7); }, SIGBUS, BUS_ADRERR,
		     p + 2 * PAGE + 7));
	CHECK(faults([=] { put(p + 2 * PAGE + 8); }, SIGBUS, BUS_ADRERR,
		     p + 2 * PAGE + 8));
	CHECK_OK(ftruncate(fd, 0));
	CHECK(faults([=] { get(p); }, SIGBUS, BUS_ADRERR, p));
	munmap(p, 3 * PAGE);
	close(fd);
	return KSFT_PASS;
}

extern "C" char div_here[], ud_here[], hlt_here[], int3_here[];

[[gnu::noinline]] static void divide(int by)
{
	int a = 7, d = 0;

	asm volatile("div_here: idivl %2" : "+a"(a), "+d"(d) : "r"(by));
}

static int arithmetic()
{
	CHECK(faults([] { divide(0); }, SIGFPE, FPE_INTDIV, div_here));
	CHECK_EQ(fault_ip, (uintptr_t)div_here);
	return KSFT_PASS;
}

[[gnu::noinline]] static void x87_divide_by_zero()
{
	unsigned short cw = 0x037b;	/* unmask division by zero */

	asm volatile("fninit; fldcw %0; fldz; fld1; fdivp; fwait"
		     : : "m"(cw));
}

[[gnu::noinline, gnu::target("sse")]] static void sse_divide_by_zero()
{
	unsigned csr = 0x1f80 & ~0x200u;

	asm volatile("ldmxcsr %0; xorps %%xmm0, %%xmm0; cvtsi2ss %1, %%xmm1;"
		     "divss %%xmm0, %%xmm1" : : "m"(csr), "r"(1)
		     : "xmm0", "xmm1");
}

static int x87()
{
	info = {};
	if (!sigsetjmp(env, 1))
		x87_divide_by_zero();
	asm volatile("fninit");
	CHECK_EQ(info.si_signo, SIGFPE);
	CHECK_EQ(info.si_code, FPE_FLTDIV);
	return KSFT_PASS;
}

static int sse()
{
	unsigned csr = 0x1f80;

	info = {};
	if (!sigsetjmp(env, 1))
		sse_divide_by_zero();
	asm volatile("ldmxcsr %0" : : "m"(csr));
	if (!info.si_signo)
		SKIP_CASE("this processor (an emulator?) raises no #XM");
	CHECK_EQ(info.si_signo, SIGFPE);
	CHECK_EQ(info.si_code, FPE_FLTDIV);
	return KSFT_PASS;
}

[[gnu::noinline]] static void undefined() { asm volatile("ud_here: ud2"); }
[[gnu::noinline]] static void halt() { asm volatile("hlt_here: hlt"); }

static int instructions()
{
	info = {};
	if (!sigsetjmp(env, 1))
		undefined();
	CHECK_EQ(info.si_signo, SIGILL);
	CHECK_EQ(info.si_code, ILL_ILLOPN);
	CHECK(info.si_addr == ud_here);
	info = {};
	if (!sigsetjmp(env, 1))
		halt();
	CHECK_EQ(info.si_signo, SIGSEGV);
	CHECK_EQ(fault_ip, (uintptr_t)hlt_here);
	return KSFT_PASS;
}

static int breakpoint()
{
	info = {};
	if (!sigsetjmp(env, 1))
		asm volatile("int3_here: int3");
	CHECK_EQ(info.si_signo, SIGTRAP);
	CHECK_EQ(fault_ip, (uintptr_t)int3_here + 1);
	return KSFT_PASS;
}

static int single_step()
{
	static volatile int steps;

	CHECK_CASE(in_child([] {
		struct sigaction sa = {};
		sa.sa_handler = [](int) { steps = steps + 1; };
		sigaction(SIGTRAP, &sa, nullptr);
		asm volatile("pushfl; orl $0x100, (%%esp); popfl;"
			     "nop; nop; nop;"
			     "pushfl; andl $~0x100, (%%esp); popfl"
			     : : : "memory", "cc");
		/* After each instruction from the nops to the next popfl. */
		CHECK_EQ(steps, 6);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int default_is_death()
{
	static const struct { int sig; void (*f)(); } how[] = {
		{SIGSEGV, [] { get((void *)16); }},
		{SIGFPE, [] { divide(0); }},
		{SIGILL, undefined},
		{SIGTRAP, [] { asm volatile("int3"); }},
	};

	for (auto &h : how) {
		int s = reap(spawn([&] {
			signal(h.sig, SIG_DFL);
			h.f();
			return 0;
		}));
		CHECK(WIFSIGNALED(s));
		CHECK_EQ(WTERMSIG(s), h.sig);
		/* Neither ignored nor blocked helps against a fault. */
		s = reap(spawn([&] {
			sigset_t all;
			sigfillset(&all);
			sigprocmask(SIG_SETMASK, &all, nullptr);
			signal(h.sig, SIG_IGN);
			h.f();
			return 0;
		}));
		CHECK(WIFSIGNALED(s));
		CHECK_EQ(WTERMSIG(s), h.sig);
	}
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"unmapped", unmapped},
	{"forbidden", forbidden},
	{"across a boundary", across_a_boundary},
	{"jump to nowhere", jump_to_nowhere},
	{"past the end of a file", past_end_of_file},
	{"arithmetic", arithmetic},
	{"x87", x87},
	{"SSE", sse},
	{"instructions", instructions},
	{"breakpoint", breakpoint},
	{"single step", single_step},
	{"the default is death", default_is_death},
};

int main()
{
	static const int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
	struct sigaction sa = {};

	ksft_print_header();
	sa.sa_sigaction = on_fault;
	sa.sa_flags = SA_SIGINFO;
	for (int sig : sigs)
		MUST(sigaction(sig, &sa, nullptr) == 0);
	RUN_CASES(cases);
}
