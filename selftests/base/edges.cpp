/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Lists and strings that end where a page, the stack or user space ends: whole, in part, or EFAULT.
#include <child.h>
#include <dirent.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static uint8_t *page;		/* two writable pages, a hole behind them */
static uint8_t *end;		/* of them */
static int pattern_fd, fifo[2];

/* ---- lists and strings ---- */

static int words_of_a_futex()
{
	auto word = (uint32_t *)(end - 4);

	*word = 1;
	CHECK_ERR(syscall(240, word, 0, 2, nullptr), EAGAIN);
	CHECK_ERR(syscall(240, end, 0, 2, nullptr), EFAULT);
	CHECK_ERR(syscall(240, end - 3, 0, 2, nullptr), EINVAL);
	return KSFT_PASS;
}

/* Nothing is lost where the buffer ends: what did not fit comes next. */
static int directory_entries()
{
	struct entry {
		uint64_t ino, off;
		uint16_t len;
		uint8_t type;
		char name[];
	};
	uint8_t *at = end - 40;		/* one entry of 24 bytes, no second */
	int dir = open("/", O_RDONLY | O_DIRECTORY);

	CHECK(dir >= 0);
	CHECK_ERR(syscall(SYS_getdents64, dir, end, 4096), EFAULT);
	CHECK_EQ(syscall(SYS_getdents64, dir, at, 4096), 24);
	char first[8], second[8];
	snprintf(first, sizeof(first), "%s", ((entry *)at)->name);
	CHECK_EQ(syscall(SYS_getdents64, dir, at, 4096), 24);
	snprintf(second, sizeof(second), "%s", ((entry *)at)->name);
	CHECK(!strcmp(first, ".") && !strcmp(second, ".."));
	CHECK_EQ(lseek(dir, 0, SEEK_SET), 0);
	CHECK_ERR(syscall(SYS_getdents64, dir, at, 23), EINVAL);
	CHECK_EQ(syscall(SYS_getdents64, dir, at, 24), 24);
	close(dir);
	return KSFT_PASS;
}

static int names_come_out()
{
	const char *link = test_path("edges.link");

	unlink(link);
	CHECK_OK(symlink("abcde", link));
	CHECK_EQ(syscall(SYS_readlink, link, end - 5, 100), 5);
	CHECK(!memcmp(end - 5, "abcde", 5));
	CHECK_EQ(syscall(SYS_readlink, link, end - 3, 3), 3);
	CHECK_ERR(syscall(SYS_readlink, link, end - 4, 100), EFAULT);
	CHECK_ERR(syscall(SYS_readlink, link, end - 4, 0), EINVAL);
	CHECK_OK(unlink(link));
	CHECK_OK(chdir("/proc"));
	CHECK_EQ(syscall(SYS_getcwd, end - 6, 100), 6);
	CHECK(!memcmp(end - 6, "/proc", 6));
	CHECK_ERR(syscall(SYS_getcwd, end - 5, 100), EFAULT);
	CHECK_ERR(syscall(SYS_getcwd, end - 5, 5), ERANGE);
	CHECK_OK(chdir("/tmp"));
	return KSFT_PASS;
}

/* EFAULT leaves no descriptors behind. */
static int pipes_need_both_words()
{
	int p[2];

	CHECK_OK(syscall(SYS_pipe, p));
	int next[2] = {p[0], p[1]};
	close(p[0]);
	close(p[1]);
	CHECK_ERR(syscall(SYS_pipe, end - 4), EFAULT);
	CHECK_ERR(syscall(SYS_pipe2, end - 7, 0), EFAULT);
	CHECK_OK(syscall(SYS_pipe, end - 8));
	memcpy(p, end - 8, 8);
	CHECK(p[0] == next[0] && p[1] == next[1]);
	close(p[0]);
	close(p[1]);
	return KSFT_PASS;
}

static int vectors_in_part()
{
	static uint8_t back[PAGE];
	int fd = make_file(test_path("edges"), 0, 1);
	iovec in[3] = {{page, 10}, {end - 30, 100}, {page + 100, 10}};

	CHECK_EQ(lseek(pattern_fd, 50, SEEK_SET), 50);
	CHECK_EQ(readv(pattern_fd, in, 3), 40);
	CHECK_EQ(lseek(pattern_fd, 0, SEEK_CUR), 90);
	CHECK(is_pattern(page, 1, 50, 10));
	CHECK(is_pattern(end - 30, 1, 60, 30));
	CHECK_EQ(writev(fd, in, 3), 40);
	CHECK_EQ(pread(fd, back, PAGE, 0), 40);
	CHECK(is_pattern(back, 1, 50, 40));
	/* The second piece is not there at all. */
	iovec half[2] = {{page, 10}, {end, 10}};
	CHECK_EQ(readv(pattern_fd, half, 2), 10);
	CHECK_EQ(writev(fd, half, 2), 10);
	/* The first byte is missing: nothing moves. */
	iovec none[2] = {{end, 10}, {page, 10}};
	CHECK_ERR(readv(pattern_fd, none, 2), EFAULT);
	CHECK_ERR(writev(fd, none, 2), EFAULT);
	CHECK_EQ(lseek(pattern_fd, 0, SEEK_CUR), 100);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 50);
	close(fd);
	return KSFT_PASS;
}

