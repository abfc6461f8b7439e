/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D5
// Direct pages count as locked memory, exactly, and whichever way they end the charge and the frames come back.
#include <child.h>
#include <sys/resource.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t LIMIT = 64 * PAGE;
static int fd;

static long locked()
{
	static char text[4096];
	int s = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(s, text, sizeof(text) - 1);

	close(s);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, "VmLck:");
	return p ? strtol(p + 6, nullptr, 10) * (long)KIB : -1;
}

static uint8_t *map(size_t len, int flags = 0, void *at = nullptr)
{
	void *p = mmap(at, len, RW, WINDOW | flags,
		       flags & MAP_ANONYMOUS ? -1 : fd, 0);

	return p == MAP_FAILED ? nullptr : (uint8_t *)p;
}

/* ---- in a process that may lock so much and not a page more ---- */

/* Nothing is charged: all of it is there to be had, and that is the end. */
static int all_is_free()
{
	CHECK_EQ(locked(), 0);
	uint8_t *p = map(LIMIT);
	CHECK(p);
	CHECK_EQ(locked(), LIMIT);
	CHECK(!map(1) && errno == EAGAIN);
	CHECK(!map(1, MAP_ANONYMOUS) && errno == EAGAIN);
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p, LIMIT));
	CHECK_EQ(locked(), 0);
	return KSFT_PASS;
}

/* Every third page, each third in turn. */
static int ends_in_pieces(uint8_t *p)
{
	for (size_t first = 0; first < 3; first++)
		for (size_t i = first * PAGE; i < LIMIT; i += 3 * PAGE)
			CHECK_OK(munmap(p + i, PAGE));
	return KSFT_PASS;
}

static int ends_by_another_mapping(uint8_t *p)
{
	CHECK(mmap(p + PAGE, LIMIT / 2, RW, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_FIXED, -1, 0) == p + PAGE);
	CHECK_EQ(locked(), LIMIT / 2);
	CHECK_OK(munmap(p, LIMIT));
	return KSFT_PASS;
}

static int moves_and_shrinks(uint8_t *p)
{
	void *to = mmap(nullptr, LIMIT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	CHECK(mremap(p, LIMIT, LIMIT, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
	      to);
	CHECK_EQ(locked(), LIMIT);
	CHECK(mremap(to, LIMIT, 2 * LIMIT, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK_EQ(locked(), LIMIT);
	CHECK(mremap(to, LIMIT, LIMIT / 4, 0) == to);
	CHECK_EQ(locked(), LIMIT / 4);
	CHECK_OK(munmap(to, LIMIT));
	return KSFT_PASS;
}

static int is_cut_by_mprotect(uint8_t *p)
{
	for (size_t i = 0; i < LIMIT; i += 2 * PAGE)
		CHECK_OK(mprotect(p + i, PAGE, PROT_READ));
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(mprotect(p, LIMIT, PROT_NONE));
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p, LIMIT));
	return KSFT_PASS;
}

/* Neither locking nor unlocking it makes a difference. */
static int is_locked_and_unlocked(uint8_t *p)
{
	CHECK_OK(mlock(p, LIMIT));
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munlock(p + PAGE, PAGE));
	CHECK_OK(munlockall());
	CHECK_OK(madvise(p, LIMIT, MADV_DONTNEED));
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p, LIMIT));
	return KSFT_PASS;
}

static int is_refilled(uint8_t *p)
{
	CHECK(map(LIMIT, MAP_FIXED, p) == p);
	CHECK(map(LIMIT / 2, MAP_FIXED | MAP_ANONYMOUS, p) == p);
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p + LIMIT / 2, LIMIT / 2));
	CHECK(map(LIMIT, MAP_FIXED, p) == p);
	CHECK_EQ(locked(), LIMIT);
	/* Other kinds of windows get frames of their own. */
	CHECK(mmap(p, LIMIT / 2, PROT_READ, WINDOW | MAP_FIXED, fd, 0) == p);
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p, LIMIT));
	return KSFT_PASS;
}

