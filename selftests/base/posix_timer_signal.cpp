/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Timers of timer_create by both sizes of time, at their limits, and whom their signals reach.
#include <ptimer.h>
#include <pthread.h>
#include <sys/resource.h>

/* ---- both sizes of time ---- */

struct spec32 { int32_t interval, interval_ns, value, value_ns; };
struct spec64 { int64_t interval, interval_ns, value, value_ns; };
constexpr int SETTIME32 = 260, GETTIME32 = 261, GETTIME64 = 408,
	SETTIME64 = 409;

static int both_sizes_of_time()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 1);
	spec32 s = {7, 70, 1000, 500}, old, now;
	spec64 S = {9, 90, 2000, 600}, OLD, NOW;

	CHECK_OK(syscall(SETTIME32, t, 0, &s, nullptr));
	CHECK_OK(syscall(GETTIME64, t, &NOW));
	CHECK(NOW.interval == 7 && NOW.interval_ns == 70);
	CHECK(NOW.value <= 1000 && NOW.value >= 900);
	CHECK_OK(syscall(SETTIME64, t, 0, &S, &OLD));
	CHECK(OLD.interval == 7 && OLD.interval_ns == 70);
	CHECK(OLD.value <= NOW.value && OLD.value >= 900);
	CHECK_OK(syscall(GETTIME32, t, &now));
	CHECK(now.interval == 9 && now.interval_ns == 90);
	CHECK(now.value <= 2000 && now.value >= 1900);
	s = {};
	CHECK_OK(syscall(SETTIME32, t, 0, &s, &old));
	CHECK(old.interval == 9 && old.interval_ns == 90);
	CHECK(old.value <= now.value && old.value >= 1900);
	CHECK_OK(syscall(GETTIME32, t, &now));
	CHECK(!now.interval && !now.interval_ns && !now.value &&
	      !now.value_ns);
	CHECK_ERR(syscall(SETTIME32, t, 0, nullptr, nullptr), EINVAL);
	CHECK_ERR(syscall(SETTIME64, t, 0, 16, nullptr), EFAULT);
	CHECK_ERR(syscall(GETTIME32, t, 16), EFAULT);
	s.value_ns = -1;
	CHECK_ERR(syscall(SETTIME32, t, 0, &s, nullptr), EINVAL);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

/* Longer than any counter of ticks, or of nanoseconds. */
static int far_away()
{
	static const int64_t seconds[] = {100 * 86400, 5000000000,
		20000000000, 0x7fffffffffffffff};

	for (int64_t s : seconds) {
		timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 1);
		spec64 S = {s, 0, s, 0}, NOW;
		CHECK_OK(syscall(SETTIME64, t, 0, &S, nullptr));
		sleep_ms(5);
		CHECK_OK(syscall(GETTIME64, t, &NOW));
		CHECK(NOW.value > (s < 9000000000 ? s - 100 : 9000000000));
		CHECK_EQ(fired, 0);
		CHECK_OK(timer_delete(t));
	}
	return KSFT_PASS;
}

/* ---- overruns ---- */

static int long_past_with_a_period()
{
	static const spec64 how[] = {{0, 1000000, 1, 0}, {5, 0, 1, 0}};

	for (const spec64 &S : how) {
		timer_t t = make_timer(CLOCK_REALTIME, SIGEV_SIGNAL, 1);
		CHECK_OK(syscall(SETTIME64, t, TIMER_ABSTIME, &S, nullptr));
		CHECK(await_fired(1));
		long long sum = now_ns(CLOCK_REALTIME) / 1000000000 / 5;
		CHECK_OK(timer_delete(t));
		if (S.interval)
			CHECK(first >= sum - 100 && first <= sum + 100);
		else
			CHECK(first > 2000000000);
	}
	return KSFT_PASS;
}

static int overruns_of_the_last_signal()
{
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 1);
	itimerspec s = ms(1, 1);
	sigset_t set;
	siginfo_t si;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, nullptr));
	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	sleep_ms(30);
	CHECK_EQ(sigwaitinfo(&set, &si), SIGRTMIN + 1);
	int said = si.si_overrun;
	CHECK(said >= 28);
	/* Whether the next one waits already or not. */
	CHECK_EQ(timer_getoverrun(t), said);
	CHECK_OK(timer_delete(t));
	CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, nullptr));
	return KSFT_PASS;
}