static int offset_of_sendfile()
{
	int fd = make_file(test_path("edges"), 0, 1);
	auto small = (int32_t *)(end - 4);
	auto large = (int64_t *)(end - 8);

	*large = 0x100;
	CHECK_EQ(syscall(SYS_sendfile64, fd, pattern_fd, large, 50), 50);
	CHECK_EQ(*large, 0x132);
	*small = 0x200;
	CHECK_EQ(syscall(SYS_sendfile, fd, pattern_fd, small, 50), 50);
	CHECK_EQ(*small, 0x232);
	CHECK_ERR(syscall(SYS_sendfile64, fd, pattern_fd, end - 7, 50),
		  EFAULT);
	CHECK_ERR(syscall(SYS_sendfile, fd, pattern_fd, end - 3, 50), EFAULT);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 100);
	CHECK_EQ(pread(fd, page, 200, 0), 100);
	CHECK(is_pattern(page, 1, 0x100, 50) &&
	      is_pattern(page + 50, 1, 0x200, 50));
	close(fd);
	return KSFT_PASS;
}

/* ---- execve: each list and string ends with the page, or does not end ---- */

/* The status of this program with @argv and @envp, or -errno. */
static int run(const char *path, void *argv, void *envp)
{
	int s = reap(spawn([=] {
		syscall(SYS_execve, path, argv, envp);
		return errno + 100;
	}));
	int code = WIFEXITED(s) ? WEXITSTATUS(s) : 1;

	return code > 100 ? 100 - code : code;
}

static int arguments_of_execve()
{
	static const char self[] = "/proc/self/exe";
	static char name[] = "echo", *good[] = {name, nullptr};
	auto list = (char **)(end - 8);
	char *text = (char *)end - 5;

	CHECK_EQ(run(self, good, nullptr), 42);
	memcpy(list, good, 8);
	CHECK_EQ(run(self, list, nullptr), 42);
	CHECK_EQ(run(self, good, list), 42);
	list[1] = name;			/* without its null */
	CHECK_EQ(run(self, list, nullptr), -EFAULT);
	CHECK_EQ(run(self, good, list), -EFAULT);
	char *texts[] = {name, text, nullptr};
	memcpy(text, "text", 5);
	CHECK_EQ(run(self, texts, texts), 42);
	text[4] = 'x';
	CHECK_EQ(run(self, texts, nullptr), -EFAULT);
	CHECK_EQ(run(self, good, texts), -EFAULT);
	CHECK_EQ(run(text, good, nullptr), -EFAULT);
	char *path = (char *)end - sizeof(self);
	memcpy(path, self, sizeof(self));
	CHECK_EQ(run(path, good, nullptr), 42);
	return KSFT_PASS;
}

/* ---- the stack and the end of user space ---- */

static uintptr_t stack_low, stack_high;

static bool find_stack()
{
	char line[256];
	FILE *f = fopen("/proc/self/maps", "r");

	stack_low = 0;
	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "[stack]"))
			sscanf(line, "%lx-%lx", (unsigned long *)&stack_low,
			       (unsigned long *)&stack_high);
	if (f)
		fclose(f);
	return stack_low;
}

/* The stack grows for the kernel, too, but not over its limit. */
static int below_the_stack()
{
	rlimit r;

	CHECK(find_stack());
	CHECK_OK(getrlimit(RLIMIT_STACK, &r));
	auto p = (uint8_t *)stack_low - 100;
	CHECK_EQ(pread(pattern_fd, p, 200, 0), 200);
	CHECK(is_pattern(p, 1, 0, 200));
	CHECK(find_stack() && stack_low <= (uintptr_t)p);
	if (r.rlim_cur == RLIM_INFINITY)
		return KSFT_PASS;
	p = (uint8_t *)stack_high - r.rlim_cur - 2 * MIB;
	CHECK_ERR(pread(pattern_fd, p, 200, 0), EFAULT);
	CHECK_ERR(pwrite(fifo[1], p, 200, 0), ESPIPE);
	CHECK_ERR(write(fifo[1], p, 200), EFAULT);
	return KSFT_PASS;
}

static int the_last_byte_of_user_space()
{
	constexpr uintptr_t LAST = 0xc0000000u;
	int null = open("/dev/zero", O_RDWR);
	int fd = make_file(test_path("edges"), 0, 1);

	if (!find_stack() || stack_high != LAST)
		SKIP_CASE("user space does not end with the stack");
	auto top = (uint8_t *)LAST;
	CHECK_EQ(write(fd, top - 4, 4), 4);
	CHECK_ERR(write(fd, top - 4, 5), EFAULT);
	CHECK_ERR(write(fd, top, 1), EFAULT);
	CHECK_ERR(write(fd, top - 4, 0x7fffffff), EFAULT);
	CHECK_EQ(read(null, top - 4, 4), 4);
	CHECK_ERR(read(null, top - 4, 5), EFAULT);
	CHECK_ERR(read(null, top, 4096), EFAULT);
	/* All the way round to 0 and on. */
	CHECK_ERR(write(fd, top - 4, 0x40000004), EFAULT);
	CHECK_ERR(write(fd, (void *)~0ul, 2), EFAULT);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 4);
	close(fd);
	close(null);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"words of a futex", words_of_a_futex},
	{"directory entries", directory_entries},
	{"names come out", names_come_out},
	{"pipes need both words", pipes_need_both_words},
	{"vectors in part", vectors_in_part},
	{"offset of sendfile", offset_of_sendfile},
	{"arguments of execve", arguments_of_execve},
	{"below the stack", below_the_stack},
	{"the last byte of user space", the_last_byte_of_user_space},
};

int main(int, char **argv)
{
	if (argv[0] && !strcmp(argv[0], "echo"))
		return 42;
	ksft_print_header();
	page = page_buffer(3 * PAGE);
	end = page + 2 * PAGE;
	MUST(munmap(end, PAGE) == 0);
	pattern_fd = make_file(test_path("edges.pattern"), 4 * PAGE, 1);
	MUST(pipe(fifo) == 0);
	RUN_CASES(cases);
}
