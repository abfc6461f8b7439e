/* SPDX-License-Identifier: GPL-2.0-only */
// since: 380
// before: fails
// abi: K8
// timeout: 300 1200
// fork while a direct transfer runs: nobody's data lands in, or is taken from, the other process.
#include <abi.h>
#include <pthread.h>

constexpr size_t LEN = 512 * KIB;
constexpr size_t STORED = 100;	/* the byte of each page that is stored to */
static int fd;
static uint8_t *buf;
static volatile bool stop;
static volatile int forks;

/* Forks, then stores to the pages that a transfer may be filling. */
static void *fork_and_store(void *alive)
{
	while (!stop) {
		pid_t pid = fork();

		if (!pid) {
			if (alive)
				usleep(2000);
			_exit(0);
		}
		if (!alive)
			waitpid(pid, nullptr, 0);
		for (size_t i = 0; i < LEN; i += PAGE)
			((volatile uint8_t *)buf)[i + STORED] = 1;
		if (alive)
			waitpid(pid, nullptr, 0);
		forks = forks + 1;
	}
	return nullptr;
}

/* A lost page is wrong as a whole; the byte stored to may be anything. */
static int damaged_pages()
{
	int n = 0;

	for (size_t i = 0; i < LEN; i += PAGE)
		n += pattern_check(buf + i, 1, i, STORED) >= 0 ||
			pattern_check(buf + i + STORED + 1, 1, i + STORED + 1,
				      PAGE - STORED - 1) >= 0;
	return n;
}

static int rounds(bool alive)
{
	pthread_t t;
	int failed = 0, damaged = 0;

	stop = false;
	forks = 0;
	MUST(!pthread_create(&t, nullptr, fork_and_store,
			     alive ? buf : nullptr));
	for (uint32_t i = 0; i < effort(100, 1000) || !forks; i++) {
		memset(buf, 0, LEN);
		failed += pread(fd, buf, LEN, 0) != (ssize_t)LEN;
		damaged += damaged_pages();
	}
	stop = true;
	pthread_join(t, nullptr);
	ksft_print_msg("%d forks\n", forks);
	CHECK_EQ(failed, 0);
	CHECK_EQ(damaged, 0);
	CHECK(forks > 0);
	return KSFT_PASS;
}

static int odirect_read_fork_parent_sees_data() { return rounds(false); }
static int the_same_with_the_child_alive() { return rounds(true); }

static const test_case cases[] = {
	{"odirect_read_fork_parent_sees_data",
	 odirect_read_fork_parent_sees_data},
	{"the same with the child alive", the_same_with_the_child_alive},
};

int main()
{
	ksft_print_header();
	const char *path = test_path("odirect-fork");
	close(make_file(path, LEN, 1));
	fd = open_direct(path, O_RDONLY);
	buf = page_buffer(LEN);
	RUN_CASES(cases);
}
