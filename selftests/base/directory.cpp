/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Directories: mkdir, rmdir, link, unlink, symlink, every case of rename, reading, link counts.
#include <child.h>
#include <dirent.h>
#include <limits.h>
#include <sys/syscall.h>

static char buf[PATH_MAX + 10];

static ino_t ino_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_ino;
}

static int links_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? -1 : (int)st.st_nlink;
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	MUST(fd >= 0);
	close(fd);
}

static int make_and_remove()
{
	int before = links_of(".");

	CHECK_OK(mkdir("a", 0755));
	CHECK_ERR(mkdir("a", 0755), EEXIST);
	CHECK_ERR(mkdir("no/b", 0755), ENOENT);
	CHECK_ERR(mkdir("", 0755), ENOENT);
	CHECK_OK(mkdir("a/b/", 0755));
	if (before > 1) {	/* some file systems do not count */
		CHECK_EQ(links_of("."), before + 1);
		CHECK_EQ(links_of("a"), 3);
	}
	CHECK_EQ(ino_of("a/b/.."), ino_of("a"));
	CHECK_ERR(rmdir("a"), ENOTEMPTY);
	CHECK_ERR(rmdir("a/."), EINVAL);
	CHECK_ERR(rmdir("a/b/.."), ENOTEMPTY);
	touch("a/f");
	CHECK_ERR(rmdir("a/f"), ENOTDIR);
	CHECK_ERR(mkdir("a/f/g", 0755), ENOTDIR);
	CHECK_ERR(unlink("a/b"), EISDIR);
	CHECK_OK(unlink("a/f"));
	CHECK_ERR(unlink("a/f"), ENOENT);
	CHECK_OK(rmdir("a/b/"));
	CHECK_OK(rmdir("a"));
	CHECK_ERR(rmdir("a"), ENOENT);
	CHECK_EQ(links_of("."), before);
	return KSFT_PASS;
}

static int names()
{
	memset(buf, 'n', NAME_MAX + 1);
	buf[NAME_MAX + 1] = 0;
	CHECK_ERR(mkdir(buf, 0755), ENAMETOOLONG);
	buf[NAME_MAX] = 0;
	CHECK_OK(mkdir(buf, 0755));
	CHECK_OK(rmdir(buf));
	memset(buf, '/', PATH_MAX);
	buf[PATH_MAX] = 0;
	CHECK_ERR(mkdir(buf, 0755), ENAMETOOLONG);
	for (int i = 0; i + 2 < PATH_MAX; i += 2)
		memcpy(buf + i, "./", 3);
	CHECK_ERR(mkdir(buf, 0755), EEXIST);
	touch("f");
	CHECK_ERR(open("f/", O_RDONLY), ENOTDIR);
	CHECK_ERR(open("f/.", O_RDONLY), ENOTDIR);
	CHECK_ERR(open("new/", O_WRONLY | O_CREAT, 0644), EISDIR);
	CHECK_ERR(open(".", O_WRONLY), EISDIR);
	CHECK_OK(unlink("f"));
	return KSFT_PASS;
}

static int hard_links()
{
	touch("f");
	CHECK_OK(link("f", "g"));
	CHECK_EQ(ino_of("f"), ino_of("g"));
	CHECK_EQ(links_of("f"), 2);
	CHECK_ERR(link("f", "g"), EEXIST);
	CHECK_ERR(link("no", "h"), ENOENT);
	CHECK_OK(mkdir("d", 0755));
	CHECK_ERR(link("d", "e"), EPERM);
	CHECK_ERR(link("f", "/proc/x"), ENOENT + (errno == EXDEV) *
		  (EXDEV - ENOENT));
	CHECK_OK(unlink("f"));
	CHECK_EQ(links_of("g"), 1);
	CHECK_OK(unlink("g"));
	CHECK_OK(rmdir("d"));
	return KSFT_PASS;
}

