/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timeout: 20 20
// The clock cannot be set so late that it overflows: sleepers would wait for ever without sleeping.
#include <child.h>
#include <sys/syscall.h>

struct time64 {
	long long sec, nsec;
};

static int set_clock(long long sec)
{
	time64 t = {sec, 0};

	return syscall(404, CLOCK_REALTIME, &t);
}

static int clock_at_the_end()
{
	constexpr long long NS = 1000000000, LAST = 0x7fffffffffffffffll / NS;
	static const long long late[] = {LAST, LAST - 1, LAST + 1, 1ll << 62};
	time64 never = {LAST + 1, 0};

	for (long long sec : late)
		CHECK_ERR(set_clock(sec), EINVAL);
	/* A sleep until then is a sleep, which a signal ends. */
	pid_t pid = spawn([&] {
		return (int)syscall(407, CLOCK_REALTIME, TIMER_ABSTIME, &never,
				    nullptr);
	});
	CHECK(await_state(pid, 'S'));
	CHECK_OK(kill(pid, SIGKILL));
	CHECK(WIFSIGNALED(reap(pid)));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"clock_at_the_end", clock_at_the_end},
};

int main()
{
	ksft_print_header();
	if (getenv("TEST_DIR") || getuid())
		ksft_exit_skip("the clock is not ours\n");
	RUN_CASES(cases);
}
