/* SPDX-License-Identifier: GPL-2.0-only */
// since: 510
// abi: D2 N2 D10 K11
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

struct mapping {
	char kind[16], state[16];
	unsigned pages, mapped, runs, in_runs;
};

/* What the line of the mapping at @p says. */
static bool describe(const void *p, mapping *m)
{
	const char *l = find_line(p);
	int at;

	*m = {};
	if (!l || sscanf(l, "%*s %15s %*x %u %u %15s%n", m->kind, &m->pages,
			 &m->mapped, m->state, &at) != 4)
		return false;
	l += at;
	for (unsigned n; sscanf(l, " %u%n", &n, &at) == 1; l += at) {
		m->in_runs += n;
		m->runs++;
	}
	return true;
}

static int frames_come_in_runs()
{
	void *p = mmap(nullptr, MIB, PROT_READ, MAP_PRIVATE | MAP_DIRECT |
		       MAP_BLOCK, fd, 0);
	mapping m;

	CHECK(p != MAP_FAILED);
	CHECK(describe(p, &m));
	CHECK(!strcmp(m.kind, "private") && !strcmp(m.state, "direct"));
	CHECK_EQ(m.pages, MIB / PAGE);
	CHECK_EQ(m.mapped, MIB / PAGE);
	CHECK_EQ(m.in_runs, MIB / PAGE);
	CHECK(strstr(find_line(p), "/directmap-file\n"));
	CHECK_OK(munmap(p, MIB));
	CHECK(!find_line(p));
	return KSFT_PASS;
}

/* The number behind @key in the line of the mapping at @p; -1: none. */
static long count_of(const void *p, const char *key)
{
	const char *l = find_line(p), *at = l ? strstr(l, key) : nullptr;

	return at ? strtol(at + strlen(key), nullptr, 10) : -1;
}

static int states_and_colours()
{
	auto p = (volatile char *)mmap(nullptr, MIB, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK,
				       fd, 0);
	mapping m;

	CHECK(p != MAP_FAILED);
	CHECK_EQ(count_of((void *)p, " resident="), MIB / PAGE);
	CHECK_EQ(count_of((void *)p, " arriving="), 0);
	CHECK_EQ(count_of((void *)p, " dirty="), 0);
	p[0] = p[5 * PAGE] = 1;
	CHECK_EQ(count_of((void *)p, " dirty="), 2);
	CHECK_OK(madvise((void *)p, 3 * PAGE, MADV_DONTNEED));
	CHECK_EQ(count_of((void *)p, " resident="), MIB / PAGE - 3);
	CHECK_EQ(count_of((void *)p, " dirty="), 1);
	/* One colour for each run. */
	CHECK(describe((void *)p, &m));
	const char *c = strstr(find_line((void *)p), " colours=");
	unsigned colours = 1;
	CHECK(c);
	for (c += 9; *c != ' '; c++)
		colours += *c == ',';
	CHECK_EQ(colours, m.runs);
	CHECK_OK(munmap((void *)p, MIB));
	return KSFT_PASS;
}

/* An entry ends where a run does, or at a border of 64 KiB, or where the file
 * goes on elsewhere on the disk. */
static int a_run_is_one_prd_entry()
{
	constexpr int W = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
	static vmstat_span span;
	void *p = mmap(nullptr, MIB, PROT_READ, W, fd, 0);
	mapping m;

	CHECK(p != MAP_FAILED);
	CHECK(describe(p, &m));
	span.begin();
	void *r = mmap(p, MIB, PROT_READ, W | MAP_FIXED, fd, 0);
	span.end();
	CHECK(r == p);
	long long cuts = MIB / (64 * KIB) + span.diff("disk_read") - 1;
	CHECK(span.diff("disk_prd") >= m.runs);
	CHECK_QUIET(span.diff("disk_prd") <= m.runs + cuts);
	CHECK_OK(munmap(p, MIB));
	return KSFT_PASS;
}

/* An ordinary mapping, which is counted and shown. */
static int falls_back(int flags, int f)
{
	static vmstat_span span;

	span.begin();
	void *p = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
		       MAP_DIRECT | flags, f, 0);
	span.end();
	CHECK(p != MAP_FAILED);
	CHECK_EQ(span.diff("direct_fallback"), 1);
	char *l = find_line(p);
	CHECK(l && strstr(l, " fellback"));
	CHECK(all_bytes(p, 0, PAGE));
	CHECK_OK(munmap(p, PAGE));
	return KSFT_PASS;
}

static int hint_falls_back_and_is_counted()
{
	int zero = open("/dev/zero", O_RDWR);

	CHECK_CASE(falls_back(MAP_PRIVATE, zero));
	CHECK_CASE(falls_back(MAP_SHARED, zero));
	close(zero);
	return falls_back(MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
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
	{"states and colours", states_and_colours},
	{"a run is one PRD entry",
	 [] { return in_quiet(a_run_is_one_prd_entry); }},
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
