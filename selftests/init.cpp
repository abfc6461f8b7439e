/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of a test boot. Runs the selftests that /etc/tests (else
 * /etc/selftests, else its arguments) names, each in a process group of its
 * own under a time limit, and prints one KTAP stream; then powers off.
 *
 *   init=/init --                      every test of the list
 *   init=/init -- odirect/read ...     these tests
 *   init=/init -- sh                   a shell, if the image has one
 *   init=/init -- run PROG ARG...      one program, its output as it is
 *   timeout=N  upto=330                limits: seconds a test, tests by since
 *   NAME=VALUE                         an environment variable of the tests
 *
 * Invariant: what a test leaves behind (processes, mounts) is gone before the
 * next one starts, and a test that cannot be killed is reported as such.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kselftest.h>

constexpr int MAX_TESTS = 512, NAME_LEN = 96;
/* After a time-out: for the host to take the kernel's stacks, then for the
 * kernel to let go of the killed test. */
constexpr int GRACE_MS = 4000, REAP_MS = 60000;

struct entry {
	char name[NAME_LEN];
	int timeout;
};

static entry tests[MAX_TESTS];
static int nr_tests, default_timeout = 300, upto = 1 << 30;

/* One write a line, so that kernel messages do not get into the middle. */
[[gnu::format(printf, 1, 2)]]
static void say(const char *fmt, ...)
{
	char line[1024];
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(1, line, n) < 0)
		return;
}

static long now_ms()
{
	timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

[[noreturn]] static void power_off()
{
	sync();
	if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr))
		say("# init: remounting / read-only: %s", strerror(errno));
	sync();
	reboot(RB_POWER_OFF);
	say("# init: power-off: %s", strerror(errno));
	for (;;)
		pause();
}

/* ---- the list ---- */

static void add_test(const char *name, int timeout)
{
	if (nr_tests == MAX_TESTS) {
		say("# init: more than %d tests, %s left out", MAX_TESTS, name);
		return;
	}
	snprintf(tests[nr_tests].name, NAME_LEN, "%s", name);
	tests[nr_tests++].timeout = timeout;
}

/* "dir/name since=330 timeout=30 ..." */
static void add_line(char *line)
{
	char *save, *name = strtok_r(line, " \n", &save);
	int since = 0, timeout = default_timeout;

	if (!name || *name == '#')
		return;
	while (char *word = strtok_r(nullptr, " \n", &save)) {
		if (!strncmp(word, "since=", 6))
			since = atoi(word + 6);	/* "base" is 0 */
		else if (!strncmp(word, "timeout=", 8))
			timeout = atoi(word + 8);
	}
	if (since <= upto)
		add_test(name, timeout);
}

static bool read_list(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		add_line(line);
	fclose(f);
	return true;
}

/* ---- one test ---- */

/* Prefixes the lines of a test's output, which arrive in pieces. */
struct indenter {
	char buf[1024];
	int len = 0;

	void flush()
	{
		if (len)
			say("  %.*s", len, buf);
		len = 0;
	}
	void put(const char *p, long n)
	{
		for (; n > 0; n--, p++) {
			if (*p == '\n')
				flush_line();
			else if (*p != '\r')
				buf[len++] = *p;
			if (len == sizeof(buf) - 8)
				flush();
		}
	}
	void flush_line()
	{
		if (!len)
			say("  #");
		flush();
	}
};

struct outcome {
	bool done = false, timed_out = false;
	int status = 0;
};

[[noreturn]] static void exec_test(const char *name, int out)
{
	char path[NAME_LEN + 16];
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	for (int fd = 3; fd < 16; fd++)
		close(fd);
	if (chdir("/tmp"))
		printf("# chdir /tmp: %s\n", strerror(errno));
	snprintf(path, sizeof(path), "/tests/%s", name);
	execl(path, path, nullptr);
	printf("# %s: %s\n", path, strerror(errno));
	fflush(stdout);
	_exit(127);
}

