/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K1
// O_DIRECT is set by open and fcntl on files that can do it, and costs little.
#include <abi.h>
#include <sys/resource.h>

static const char *path;

static int refused_by_open()
{
	CHECK_ERR(open("/proc/version", O_RDONLY | O_DIRECT), EINVAL);
	return KSFT_PASS;
}

static int refused_by_fcntl()
{
	int fd = open("/dev/null", O_RDWR);
	int flags = fcntl(fd, F_GETFL);

	CHECK_ERR(fcntl(fd, F_SETFL, flags | O_DIRECT), EINVAL);
	CHECK_EQ(fcntl(fd, F_GETFL), flags);
	CHECK_OK(close(fd));
	return KSFT_PASS;
}

static int toggled_by_fcntl()
{
	int fd = open(path, O_RDONLY);
	int flags = fcntl(fd, F_GETFL);
	uint8_t *buf = page_buffer(2 * PAGE);

	CHECK_EQ(pread(fd, buf + 1, PAGE, 0), PAGE);
	CHECK_OK(fcntl(fd, F_SETFL, flags | O_DIRECT));
	CHECK(fcntl(fd, F_GETFL) & O_DIRECT);
	CHECK_ERR(pread(fd, buf + 1, PAGE, 0), EINVAL);
	CHECK_EQ(pread(fd, buf, PAGE, 0), PAGE);
	CHECK_OK(fcntl(fd, F_SETFL, flags));
	CHECK_EQ(fcntl(fd, F_GETFL), flags);
	CHECK_EQ(pread(fd, buf + 1, PAGE, 0), PAGE);
	CHECK_OK(close(fd));
	return KSFT_PASS;
}

static long free_kib()
{
	static char text[4096];
	int f = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(f, text, sizeof(text) - 1);

	close(f);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, "MemFree:");
	return p ? strtol(p + 8, nullptr, 10) : 0;
}

/* 2.4.20 gave each a kiobuf of 16 KiB, and hung at about 7,230 of them. */
static int thousands_of_odirect_fds()
{
	constexpr int N = 8000;
	static int fds[N];
	struct rlimit rl = {N + 64, N + 64};

	if (setrlimit(RLIMIT_NOFILE, &rl))
		SKIP_CASE("the limit of descriptors cannot be raised");
	memset(fds, 0, sizeof(fds));
	long before = free_kib();
	for (int &fd : fds) {
		fd = open(path, O_RDONLY | O_DIRECT);
		CHECK(fd >= 0);
	}
	CHECK(before - free_kib() < N);		/* 1 KiB each */
	uint8_t *buf = page_buffer(PAGE);
	CHECK_EQ(pread(fds[N - 1], buf, PAGE, 0), PAGE);
	CHECK(is_pattern(buf, 1, 0, PAGE));
	for (int fd : fds)
		close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"refused by open on a proc file", refused_by_open},
	{"refused by F_SETFL on /dev/null", refused_by_fcntl},
	{"toggled by F_SETFL", toggled_by_fcntl},
	{"thousands_of_odirect_fds", thousands_of_odirect_fds},
};

int main()
{
	ksft_print_header();
	path = test_path("odirect-open");
	close(make_file(path, 2 * PAGE, 1));
	close(open_direct(path, O_RDONLY));
	RUN_CASES(cases);
}
