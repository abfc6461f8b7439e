/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// execve: arguments and environment, what is kept and what is reset, scripts, and every refusal.
#include <child.h>
#include <sys/resource.h>

static const char *self;
static char *const no_env[] = {nullptr};

/* Runs this program again with @argv; its exit status, or -1. */
static int run_self(char *const argv[], char *const envp[] = no_env)
{
	int s = reap(spawn([=] {
		execve(self, argv, envp);
		return 99;
	}));
	return WIFEXITED(s) ? WEXITSTATUS(s) : -1;
}

/* ---- the programs behind the names in argv[0] ---- */

static int prog_args(int argc, char **argv, char **envp)
{
	CHECK_EQ(argc, 4);
	CHECK(!strcmp(argv[1], "") && !strcmp(argv[2], "two words"));
	CHECK_EQ(strlen(argv[3]), 100000);
	CHECK(!argv[4]);
	CHECK(!strcmp(envp[0], "A=1") && !strcmp(envp[1], "B=") && !envp[2]);
	CHECK(getenv("A") && !strcmp(getenv("A"), "1"));
	return KSFT_PASS;
}

static int prog_fds(int, char **argv, char **)
{
	int kept = atoi(argv[1]), closed = atoi(argv[2]);

	CHECK_EQ(lseek(kept, 0, SEEK_CUR), 7);
	CHECK_ERR(fcntl(closed, F_GETFD), EBADF);
	return KSFT_PASS;
}

static int prog_signals(int, char **, char **)
{
	struct sigaction sa;
	sigset_t mask, pending;
	stack_t st;

	CHECK_OK(sigaction(SIGUSR1, nullptr, &sa));
	CHECK(sa.sa_handler == SIG_DFL);
	CHECK_OK(sigaction(SIGUSR2, nullptr, &sa));
	CHECK(sa.sa_handler == SIG_IGN);
	CHECK_OK(sigprocmask(SIG_BLOCK, nullptr, &mask));
	CHECK(sigismember(&mask, SIGHUP) && !sigismember(&mask, SIGINT));
	CHECK_OK(sigpending(&pending));
	CHECK(sigismember(&pending, SIGHUP));
	CHECK_OK(sigaltstack(nullptr, &st));
	CHECK(st.ss_flags & SS_DISABLE);
	CHECK(alarm(0) > 900);
	return KSFT_PASS;
}

static int prog_identity(int, char **argv, char **)
{
	char link[256], me[256];

	CHECK_EQ(getpid(), atoi(argv[1]));
	CHECK_EQ(getppid(), atoi(argv[2]));
	ssize_t n = readlink("/proc/self/exe", link, sizeof(link) - 1);
	CHECK(n > 0);
	link[n] = 0;
	CHECK(realpath(argv[3], me) && !strcmp(link, me));
	return KSFT_PASS;
}

static int prog_script(int argc, char **argv, char **)
{
	CHECK_EQ(argc, 4);
	CHECK(!strcmp(argv[1], "one argument"));
	CHECK(strstr(argv[2], "script"));
	CHECK(!strcmp(argv[3], "user"));
	return KSFT_PASS;
}

/* ---- the cases ---- */

static int arguments_and_environment()
{
	static char longest[100001];
	char *argv[] = {(char *)"args", (char *)"", (char *)"two words",
			longest, nullptr};
	char *envp[] = {(char *)"A=1", (char *)"B=", nullptr};

	memset(longest, 'x', 100000);
	CHECK_EQ(run_self(argv, envp), KSFT_PASS);
	return KSFT_PASS;
}

static int descriptors()
{
	char a[12], b[12];
	int fd = make_file(test_path("exec.fds"), 100, 1);
	int other = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	CHECK_EQ(lseek(fd, 7, SEEK_SET), 7);
	snprintf(a, sizeof(a), "%d", fd);
	snprintf(b, sizeof(b), "%d", other);
	char *argv[] = {(char *)"fds", a, b, nullptr};
	CHECK_EQ(run_self(argv), KSFT_PASS);
	CHECK_EQ(fcntl(other, F_GETFD), FD_CLOEXEC);
	close(fd);
	close(other);
	return KSFT_PASS;
}

static void handler(int) {}

static int signals()
{
	int s = reap(spawn([] {
		char *argv[] = {(char *)"signals", nullptr};
		stack_t st = {malloc(65536), 0, 65536};
		sigset_t hup;
		sigemptyset(&hup);
		sigaddset(&hup, SIGHUP);
		signal(SIGUSR1, handler);
		signal(SIGUSR2, SIG_IGN);
		signal(SIGHUP, handler);
		sigprocmask(SIG_SETMASK, &hup, nullptr);
		sigaltstack(&st, nullptr);
		raise(SIGHUP);
		alarm(1000);
		execve(self, argv, no_env);
		return 99;
	}));
	CHECK_EQ(s, 0);
	return KSFT_PASS;
}

