/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// 500 processes that fork and execute: every one ends well, and nothing stays behind.
#include <census.h>

static int run(int generations)
{
	return in_child([=] {
		char left[12];
		char *argv[] = {(char *)"storm", left, nullptr};
		snprintf(left, sizeof(left), "%d", generations);
		execv("/proc/self/exe", argv);
		return KSFT_FAIL;
	});
}

/* 50 at a time, each with a child of its own: 100 processes. */
static int storm()
{
	pid_t pid[50];

	for (pid_t &p : pid)
		p = spawn([] { return run(0); });
	for (pid_t p : pid)
		CHECK_EQ(reap(p), 0);
	return KSFT_PASS;
}

static int all_end_well()
{
	for (int i = 0; i < 5; i++)
		CHECK_CASE(storm());
	return KSFT_PASS;
}

static int a_chain()
{
	CHECK_CASE(run(30));
	return KSFT_PASS;
}

static int fork_until_it_fails_and_clean_up()
{
	CHECK_CASE(in_child([] {
		static pid_t pid[400];
		int n = 0;
		while (n < 400 && (pid[n] = fork()) > 0)
			n++;
		if (n < 400 && !pid[n]) {
			pause();
			_exit(0);
		}
		CHECK(n >= 100);
		for (int i = 0; i < n; i++)
			CHECK_OK(kill(pid[i], SIGKILL));
		for (int i = 0; i < n; i++)
			CHECK_EQ(WTERMSIG(reap(pid[i])), SIGKILL);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int nothing_stays_behind()
{
	static census before;

	if (getenv("TEST_DIR") || !drop_caches())
		SKIP_CASE("memory cannot be accounted for here");
	CHECK_CASE(storm());	/* tables have the size that they need */
	take_census(&before);
	CHECK_CASE(all_end_well());
	CHECK_CASE(a_chain());
	CHECK_CASE(fork_until_it_fails_and_clean_up());
	/* A page of each of the processes would be 2000 kB. */
	CHECK(census_holds(&before, 64, 8));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"all end well", all_end_well},
	{"a chain", a_chain},
	{"many at a time", fork_until_it_fails_and_clean_up},
	{"nothing stays behind", nothing_stays_behind},
};

int main(int argc, char **argv)
{
	if (argc == 2) {
		int left = atoi(argv[1]);
		return left ? run(left - 1) : KSFT_PASS;
	}
	ksft_print_header();
	RUN_CASES(cases);
}
