/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timer_create and its family: one shot, periods, overruns, absolute times, the thread that is told, and what ends a timer.
#include <ptimer.h>

static int one_shot()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 77);
	itimerspec s = ms(30), now;
	long long before = now_ns();

	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	CHECK_OK(timer_gettime(t, &now));
	CHECK(fired || now.it_value.tv_nsec > 0);
	CHECK(now.it_value.tv_nsec <= 30000000);
	CHECK(await_fired(1));
	CHECK(now_ns() - before >= 30000000);
	CHECK_EQ(value, 77);
	CHECK_OK(timer_gettime(t, &now));
	CHECK_EQ(now.it_value.tv_sec + now.it_value.tv_nsec, 0);
	sleep_ms(50);
	CHECK_EQ(fired, 1);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

static int periodic()
{
	timer_t t = make_timer(CLOCK_REALTIME, SIGEV_SIGNAL, 1);
	itimerspec s = ms(5, 10), old;
	long long before = now_ns();

	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	CHECK(await_fired(5));
	CHECK(now_ns() - before >= 45000000);
	s = ms(0);
	CHECK_OK(timer_settime(t, 0, &s, &old));
	CHECK_EQ(old.it_interval.tv_nsec, 10000000);
	CHECK(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 10000000);
	int n = fired;
	sleep_ms(50);
	CHECK_EQ(fired, n);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

/* While the signal is blocked it waits once, and counts. */
static int overrun()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 2);
	itimerspec s = ms(2, 2);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, nullptr));
	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	sleep_ms(101);
	s = ms(0);
	/* The signal is taken before the timer is stopped. */
	CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, nullptr));
	int got = overruns, n = fired;
	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	CHECK(n >= 1);
	CHECK(got + n >= 48);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

static int absolute()
{
	timer_t t = make_timer(CLOCK_REALTIME, SIGEV_SIGNAL, 3);
	itimerspec s{};
	long long at = now_ns(CLOCK_REALTIME) + 40000000;

	s.it_value = {(time_t)(at / 1000000000), (long)(at % 1000000000)};
	CHECK_OK(timer_settime(t, TIMER_ABSTIME, &s, nullptr));
	CHECK(await_fired(1));
	CHECK(now_ns(CLOCK_REALTIME) >= at);
	/* Long past: at once. */
	fired = 0;
	s.it_value = {1, 0};
	CHECK_OK(timer_settime(t, TIMER_ABSTIME, &s, nullptr));
	CHECK(await_fired(1));
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

/* A time of day that a setting of the clock makes come. */
static int the_clock_is_set()
{
	if (geteuid())
		SKIP_CASE("not root");
	timer_t t = make_timer(CLOCK_REALTIME, SIGEV_SIGNAL, 4);
	itimerspec s{};
	timespec now;

	CHECK_OK(clock_gettime(CLOCK_REALTIME, &now));
	s.it_value = {now.tv_sec + 3600, 0};
	CHECK_OK(timer_settime(t, TIMER_ABSTIME, &s, nullptr));
	sleep_ms(20);
	CHECK_EQ(fired, 0);
	now.tv_sec += 3601;
	CHECK_OK(clock_settime(CLOCK_REALTIME, &now));
	bool came = await_fired(1);
	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec -= 3601;
	CHECK_OK(clock_settime(CLOCK_REALTIME, &now));
	CHECK(came);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

static int one_thread_is_told()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, 4, 5);
	itimerspec s = ms(5);

	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	CHECK(await_fired(1));
	CHECK_OK(timer_delete(t));
	sigevent e{};
	e.sigev_notify = 4;
	e.sigev_signo = SIGUSR1;
	e.sigev_notify_thread_id = getppid();
	CHECK_ERR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
	return KSFT_PASS;
}

static int nobody_is_told()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_NONE, 6);
	itimerspec s = ms(5), now;

	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	do {
		sleep_ms(2);
		CHECK_OK(timer_gettime(t, &now));
	} while (now.it_value.tv_nsec);
	CHECK_EQ(fired, 0);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

static int execed() { sleep_ms(60); return 3; }

/* The signal's default is death: a timer that lived on would show. */
static int exec_and_fork_have_none()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 7);

	CHECK_CASE(in_child([=] {
		itimerspec now;

		CHECK_ERR(timer_gettime(t, &now), EINVAL);
		return KSFT_PASS;
	}));
	pid_t pid = spawn([] {
		timer_t own = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 8);
		itimerspec s = ms(20, 20);
		char *argv[] = {(char *)"execed", nullptr};

		timer_settime(own, 0, &s, nullptr);
		execv("/proc/self/exe", argv);
		return 1;
	});
	int status = reap(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	/* One that ends with a timer running. */
	pid = spawn([] {
		timer_t own = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 9);
		itimerspec s = ms(1, 1);

		timer_settime(own, 0, &s, nullptr);
		sleep_ms(10);
		return 5;
	});
	status = reap(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

static int refusals()
{
	timer_t t;
	sigevent e{};
	itimerspec s = ms(5);

	CHECK_ERR(timer_create(99, nullptr, &t), EINVAL);
	e.sigev_notify = SIGEV_SIGNAL;
	e.sigev_signo = 65;
	CHECK_ERR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
	CHECK_ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, nullptr, 16),
		  EFAULT);
	CHECK_ERR(syscall(SYS_timer_delete, 12345), EINVAL);
	CHECK_ERR(timer_settime((timer_t)12345, 0, &s, nullptr), EINVAL);
	CHECK_ERR(timer_getoverrun((timer_t)12345), EINVAL);
	t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 1);
	s.it_value.tv_nsec = 1000000000;
	CHECK_ERR(timer_settime(t, 0, &s, nullptr), EINVAL);
	CHECK_EQ(timer_getoverrun(t), 0);
	CHECK_OK(timer_delete(t));
	CHECK_ERR(syscall(SYS_timer_delete, t), EINVAL);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"one shot", one_shot},
	{"periodic", periodic},
	{"overruns", overrun},
	{"absolute", absolute},
	{"the clock is set", the_clock_is_set},
	{"one thread is told", one_thread_is_told},
	{"nobody is told", nobody_is_told},
	{"exec and fork have none", exec_and_fork_have_none},
	{"refusals", refusals},
};

int main(int, char **argv)
{
	if (!strcmp(argv[0], "execed"))
		return execed();
	ksft_print_header();
	catch_timers();
	RUN_CASES(cases);
}
