/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Resource limits: file size, open files, processes, address space, processor time, and who may raise them.
#include <child.h>
#include <grp.h>
#include <sys/resource.h>

static volatile int got;
static void on(int sig) { got = sig; }

static bool limit(int what, rlim_t soft, rlim_t hard = RLIM_INFINITY)
{
	rlimit r = {soft, hard};

	return setrlimit(what, &r) == 0;
}

static int file_size()
{
	CHECK_CASE(in_child([] {
		static char buf[1000];
		int fd = make_file(test_path("rlimit"), 0, 0);
		CHECK(limit(RLIMIT_FSIZE, 1500));
		signal(SIGXFSZ, on);
		CHECK_EQ(write(fd, buf, 1000), 1000);
		CHECK_EQ(write(fd, buf, 1000), 500);
		CHECK_EQ(got, 0);
		CHECK_ERR(write(fd, buf, 1), EFBIG);
		CHECK_EQ(got, SIGXFSZ);
		got = 0;
		CHECK_ERR(ftruncate(fd, 1501), EFBIG);
		CHECK_EQ(got, SIGXFSZ);
		CHECK_OK(ftruncate(fd, 1500));
		CHECK_EQ(pwrite(fd, buf, 100, 200), 100);
		CHECK_ERR(pwrite(fd, buf, 100, 5000), EFBIG);
		int p[2];
		CHECK_OK(pipe(p));
		for (int i = 0; i < 3; i++)
			CHECK_EQ(write(p[1], buf, 1000), 1000);
		return KSFT_PASS;
	}));
	int s = reap(spawn([] {
		int fd = open(test_path("rlimit"), O_WRONLY);
		signal(SIGXFSZ, SIG_DFL);
		limit(RLIMIT_FSIZE, 10);
		limit(RLIMIT_CORE, 0);
		return (int)pwrite(fd, "x", 1, 10);
	}));
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGXFSZ);
	return KSFT_PASS;
}

static int open_files()
{
	CHECK_CASE(in_child([] {
		int fd, last = -1, p[2];
		CHECK(limit(RLIMIT_NOFILE, 50, 100));
		while ((fd = open("/dev/null", O_RDONLY)) >= 0)
			last = fd;
		CHECK_EQ(errno, EMFILE);
		CHECK_EQ(last, 49);
		CHECK_ERR(dup(0), EMFILE);
		CHECK_ERR(pipe(p), EMFILE);
		CHECK_ERR(dup2(0, 50), EBADF);
		CHECK_ERR(fcntl(0, F_DUPFD, 50), EINVAL);
		CHECK(limit(RLIMIT_NOFILE, 100, 100));
		CHECK_EQ(open("/dev/null", O_RDONLY), 50);
		CHECK_EQ(dup2(0, 99), 99);
		/* What is open stays usable under a lower limit. */
		CHECK(limit(RLIMIT_NOFILE, 10, 100));
		CHECK_EQ(fcntl(99, F_GETFD), 0);
		CHECK_OK(close(99));
		close(5);
		CHECK_EQ(dup(0), 5);
		CHECK_ERR(dup(0), EMFILE);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int processes()
{
	if (getuid())
		SKIP_CASE("not root");
	CHECK_CASE(in_child([] {
		CHECK(limit(RLIMIT_NPROC, 3, 3));
		CHECK_OK(setgroups(0, nullptr));
		CHECK_OK(setuid(54321));
		pid_t a = spawn([] { pause(); return 0; });
		pid_t b = spawn([] { pause(); return 0; });
		CHECK_EQ(fork(), -1);
		CHECK_EQ(errno, EAGAIN);
		kill(a, SIGKILL);
		reap(a);
		pid_t c = spawn([] { return 0; });
		CHECK_EQ(reap(c), 0);
		kill(b, SIGKILL);
		reap(b);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int address_space()
{
	CHECK_CASE(in_child([] {
		void *p = mmap(nullptr, 16 * MIB, PROT_READ, MAP_PRIVATE |
			       MAP_ANONYMOUS, -1, 0);
		CHECK(p != MAP_FAILED);
		CHECK_OK(munmap(p, 16 * MIB));
		CHECK(limit(RLIMIT_AS, 14 * MIB));
		p = mmap(nullptr, 16 * MIB, PROT_READ, MAP_PRIVATE |
			 MAP_ANONYMOUS, -1, 0);
		CHECK(p == MAP_FAILED);
		CHECK_EQ(errno, ENOMEM);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int processor_time()
{
	int s = reap(spawn([] {
		limit(RLIMIT_CPU, 1, 2);
		limit(RLIMIT_CORE, 0);
		for (;;)
			;
		return 0;
	}));
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGXCPU);
	return KSFT_PASS;
}

static int raising()
{
	rlimit r;

	CHECK(limit(RLIMIT_CORE, 10, 20));
	CHECK_OK(getrlimit(RLIMIT_CORE, &r));
	CHECK(r.rlim_cur == 10 && r.rlim_max == 20);
	CHECK(!limit(RLIMIT_CORE, 30, 20));
	CHECK_EQ(errno, EINVAL);
	CHECK_ERR(getrlimit(99, &r), EINVAL);
	CHECK_CASE(in_child([] {
		rlimit r;
		CHECK_OK(getrlimit(RLIMIT_CORE, &r));
		CHECK_EQ(r.rlim_max, 20);	/* inherited */
		if (getuid() == 0)
			CHECK_OK(setuid(1000));
		CHECK(limit(RLIMIT_CORE, 15, 15));
		CHECK(!limit(RLIMIT_CORE, 15, 16));
		CHECK_EQ(errno, EPERM);
		return KSFT_PASS;
	}));
	CHECK_OK(prlimit(0, RLIMIT_CORE, nullptr, &r));
	CHECK_EQ(r.rlim_cur, 10);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"file size", file_size},
	{"open files", open_files},
	{"processes", processes},
	{"address space", address_space},
	{"processor time", processor_time},
	{"raising", raising},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
