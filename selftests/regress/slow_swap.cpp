/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timeout: 300
// machine: slowswap
// Swap that has room but is slow: whoever needs more memory waits, and nobody is killed.
#include <child.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>

static uint8_t *touch(size_t len, int flags)
{
	void *p = mmap(nullptr, len, PROT_READ | PROT_WRITE,
		       flags | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	for (size_t i = 0; i < len; i += PAGE)
		((uint8_t *)p)[i] = i / PAGE;
	return (uint8_t *)p;
}

/* Shared pages, and then enough private ones to drive them out. */
static int more_than_there_is(size_t ram)
{
	constexpr size_t LEN = 16 * MIB;
	uint8_t *p = touch(LEN, MAP_SHARED);

	touch(ram & -PAGE, MAP_PRIVATE);
	for (size_t i = 0; i < LEN; i += MIB)
		CHECK_EQ(p[i], (uint8_t)(i / PAGE));
	return KSFT_PASS;
}

static int slow_swap()
{
	static vmstat_span span;
	struct sysinfo s;

	CHECK_OK(sysinfo(&s));
	span.begin();
	int status = reap(spawn([&] {
		return more_than_there_is(s.totalram * s.mem_unit);
	}));
	span.end();
	CHECK_EQ(status, 0);
	CHECK_EQ(span.diff("oom_kill"), 0);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"slow_swap", slow_swap},
};

int main()
{
	ksft_print_header();
	if (swapon("/dev/hdd1", 0))
		ksft_exit_skip("no swap space\n");
	RUN_CASES(cases);
}
