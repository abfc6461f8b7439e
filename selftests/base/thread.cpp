/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Threads of one process: mutexes, conditions, own signals and errno, exit and exec of the whole group.
#include <child.h>
#include <dirent.h>
#include <pthread.h>
#include <sys/syscall.h>

constexpr int N = 8;
static pthread_t threads[N];

static bool start(void *(*f)(void *))
{
	for (long i = 0; i < N; i++)
		if (pthread_create(&threads[i], nullptr, f, (void *)i))
			return false;
	return true;
}

static long join_all()
{
	long sum = 0;

	for (pthread_t t : threads) {
		void *r = nullptr;
		pthread_join(t, &r);
		sum += (long)r;
	}
	return sum;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static volatile int counter;
constexpr int ROUNDS = 2000;

static void *count_up(void *)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		int c = counter;
		if (i % 64 == 0)
			sched_yield();
		counter = c + 1;
		pthread_mutex_unlock(&lock);
	}
	return (void *)1;
}

static int mutex()
{
	counter = 0;
	CHECK(start(count_up));
	CHECK_EQ(join_all(), N);
	CHECK_EQ(counter, N * ROUNDS);
	return KSFT_PASS;
}

/* Turns go round: thread i waits until it is its turn. */
static volatile int turn;
static void *take_turns(void *arg)
{
	int me = (int)(long)arg;

	for (int i = 0; i < 50; i++) {
		pthread_mutex_lock(&lock);
		while (turn % N != me)
			pthread_cond_wait(&cond, &lock);
		turn = turn + 1;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&lock);
	}
	return nullptr;
}

static int condition()
{
	turn = 0;
	CHECK(start(take_turns));
	join_all();
	CHECK_EQ(turn, N * 50);
	return KSFT_PASS;
}

static pthread_barrier_t barrier;
static volatile pid_t tids[N];

static void *identity(void *arg)
{
	tids[(long)arg] = gettid();
	errno = (int)(long)arg;
	pthread_barrier_wait(&barrier);
	return (void *)(long)(errno == (int)(long)arg &&
			      getpid() != gettid() &&
			      getppid() == getppid());
}

static int each_has_its_own()
{
	pthread_barrier_init(&barrier, nullptr, N);
	CHECK(start(identity));
	CHECK_EQ(join_all(), N);
	for (int i = 0; i < N; i++)
		for (int k = 0; k < i; k++)
			CHECK(tids[i] != tids[k]);
	return KSFT_PASS;
}

static volatile pid_t handled_by;
static volatile int go_on;
static void note_thread(int) { handled_by = gettid(); }

static void *wait_for_signal(void *arg)
{
	tids[(long)arg] = gettid();
	while (!go_on)
		sleep_ms(1);
	return nullptr;
}

static int signal_to_one_thread()
{
	signal(SIGUSR1, note_thread);
	go_on = 0;
	memset((void *)tids, 0, sizeof(tids));
	CHECK(start(wait_for_signal));
	for (int i = 0; i < N; i++) {
		while (!tids[i])
			sleep_ms(1);
		handled_by = 0;
		CHECK_EQ(pthread_kill(threads[i], SIGUSR1), 0);
		for (int k = 0; k < 2000 && !handled_by; k++)
			sleep_ms(1);
		CHECK_EQ(handled_by, tids[i]);
	}
	go_on = 1;
	join_all();
	return KSFT_PASS;
}

static void *block_all(void *)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, nullptr);
	pthread_barrier_wait(&barrier);
	while (!go_on)
		sleep_ms(1);
	return nullptr;
}

static int signal_to_the_process_finds_a_thread()
{
	go_on = 0;
	signal(SIGUSR2, note_thread);
	pthread_barrier_init(&barrier, nullptr, N + 1);
	CHECK(start(block_all));
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 10; i++) {
		handled_by = 0;
		CHECK_OK(kill(getpid(), SIGUSR2));
		for (int k = 0; k < 2000 && !handled_by; k++)
			sleep_ms(1);
		CHECK_EQ(handled_by, getpid());
	}
	go_on = 1;
	join_all();
	return KSFT_PASS;
}

static void *spin_or_sleep(void *arg)
{
	for (;;)
		if ((long)arg % 2)
			pause();
}

