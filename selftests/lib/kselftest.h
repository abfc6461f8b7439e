/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reporting calls of Linux's kselftest framework, by the same names, so
 * that a test also builds against a Linux tree's own kselftest.h. Results go
 * to standard output as KTAP. State is per program: call from one process.
 */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_XFAIL	2
#define KSFT_XPASS	3
#define KSFT_SKIP	4

struct ksft_count {
	unsigned int ksft_pass, ksft_fail, ksft_xfail, ksft_xpass, ksft_xskip,
		ksft_error;
};
static struct ksft_count ksft_cnt;
static unsigned int ksft_plan;

static inline unsigned int ksft_test_num(void)
{
	return ksft_cnt.ksft_pass + ksft_cnt.ksft_fail + ksft_cnt.ksft_xfail +
	       ksft_cnt.ksft_xpass + ksft_cnt.ksft_xskip + ksft_cnt.ksft_error;
}
static inline void ksft_inc_pass_cnt(void) { ksft_cnt.ksft_pass++; }
static inline void ksft_inc_fail_cnt(void) { ksft_cnt.ksft_fail++; }
static inline void ksft_inc_xfail_cnt(void) { ksft_cnt.ksft_xfail++; }
static inline void ksft_inc_xpass_cnt(void) { ksft_cnt.ksft_xpass++; }
static inline void ksft_inc_xskip_cnt(void) { ksft_cnt.ksft_xskip++; }
static inline void ksft_inc_error_cnt(void) { ksft_cnt.ksft_error++; }
static inline unsigned int ksft_get_pass_cnt(void)
{
	return ksft_cnt.ksft_pass;
}
static inline unsigned int ksft_get_fail_cnt(void)
{
	return ksft_cnt.ksft_fail;
}
static inline unsigned int ksft_get_xskip_cnt(void)
{
	return ksft_cnt.ksft_xskip;
}

static inline void ksft_print_header(void)
{
	/* Whole lines, also into a pipe, and nothing left over for a fork. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
}

static inline void ksft_set_plan(unsigned int plan)
{
	ksft_plan = plan;
	printf("1..%u\n", plan);
}

static inline void ksft_print_cnts(void)
{
	if (ksft_plan != ksft_test_num())
		printf("# Planned tests != run tests (%u != %u)\n", ksft_plan,
		       ksft_test_num());
	printf("# Totals: pass:%u fail:%u xfail:%u xpass:%u skip:%u "
	       "error:%u\n", ksft_cnt.ksft_pass, ksft_cnt.ksft_fail,
	       ksft_cnt.ksft_xfail, ksft_cnt.ksft_xpass, ksft_cnt.ksft_xskip,
	       ksft_cnt.ksft_error);
}

[[gnu::format(printf, 1, 2)]]
static inline void ksft_print_msg(const char *msg, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, msg);
	printf("# ");
	errno = saved;
	vprintf(msg, args);
	va_end(args);
}

static inline void ksft_perror(const char *msg)
{
	ksft_print_msg("%s: %s (%d)\n", msg, strerror(errno), errno);
}

/* "ok 3 name # DIRECTIVE": one line, whatever the name's last character. */
static inline void ksft_vresult(const char *verdict, const char *directive,
				const char *msg, va_list args)
{
	int saved = errno;
	char name[256];

	vsnprintf(name, sizeof(name), msg, args);
	name[strcspn(name, "\n")] = 0;
	printf("%s %u %s%s\n", verdict, ksft_test_num(), name, directive);
	errno = saved;
}

#define KSFT_RESULT_FUNCTION(func, counter, verdict, directive)		\
	[[gnu::format(printf, 1, 2)]]					\
	static inline void func(const char *msg, ...)			\
	{								\
		va_list args;						\
									\
		counter();						\
		va_start(args, msg);					\
		ksft_vresult(verdict, directive, msg, args);		\
		va_end(args);						\
	}
KSFT_RESULT_FUNCTION(ksft_test_result_pass, ksft_inc_pass_cnt, "ok", "")
KSFT_RESULT_FUNCTION(ksft_test_result_fail, ksft_inc_fail_cnt, "not ok", "")
KSFT_RESULT_FUNCTION(ksft_test_result_xfail, ksft_inc_xfail_cnt, "ok",
		     " # XFAIL")
KSFT_RESULT_FUNCTION(ksft_test_result_xpass, ksft_inc_xpass_cnt, "not ok",
		     " # XPASS")
KSFT_RESULT_FUNCTION(ksft_test_result_skip, ksft_inc_xskip_cnt, "ok",
		     " # SKIP")
KSFT_RESULT_FUNCTION(ksft_test_result_error, ksft_inc_error_cnt, "not ok",
		     " # error")
#undef KSFT_RESULT_FUNCTION

#define ksft_test_result(condition, fmt, ...) do {			\
	if (condition)							\
		ksft_test_result_pass(fmt __VA_OPT__(,) __VA_ARGS__);	\
	else								\
		ksft_test_result_fail(fmt __VA_OPT__(,) __VA_ARGS__);	\
} while (0)

[[noreturn]] static inline void ksft_exit_pass(void)
{
	ksft_print_cnts();
	exit(KSFT_PASS);
}

[[noreturn]] static inline void ksft_exit_fail(void)
{
	ksft_print_cnts();
	exit(KSFT_FAIL);
}

[[noreturn]] static inline void ksft_exit_xfail(void)
{
	ksft_print_cnts();
	exit(KSFT_XFAIL);
}

[[noreturn]] static inline void ksft_exit_xpass(void)
{
	ksft_print_cnts();
	exit(KSFT_XPASS);
}

#define ksft_exit(condition) do {					\
	if (condition)							\
		ksft_exit_pass();					\
	else								\
		ksft_exit_fail();					\
} while (0)

/* Passes if every planned test passed, was skipped or failed as expected. */
[[noreturn]] static inline void ksft_finished(void)
{
	ksft_exit(ksft_plan == ksft_cnt.ksft_pass + ksft_cnt.ksft_xfail +
				       ksft_cnt.ksft_xskip);
}

[[noreturn, gnu::format(printf, 1, 2)]]
static inline void ksft_exit_fail_msg(const char *msg, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, msg);
	printf("Bail out! ");
	errno = saved;
	vprintf(msg, args);
	va_end(args);
	ksft_print_cnts();
	exit(KSFT_FAIL);
}

[[noreturn]] static inline void ksft_exit_fail_perror(const char *msg)
{
	ksft_exit_fail_msg("%s: %s (%d)\n", msg, strerror(errno), errno);
}

/* Skips what is left of the program: all of it, before the first result. */
[[noreturn, gnu::format(printf, 1, 2)]]
static inline void ksft_exit_skip(const char *msg, ...)
{
	char why[256];
	va_list args;

	va_start(args, msg);
	vsnprintf(why, sizeof(why), msg, args);
	va_end(args);
	why[strcspn(why, "\n")] = 0;
	if (ksft_plan || ksft_test_num()) {
		ksft_cnt.ksft_xskip++;
		printf("ok %u # SKIP %s\n", ksft_test_num(), why);
	} else {
		printf("1..0 # SKIP %s\n", why);
	}
	if (ksft_plan)
		ksft_print_cnts();
	exit(KSFT_SKIP);
}
