/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Clocks go forward, sleeps last long enough, interval timers tick, alarms ring.
#include <child.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>

static volatile int rings;
static void ring(int) { rings = rings + 1; }

static int clocks_go_forward()
{
	static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC,
					   CLOCK_PROCESS_CPUTIME_ID};
	timespec t;

	for (clockid_t c : clocks) {
		long long last = 0;
		for (int i = 0; i < 2000; i++) {
			CHECK_OK(clock_gettime(c, &t));
			CHECK(t.tv_nsec >= 0 && t.tv_nsec < 1000000000);
			long long now = t.tv_sec * 1000000000LL + t.tv_nsec;
			CHECK(now >= last);
			last = now;
		}
		CHECK_OK(clock_getres(c, &t));
	}
	CHECK_ERR(clock_gettime(99, &t), EINVAL);
	CHECK(now_ns(CLOCK_REALTIME) > 1000000000LL * 1000000000LL);
	return KSFT_PASS;
}

static int clocks_agree()
{
	timeval tv;
	long long a = now_ns(), r = now_ns(CLOCK_REALTIME);

	CHECK_OK(gettimeofday(&tv, nullptr));
	long long g = tv.tv_sec * 1000000000LL + tv.tv_usec * 1000LL;
	CHECK(g - r > -50000000 && g - r < 1000000000);
	CHECK(time(nullptr) - tv.tv_sec <= 1);
	sleep_ms(100);
	a = now_ns() - a;
	r = now_ns(CLOCK_REALTIME) - r;
	CHECK(a >= 100000000 && r - a < 50000000 && a - r < 50000000);
	return KSFT_PASS;
}

static int sleeps_last()
{
	static const long ms[] = {1, 10, 33};

	for (long m : ms) {
		long long t = now_ns();
		sleep_ms(m);
		t = now_ns() - t;
		CHECK(t >= m * 1000000);
		CHECK(t < m * 1000000 + 1000000000LL);
	}
	timespec bad = {0, 1000000000};
	CHECK_ERR(nanosleep(&bad, nullptr), EINVAL);
	bad = {-1, 0};
	CHECK_ERR(nanosleep(&bad, nullptr), EINVAL);
	return KSFT_PASS;
}

static int an_absolute_sleep()
{
	timespec t;

	CHECK_OK(clock_gettime(CLOCK_MONOTONIC, &t));
	t.tv_nsec += 30000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr),
		 0);
	CHECK(now_ns() >= t.tv_sec * 1000000000LL + t.tv_nsec);
	/* Over already. */
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr),
		 0);
	return KSFT_PASS;
}

static int an_interrupted_sleep_says_what_is_left()
{
	itimerval v = {{0, 0}, {0, 50000}};
	timespec t = {10, 0}, left = {};

	signal(SIGALRM, ring);
	CHECK_OK(setitimer(ITIMER_REAL, &v, nullptr));
	CHECK_ERR(nanosleep(&t, &left), EINTR);
	CHECK(left.tv_sec >= 5 && left.tv_sec < 10);
	/* A stop does not end it. */
	pid_t pid = spawn([] {
		long long t = now_ns();
		timespec s = {0, 100000000};
		CHECK_OK(nanosleep(&s, nullptr));
		CHECK(now_ns() - t >= 100000000);
		return KSFT_PASS;
	});
	CHECK(await_state(pid, 'S'));
	kill(pid, SIGSTOP);
	CHECK(await_state(pid, 'T'));
	kill(pid, SIGCONT);
	CHECK_EQ(reap(pid), 0);
	return KSFT_PASS;
}

static int interval_timer()
{
	itimerval v = {{0, 10000}, {0, 10000}}, old;

	rings = 0;
	signal(SIGALRM, ring);
	long long t = now_ns();
	CHECK_OK(setitimer(ITIMER_REAL, &v, nullptr));
	while (rings < 5)
		pause();
	t = now_ns() - t;
	CHECK(t >= 40000000);
	CHECK_OK(getitimer(ITIMER_REAL, &old));
	CHECK_EQ(old.it_interval.tv_usec, 10000);
	v = {};
	CHECK_OK(setitimer(ITIMER_REAL, &v, &old));
	CHECK_EQ(old.it_interval.tv_usec, 10000);
	int now = rings;
	sleep_ms(30);
	CHECK_EQ(rings, now);
	v.it_value.tv_usec = 1000000;
	CHECK_ERR(setitimer(ITIMER_REAL, &v, nullptr), EINVAL);
	CHECK_ERR(setitimer(9, &v, nullptr), EINVAL);
	return KSFT_PASS;
}

static int processor_timers()
{
	static const struct { int which, sig; } timers[] = {
		{ITIMER_VIRTUAL, SIGVTALRM}, {ITIMER_PROF, SIGPROF},
	};

	for (auto &t : timers) {
		itimerval v = {{0, 0}, {0, 30000}};
		rings = 0;
		signal(t.sig, ring);
		CHECK_OK(setitimer(t.which, &v, nullptr));
		sleep_ms(60);
		CHECK_EQ(rings, 0);	/* asleep: it does not run */
		long long end = now_ns() + 4000000000LL;
		while (!rings && now_ns() < end)
			for (volatile int i = 0; i < 10000; i = i + 1)
				;
		CHECK_EQ(rings, 1);
	}
	return KSFT_PASS;
}

static int alarm_clock()
{
	CHECK_EQ(alarm(100), 0);
	unsigned left = alarm(0);
	CHECK_EQ(left, 100);	/* rounded, never up to 101 */
	rings = 0;
	signal(SIGALRM, ring);
	long long t = now_ns();
	alarm(1);
	pause();
	CHECK_EQ(rings, 1);
	/* Ticks that an emulator owes come in bursts. */
	CHECK(now_ns() - t >= 500000000);
	return KSFT_PASS;
}

static int processor_time_is_counted()
{
	rusage before, after;
	tms b, a;

	CHECK_OK(getrusage(RUSAGE_SELF, &before));
	CHECK_OK(times(&b));
	long long cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	long long end = now_ns() + 200000000;
	while (now_ns() < end)
		for (volatile int i = 0; i < 10000; i = i + 1)
			;
	CHECK_OK(getrusage(RUSAGE_SELF, &after));
	CHECK_OK(times(&a));
	long ms = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000 +
		  (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1000;
	CHECK(ms >= 30);
	CHECK(a.tms_utime - b.tms_utime >= 3);
	CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu >= 30000000);
	cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	sleep_ms(100);
	CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu < 60000000);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"clocks go forward", clocks_go_forward},
	{"clocks agree", clocks_agree},
	{"sleeps last", sleeps_last},
	{"an absolute sleep", an_absolute_sleep},
	{"an interrupted sleep says what is left",
	 an_interrupted_sleep_says_what_is_left},
	{"interval timer", interval_timer},
	{"timers of processor time", processor_timers},
	{"alarm", alarm_clock},
	{"processor time is counted", processor_time_is_counted},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