static int identity()
{
	pid_t parent = getpid();
	int s = reap(spawn([=] {
		char a[12], b[12];
		char *argv[] = {(char *)"identity", a, b, (char *)self,
				nullptr};
		snprintf(a, sizeof(a), "%d", getpid());
		snprintf(b, sizeof(b), "%d", parent);
		execve(self, argv, no_env);
		return 99;
	}));
	CHECK_EQ(s, 0);
	return KSFT_PASS;
}

/* A file of that text and mode; its path. */
static const char *make_text(const char *name, const char *text, int mode)
{
	const char *path = test_path(name);

	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	MUST(fd >= 0 && fchmod(fd, mode) == 0);
	MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return path;
}

static int script()
{
	char text[512];
	char *argv[] = {(char *)"ignored", (char *)"user", nullptr};

	snprintf(text, sizeof(text), "#! %s one argument \nrest\n", self);
	const char *path = make_text("exec.script", text, 0755);
	int s = reap(spawn([=] { execve(path, argv, no_env); return 99; }));
	CHECK_EQ(s, 0);
	return KSFT_PASS;
}

static int script_loop()
{
	char text[512];
	char *argv[] = {(char *)"x", nullptr};
	const char *path = test_path("exec.loop");

	snprintf(text, sizeof(text), "#!%s\n", path);
	make_text("exec.loop", text, 0755);
	CHECK_EQ(execve(path, argv, no_env), -1);
	CHECK(errno == ELOOP || errno == ENOEXEC);
	return KSFT_PASS;
}

static int refusals()
{
	char *argv[] = {(char *)"x", nullptr};
	const char *path = make_text("exec.text", "just text, no code", 0755);

	CHECK_ERR(execve(path, argv, no_env), ENOEXEC);
	CHECK_ERR(execve(make_text("exec.empty", "", 0755), argv, no_env),
		  ENOEXEC);
	CHECK_ERR(execve(make_text("exec.mode", "#!/bin/x", 0644), argv,
			 no_env), EACCES);
	CHECK_ERR(execve(make_text("exec.interp", "#!/no/such\n", 0755), argv,
			 no_env), ENOENT);
	CHECK_ERR(execve("/no/such", argv, no_env), ENOENT);
	CHECK_ERR(execve("/tmp", argv, no_env), EACCES);
	CHECK_ERR(execve("", argv, no_env), ENOENT);
	CHECK_ERR(execve(test_path("exec.text/x"), argv, no_env), ENOTDIR);
	CHECK_ERR(execve((char *)8, argv, no_env), EFAULT);
	CHECK_ERR(execve(self, (char **)8, no_env), EFAULT);
	char *bad[] = {(char *)"x", (char *)16, nullptr};
	CHECK_ERR(execve(self, bad, no_env), EFAULT);
	return KSFT_PASS;
}

static int too_many_arguments()
{
	static char longest[1 << 20];
	static char *many[200];

	memset(longest, 'y', sizeof(longest) - 1);
	char *argv[] = {(char *)"x", longest, nullptr};
	CHECK_ERR(execve(self, argv, no_env), E2BIG);
	longest[120000] = 0;
	for (char *&p : many)
		p = longest;
	many[199] = nullptr;
	CHECK_ERR(execve(self, many, no_env), E2BIG);
	return KSFT_PASS;
}

static int running_program_is_busy()
{
	CHECK_ERR(open(self, O_WRONLY), ETXTBSY);
	CHECK_ERR(truncate(self, 0), ETXTBSY);
	return KSFT_PASS;
}

static int open_for_writing_is_busy()
{
	char *argv[] = {(char *)"x", nullptr};
	const char *path = make_text("exec.busy", "#!/bin/x\n", 0755);
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0);
	CHECK_ERR(execve(path, argv, no_env), ETXTBSY);
	close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"arguments and environment", arguments_and_environment},
	{"descriptors", descriptors},
	{"signals", signals},
	{"identity", identity},
	{"script", script},
	{"script loop", script_loop},
	{"refusals", refusals},
	{"too many arguments", too_many_arguments},
	{"a running program is busy", running_program_is_busy},
	{"a program open for writing is busy", open_for_writing_is_busy},
};

int main(int argc, char **argv, char **envp)
{
	static char path[256];
	static const struct {
		const char *name;
		int (*run)(int, char **, char **);
	} programs[] = {
		{"args", prog_args}, {"fds", prog_fds},
		{"signals", prog_signals}, {"identity", prog_identity},
	};

	for (auto &p : programs)
		if (!strcmp(argv[0], p.name))
			return p.run(argc, argv, envp);
	if (argc > 1)
		return prog_script(argc, argv, envp);
	ksft_print_header();
	MUST(realpath("/proc/self/exe", path));
	self = path;
	RUN_CASES(cases);
}
