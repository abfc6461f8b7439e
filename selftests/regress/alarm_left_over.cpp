/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// What is left of a timer is never more than it was set to.
#include <child.h>
#include <sys/time.h>

/* Less is left if the machine took its time; it may be rounded. */
static int alarm_left_over()
{
	for (unsigned s = 100; s < 200; s += 7) {
		long long t = now_ns();
		alarm(s);
		unsigned left = alarm(0);
		CHECK(left <= s && left + (now_ns() - t) / 1e9 >= s - 0.5);
	}
	return KSFT_PASS;
}

static int itimer_left_over()
{
	for (int us = 10000; us < 1000000; us += 90000) {
		itimerval v = {{0, 0}, {500, us}}, off = {}, left;
		CHECK_OK(setitimer(ITIMER_REAL, &v, nullptr));
		CHECK_OK(setitimer(ITIMER_REAL, &off, &left));
		CHECK(left.it_value.tv_sec < 500 ||
		      (left.it_value.tv_sec == 500 &&
		       left.it_value.tv_usec <= us));
		CHECK(left.it_value.tv_sec >= 400);
	}
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"alarm", alarm_left_over},
	{"itimer", itimer_left_over},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
