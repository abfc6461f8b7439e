/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// What is left of a timer is never more than it was set to.
#include <abi.h>
#include <sys/time.h>

static int alarm_left_over()
{
	for (unsigned s = 1; s < 100; s += 7) {
		alarm(s);
		CHECK_EQ(alarm(0), s);
	}
	return KSFT_PASS;
}

static int itimer_left_over()
{
	for (int us = 10000; us < 1000000; us += 90000) {
		itimerval v = {{0, 0}, {5, us}}, off = {}, left;
		CHECK_OK(setitimer(ITIMER_REAL, &v, nullptr));
		CHECK_OK(setitimer(ITIMER_REAL, &off, &left));
		CHECK(left.it_value.tv_sec < 5 ||
		      (left.it_value.tv_sec == 5 &&
		       left.it_value.tv_usec <= us));
		CHECK(left.it_value.tv_sec >= 4);
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
