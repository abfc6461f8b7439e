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
	long long r = now_ns(CLOCK_REALTIME), a = now_ns();

	CHECK_OK(gettimeofday(&tv, nullptr));
	long long g = tv.tv_sec * 1000000000LL + tv.tv_usec * 1000LL;
	long long r2 = now_ns(CLOCK_REALTIME);
	CHECK(g >= r - 1000 && g <= r2);	/* to the microsecond */
	CHECK(time(nullptr) >= tv.tv_sec);
	sleep_ms(100);
	/* However long the reads take, each is between two others. */
	long long r3 = now_ns(CLOCK_REALTIME), b = now_ns();
	long long r4 = now_ns(CLOCK_REALTIME);
	CHECK(b - a >= 100000000);
	CHECK(r3 - r2 <= b - a && b - a <= r4 - r);
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
	/* Again and again: it may ring before the sleep has begun. */
	itimerval v = {{0, 50000}, {0, 50000}}, off = {};
	timespec t = {10, 0}, left = {};

	signal(SIGALRM, ring);
	long long start = now_ns();
	CHECK_OK(setitimer(ITIMER_REAL, &v, nullptr));
	CHECK_ERR(nanosleep(&t, &left), EINTR);
	long long slept = now_ns() - start;
	CHECK_OK(setitimer(ITIMER_REAL, &off, nullptr));
	CHECK(slept >= 50000000);
	CHECK(left.tv_sec * 1000000000LL + left.tv_nsec >=
	      10000000000LL - slept);
	CHECK(left.tv_sec < 10 && left.tv_sec >= 0);
	/* A stop does not end it. */
	pid_t pid = spawn([] {
		long long t = now_ns();
		timespec s = {1, 0};
		CHECK_OK(nanosleep(&s, nullptr));
		CHECK(now_ns() - t >= 1000000000);
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

/* What a stopped machine costs may go to who runs just then. */
constexpr int TRIES = 10;

/* Does the timer stand still while its process sleeps? */
static bool sleeps_silently(int which)
{
	itimerval v = {{0, 0}, {0, 30000}};

	for (int i = 0; i < TRIES; i++) {
		rings = 0;
		MUST(setitimer(which, &v, nullptr) == 0);
		sleep_ms(60);
		if (!rings)
			return true;
	}
	return false;
}

static int processor_timers()
{
	static const struct { int which, sig; } timers[] = {
		{ITIMER_VIRTUAL, SIGVTALRM}, {ITIMER_PROF, SIGPROF},
	};

	for (auto &t : timers) {
		signal(t.sig, ring);
		CHECK(sleeps_silently(t.which));
		while (!rings)		/* or until the test's time is up */
			for (volatile int i = 0; i < 10000; i = i + 1)
				;
		CHECK_EQ(rings, 1);
	}
	return KSFT_PASS;
}

static int alarm_clock()
{
	long long t = now_ns();

	CHECK_EQ(alarm(100), 0);
	unsigned left = alarm(0);
	/* Rounded, never up to 101. */
	CHECK(left <= 100 && left + (now_ns() - t) / 1e9 >= 99.5);
	rings = 0;
	signal(SIGALRM, ring);
	t = now_ns();
	alarm(1);
	while (!rings)
		sleep_ms(10);
	CHECK_EQ(rings, 1);
	CHECK(now_ns() - t >= 1000000000);
	return KSFT_PASS;
}

static long long user_ns()
{
	rusage u;

	MUST(getrusage(RUSAGE_SELF, &u) == 0);
	return u.ru_utime.tv_sec * 1000000000LL + u.ru_utime.tv_usec * 1000LL;
}

/* Work is done until all three counts of it say so; sleep is not counted. */
static int processor_time_is_counted()
{
	constexpr long long MS = 1000000;
	long long start = now_ns(), user = user_ns();
	long long cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), worked;
	tms b, a;

	CHECK_OK(times(&b));
	do {
		for (volatile int i = 0; i < 10000; i = i + 1)
			;
		CHECK_OK(times(&a));
		worked = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	} while (user_ns() - user < 100 * MS || a.tms_utime - b.tms_utime < 8 ||
		 worked < 100 * MS);
	/* Read between the two readings of the other clock. */
	CHECK(worked <= now_ns() - start);

	for (int i = 0; i < TRIES; i++) {
		cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
		sleep_ms(100);
		if (now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu < 60 * MS)
			return KSFT_PASS;
	}
	CHECK(!"a sleep costs processor time");
	return KSFT_FAIL;
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
