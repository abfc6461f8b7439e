/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// What an ordinary user (1000) may not do, and what the mode bits, groups and the sticky bit allow.
#include <child.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/resource.h>

constexpr uid_t USER = 1000, OTHER = 1001;

/* Runs @body as @uid, in group @uid and the supplementary group @extra. */
template<class F> static int as_user(uid_t uid, F body, gid_t extra = 0)
{
	return in_child([&] {
		if (setgroups(extra ? 1 : 0, &extra) || setgid(uid) ||
		    setuid(uid))
			return KSFT_FAIL;
		return body();
	});
}

static void make(const char *name, int mode, uid_t uid, gid_t gid)
{
	unlink(name);
	int fd = open(name, O_WRONLY | O_CREAT, 0600);
	MUST(fd >= 0 && fchown(fd, uid, gid) == 0 && fchmod(fd, mode) == 0);
	close(fd);
}

static int mode_bits()
{
	make("mine", 0600, USER, 0);
	make("roots", 0600, 0, 0);
	make("groups", 0060, 0, 500);
	make("owner-out", 0077, USER, USER);
	make("readable", 0644, 0, 0);
	CHECK_CASE(as_user(USER, [] {
		int fd = open("mine", O_RDWR);
		CHECK(fd >= 0);
		close(fd);
		CHECK_ERR(open("roots", O_RDONLY), EACCES);
		CHECK_ERR(open("groups", O_RDONLY), EACCES);
		/* The first class that fits decides. */
		CHECK_ERR(open("owner-out", O_RDONLY), EACCES);
		CHECK_OK(fd = open("readable", O_RDONLY));
		close(fd);
		CHECK_ERR(open("readable", O_RDWR), EACCES);
		CHECK_ERR(open("readable", O_RDONLY | O_TRUNC), EACCES);
		CHECK_ERR(truncate("readable", 0), EACCES);
		CHECK_OK(access("readable", R_OK));
		CHECK_ERR(access("readable", W_OK), EACCES);
		CHECK_ERR(access("readable", X_OK), EACCES);
		char *argv[] = {(char *)"x", nullptr};
		CHECK_ERR(execv("readable", argv), EACCES);
		return KSFT_PASS;
	}));
	CHECK_CASE(as_user(USER, [] {
		int fd = open("groups", O_RDWR);
		CHECK(fd >= 0);
		close(fd);
		return KSFT_PASS;
	}, 500));
	/* Root may read and write anything, but execute only what has an x. */
	int fd = open("owner-out", O_RDWR);
	CHECK(fd >= 0);
	close(fd);
	CHECK_ERR(access("roots", X_OK), EACCES);
	return KSFT_PASS;
}

static int directories()
{
	CHECK_OK(mkdir("closed", 0700));
	CHECK_OK(mkdir("pass", 0711));
	CHECK_OK(mkdir("look", 0744));
	make("pass/f", 0644, USER, 0);
	make("look/f", 0644, 0, 0);
	CHECK_CASE(as_user(USER, [] {
		struct stat st;
		CHECK_ERR(stat("closed/x", &st), EACCES);
		CHECK_ERR(chdir("closed"), EACCES);
		CHECK_ERR(open("pass", O_RDONLY), EACCES);
		CHECK_OK(stat("pass/f", &st));
		int fd = open("look", O_RDONLY);
		CHECK(fd >= 0);
		close(fd);
		CHECK_ERR(stat("look/f", &st), EACCES);
		CHECK_ERR(open("pass/new", O_WRONLY | O_CREAT, 0644), EACCES);
		CHECK_ERR(mkdir("pass/d", 0755), EACCES);
		CHECK_ERR(unlink("pass/f"), EACCES);
		CHECK_ERR(rename("pass/f", "pass/g"), EACCES);
		CHECK_ERR(link("pass/f", "pass/g"), EACCES);
		CHECK_ERR(symlink("x", "pass/s"), EACCES);
		return KSFT_PASS;
	}));
	CHECK_OK(unlink("pass/f"));
	CHECK_OK(unlink("look/f"));
	CHECK_OK(rmdir("closed"));
	CHECK_OK(rmdir("pass"));
	CHECK_OK(rmdir("look"));
	return KSFT_PASS;
}

static int sticky_directory()
{
	CHECK_OK(mkdir("sticky", 0777));
	CHECK_OK(chmod("sticky", 01777));
	make("sticky/f", 0666, OTHER, OTHER);
	CHECK_CASE(as_user(USER, [] {
		CHECK_ERR(unlink("sticky/f"), EPERM);
		CHECK_ERR(rename("sticky/f", "sticky/g"), EPERM);
		int fd = open("sticky/mine", O_WRONLY | O_CREAT, 0644);
		CHECK(fd >= 0);
		close(fd);
		CHECK_ERR(rename("sticky/mine", "sticky/f"), EPERM);
		CHECK_OK(unlink("sticky/mine"));
		return KSFT_PASS;
	}));
	CHECK_CASE(as_user(OTHER, [] {
		CHECK_OK(unlink("sticky/f"));
		return KSFT_PASS;
	}));
	CHECK_OK(rmdir("sticky"));
	return KSFT_PASS;
}