static int exit_ends_all()
{
	int s = reap(spawn([] { return start(spin_or_sleep) ? 5 : 6; }));

	CHECK(WIFEXITED(s));
	CHECK_EQ(WEXITSTATUS(s), 5);
	return KSFT_PASS;
}

static void *exit_here(void *arg)
{
	if ((long)arg == N - 1)
		_exit(8);
	return spin_or_sleep(arg);
}

static int exit_of_a_thread_ends_all()
{
	int s = reap(spawn([] { start(exit_here); pause(); return 1; }));

	CHECK_EQ(WEXITSTATUS(s), 8);
	return KSFT_PASS;
}

static int a_fatal_signal_ends_all()
{
	pid_t pid = spawn([] { start(spin_or_sleep); pause(); return 1; });

	sleep_ms(20);
	CHECK_OK(kill(pid, SIGTERM));
	int s = reap(pid);
	CHECK(WIFSIGNALED(s));
	CHECK_EQ(WTERMSIG(s), SIGTERM);
	return KSFT_PASS;
}

static int go_ahead[2];

static void *exit_when_told(void *)
{
	char c;

	exit(read(go_ahead[0], &c, 1) == 1 ? 4 : 5);
}

static int the_leader_may_end_first()
{
	int s;

	CHECK_OK(pipe(go_ahead));
	pid_t pid = spawn([] {
		pthread_t t;
		pthread_create(&t, nullptr, exit_when_told, nullptr);
		syscall(SYS_exit, 3);
		return 1;
	});
	CHECK(await_state(pid, 'Z'));
	CHECK_EQ(waitpid(pid, &s, WNOHANG), 0);
	CHECK_EQ(write(go_ahead[1], "g", 1), 1);
	CHECK_EQ(WEXITSTATUS(reap(pid)), 4);
	close(go_ahead[0]);
	close(go_ahead[1]);
	return KSFT_PASS;
}

static void *exec_here(void *arg)
{
	char pid[12];
	char *argv[] = {(char *)"execed", pid, nullptr};

	snprintf(pid, sizeof(pid), "%d", getpid());
	if ((long)arg == 3)
		execv("/proc/self/exe", argv);
	return spin_or_sleep(arg);
}

static int exec_in_a_thread_takes_over()
{
	int s = reap(spawn([] { start(exec_here); pause(); return 1; }));

	CHECK(WIFEXITED(s));
	CHECK_EQ(WEXITSTATUS(s), 0);
	return KSFT_PASS;
}

static int nr_threads()
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;

	while (dirent *e = d ? readdir(d) : nullptr)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static int execed(const char *pid)
{
	CHECK_EQ(getpid(), atoi(pid));
	CHECK_EQ(gettid(), getpid());
	CHECK_EQ(nr_threads(), 1);
	return KSFT_PASS;
}

static int fork_copies_the_caller_only()
{
	go_on = 0;
	CHECK(start(wait_for_signal));
	CHECK_EQ(nr_threads(), N + 1);
	CHECK_CASE(in_child([] {
		CHECK_EQ(gettid(), getpid());
		CHECK_EQ(nr_threads(), 1);
		return KSFT_PASS;
	}));
	go_on = 1;
	join_all();
	return KSFT_PASS;
}

static int many_come_and_go()
{
	for (int i = 0; i < 200; i++) {
		pthread_t t;
		void *r;
		CHECK_EQ(pthread_create(&t, nullptr,
					[](void *p) { return p; }, &i), 0);
		CHECK_EQ(pthread_join(t, &r), 0);
		CHECK(r == &i);
	}
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"mutex", mutex},
	{"condition", condition},
	{"each has its own tid and errno", each_has_its_own},
	{"signal to one thread", signal_to_one_thread},
	{"signal to the process finds a thread",
	 signal_to_the_process_finds_a_thread},
	{"exit ends all", exit_ends_all},
	{"exit of a thread ends all", exit_of_a_thread_ends_all},
	{"a fatal signal ends all", a_fatal_signal_ends_all},
	{"the leader may end first", the_leader_may_end_first},
	{"exec in a thread takes over", exec_in_a_thread_takes_over},
	{"fork copies the caller only", fork_copies_the_caller_only},
	{"many come and go", many_come_and_go},
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return execed(argv[1]);
	ksft_print_header();
	RUN_CASES(cases);
}
