/* SPDX-License-Identifier: GPL-2.0-only */
// since: 350
// abi: K1 K4 K5 K8
// Threads and processes that use one file, one descriptor or one page directly do not disturb each other.
#include <child.h>
#include <pthread.h>

constexpr size_t LEN = 64 * PAGE;
static const char *path;
static int fd, direct;
static uint8_t *buf;

struct part {
	uint8_t *to;
	off_t off;
	size_t len;
	ssize_t n;
};

static void *read_part(void *arg)
{
	auto p = (part *)arg;

	p->n = pread(direct, p->to, p->len, p->off);
	return nullptr;
}

/* A page that nobody has touched, or that a child has, too. */
static int read_two_halves(bool touched)
{
	uint8_t *two = page_buffer(2 * PAGE);
	uint8_t *page = two + PAGE / 2;
	part parts[2] = {{page, 0, PAGE / 2, 0},
			 {page + PAGE / 2, PAGE / 2, PAGE / 2, 0}};
	pthread_t t[2];
	pid_t pid = 0;

	if (!touched)
		CHECK_OK(madvise(two, 2 * PAGE, MADV_DONTNEED));
	else
		pid = spawn([] { sleep_ms(3); return 0; });
	for (int i = 0; i < 2; i++)
		MUST(!pthread_create(&t[i], nullptr, read_part, &parts[i]));
	for (pthread_t one : t)
		pthread_join(one, nullptr);
	if (pid)
		CHECK_EQ(reap(pid), 0);
	CHECK_EQ(parts[0].n, PAGE / 2);
	CHECK_EQ(parts[1].n, PAGE / 2);
	CHECK(is_pattern(page, 1, 0, PAGE));
	CHECK_OK(munmap(two, 2 * PAGE));
	return KSFT_PASS;
}

/* Two blocks of a device of 512-byte units would do; a file's are larger, so
 * both threads' pieces lie across the page between them. */
static int two_threads_read_into_one_page()
{
	const char *dev = getenv("SCRATCH_DEV");
	int file = direct, d = open(dev ? dev : "/dev/hdc", O_RDWR | O_DIRECT);

	if (d < 0)
		SKIP_CASE("no scratch disk");
	pattern_fill(buf, 1, 0, PAGE);
	CHECK_EQ(pwrite(d, buf, PAGE, 0), PAGE);
	direct = d;
	int r = KSFT_PASS;
	for (int i = 0; i < 40 && r == KSFT_PASS; i++)
		r = read_two_halves(i % 2);
	direct = file;
	close(d);
	return r;
}

static volatile bool stop;
static int shared_fd;
static void *toggle(void *)
{
	int flags = fcntl(shared_fd, F_GETFL) & ~O_DIRECT;

	for (int i = 0; !stop; i++) {
		fcntl(shared_fd, F_SETFL, flags | (i % 2 ? O_DIRECT : 0));
		if (i % 8 == 0)
			usleep(100);
		else
			sched_yield();
	}
	return nullptr;
}

static int fcntl_toggle_odirect_during_io()
{
	pthread_t t;

	shared_fd = open(path, O_RDWR);
	stop = false;
	MUST(!pthread_create(&t, nullptr, toggle, nullptr));
	for (uint32_t i = 0; i < 300; i++) {
		size_t at = i * 7 % 60 * PAGE, len = (1 + i % 4) * PAGE;

		pattern_fill(buf, i + 2, at, len);
		CHECK_EQ(pwrite(shared_fd, buf, len, at), len);
		memset(buf, 0, len);
		CHECK_EQ(pread(shared_fd, buf, len, at), len);
		CHECK(is_pattern(buf, i + 2, at, len));
	}
	stop = true;
	pthread_join(t, nullptr);
	close(shared_fd);
	return KSFT_PASS;
}

/* Every eighth page is mine; each round by another way in and out. */
static int use_my_pages(unsigned me)
{
	int d = open_direct(path, O_RDWR), b = open(path, O_RDWR);
	uint8_t *p = page_buffer(PAGE);
	constexpr unsigned N = 12;
	uint32_t last[N] = {};

	for (uint32_t round = 1; round < 60; round++) {
		unsigned slot = round * 5 % N;
		off_t at = (slot * 8 + me) * PAGE;
		uint32_t seed = me * 1000 + round;

		if (last[slot]) {
			CHECK_EQ(pread(round % 3 ? d : b, p, PAGE, at), PAGE);
			CHECK(is_pattern(p, last[slot], at, PAGE));
		}
		pattern_fill(p, seed, at, PAGE);
		CHECK_EQ(pwrite(round % 2 ? d : b, p, PAGE, at), PAGE);
		last[slot] = seed;
	}
	for (unsigned slot = 0; slot < N; slot++) {
		off_t at = (slot * 8 + me) * PAGE;
		CHECK_EQ(pread(d, p, PAGE, at), PAGE);
		CHECK(is_pattern(p, last[slot], at, PAGE));
	}
	return KSFT_PASS;
}

static int many_processes_one_file()
{
	pid_t pids[8];

	CHECK_OK(ftruncate(fd, 0));
	for (unsigned i = 0; i < 8; i++)
		pids[i] = spawn([=] { return use_my_pages(i); });
	int failed = 0;
	for (pid_t pid : pids)
		failed += reap(pid) != 0;
	CHECK_EQ(failed, 0);
	return KSFT_PASS;
}

/* Records of one page that count up, and are appended and read at once. */
static int append_records()
{
	int d = open_direct(path, O_WRONLY | O_APPEND);
	uint8_t *p = page_buffer(PAGE);

	for (int i = 0; i < 60; i++) {
		memset(p, 0x40 + i % 32, PAGE);
		CHECK_EQ(write(d, p, PAGE), PAGE);
	}
	return KSFT_PASS;
}

static int appends_do_not_overwrite_each_other()
{
	struct stat st;
	pid_t pids[4];
	int failed = 0, count[32] = {};

	CHECK_OK(ftruncate(fd, 0));
	for (pid_t &pid : pids)
		pid = spawn(append_records);
	for (pid_t pid : pids)
		failed += reap(pid) != 0;
	CHECK_EQ(failed, 0);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, 240 * PAGE);
	for (off_t at = 0; at < st.st_size; at += PAGE) {
		CHECK_EQ(pread(direct, buf, PAGE, at), PAGE);
		CHECK(all_bytes(buf, buf[0], PAGE));
		count[buf[0] % 32]++;
	}
	for (int i = 0; i < 32; i++)
		CHECK_EQ(count[i], i < 28 ? 8 : 4);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"two_threads_read_into_one_page", two_threads_read_into_one_page},
	{"fcntl_toggle_odirect_during_io", fcntl_toggle_odirect_during_io},
	{"many_processes_one_file", many_processes_one_file},
	{"appends do not overwrite each other",
	 appends_do_not_overwrite_each_other},
};

int main()
{
	ksft_print_header();
	path = test_path("concurrent");
	fd = make_file(path, LEN, 1);
	direct = open_direct(path, O_RDWR);
	buf = page_buffer(LEN);
	RUN_CASES(cases);
}