/* Reaps everything that is dead; notes the test's own status. */
static void reap(pid_t pid, outcome *o)
{
	int status;

	for (pid_t p; (p = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (p != pid)
			continue;
		o->done = true;
		o->status = status;
	}
}

/* Passes output on until @until, end of file, or the test's death. */
static void pump(int fd, pid_t pid, long until, indenter *out, outcome *o)
{
	char buf[512];
	bool open = true;

	while (!o->done) {
		long left = until - now_ms();
		if (left <= 0)
			return;
		pollfd p = {fd, POLLIN, 0};
		if (open)
			poll(&p, 1, left < 50 ? left : 50);
		else
			usleep(2000);
		if (open && p.revents) {
			long n = read(fd, buf, sizeof(buf));
			out->put(buf, n);
			open = n > 0 || (n < 0 && errno == EINTR);
		}
		reap(pid, o);
	}
}

/* What is left in the pipe once the test is dead; others may hold it open. */
static void drain(int fd, indenter *out)
{
	char buf[512];
	long n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		out->put(buf, n);
	out->flush();
}

static void time_out(int fd, pid_t pid, const entry *t, indenter *out,
		     outcome *o)
{
	o->timed_out = true;
	say("# timeout: %s", t->name);
	pump(fd, pid, now_ms() + GRACE_MS, out, o);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	pump(fd, pid, now_ms() + REAP_MS, out, o);
}

static outcome run_test(const entry *t)
{
	outcome o;
	indenter out;
	int fds[2];

	if (pipe(fds)) {
		say("# init: pipe: %s", strerror(errno));
		o.status = KSFT_FAIL << 8;
		o.done = true;
		return o;
	}
	pid_t pid = fork();
	if (pid == 0)
		exec_test(t->name, fds[1]);
	close(fds[1]);
	if (pid > 0) {
		setpgid(pid, pid);
		pump(fds[0], pid, now_ms() + t->timeout * 1000L, &out, &o);
		if (!o.done)
			time_out(fds[0], pid, t, &out, &o);
		kill(-pid, SIGKILL);
	}
	drain(fds[0], &out);
	close(fds[0]);
	return o;
}

/* Returns true if it counts as a failure. */
static bool report(int number, const entry *t, const outcome *o)
{
	int code = WIFEXITED(o->status) ? WEXITSTATUS(o->status) : -1;

	if (!o->done)
		say("not ok %d %s # TIMEOUT %d s, and cannot be killed",
		    number, t->name, t->timeout);
	else if (o->timed_out)
		say("not ok %d %s # TIMEOUT %d s", number, t->name,
		    t->timeout);
	else if (code < 0)
		say("not ok %d %s # killed by signal %d", number, t->name,
		    WTERMSIG(o->status));
	else if (code == KSFT_PASS)
		say("ok %d %s", number, t->name);
	else if (code == KSFT_SKIP)
		say("ok %d %s # SKIP", number, t->name);
	else if (code == KSFT_XFAIL)
		say("ok %d %s # XFAIL", number, t->name);
	else
		say("not ok %d %s # exit status %d", number, t->name, code);
	return !o->done || code < 0 || o->timed_out || code == KSFT_FAIL ||
	       code == KSFT_XPASS || code > KSFT_SKIP;
}

static void clean_up(const entry *t)
{
	outcome unused;

	reap(-1, &unused);
	while (!umount("/mnt"))
		say("# init: %s left /mnt mounted", t->name);
}

static void run_tests()
{
	int failed = 0;

	say("KTAP version 1");
	say("1..%d", nr_tests);
	for (int i = 0; i < nr_tests; i++) {
		long start = now_ms();
		say("# selftest: %s", tests[i].name);
		outcome o = run_test(&tests[i]);
		say("# time: %s %ld ms", tests[i].name, now_ms() - start);
		failed += report(i + 1, &tests[i], &o);
		clean_up(&tests[i]);
	}
	say("# Totals: pass:%d fail:%d", nr_tests - failed, failed);
}

/* ---- the other jobs ---- */

/* A session of its own with the serial line as its terminal: C-c works. */
static void take_terminal()
{
	setsid();
	int fd = open("/dev/ttyS0", O_RDWR);
	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 0);
	for (int n = 0; n < 3; n++)
		dup2(fd, n);
	if (fd > 2)
		close(fd);
}

/* Runs a program on the console and waits for it and for orphans. */
static int run_on_console(char *const argv[])
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		take_terminal();
		execv(argv[0], argv);
		say("init: %s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	for (pid_t p; (p = waitpid(-1, &status, 0)) != pid;)
		if (p < 0 && errno != EINTR)
			break;
	return status;
}

static void run_shell()
{
	char *const argv[] = {(char *)"/bin/sh", nullptr};

	setenv("PATH", "/bin:/tests", 1);
	setenv("HOME", "/root", 1);
	setenv("PS1", "guest# ", 1);
	if (access(argv[0], X_OK))
		say("init: no /bin/sh in this image (install "
		    "busybox-static:i386)");
	else
		run_on_console(argv);
}

static void set_up()
{
	if (mount("proc", "/proc", "proc", 0, nullptr) && errno != EBUSY)
		say("# init: mounting /proc: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	umask(022);
}

static bool option(char *word)
{
	if (!strncmp(word, "timeout=", 8))
		default_timeout = atoi(word + 8);
	else if (!strncmp(word, "upto=", 5))
		upto = atoi(word + 5);
	else if (strchr(word, '='))
		putenv(word);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	bool named = false;

	set_up();
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "sh")) {
			run_shell();
			power_off();
		}
		if (!strcmp(argv[i], "run") && i + 1 < argc) {
			int status = run_on_console(argv + i + 1);
			say("init: status %d signal %d",
			    WIFEXITED(status) ? WEXITSTATUS(status) : -1,
			    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
			power_off();
		}
		if (!option(argv[i])) {
			add_test(argv[i], default_timeout);
			named = true;
		}
	}
	if (!named && !read_list("/etc/tests") && !read_list("/etc/selftests"))
		say("# init: no list of tests in /etc");
	run_tests();
	power_off();
}