/* Failures charge nothing, over a window and elsewhere. */
static int calls_fail(uint8_t *p)
{
	for (int i = 0; i < 100; i++) {
		CHECK(!map(LIMIT + 1, MAP_FIXED, p) && errno == EAGAIN);
		CHECK(!map(PAGE, MAP_FIXED, p + LIMIT) && errno == EAGAIN);
		CHECK_ERR(mmap(p, LIMIT, RW, WINDOW | MAP_FIXED, fd,
			       LIMIT * 2), ENXIO);
		CHECK_ERR(mmap(p, LIMIT, RW, WINDOW | MAP_FIXED, 99, 0),
			  EBADF);
		CHECK_ERR(mmap(nullptr, 0, RW, WINDOW, fd, 0), EINVAL);
	}
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p, LIMIT));
	return KSFT_PASS;
}

static int has_a_child(uint8_t *p)
{
	CHECK_CASE(in_child([=] {
		CHECK_EQ(locked(), LIMIT);
		CHECK(!map(PAGE) && errno == EAGAIN);
		CHECK_OK(munmap(p, LIMIT / 2));
		CHECK_EQ(locked(), LIMIT / 2);
		return KSFT_PASS;
	}));
	CHECK_EQ(locked(), LIMIT);
	CHECK_OK(munmap(p, LIMIT));
	return KSFT_PASS;
}

static int limited(int (*use)(uint8_t *p))
{
	return in_child([=] {
		rlimit rl = {LIMIT, LIMIT};

		CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &rl));
		CHECK_OK(setuid(1000));
		CHECK_CASE(all_is_free());
		uint8_t *p = map(LIMIT);
		CHECK(p);
		CHECK_CASE(use(p));
		return all_is_free();
	});
}

/* Root may lock more than the limit. */
static int limit_is_not_for_root()
{
	return in_child([] {
		rlimit rl = {LIMIT, LIMIT};

		CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &rl));
		uint8_t *p = map(4 * LIMIT, MAP_ANONYMOUS);
		CHECK(p);
		CHECK_EQ(locked(), 4 * LIMIT);
		CHECK_OK(munmap(p, 4 * LIMIT));
		return KSFT_PASS;
	});
}

/* ---- processes that end: more frames in all than there is memory ---- */

constexpr size_t BIG = 32 * MIB;

static int more_than_there_is(int (*end)(), int wanted)
{
	long pages = sysconf(_SC_PHYS_PAGES);
	int rounds = (int)(pages / (long)(BIG / PAGE)) + 2;

	for (int i = 0; i < rounds; i++) {
		pid_t pid = spawn([=] {
			return map(BIG, MAP_ANONYMOUS) ? end() : 9;
		});
		CHECK_EQ(reap(pid), wanted);
	}
	return KSFT_PASS;
}

static int exit_gives_them_back()
{
	return more_than_there_is([] { return 3; }, 3 << 8);
}

static int sigkill_gives_them_back()
{
	return more_than_there_is([] { return raise(SIGKILL); }, SIGKILL);
}

/* The program that it executes says what is charged to it. */
static int exec_gives_them_back()
{
	return more_than_there_is([] {
		char *argv[] = {(char *)"memlock", (char *)"look", nullptr};

		execv("/proc/self/exe", argv);
		return 8;
	}, 0);
}

#define LIMITED(name, use) {name, [] { return limited(use); }}
static const test_case cases[] = {
	LIMITED("memlock_charged_and_returned: munmap in pieces",
		ends_in_pieces),
	LIMITED("another mapping", ends_by_another_mapping),
	LIMITED("mremap", moves_and_shrinks),
	LIMITED("mprotect", is_cut_by_mprotect),
	LIMITED("mlock, munlock, MADV_DONTNEED", is_locked_and_unlocked),
	LIMITED("refills", is_refilled),
	LIMITED("calls that fail", calls_fail),
	LIMITED("fork", has_a_child),
	{"the limit is not for root", limit_is_not_for_root},
	{"exit", exit_gives_them_back},
	{"SIGKILL", sigkill_gives_them_back},
	{"exec", exec_gives_them_back},
};

int main(int argc, char **)
{
	if (argc == 2)
		return locked() != 0;
	ksft_print_header();
	fd = make_file(test_path("direct-memlock"), LIMIT, 1);
	MUST(fchmod(fd, 0666) == 0);
	need_refill(fd, 16 * MIB);
	RUN_CASES(cases);
}
