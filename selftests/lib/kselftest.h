/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reporting as KTAP on standard output. The calls have the names and the
 * meaning of Linux's kselftest framework, so that a test also builds against a
 * Linux tree's own header of this name. One verdict is one line; the tallies
 * belong to the process that reports.
 */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exit codes, and at the same time the verdicts on one test. */
#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_XFAIL	2
#define KSFT_XPASS	3
#define KSFT_SKIP	4

struct ksft_state {
	unsigned planned, reported;
	unsigned tally[KSFT_SKIP + 1];
};
static ksft_state ksft;

/* How each verdict begins and what follows the test's name. */
struct ksft_wording {
	const char *name, *begin, *directive;
};
static constexpr ksft_wording ksft_words[] = {
	{"pass", "ok", ""},
	{"fail", "not ok", ""},
	{"xfail", "ok", " # XFAIL"},
	{"xpass", "not ok", " # XPASS"},
	{"skip", "ok", " # SKIP"},
};

static inline void ksft_print_header()
{
	/* Whole lines even into a pipe, and nothing left over for a fork. */
	setvbuf(stdout, nullptr, _IOLBF, 0);
	puts("KTAP version 1");
}

static inline void ksft_set_plan(unsigned tests)
{
	ksft.planned = tests;
	printf("1..%u\n", tests);
}

/* The format, up to its first newline: a result must stay one line. */
static inline void ksft_format(char *line, size_t room, const char *fmt,
			       va_list args)
{
	vsnprintf(line, room, fmt, args);
	line[strcspn(line, "\n")] = '\0';
}

[[gnu::format(printf, 1, 2)]]
static inline void ksft_print_msg(const char *fmt, ...)
{
	int kept = errno;
	va_list args;

	fputs("# ", stdout);
	errno = kept;	/* for a %m in the format */
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	errno = kept;
}

static inline void ksft_perror(const char *what)
{
	ksft_print_msg("%s: %s (%d)\n", what, strerror(errno), errno);
}

static inline void ksft_verdict(int verdict, const char *fmt, va_list args)
{
	int kept = errno;
	char name[256];

	ksft_format(name, sizeof(name), fmt, args);
	ksft.tally[verdict]++;
	printf("%s %u %s%s\n", ksft_words[verdict].begin, ++ksft.reported,
	       name, ksft_words[verdict].directive);
	errno = kept;
}

#define KSFT_DEFINE_RESULT(function, verdict)				\
	[[gnu::format(printf, 1, 2)]]					\
	static inline void function(const char *fmt, ...)		\
	{								\
		va_list args;						\
									\
		va_start(args, fmt);					\
		ksft_verdict(verdict, fmt, args);			\
		va_end(args);						\
	}
KSFT_DEFINE_RESULT(ksft_test_result_pass, KSFT_PASS)
KSFT_DEFINE_RESULT(ksft_test_result_fail, KSFT_FAIL)
KSFT_DEFINE_RESULT(ksft_test_result_xfail, KSFT_XFAIL)
KSFT_DEFINE_RESULT(ksft_test_result_xpass, KSFT_XPASS)
KSFT_DEFINE_RESULT(ksft_test_result_skip, KSFT_SKIP)
/* The test could not be carried out: that is not a pass. */
KSFT_DEFINE_RESULT(ksft_test_result_error, KSFT_FAIL)
#undef KSFT_DEFINE_RESULT

#define ksft_test_result(good, ...)					\
	((good) ? ksft_test_result_pass(__VA_ARGS__) :			\
		  ksft_test_result_fail(__VA_ARGS__))

static inline void ksft_print_cnts()
{
	if (ksft.reported != ksft.planned)
		ksft_print_msg("%u tests reported, %u planned\n",
			       ksft.reported, ksft.planned);
	fputs("# Totals:", stdout);
	for (int v = KSFT_PASS; v <= KSFT_SKIP; v++)
		printf(" %s:%u", ksft_words[v].name, ksft.tally[v]);
	putchar('\n');
}

[[noreturn]] static inline void ksft_leave(int code)
{
	ksft_print_cnts();
	exit(code);
}
[[noreturn]] static inline void ksft_exit_pass() { ksft_leave(KSFT_PASS); }
[[noreturn]] static inline void ksft_exit_fail() { ksft_leave(KSFT_FAIL); }
[[noreturn]] static inline void ksft_exit_xfail() { ksft_leave(KSFT_XFAIL); }
[[noreturn]] static inline void ksft_exit_xpass() { ksft_leave(KSFT_XPASS); }
[[noreturn]] static inline void ksft_exit(bool good)
{
	ksft_leave(good ? KSFT_PASS : KSFT_FAIL);
}

/* Good if every planned test was reported, and none as a failure. */
[[noreturn]] static inline void ksft_finished()
{
	unsigned bad = ksft.tally[KSFT_FAIL] + ksft.tally[KSFT_XPASS];

	ksft_exit(!bad && ksft.reported == ksft.planned);
}

[[noreturn, gnu::format(printf, 1, 2)]]
static inline void ksft_exit_fail_msg(const char *fmt, ...)
{
	char why[256];
	va_list args;

	va_start(args, fmt);
	ksft_format(why, sizeof(why), fmt, args);
	va_end(args);
	printf("Bail out! %s\n", why);
	ksft_leave(KSFT_FAIL);
}

[[noreturn]] static inline void ksft_exit_fail_perror(const char *what)
{
	ksft_exit_fail_msg("%s: %s (%d)", what, strerror(errno), errno);
}

/* Skips the program: as a whole if nothing was planned or reported yet. */
[[noreturn, gnu::format(printf, 1, 2)]]
static inline void ksft_exit_skip(const char *fmt, ...)
{
	char why[256];
	va_list args;

	va_start(args, fmt);
	ksft_format(why, sizeof(why), fmt, args);
	va_end(args);
	if (!ksft.planned && !ksft.reported) {
		printf("1..0 # SKIP %s\n", why);
		exit(KSFT_SKIP);
	}
	ksft.tally[KSFT_SKIP]++;
	printf("ok %u # SKIP %s\n", ++ksft.reported, why);
	ksft_leave(KSFT_SKIP);
}
