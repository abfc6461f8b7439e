/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// x87 and SSE registers are each task's own: across switches, signals, fork, threads and exec.
#include <child.h>
#include <pthread.h>
#include <sys/time.h>
#include <ucontext.h>

struct alignas(16) regs {
	uint32_t xmm[8][4];
	double x87[8];
	uint32_t mxcsr;
	uint16_t cw;
};

static void fill(regs *r, uint32_t seed)
{
	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 4; k++)
			r->xmm[i][k] = seed * 1000 + i * 10 + k;
		r->x87[i] = seed * 3.5 + i;
	}
	r->mxcsr = 0x1f80 | (seed & 3) << 13;	/* rounding */
	r->cw = 0x037f | (seed & 3) << 10;
}

/* Loads everything, waits @spin rounds (and yields), stores everything. */
[[gnu::noinline]] static void through(const regs *in, regs *out, long spin,
				      bool yield)
{
	long n = spin, call;

	asm volatile("fninit\n\tldmxcsr %0\n\tfldcw %1"
		     : : "m"(in->mxcsr), "m"(in->cw));
	for (int i = 7; i >= 0; i--)
		asm volatile("fldl %0" : : "m"(in->x87[i]));
	asm volatile("movaps (%0), %%xmm0; movaps 16(%0), %%xmm1;"
		     "movaps 32(%0), %%xmm2; movaps 48(%0), %%xmm3;"
		     "movaps 64(%0), %%xmm4; movaps 80(%0), %%xmm5;"
		     "movaps 96(%0), %%xmm6; movaps 112(%0), %%xmm7"
		     : : "r"(in->xmm) : "memory");
	do {
		if (yield)
			asm volatile("int $0x80" : "=a"(call) : "a"(158)
				     : "memory");
		asm volatile("1: decl %0; testl $0xfff, %0; jnz 1b"
			     : "+r"(n) : : "cc");
	} while (n > 0);
	asm volatile("movaps %%xmm0, (%0); movaps %%xmm1, 16(%0);"
		     "movaps %%xmm2, 32(%0); movaps %%xmm3, 48(%0);"
		     "movaps %%xmm4, 64(%0); movaps %%xmm5, 80(%0);"
		     "movaps %%xmm6, 96(%0); movaps %%xmm7, 112(%0)"
		     : : "r"(out->xmm) : "memory");
	for (int i = 0; i < 8; i++)
		asm volatile("fstpl %0" : "=m"(out->x87[i]));
	asm volatile("stmxcsr %0\n\tfnstcw %1\n\tfninit"
		     : "=m"(out->mxcsr), "=m"(out->cw));
	out->mxcsr &= ~0x3f;
	uint32_t normal = 0x1f80;
	asm volatile("ldmxcsr %0" : : "m"(normal));
}

static bool same(const regs *a, const regs *b)
{
	return !memcmp(a->xmm, b->xmm, sizeof(a->xmm)) &&
	       !memcmp(a->x87, b->x87, sizeof(a->x87)) &&
	       a->mxcsr == b->mxcsr && a->cw == b->cw;
}

static bool keeps(uint32_t seed, int rounds, long spin, bool yield)
{
	regs in, out;

	fill(&in, seed);
	for (int i = 0; i < rounds; i++) {
		memset(&out, 0, sizeof(out));
		through(&in, &out, spin, yield);
		if (!same(&in, &out))
			return false;
	}
	return true;
}

static int alone()
{
	CHECK(keeps(1, 10, 0x10000, false));
	CHECK(keeps(2, 10, 0x4000, true));
	return KSFT_PASS;
}

static int processes()
{
	pid_t pid[4];

	for (int i = 0; i < 4; i++)
		pid[i] = spawn([=] {
			return keeps(10 + i, 60, 0x3000, true) &&
			       keeps(20 + i, 5, 0x100000, false) ? 0 : 1;
		});
	for (pid_t p : pid)
		CHECK_EQ(reap(p), 0);
	return KSFT_PASS;
}

static int threads()
{
	pthread_t t[4];

	for (long i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&t[i], nullptr, [](void *arg) {
			return (void *)(long)keeps(30 + (long)arg, 60, 0x3000,
						   true);
		}, (void *)i), 0);
	for (pthread_t x : t) {
		void *ok = nullptr;
		pthread_join(x, &ok);
		CHECK(ok);
	}
	return KSFT_PASS;
}

