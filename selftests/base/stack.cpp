/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// The heap's and the stack's ends: brk, growth of the stack, its limit, and what lies below it.
#include <child.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static char *set_brk(void *to) { return (char *)syscall(SYS_brk, to); }

static int brk_moves()
{
	CHECK_CASE(in_child([] {
		char *start = set_brk(nullptr);
		char *p = (char *)(((uintptr_t)start + PAGE - 1) & -PAGE);
		CHECK(set_brk(p + MIB) == p + MIB);
		CHECK(all_bytes(p, 0, MIB));
		memset(p, 1, MIB);
		CHECK(set_brk(p + 10) == p + 10);
		CHECK_EQ(p[0], 1);
		CHECK_EQ(signal_of([=] {
			asm volatile("testb $1, (%0)" : : "r"(p + PAGE)
				     : "memory");
		}), SIGSEGV);
		CHECK(set_brk(p + MIB) == p + MIB);
		CHECK(all_bytes(p + PAGE, 0, MIB - PAGE));
		/* Refusals give the old end. */
		CHECK_EQ((long)set_brk((void *)0x1000), (long)p + MIB);
		CHECK(set_brk((void *)0xfffff000) == p + MIB);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int brk_stops_at_a_mapping_and_a_limit()
{
	CHECK_CASE(in_child([] {
		char *start = set_brk(nullptr);
		char *p = (char *)(((uintptr_t)start + PAGE - 1) & -PAGE);
		rlimit r = {64 * KIB, 64 * KIB};
		void *q = mmap(p + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE |
			       MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		CHECK(q == p + 8 * PAGE);
		CHECK(set_brk(p + 9 * PAGE) == start);
		CHECK_OK(munmap(q, PAGE));
		CHECK_OK(setrlimit(RLIMIT_DATA, &r));
		CHECK(set_brk(p + MIB) == start);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

[[gnu::noinline]] static int recurse(int pages)
{
	volatile char pad[PAGE];

	pad[0] = pages;
	if (pages)
		recurse(pages - 1);
	return pad[0];
}

static int stack_grows()
{
	CHECK_CASE(in_child([] {
		recurse(1000);	/* 4 MiB */
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int stack_limit()
{
	int s = reap(spawn([] {
		rlimit r = {MIB, RLIM_INFINITY};
		if (setrlimit(RLIMIT_STACK, &r))
			return 1;
		recurse(600);
		return 0;
	}));
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGSEGV);
	return KSFT_PASS;
}

/* One instruction may push 32 bytes (pusha) on a page that is not there. */
static int a_big_push()
{
	CHECK_CASE(in_child([] {
		char here;
		auto at = (char *)((uintptr_t)&here & -PAGE) - 16 * PAGE;
		for (int i = 0; i < 16; i++, at -= PAGE)
			asm volatile("movl %%esp, %%edi; leal 4(%0), %%esp;"
				     "pusha; movl %%edi, %%esp"
				     : : "r"(at) : "edi", "memory");
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int a_guard_stops_growth()
{
	int s = reap(spawn([] {
		char here;
		auto at = (char *)((uintptr_t)&here & -PAGE) - MIB;
		if (mmap(at, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
			 MAP_FIXED, -1, 0) != at)
			return 1;
		recurse(300);
		return 0;
	}));
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGSEGV);
	return KSFT_PASS;
}

static int mapping_below_is_not_run_over()
{
	int s = reap(spawn([] {
		char here;
		auto at = (char *)((uintptr_t)&here & -PAGE) - MIB;
		auto p = (char *)mmap(at, PAGE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS |
				      MAP_FIXED, -1, 0);
		if (p != at)
			return 1;
		memset(p, 0x11, PAGE);
		stack_t st = {page_buffer(64 * KIB), 0, 64 * KIB};
		sigaltstack(&st, nullptr);
		static char *area;
		area = p;
		struct sigaction sa = {};
		sa.sa_handler = [](int) {
			_exit(all_bytes(area, 0x11, PAGE) ? 42 : 43);
		};
		sa.sa_flags = SA_ONSTACK;
		sigaction(SIGSEGV, &sa, nullptr);
		recurse(257 + 20);
		return 0;
	}));
	CHECK(WIFEXITED(s));
	/* Either a gap is kept, or the stack goes on in the mapping. */
	CHECK(WEXITSTATUS(s) == 42 || WEXITSTATUS(s) == 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"brk moves", brk_moves},
	{"brk stops at a mapping and a limit",
	 brk_stops_at_a_mapping_and_a_limit},
	{"the stack grows", stack_grows},
	{"stack limit", stack_limit},
	{"a big push", a_big_push},
	{"a guard page stops growth", a_guard_stops_growth},
	{"a mapping below is met", mapping_below_is_not_run_over},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
