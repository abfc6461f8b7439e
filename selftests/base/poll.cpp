/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// poll and select: readiness, time-outs, wake-ups, signals, bad descriptors, many descriptors.
#include <child.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>

static int p[2];

static void start() { MUST(pipe(p) == 0); }
static void stop() { close(p[0]); close(p[1]); }

static int time_out()
{
	pollfd f = {p[0], POLLIN, 0};

	start();
	f.fd = p[0];
	long long t = now_ns();
	CHECK_EQ(poll(&f, 1, 50), 0);
	t = now_ns() - t;
	CHECK(t >= 50000000 && t < 40000000000);	/* not a unit more */
	CHECK_EQ(poll(&f, 1, 0), 0);
	t = now_ns();
	CHECK_EQ(poll(nullptr, 0, 20), 0);
	CHECK(now_ns() - t >= 20000000);
	timeval tv = {0, 30000};
	t = now_ns();
	CHECK_EQ(select(0, nullptr, nullptr, nullptr, &tv), 0);
	CHECK(now_ns() - t >= 30000000);
	stop();
	return KSFT_PASS;
}

static int readiness()
{
	start();
	int file = make_file(test_path("poll"), 10, 1);
	pollfd f[] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {-1, POLLIN, 7},
		      {99, POLLIN, 0}, {file, POLLIN | POLLOUT, 0}};
	CHECK_EQ(poll(f, 5, 1000), 3);
	CHECK_EQ(f[0].revents, 0);
	CHECK_EQ(f[1].revents, POLLOUT);
	CHECK_EQ(f[2].revents, 0);
	CHECK_EQ(f[3].revents, POLLNVAL);
	CHECK_EQ(f[4].revents, POLLIN | POLLOUT);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(poll(f, 1, -1), 1);
	CHECK_EQ(f[0].revents, POLLIN);
	close(file);
	stop();
	return KSFT_PASS;
}

static int select_sets()
{
	fd_set r, w, e;

	start();
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&e);
	FD_SET(p[0], &r);
	FD_SET(p[1], &w);
	FD_SET(p[0], &e);
	timeval tv = {5, 0};
	CHECK_EQ(select(p[1] + 1, &r, &w, &e, &tv), 1);
	CHECK(!FD_ISSET(p[0], &r) && FD_ISSET(p[1], &w));
	CHECK(!FD_ISSET(p[0], &e));
	CHECK_EQ(write(p[1], "x", 1), 1);
	FD_SET(p[0], &r);
	CHECK_EQ(select(p[1] + 1, &r, &w, nullptr, nullptr), 2);
	CHECK(FD_ISSET(p[0], &r) && FD_ISSET(p[1], &w));
	int closed = dup(p[0]);
	close(closed);
	FD_ZERO(&r);
	FD_SET(closed, &r);
	CHECK_ERR(select(closed + 1, &r, nullptr, nullptr, &tv), EBADF);
	CHECK_ERR(select(-1, &r, nullptr, nullptr, &tv), EINVAL);
	tv = {-1, 0};
	CHECK_ERR(select(0, nullptr, nullptr, nullptr, &tv), EINVAL);
	stop();
	return KSFT_PASS;
}

static int a_writer_wakes()
{
	start();
	pid_t pid = spawn([] {
		pollfd f = {p[0], POLLIN, 0};
		CHECK_EQ(poll(&f, 1, 50000), 1);
		CHECK_EQ(f.revents, POLLIN);
		return KSFT_PASS;
	});
	CHECK(await_state(pid, 'S'));
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(reap(pid), 0);
	pid = spawn([] {
		pollfd f = {p[0], 0, 0};
		char c;
		close(p[1]);
		if (read(p[0], &c, 1) != 1)
			return KSFT_FAIL;
		CHECK_EQ(poll(&f, 1, 50000), 1);
		CHECK_EQ(f.revents, POLLHUP);
		return KSFT_PASS;
	});
	CHECK(await_state(pid, 'S'));
	close(p[1]);
	CHECK_EQ(reap(pid), 0);
	close(p[0]);
	return KSFT_PASS;
}

static int signals()
{
	struct sigaction sa = {};
	sigset_t usr1, none;

	start();
	sa.sa_handler = [](int) {};
	sa.sa_flags = SA_RESTART;	/* does not help poll */
	CHECK_OK(sigaction(SIGUSR1, &sa, nullptr));
	pid_t me = getpid();
	pid_t pid = spawn([=] {
		await_state(me, 'S');
		return kill(me, SIGUSR1);
	});
	pollfd f = {p[0], POLLIN, 0};
	CHECK_ERR(poll(&f, 1, 50000), EINTR);
	reap(pid);
	/* ppoll lets in what is blocked outside. */
	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, nullptr);
	raise(SIGUSR1);
	CHECK_EQ(poll(&f, 1, 5), 0);
	CHECK_ERR(ppoll(&f, 1, nullptr, &none), EINTR);
	raise(SIGUSR1);
	CHECK_ERR(pselect(0, nullptr, nullptr, nullptr, nullptr, &none),
		  EINTR);
	sigset_t now;
	sigprocmask(SIG_UNBLOCK, &usr1, &now);
	CHECK(sigismember(&now, SIGUSR1));
	stop();
	return KSFT_PASS;
}

static int many()
{
	constexpr int N = 400;
	static pollfd f[N];
	rlimit r;

	CHECK_OK(getrlimit(RLIMIT_NOFILE, &r));
	start();
	for (pollfd &x : f)
		x = {dup(p[0]), POLLIN, 0};
	CHECK(f[N - 1].fd >= 0);
	CHECK_EQ(poll(f, N, 0), 0);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(poll(f, N, -1), N);
	for (pollfd &x : f) {
		CHECK_EQ(x.revents, POLLIN);
		close(x.fd);
	}
	CHECK_ERR(poll(f, 0x7fffffff, 0), EINVAL);
	stop();
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"time-out", time_out},
	{"readiness", readiness},
	{"select", select_sets},
	{"a writer wakes", a_writer_wakes},
	{"signals", signals},
	{"many descriptors", many},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