static int symbolic_links()
{
	char target[200], got[300];

	touch("f");
	CHECK_OK(symlink("f", "l"));
	CHECK_ERR(symlink("x", "l"), EEXIST);
	CHECK_EQ(readlink("l", got, sizeof(got)), 1);
	CHECK_EQ(readlink("l", got, 1), 1);
	CHECK_ERR(readlink("f", got, 10), EINVAL);
	struct stat st;
	CHECK_OK(stat("l", &st));
	CHECK_EQ(st.st_ino, ino_of("f"));
	CHECK_ERR(open("l", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_OK(unlink("l"));
	CHECK(ino_of("f"));
	/* Too long to lie in the inode. */
	memset(target, 't', 199);
	target[199] = 0;
	CHECK_OK(symlink(target, "long"));
	CHECK_EQ(readlink("long", got, sizeof(got)), 199);
	CHECK(!memcmp(got, target, 199));
	CHECK_ERR(open("long", O_RDONLY), ENOENT);
	CHECK_OK(unlink("long"));
	/* Created through a link that dangles, but not with O_EXCL. */
	CHECK_OK(symlink("made", "dangling"));
	CHECK_ERR(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0644),
		  EEXIST);
	touch("dangling");
	CHECK(ino_of("made"));
	CHECK_OK(unlink("made"));
	CHECK_OK(unlink("dangling"));
	CHECK_OK(unlink("f"));
	CHECK_ERR(symlink("", "e"), ENOENT);
	return KSFT_PASS;
}

static int loops()
{
	char name[16], target[16];

	CHECK_OK(symlink("x2", "x1"));
	CHECK_OK(symlink("x1", "x2"));
	CHECK_ERR(open("x1", O_RDONLY), ELOOP);
	CHECK_ERR(open("x1", O_WRONLY | O_CREAT, 0644), ELOOP);
	CHECK_ERR(open("x1/y", O_RDONLY), ELOOP);
	CHECK_OK(unlink("x1"));
	CHECK_OK(unlink("x2"));
	touch("n0");
	for (int i = 1; i <= 45; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		snprintf(target, sizeof(target), "n%d", i - 1);
		CHECK_OK(symlink(target, name));
	}
	int fd = open("n5", O_RDONLY);
	CHECK(fd >= 0);
	close(fd);
	CHECK_ERR(open("n45", O_RDONLY), ELOOP);
	for (int i = 0; i <= 45; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		CHECK_OK(unlink(name));
	}
	return KSFT_PASS;
}

static int rename_files()
{
	touch("a");
	ino_t a = ino_of("a");
	CHECK_OK(rename("a", "b"));
	CHECK_EQ(ino_of("b"), a);
	CHECK_ERR(rename("a", "c"), ENOENT);
	touch("c");
	CHECK_OK(link("c", "c2"));
	CHECK_OK(rename("b", "c"));	/* replaces */
	CHECK_EQ(ino_of("c"), a);
	CHECK(!ino_of("b"));
	CHECK_EQ(links_of("c2"), 1);
	CHECK_OK(rename("c", "c"));
	CHECK_OK(unlink("c2"));
	CHECK_OK(link("c", "c2"));
	CHECK_OK(rename("c", "c2"));	/* both names stay */
	CHECK_EQ(links_of("c"), 2);
	CHECK_OK(symlink("c", "l"));
	CHECK_OK(rename("l", "m"));	/* the link itself */
	CHECK_EQ(readlink("m", buf, 10), 1);
	CHECK_OK(rename("c", "m"));	/* replaces the link */
	CHECK_EQ(ino_of("m"), a);
	CHECK_OK(unlink("m"));
	CHECK_OK(unlink("c2"));
	return KSFT_PASS;
}

static int rename_directories()
{
	CHECK_OK(mkdir("d", 0755));
	CHECK_OK(mkdir("d/sub", 0755));
	CHECK_OK(mkdir("e", 0755));
	CHECK_OK(mkdir("empty", 0755));
	touch("f");
	int d = links_of("d"), e = links_of("e");
	CHECK_ERR(rename("d", "d/sub/x"), EINVAL);
	CHECK_ERR(rename("d", "d/x"), EINVAL);
	CHECK_ERR(rename("d", "f"), ENOTDIR);
	CHECK_ERR(rename("f", "d"), EISDIR);
	CHECK_ERR(rename("e", "d"), ENOTEMPTY);
	CHECK_ERR(rename("d/sub/..", "x"), EBUSY);
	CHECK_ERR(rename("d/sub/.", "x"), EBUSY);
	CHECK_ERR(rename("f/", "x"), ENOTDIR);
	CHECK_ERR(rename("d/sub", "no/x"), ENOENT);
	CHECK_OK(rename("d/sub", "e/moved"));
	CHECK_EQ(ino_of("e/moved/.."), ino_of("e"));
	if (d > 1) {
		CHECK_EQ(links_of("d"), d - 1);
		CHECK_EQ(links_of("e"), e + 1);
	}
	CHECK_OK(rename("e", "empty"));	/* onto an empty directory */
	CHECK(ino_of("empty/moved"));
	CHECK(!ino_of("e"));
	CHECK_OK(rmdir("empty/moved"));
	CHECK_OK(rmdir("empty"));
	CHECK_OK(rmdir("d"));
	CHECK_OK(unlink("f"));
	return KSFT_PASS;
}

static int rename_noreplace()
{
	touch("a");
	touch("b");
	CHECK_ERR(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 1),
		  EEXIST);
	CHECK_OK(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "c", 1));
	CHECK_OK(unlink("b"));
	CHECK_OK(unlink("c"));
	return KSFT_PASS;
}