static volatile int ticks;
static regs clobber, sink;

static void on_tick(int)
{
	ticks = ticks + 1;
	fill(&clobber, 777 + ticks);
	through(&clobber, &sink, 0x1000, false);
}

static int signal_handlers()
{
	itimerval v = {{0, 3000}, {0, 3000}}, off = {};

	ticks = 0;
	signal(SIGALRM, on_tick);
	CHECK_OK(setitimer(ITIMER_REAL, &v, nullptr));
	bool ok = true;
	for (int i = 0; ok && ticks < 20; i++)
		ok = keeps(50 + i % 8, 1, 0x40000, i % 2);
	setitimer(ITIMER_REAL, &off, nullptr);
	CHECK(ok);
	return KSFT_PASS;
}

static uint16_t handler_cw;

static int a_handler_starts_fresh()
{
	struct sigaction sa = {};
	uint16_t odd = 0x0f7f, cw = 0;

	sa.sa_handler = [](int) {
		asm volatile("fnstcw %0" : "=m"(handler_cw));
	};
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	asm volatile("fldcw %0" : : "m"(odd));
	raise(SIGUSR1);
	asm volatile("fnstcw %0\n\tfninit" : "=m"(cw));
	CHECK_EQ(handler_cw, 0x37f);
	CHECK_EQ(cw, 0x0f7f);
	return KSFT_PASS;
}

static int the_frame_holds_the_registers()
{
	static double seen;
	struct sigaction sa = {};
	double d = 1234.5, back = 0;

	sa.sa_sigaction = [](int, siginfo_t *, void *ctx) {
		auto uc = (ucontext_t *)ctx;
		auto fp = (unsigned char *)uc->uc_mcontext.fpregs;
		long double top;
		memcpy(&top, fp + 28, 10);	/* ST0 */
		seen = top;
		top = 99.25L;
		memcpy(fp + 28, &top, 10);
	};
	sa.sa_flags = SA_SIGINFO;
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	long call = 270;
	asm volatile("fninit\n\tfldl %2\n\tint $0x80\n\tfstpl %1"
		     : "+a"(call), "=m"(back)
		     : "m"(d), "b"(getpid()), "c"(gettid()), "d"(SIGUSR1)
		     : "memory");
	CHECK_EQ(call, 0);
	CHECK(seen == 1234.5);
	CHECK(back == 99.25);
	return KSFT_PASS;
}

static int fork_copies_them()
{
	double d = 7.25, child = 0, parent = 0;
	long pid = 2;

	asm volatile("fninit\n\tfldl %2\n\tint $0x80\n\tfstpl %1"
		     : "+a"(pid), "=m"(child) : "m"(d) : "memory");
	if (!pid)
		_exit(child == 7.25 ? 0 : 1);
	parent = child;
	CHECK(pid > 0);
	CHECK_EQ(reap(pid), 0);
	CHECK(parent == 7.25);
	return KSFT_PASS;
}

static int exec_resets_them()
{
	int s = reap(spawn([] {
		char *argv[] = {(char *)"fresh", (char *)"x", nullptr};
		uint16_t odd = 0x0f7f;
		uint32_t csr = 0x7f80;
		asm volatile("fldcw %0\n\tldmxcsr %1" : : "m"(odd), "m"(csr));
		execv("/proc/self/exe", argv);
		return 1;
	}));
	CHECK_EQ(s, 0);
	return KSFT_PASS;
}

static int fresh()
{
	uint16_t cw;
	uint32_t csr;

	asm volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(cw), "=m"(csr));
	return cw == 0x37f && csr == 0x1f80 ? 0 : 1;
}

static const test_case cases[] = {
	{"alone", alone},
	{"processes", processes},
	{"threads", threads},
	{"signal handlers", signal_handlers},
	{"a handler starts fresh", a_handler_starts_fresh},
	{"the frame holds the registers", the_frame_holds_the_registers},
	{"fork copies them", fork_copies_them},
	{"exec resets them", exec_resets_them},
};

int main(int argc, char **)
{
	if (argc == 2)
		return fresh();
	ksft_print_header();
	RUN_CASES(cases);
}