/* ---- whom it reaches ---- */

static volatile pid_t other;
static volatile bool done;

static void *wait_until_done(void *)
{
	other = gettid();
	while (!done)
		sleep_ms(1);
	return nullptr;
}

static int another_thread_is_told()
{
	itimerspec s = ms(2);
	pthread_t p;

	other = done = 0;
	CHECK_EQ(pthread_create(&p, nullptr, wait_until_done, nullptr), 0);
	while (!other)
		sleep_ms(1);
	timer_t t = make_timer(CLOCK_MONOTONIC, 4, 5, other);
	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	CHECK(await_fired(1));
	CHECK_EQ(told, other);
	CHECK_EQ(value, 5);
	done = true;
	pthread_join(p, nullptr);
	/* It is gone: nobody is told, and nothing breaks. */
	fired = 0;
	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	sleep_ms(20);
	CHECK_EQ(fired, 0);
	CHECK_OK(timer_delete(t));
	return KSFT_PASS;
}

/* What waits is lost with the timer: the signal's default is death. */
static int exec_drops_what_waits()
{
	pid_t pid = spawn([] {
		timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 8);
		itimerspec s = ms(1, 1);
		char *argv[] = {(char *)"execed", nullptr};
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGRTMIN + 1);
		sigprocmask(SIG_BLOCK, &set, nullptr);
		timer_settime(t, 0, &s, nullptr);
		do {
			sleep_ms(1);
			sigpending(&set);
		} while (!sigismember(&set, SIGRTMIN + 1));
		execv("/proc/self/exe", argv);
		return 1;
	});
	int status = reap(pid);

	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 3);
	return KSFT_PASS;
}

static int execed()
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_UNBLOCK, &set, nullptr);
	return 3;
}

/* ---- limits ---- */

/* No room for any other signal of this user: a timer's has its own. */
static int a_full_queue()
{
	if (!geteuid())
		CHECK_OK(setuid(54321));
	timer_t t = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 9), more;
	itimerspec s = ms(1);
	rlimit r = {1, 1};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 2);
	sigprocmask(SIG_BLOCK, &set, nullptr);
	CHECK_OK(setrlimit(RLIMIT_SIGPENDING, &r));
	CHECK_ERR(sigqueue(getpid(), SIGRTMIN + 2, {}), EAGAIN);
	CHECK_ERR(timer_create(CLOCK_MONOTONIC, nullptr, &more), EAGAIN);
	CHECK_OK(timer_settime(t, 0, &s, nullptr));
	CHECK(await_fired(1));
	CHECK_EQ(value, 9);
	CHECK_OK(timer_delete(t));
	/* It is given back. */
	CHECK_OK(timer_create(CLOCK_MONOTONIC, nullptr, &more));
	CHECK_OK(timer_delete(more));
	return KSFT_PASS;
}

static int signals_have_room_of_their_own()
{
	return in_child(a_full_queue);
}

static int numbers()
{
	timer_t t[3], again;

	for (timer_t &i : t)
		i = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, 1);
	CHECK(t[0] != t[1] && t[1] != t[2] && t[0] != t[2]);
	CHECK_OK(timer_delete(t[1]));
	CHECK_ERR(syscall(SYS_timer_delete, t[1]), EINVAL);
	CHECK_OK(timer_create(CLOCK_MONOTONIC, nullptr, &again));
	CHECK(again != t[0] && again != t[2]);
	CHECK_OK(timer_delete(again));
	CHECK_OK(timer_delete(t[0]));
	CHECK_OK(timer_delete(t[2]));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"both sizes of time", both_sizes_of_time},
	{"far away", far_away},
	{"long past with a period", long_past_with_a_period},
	{"overruns of the last signal", overruns_of_the_last_signal},
	{"another thread is told", another_thread_is_told},
	{"exec drops what waits", exec_drops_what_waits},
	{"signals have room of their own", signals_have_room_of_their_own},
	{"numbers", numbers},
};

int main(int, char **argv)
{
	if (!strcmp(argv[0], "execed"))
		return execed();
	ksft_print_header();
	catch_timers();
	RUN_CASES(cases);
}
