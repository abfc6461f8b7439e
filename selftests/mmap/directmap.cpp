/* SPDX-License-Identifier: GPL-2.0-only */
// since: 510
// abi: D2 N2 D10
// /proc/PID/directmap shows the frames of direct mappings, and what fell back.
#include <abi.h>

static int fd;
static char line[65536];

/* The line of the mapping at @p, or null. */
static char *find_line(const void *p)
{
	FILE *f = fopen("/proc/self/directmap", "r");
	char *found = nullptr;

	MUST(f);
	while (!found && fgets(line, sizeof(line), f))
		if (strtoul(line, nullptr, 16) == (uintptr_t)p)
			found = line;
	fclose(f);
	return found;
}

static int frames_come_in_runs()
{
	void *p = mmap(nullptr, MIB, PROT_READ, MAP_PRIVATE | MAP_DIRECT |
		       MAP_BLOCK, fd, 0);
	unsigned pages, mapped, sum = 0, runs = 0;
	char kind[16], state[16];
	int at;

	CHECK(p != MAP_FAILED);
	char *l = find_line(p);
	CHECK(l);
	CHECK_EQ(sscanf(l, "%*s %15s %*x %u %u %15s%n", kind, &pages, &mapped,
			state, &at), 4);
	CHECK(!strcmp(kind, "private") && !strcmp(state, "direct"));
	CHECK_EQ(pages, MIB / PAGE);
	CHECK_EQ(mapped, MIB / PAGE);
	for (unsigned n; sscanf(l + at, " %u%n", &n, &runs) == 1; at += runs)
		sum += n;
	CHECK_EQ(sum, pages);
	CHECK(strstr(l, "/directmap-file\n"));
	CHECK_OK(munmap(p, MIB));
	CHECK(!find_line(p));
	return KSFT_PASS;
}

static int hint_falls_back_and_is_counted()
{
	vmstat_span span;
	int proc = open("/proc/version", O_RDONLY);

	span.begin();
	void *p = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_DIRECT | MAP_GROWSDOWN | MAP_ANONYMOUS,
		       -1, 0);
	span.end();
	CHECK(p != MAP_FAILED);
	CHECK_EQ(span.diff("direct_fallback"), 1);
	char *l = find_line(p);
	CHECK(l && strstr(l, " fellback"));
	CHECK_OK(munmap(p, PAGE));
	close(proc);
	return KSFT_PASS;
}

static int o_direct_files_are_mapped_directly()
{
	int d = open_direct(test_path("directmap-file"), O_RDONLY);
	void *p = mmap(nullptr, PAGE, PROT_READ, MAP_PRIVATE, d, 0);

	CHECK(p != MAP_FAILED && find_line(p));
	CHECK_OK(munmap(p, PAGE));
	int ctl = open("/proc/sys/vm/mmap_o_direct", O_WRONLY);
	if (ctl < 0)
		SKIP_CASE("no /proc/sys/vm/mmap_o_direct");
	CHECK_EQ(write(ctl, "0\n", 2), 2);
	p = mmap(nullptr, PAGE, PROT_READ, MAP_PRIVATE, d, 0);
	bool direct = find_line(p);
	CHECK_EQ(write(ctl, "1\n", 2), 2);
	CHECK(p != MAP_FAILED && !direct);
	close(ctl);
	close(d);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"frames come in runs", frames_come_in_runs},
	{"hint_falls_back_and_is_counted", hint_falls_back_and_is_counted},
	{"O_DIRECT files are mapped directly",
	 o_direct_files_are_mapped_directly},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("directmap-file"), MIB, 1);
	if (access("/proc/self/directmap", R_OK))
		ksft_exit_skip("no /proc/PID/directmap\n");
	RUN_CASES(cases);
}