static int change_of_mode_and_owner()
{
	make("mine", 0644, USER, USER);
	make("roots", 0666, 0, 0);
	CHECK_CASE(as_user(USER, [] {
		struct stat st;
		timespec set[2] = {{1, 0}, {1, 0}};
		CHECK_OK(chmod("mine", 0600));
		CHECK_ERR(chmod("roots", 0600), EPERM);
		CHECK_ERR(chown("mine", OTHER, -1), EPERM);
		CHECK_ERR(chown("mine", -1, OTHER), EPERM);
		CHECK_OK(chown("mine", -1, 500));
		CHECK_OK(stat("mine", &st));
		CHECK_EQ(st.st_gid, 500);
		CHECK_ERR(chown("roots", USER, -1), EPERM);
		CHECK_OK(utimensat(AT_FDCWD, "roots", nullptr, 0));
		CHECK_ERR(utimensat(AT_FDCWD, "roots", set, 0), EPERM);
		CHECK_OK(utimensat(AT_FDCWD, "mine", set, 0));
		return KSFT_PASS;
	}, 500));
	return KSFT_PASS;
}

static int set_id_bits_go()
{
	struct stat st;

	make("suid", 06777, USER, USER);
	CHECK_CASE(as_user(OTHER, [] {
		int fd = open("suid", O_WRONLY);
		CHECK_EQ(write(fd, "x", 1), 1);
		return KSFT_PASS;
	}));
	CHECK_OK(stat("suid", &st));
	CHECK_EQ(st.st_mode & 07777, 0777);
	make("suid", 06755, 0, 0);
	CHECK_OK(chown("suid", USER, USER));
	CHECK_OK(stat("suid", &st));
	CHECK_EQ(st.st_mode & 07777, 0755);
	return KSFT_PASS;
}

static int identities()
{
	CHECK_CASE(in_child([] {
		uid_t r, e, s;
		CHECK_OK(setresuid(USER, OTHER, 0));
		CHECK_OK(getresuid(&r, &e, &s));
		CHECK(r == USER && e == OTHER && s == 0);
		CHECK_OK(seteuid(0));
		CHECK_OK(setuid(USER));
		CHECK_OK(getresuid(&r, &e, &s));
		CHECK(r == USER && e == USER && s == USER);
		CHECK_ERR(setuid(0), EPERM);
		CHECK_ERR(setresuid(-1, OTHER, -1), EPERM);
		CHECK_ERR(setgroups(0, nullptr), EPERM);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static int set_user_id_program()
{
	char self[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	CHECK(n > 0);
	self[n] = 0;
	int in = open(self, O_RDONLY);
	unlink("prog");
	int out = open("prog", O_WRONLY | O_CREAT, 0755);
	static char buf[64 * KIB];
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK_EQ(write(out, buf, n), n);
	CHECK_OK(fchown(out, OTHER, OTHER));
	CHECK_OK(fchmod(out, 04755));
	close(in);
	close(out);
	CHECK_CASE(as_user(USER, [] {
		char *argv[] = {(char *)"ids", nullptr};
		execv("prog", argv);
		return KSFT_FAIL;
	}));
	CHECK_OK(unlink("prog"));
	return KSFT_PASS;
}

static int ids()
{
	CHECK_EQ(getuid(), USER);
	if (geteuid() == USER)
		return KSFT_PASS;	/* mounted nosuid */
	CHECK_EQ(geteuid(), OTHER);
	CHECK_OK(setuid(USER));
	CHECK_OK(seteuid(OTHER));	/* saved */
	return KSFT_PASS;
}

static int for_root_only()
{
	pid_t parent = getpid();

	CHECK_CASE(as_user(USER, [=] {
		rlimit r = {};
		CHECK_ERR(mount("none", "/", "proc", 0, nullptr), EPERM);
		CHECK_ERR(umount("/proc"), EPERM);
		CHECK_ERR(chroot("/"), EPERM);
		CHECK_ERR(mknod("dev", S_IFCHR | 0600, 0x103), EPERM);
		CHECK_ERR(sethostname("x", 1), EPERM);
		CHECK_ERR(kill(parent, SIGUSR1), EPERM);
		CHECK_ERR(kill(1, 0), EPERM);
		CHECK_OK(getrlimit(RLIMIT_NOFILE, &r));
		r.rlim_max++;
		CHECK_ERR(setrlimit(RLIMIT_NOFILE, &r), EPERM);
		timespec t = {1, 0};
		CHECK_ERR(clock_settime(CLOCK_REALTIME, &t), EPERM);
		CHECK_ERR(open("/proc/1/mem", O_RDONLY), EACCES);
		return KSFT_PASS;
	}));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"mode bits", mode_bits},
	{"directories", directories},
	{"sticky directory", sticky_directory},
	{"change of mode and owner", change_of_mode_and_owner},
	{"set-id bits go", set_id_bits_go},
	{"identities", identities},
	{"set-user-id program", set_user_id_program},
	{"for root only", for_root_only},
};

int main(int, char **argv)
{
	const char *top = test_path("permission.test");

	if (!strcmp(argv[0], "ids"))
		return ids();
	ksft_print_header();
	if (getuid())
		ksft_exit_skip("not root\n");
	MUST(mkdir(top, 0755) == 0 || errno == EEXIST);
	MUST(chmod(top, 0777) == 0 && chdir(top) == 0);
	umask(0);
	RUN_CASES(cases);
}
