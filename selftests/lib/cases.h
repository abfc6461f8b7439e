/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of named test cases, each a function that returns KSFT_PASS or what
 * a CHECK macro returned for it. One case is one KTAP line.
 */
#pragma once

#include <kselftest.h>
#include <unistd.h>

struct test_case {
	const char *name;
	int (*run)(void);
};

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		ksft_print_msg("%s:%d: %s\n", __FILE__, __LINE__, #cond); \
		return KSFT_FAIL;					\
	}								\
} while (0)

/* Integers; both sides are evaluated once and shown. */
#define CHECK_EQ(a, b) do {						\
	long long a_ = (long long)(a), b_ = (long long)(b);		\
	if (a_ != b_) {							\
		ksft_print_msg("%s:%d: %s = %lld (%#llx), %s = %lld "	\
			       "(%#llx)\n", __FILE__, __LINE__, #a, a_,	\
			       a_, #b, b_, b_);				\
		return KSFT_FAIL;					\
	}								\
} while (0)

/*
 * For counters of the whole kernel, which others move, too, now and then: in
 * a case that in_quiet runs. It is played again if one of these fails, and
 * only then.
 */
constexpr int DISTURBED = 100;	/* also as an exit status */

#define CHECK_QUIET(cond) do {						\
	if (!(cond)) {							\
		ksft_print_msg("%s:%d: %s\n", __FILE__, __LINE__, #cond); \
		return DISTURBED;					\
	}								\
} while (0)

#define CHECK_QUIET_EQ(a, b) do {					\
	long long q_ = (long long)(a), p_ = (long long)(b);		\
	if (q_ != p_) {							\
		ksft_print_msg("%s:%d: %s = %lld, not %lld\n", __FILE__, \
			       __LINE__, #a, q_, p_);			\
		return DISTURBED;					\
	}								\
} while (0)

/* Plays @round until nobody disturbs it; who does is given time to end. */
template<class F> static int in_quiet(F round)
{
	int r = round();

	for (int i = 0; i < 5 && r == DISTURBED; i++) {
		usleep(20000 << i);
		r = round();
	}
	return r == DISTURBED ? KSFT_FAIL : r;
}

/* An entry of a table of cases. */
#define IN_QUIET(name, round) {name, [] { return in_quiet(round); }}

/* A call that must succeed: anything but -1. */
#define CHECK_OK(call) do {						\
	errno = 0;							\
	if ((long)(call) == -1) {					\
		ksft_print_msg("%s:%d: %s: %s (%d)\n", __FILE__,	\
			       __LINE__, #call, strerror(errno), errno); \
		return KSFT_FAIL;					\
	}								\
} while (0)

/* A call that must fail with @err. */
#define CHECK_ERR(call, err) do {					\
	errno = 0;							\
	long r_ = (long)(call);						\
	if (r_ != -1 || errno != (err)) {				\
		ksft_print_msg("%s:%d: %s = %ld, errno %d, not %s\n",	\
			       __FILE__, __LINE__, #call, r_, errno,	\
			       #err);					\
		return KSFT_FAIL;					\
	}								\
} while (0)

/* For helpers that return KSFT_...: hands a failure on. */
#define CHECK_CASE(call) do {						\
	int r_ = (call);						\
	if (r_ != KSFT_PASS) {						\
		ksft_print_msg("%s:%d: %s\n", __FILE__, __LINE__, #call); \
		return r_;						\
	}								\
} while (0)

#define SKIP_CASE(why) do {						\
	ksft_print_msg("%s\n", why);					\
	return KSFT_SKIP;						\
} while (0)

/* Runs all cases in order, reports each, ends the program. CASE=3 in the
 * environment: runs the third only. */
[[noreturn]] static inline void run_cases(const test_case *cases, int count)
{
	const char *only = getenv("CASE");

	ksft_set_plan(count);
	for (int i = 0; i < count; i++) {
		int r = only && atoi(only) != i + 1 ? KSFT_SKIP :
			cases[i].run();
		if (r == KSFT_SKIP)
			ksft_test_result_skip("%s\n", cases[i].name);
		else if (r == KSFT_XFAIL)
			ksft_test_result_xfail("%s\n", cases[i].name);
		else
			ksft_test_result(r == KSFT_PASS, "%s\n",
					 cases[i].name);
	}
	ksft_finished();
	/* A Linux tree's header does not say that it never returns. */
	__builtin_unreachable();
}
#define RUN_CASES(table) \
	run_cases(table, (int)(sizeof(table) / sizeof((table)[0])))
