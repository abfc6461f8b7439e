/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// execveat: by descriptor, from a directory, without following links, what the program is called; calls that are not there.
#include <child.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

constexpr int EXECVEAT = 358, CLONE3 = 435;
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static char self[256], dir[256], *leaf;
static char *no_env[] = {nullptr};

/* What @word makes of this program's descriptor 50: 42 if that was right. */
static int execed(const char *word, const char *more)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	if (!strcmp(word, "by-fd"))
		return !strcmp(name, "/dev/fd/50") ? 42 : 1;
	if (!strcmp(word, "from-dir"))
		return !strncmp(name, "/dev/fd/50/", 11) ? 42 : 1;
	if (!strcmp(word, "by-script"))
		return !strcmp(more, "/dev/fd/50") ? 42 : 1;
	return !strcmp(name, more) ? 42 : 1;
}

/* Exit status of the program, or -errno. */
static int run(int fd, const char *path, int flags, const char *word,
	       const char *more = "")
{
	int s = reap(spawn([=] {
		char *argv[] = {(char *)"execed", (char *)word, (char *)more,
				nullptr};
		syscall(EXECVEAT, fd, path, argv, no_env, flags);
		return errno + 100;
	}));
	int code = WIFEXITED(s) ? WEXITSTATUS(s) : 1;

	return code > 100 ? 100 - code : code;
}

static int put_at_50(const char *path, int flags)
{
	int fd = open(path, flags);

	MUST(fd >= 0 && dup2(fd, 50) == 50);
	return close(fd);
}

static int by_descriptor()
{
	put_at_50(self, O_RDONLY);
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, "by-fd"), 42);
	CHECK_EQ(run(50, "", 0, ""), -ENOENT);
	CHECK_EQ(run(50, "x", 0, ""), -ENOTDIR);
	close(50);
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, ""), -EBADF);
	return KSFT_PASS;
}

static int from_a_directory()
{
	put_at_50(dir, O_RDONLY | O_DIRECTORY);
	CHECK_EQ(run(50, leaf, 0, "from-dir"), 42);
	CHECK_EQ(run(50, self, 0, "path", self), 42);
	CHECK_EQ(run(-1, self, 0, "path", self), 42);
	CHECK_EQ(run(-1, leaf, 0, ""), -EBADF);
	CHECK_EQ(run(50, "no-such-program", 0, ""), -ENOENT);
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, ""), -EACCES);
	CHECK_OK(chdir(dir));
	CHECK_EQ(run(AT_FDCWD, leaf, 0, "path", leaf), 42);
	CHECK_OK(chdir("/tmp"));
	close(50);
	return KSFT_PASS;
}

static int links()
{
	const char *link = test_path("execveat.link");

	unlink(link);
	CHECK_OK(symlink(self, link));
	CHECK_EQ(run(AT_FDCWD, link, 0, "path", link), 42);
	CHECK_EQ(run(AT_FDCWD, link, AT_SYMLINK_NOFOLLOW, ""), -ELOOP);
	CHECK_EQ(run(AT_FDCWD, self, AT_SYMLINK_NOFOLLOW, "path", self), 42);
	CHECK_OK(unlink(link));
	return KSFT_PASS;
}

/* Its interpreter has to open it once more. */
static int scripts()
{
	const char *path = test_path("execveat.script");
	char text[300];

	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT, 0755);
	int n = snprintf(text, sizeof(text), "#!%s by-script\n", self);
	CHECK_EQ(write(fd, text, n), n);
	close(fd);
	put_at_50(path, O_RDONLY);
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, ""), 42);
	CHECK_OK(fcntl(50, F_SETFD, FD_CLOEXEC));
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, ""), -ENOENT);
	close(50);
	CHECK_OK(unlink(path));
	return KSFT_PASS;
}

static int one_without_a_name()
{
	const char *path = test_path("execveat.copy");
	static char buf[64 * KIB];
	ssize_t n;

	unlink(path);
	int in = open(self, O_RDONLY);
	int out = open(path, O_WRONLY | O_CREAT, 0755);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK_EQ(write(out, buf, n), n);
	close(in);
	put_at_50(path, O_RDONLY);
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, ""), -ETXTBSY);
	close(out);
	CHECK_OK(unlink(path));
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, "by-fd"), 42);
	/* Nobody holds it any more, nor keeps others from writing to it. */
	CHECK_OK(fchmod(50, 0644));
	CHECK_EQ(run(50, "", AT_EMPTY_PATH, ""), -EACCES);
	close(50);
	return KSFT_PASS;
}

static int refusals()
{
	char *argv[] = {(char *)"x", nullptr};

	CHECK_EQ(run(AT_FDCWD, self, 0x400, ""), -EINVAL);
	CHECK_EQ(run(AT_FDCWD, self, ~0, ""), -EINVAL);
	CHECK_ERR(syscall(EXECVEAT, AT_FDCWD, 16, argv, no_env, 0), EFAULT);
	CHECK_ERR(syscall(EXECVEAT, AT_FDCWD, self, 16, no_env, 0), EFAULT);
	CHECK_ERR(syscall(EXECVEAT, AT_FDCWD, self, argv, 16, 0), EFAULT);
	return KSFT_PASS;
}

/* An older kernel says so in one way, and does nothing. */
static int calls_that_are_not_there()
{
	static const long numbers[] = {500, 600, 1000, 65536, 0x10000 + 1,
		0x7fffffff, -0x7fffffff - 1, -1, -4096};
	uint64_t args[11] = {};

	for (long nr : numbers)
		CHECK_ERR(syscall(nr, 0, 0, 0, 0, 0, 0), ENOSYS);
	/* A size that no kernel takes: no new process either way. */
	errno = 0;
	CHECK_EQ(syscall(CLONE3, args, 7), -1);
	CHECK(errno == ENOSYS || errno == EINVAL);
	CHECK_ERR(waitpid(-1, nullptr, WNOHANG), ECHILD);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"by descriptor", by_descriptor},
	{"from a directory", from_a_directory},
	{"links", links},
	{"scripts", scripts},
	{"one without a name", one_without_a_name},
	{"refusals", refusals},
	{"calls that are not there", calls_that_are_not_there},
};

int main(int argc, char **argv)
{
	if (argc > 1)
		return execed(argv[1], argc > 2 ? argv[2] : "");
	ksft_print_header();
	MUST(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	strcpy(dir, self);
	leaf = strrchr(self, '/') + 1;
	dir[leaf - self - 1] = 0;
	RUN_CASES(cases);
}