static int the_current_directory()
{
	char top[PATH_MAX], want[PATH_MAX + 10];

	CHECK(getcwd(top, sizeof(top)));
	CHECK_OK(mkdir("w", 0755));
	CHECK_OK(chdir("w"));
	snprintf(want, sizeof(want), "%s/w", top);
	CHECK(getcwd(buf, sizeof(buf)) && !strcmp(buf, want));
	CHECK(!getcwd(buf, 2) && errno == ERANGE);
	snprintf(want, sizeof(want), "%s/v", top);
	CHECK_OK(rename("../w", "../v"));
	CHECK(getcwd(buf, sizeof(buf)) && !strcmp(buf, want));
	CHECK_OK(rmdir("../v"));
	CHECK(!getcwd(buf, sizeof(buf)) && errno == ENOENT);
	CHECK_ERR(open("x", O_WRONLY | O_CREAT, 0644), ENOENT);
	CHECK_ERR(mkdir("x", 0755), ENOENT);
	CHECK_OK(chdir(top));
	CHECK_ERR(chdir("v"), ENOENT);
	touch("f");
	CHECK_ERR(chdir("f"), ENOTDIR);
	CHECK_OK(unlink("f"));
	return KSFT_PASS;
}

static int reading()
{
	constexpr int N = 500;
	static bool seen[N];
	char name[40];

	CHECK_OK(mkdir("r", 0755));
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "r/entry-%d", i);
		touch(name);
	}
	CHECK_OK(mkdir("r/dir", 0755));
	DIR *d = opendir("r");
	CHECK(d);
	int others = 0;
	while (dirent *e = readdir(d)) {
		int i;
		if (sscanf(e->d_name, "entry-%d", &i) == 1) {
			CHECK(i >= 0 && i < N && !seen[i]);
			CHECK(e->d_type == DT_REG || e->d_type == DT_UNKNOWN);
			seen[i] = true;
		} else {
			others++;
			CHECK(e->d_type == DT_DIR || e->d_type == DT_UNKNOWN);
		}
	}
	CHECK_EQ(others, 3);
	for (bool s : seen)
		CHECK(s);
	rewinddir(d);
	/* Unlinking what was just read skips nothing. */
	int left = 0;
	while (dirent *e = readdir(d))
		if (!strncmp(e->d_name, "entry-", 6)) {
			CHECK_OK(unlinkat(dirfd(d), e->d_name, 0));
			left++;
		}
	CHECK_EQ(left, N);
	closedir(d);
	CHECK_OK(rmdir("r/dir"));
	CHECK_OK(rmdir("r"));
	return KSFT_PASS;
}

