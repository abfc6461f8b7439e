/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// futex: wait and wake, values that changed, time-outs, requeue, and words shared between processes.
#include <child.h>
#include <pthread.h>
#include <sys/syscall.h>

enum { WAIT = 0, WAKE = 1, REQUEUE = 3, CMP_REQUEUE = 4, WAIT_BITSET = 9,
       WAKE_BITSET = 10, PRIVATE = 128 };

struct old_timespec { int32_t tv_sec, tv_nsec; };

static long futex(volatile int *word, int op, int value,
		  const void *timeout = nullptr,
		  volatile int *word2 = nullptr, int value3 = 0)
{
	return syscall(240, word, op, value, timeout, word2, value3);
}

static volatile int *shared_words()
{
	void *p = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	return (volatile int *)p;
}

static int value_must_match()
{
	volatile int word = 1;
	old_timespec t = {0, 20000000};

	CHECK_ERR(futex(&word, WAIT, 2), EAGAIN);
	long long begin = now_ns();
	CHECK_ERR(futex(&word, WAIT, 1, &t), ETIMEDOUT);
	CHECK(now_ns() - begin >= 20000000);
	CHECK_EQ(futex(&word, WAKE, 1), 0);
	CHECK_EQ(futex(&word, WAKE | PRIVATE, 100), 0);
	return KSFT_PASS;
}

static int refusals()
{
	static volatile int word[2];
	old_timespec bad = {0, 1000000000}, t = {0, 1};
	auto odd = (volatile int *)((char *)word + 1);

	CHECK_ERR(futex(odd, WAIT, 0, &t), EINVAL);
	CHECK_ERR(futex(odd, WAKE, 1), EINVAL);
	CHECK_ERR(futex(word, WAIT, 0, &bad), EINVAL);
	CHECK_ERR(futex((volatile int *)16, WAIT, 0, &t), EFAULT);
	CHECK_ERR(futex((volatile int *)16, WAKE, 1), EFAULT);
	CHECK_ERR(futex(word, WAIT, 0, (void *)16), EFAULT);
	CHECK_ERR(futex(word, 77, 0), ENOSYS);
	CHECK_ERR(futex(word, WAIT_BITSET, 0, nullptr, nullptr, 0), EINVAL);
	return KSFT_PASS;
}

static int wake_between_processes()
{
	volatile int *word = shared_words();
	pid_t pid[5];

	for (pid_t &p : pid)
		p = spawn([=] { return futex(word, WAIT, 0) ? 1 : 0; });
	for (pid_t p : pid)
		CHECK(await_state(p, 'S'));
	sleep_ms(5);
	CHECK_EQ(futex(word, WAKE, 2), 2);
	CHECK_EQ(futex(word, WAKE, 100), 3);
	for (pid_t p : pid)
		CHECK_EQ(reap(p), 0);
	munmap((void *)word, PAGE);
	return KSFT_PASS;
}

static int same_file_page_is_the_same_word()
{
	int fd = make_file(test_path("futex"), PAGE, 0);
	void *a = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       0);
	void *b = mmap(nullptr, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       0);

	CHECK(a != MAP_FAILED && b != MAP_FAILED && a != b);
	int now = *(int *)a;
	pid_t pid = spawn([=] {
		return futex((volatile int *)a, WAIT, now) ? 1 : 0;
	});
	CHECK(await_state(pid, 'S'));
	sleep_ms(5);
	CHECK_EQ(futex((volatile int *)b, WAKE, 1), 1);
	CHECK_EQ(reap(pid), 0);
	munmap(a, PAGE);
	munmap(b, PAGE);
	close(fd);
	return KSFT_PASS;
}

static int requeue()
{
	volatile int *word = shared_words();
	pid_t pid[4];

	for (pid_t &p : pid)
		p = spawn([=] { return futex(word, WAIT, 0) ? 1 : 0; });
	for (pid_t p : pid)
		CHECK(await_state(p, 'S'));
	sleep_ms(5);
	CHECK_ERR(futex(word, CMP_REQUEUE, 1, (void *)100, word + 1, 5),
		  EAGAIN);
	CHECK_EQ(futex(word, CMP_REQUEUE, 1, (void *)2, word + 1, 0), 3);
	CHECK_EQ(futex(word + 1, WAKE, 100), 2);
	CHECK_EQ(futex(word, WAKE, 100), 1);
	for (pid_t p : pid)
		CHECK_EQ(reap(p), 0);
	munmap((void *)word, PAGE);
	return KSFT_PASS;
}

static int bitsets()
{
	volatile int *word = shared_words();
	pid_t pid[2];

	for (int i = 0; i < 2; i++)
		pid[i] = spawn([=] {
			return futex(word, WAIT_BITSET, 0, nullptr, nullptr,
				     1 << i) ? 1 : 0;
		});
	CHECK(await_state(pid[0], 'S') && await_state(pid[1], 'S'));
	sleep_ms(5);
	CHECK_EQ(futex(word, WAKE_BITSET, 100, nullptr, nullptr, 4), 0);
	CHECK_EQ(futex(word, WAKE_BITSET, 100, nullptr, nullptr, 2), 1);
	CHECK_EQ(reap(pid[1]), 0);
	CHECK_EQ(futex(word, WAKE, 100), 1);
	CHECK_EQ(reap(pid[0]), 0);
	munmap((void *)word, PAGE);
	return KSFT_PASS;
}

static int a_signal_interrupts()
{
	volatile int *word = shared_words();
	pid_t pid = spawn([=] {
		struct sigaction sa = {};
		sa.sa_handler = [](int) {};
		sigaction(SIGUSR1, &sa, nullptr);
		CHECK_ERR(futex(word, WAIT, 0), EINTR);
		return KSFT_PASS;
	});

	CHECK(await_state(pid, 'S'));
	sleep_ms(5);
	CHECK_OK(kill(pid, SIGUSR1));
	CHECK_EQ(reap(pid), 0);
	munmap((void *)word, PAGE);
	return KSFT_PASS;
}

static int exit_clears_and_wakes()
{
	/* pthread_join is a futex on the word that the kernel clears. */
	pthread_t t;

	for (int i = 0; i < 20; i++) {
		CHECK_EQ(pthread_create(&t, nullptr, [](void *) -> void * {
			sched_yield();
			return nullptr;
		}, nullptr), 0);
		CHECK_EQ(pthread_join(t, nullptr), 0);
	}
	return KSFT_PASS;
}

static int robust_mutex()
{
	struct both { pthread_mutex_t m; };
	auto s = (both *)shared_words();
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), 0);
	CHECK_EQ(pthread_mutex_init(&s->m, &attr), 0);
	pid_t pid = spawn([=] {
		return pthread_mutex_lock(&s->m);	/* and dies with it */
	});
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(pthread_mutex_lock(&s->m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&s->m), 0);
	CHECK_EQ(pthread_mutex_unlock(&s->m), 0);
	munmap(s, PAGE);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"the value must match", value_must_match},
	{"refusals", refusals},
	{"wake between processes", wake_between_processes},
	{"the same file page is the same word",
	 same_file_page_is_the_same_word},
	{"requeue", requeue},
	{"bitsets", bitsets},
	{"a signal interrupts", a_signal_interrupts},
	{"exit clears and wakes", exit_clears_and_wakes},
	{"robust mutex", robust_mutex},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
