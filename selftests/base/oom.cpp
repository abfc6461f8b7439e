/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timeout: 600
// machine: lowmem
// Out of memory: the process that took it all is killed and named, everybody else goes on, what it held comes back.
#include <child.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>

static const char *const SWAP = "/dev/hdd1";
static char klog[64 * KIB];

static uint64_t free_bytes()
{
	struct sysinfo s;

	MUST(sysinfo(&s) == 0);
	return (uint64_t)(s.freeram + s.freeswap) * s.mem_unit;
}

static bool log_names(pid_t pid)
{
	char want[80];
	int n = klogctl(3, klog, sizeof(klog) - 1);

	MUST(n >= 0);
	klog[n] = 0;
	snprintf(want, sizeof(want), "killed process %d (oom)", pid);
	return strstr(klog, want);
}

/* Takes memory without end; who refuses more is asked again. */
[[noreturn]] static void take_all(bool locked)
{
	for (;;) {
		void *p = mmap(nullptr, 64 * KIB, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			continue;
		memset(p, 1, 64 * KIB);
		if (locked)
			mlock(p, 64 * KIB);
	}
}

/* A process with a little memory that must come through; a byte to @go ends
 * it with what it found. */
static pid_t start_bystander(int go)
{
	return spawn([=] {
		uint8_t *p = page_buffer(2 * MIB);
		char c;

		CHECK_EQ(read(go, &c, 1), 1);
		CHECK(all_bytes(p, 0x5a, 2 * MIB));
		return KSFT_PASS;
	});
}

static int culprit(bool locked = false)
{
	static vmstat before, after;
	uint64_t had = free_bytes();
	int go[2];

	CHECK_OK(pipe(go));
	pid_t bystander = start_bystander(go[0]);
	vmstat_read(&before);
	pid_t hog = spawn([=]() -> int { take_all(locked); });
	int status = reap(hog);
	vmstat_read(&after);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK_EQ(vmstat_diff(&before, &after, "oom_kill"), 1);
	CHECK(log_names(hog));
	CHECK_EQ(write(go[1], "x", 1), 1);
	CHECK_EQ(reap(bystander), 0);
	CHECK(free_bytes() + 4 * MIB >= had);
	close(go[0]);
	close(go[1]);
	return KSFT_PASS;
}

static int without_swap()
{
	if (swapoff(SWAP) && errno != EINVAL)
		CHECK_OK(-1);
	return culprit();
}

static int swapping_culprit(bool locked)
{
	if (swapon(SWAP, 0))
		SKIP_CASE("no swap space");
	int r = culprit(locked);
	CHECK_OK(swapoff(SWAP));
	return r;
}

static int with_swap() { return swapping_culprit(false); }

/* Swap has room, but not for this. */
static int what_is_locked() { return swapping_culprit(true); }

/* Threads are one process: all go. A child that shares nothing stays. */
static int children_are_not_blamed()
{
	int p[2];
	char c = 0;

	CHECK_OK(pipe(p));
	pid_t hog = spawn([&]() -> int {
		close(p[0]);
		if (!fork()) {
			sleep_ms(100);
			while (kill(getppid(), 0) == 0 && getppid() != 1)
				sleep_ms(20);
			_exit(write(p[1], "a", 1) != 1);
		}
		take_all(false);
	});
	close(p[1]);
	int status = reap(hog);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(log_names(hog));
	CHECK_EQ(read(p[0], &c, 1), 1);
	close(p[0]);
	return KSFT_PASS;
}

/* A program that runs loses its pages of a file and reads them again: a little
 * can be freed all the time, and is gone at once. Whoever asks for more is
 * still out of memory. */
static int what_comes_and_goes()
{
	constexpr size_t PAGES = 24;
	int fd = make_file(test_path("comes-and-goes"), PAGES * PAGE, 1);
	uint8_t *p = (uint8_t *)mmap(nullptr, PAGES * PAGE, PROT_READ,
				     MAP_SHARED, fd, 0);
	MUST(p != MAP_FAILED);
	pid_t reader = spawn([=]() -> int {
		for (;;) {
			for (size_t i = 0; i < PAGES; i++)
				(void)((volatile uint8_t *)p)[i * PAGE];
			sleep_ms(1);
		}
	});
	int r = culprit();
	CHECK_OK(kill(reader, SIGKILL));
	reap(reader);
	munmap(p, PAGES * PAGE);
	close(fd);
	return r;
}

/* A mapping that could never be filled is refused at once. */
static int too_much_at_once()
{
	void *p = mmap(nullptr, 2000 * MIB, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p == MAP_FAILED && errno == ENOMEM);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"the culprit dies, without swap", without_swap},
	{"the culprit dies, with swap", with_swap},
	{"what is locked cannot be swapped out", what_is_locked},
	{"children are not blamed", children_are_not_blamed},
	{"what comes and goes is no memory", what_comes_and_goes},
	{"too much at once", too_much_at_once},
};

int main()
{
	ksft_print_header();
	if (sysconf(_SC_PHYS_PAGES) > (long)(64 * MIB / PAGE))
		ksft_exit_skip("not a machine with little memory\n");
	MUST(geteuid() == 0);
	RUN_CASES(cases);
}