static int reading_calls()
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	CHECK_ERR(read(fd, buf, 10), EISDIR);
	CHECK_ERR(syscall(SYS_getdents64, fd, buf, 4), EINVAL);
	CHECK_ERR(syscall(SYS_getdents64, fd, 16, 1000), EFAULT);
	CHECK_ERR(write(fd, buf, 1), EBADF);
	close(fd);
	touch("f");
	fd = open("f", O_RDONLY);
	CHECK_ERR(syscall(SYS_getdents64, fd, buf, 1000), ENOTDIR);
	close(fd);
	CHECK_OK(unlink("f"));
	return KSFT_PASS;
}

static int relative_to_a_descriptor()
{
	struct stat st;

	CHECK_OK(mkdir("at", 0755));
	int d = open("at", O_RDONLY | O_DIRECTORY);
	int fd = openat(d, "f", O_RDWR | O_CREAT, 0640);
	CHECK(fd >= 0);
	CHECK_OK(fstatat(d, "f", &st, 0));
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	CHECK_OK(fstatat(fd, "", &st, AT_EMPTY_PATH));
	CHECK_ERR(openat(fd, "x", O_RDONLY), ENOTDIR);
	CHECK_ERR(openat(99, "x", O_RDONLY), EBADF);
	CHECK_OK(mkdirat(d, "s", 0755));
	CHECK_OK(symlinkat("f", d, "l"));
	CHECK_EQ(readlinkat(d, "l", buf, 10), 1);
	CHECK_OK(linkat(d, "f", d, "h", 0));
	CHECK_OK(renameat(d, "h", d, "i"));
	CHECK_OK(fchmodat(d, "i", 0600, 0));
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_mode & 07777, 0600);
	CHECK_OK(faccessat(d, "i", R_OK, 0));
	CHECK_ERR(unlinkat(d, "s", 0), EISDIR);
	CHECK_OK(unlinkat(d, "s", AT_REMOVEDIR));
	CHECK_OK(unlinkat(d, "i", 0));
	CHECK_OK(unlinkat(d, "l", 0));
	CHECK_OK(unlinkat(d, "f", 0));
	CHECK_OK(fchdir(d));
	CHECK_OK(chdir(".."));
	CHECK_OK(rmdir("at"));
	close(d);
	close(fd);
	return KSFT_PASS;
}

static int deep_tree()
{
	constexpr int DEPTH = 60;

	for (int i = 0; i < DEPTH; i++) {
		CHECK_OK(mkdir("deep", 0755));
		CHECK_OK(chdir("deep"));
	}
	CHECK(getcwd(buf, sizeof(buf)));
	CHECK(strlen(buf) >= DEPTH * 5);
	for (int i = 0; i < DEPTH; i++) {
		CHECK_OK(chdir(".."));
		CHECK_OK(rmdir("deep"));
	}
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"make and remove", make_and_remove},
	{"names", names},
	{"hard links", hard_links},
	{"symbolic links", symbolic_links},
	{"loops", loops},
	{"rename files", rename_files},
	{"rename directories", rename_directories},
	{"rename without replacing", rename_noreplace},
	{"the current directory", the_current_directory},
	{"reading", reading},
	{"reading calls", reading_calls},
	{"relative to a descriptor", relative_to_a_descriptor},
	{"deep tree", deep_tree},
};

int main()
{
	const char *top = test_path("directory.test");

	ksft_print_header();
	MUST(mkdir(top, 0755) == 0 || errno == EEXIST);
	MUST(chdir(top) == 0);
	RUN_CASES(cases);
}
