/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// 300 processes that fork and execute: every one ends well, and no memory stays behind.
#include <child.h>

static char text[64 * KIB];

static bool slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = 0, r;

	if (fd < 0)
		return false;
	while ((r = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += r;
	close(fd);
	text[n] = 0;
	return n > 0;
}

/* kB in use: neither free nor cache. */
static long used_kib()
{
	auto field = [](const char *name) {
		char *p = strstr(text, name);
		return p ? strtol(p + strlen(name), nullptr, 10) : 0;
	};

	if (!slurp("/proc/meminfo"))
		return -1;
	return field("MemTotal:") - field("MemFree:") - field("\nBuffers:") -
	       field("\nCached:");
}

/* Active objects of a slab cache, or -1. */
static long objects(const char *cache)
{
	char line[64];

	snprintf(line, sizeof(line), "\n%s ", cache);
	if (!slurp("/proc/slabinfo"))
		return -1;
	char *p = strstr(text, line);
	return p ? strtol(p + strlen(line), nullptr, 10) : -1;
}

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

/* 30 at a time, each with a child of its own: 60 processes. */
static int storm()
{
	pid_t pid[30];

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

static int no_memory_stays_behind()
{
	static const char *const caches[] = {"mm_struct", "vm_area_struct",
		"sighand", "thread_group", "filp", "dentry_cache"};
	bool quiet = !getenv("TEST_DIR");
	long before[6];

	CHECK_CASE(storm());	/* caches are warm now */
	long used = used_kib();
	CHECK(used > 0);
	for (int i = 0; i < 6; i++)
		before[i] = objects(caches[i]);
	for (int i = 0; i < 5; i++)
		CHECK_CASE(storm());
	for (int i = 0; i < 6; i++) {
		if (before[i] < 0)
			continue;
		long now = objects(caches[i]);
		ksft_print_msg("%s: %ld, then %ld\n", caches[i], before[i],
			       now);
		if (quiet)
			CHECK(now < before[i] + 100);
	}
	long now = used_kib();
	ksft_print_msg("%ld kB in use, then %ld\n", used, now);
	/* 300 processes that leave one page each: 1200 kB. */
	if (!quiet)
		SKIP_CASE("other programs run beside it");
	CHECK(now - used < 800);
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

static const test_case cases[] = {
	{"all end well", all_end_well},
	{"a chain", a_chain},
	{"no memory stays behind", no_memory_stays_behind},
	{"many at a time", fork_until_it_fails_and_clean_up},
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
