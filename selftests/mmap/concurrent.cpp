/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D6 D12 R1 R8 B1
// Threads that truncate, append, read and refill one file at once see its data or zeroes, and each its own window.
#include <child.h>
#include <pthread.h>

constexpr size_t PAGES = 32, LEN = PAGES * PAGE;
constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
static const char *path;
static int fd, direct;
static volatile bool stop;
static volatile int bad, refills;
static uint8_t *shared_window;

/* Page i of the file holds bytes i + 1, as far as it reaches. */
static long foreign_byte(const uint8_t *p, size_t len, size_t page)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] && p[i] != page + i / PAGE + 1)
			return (long)i;
	return -1;
}

static void judge(const char *who, const uint8_t *p, ssize_t n, size_t page)
{
	long at = n < 0 ? -1 : foreign_byte(p, n, page);

	if (n >= 0 && at < 0)
		return;
	ksft_print_msg("%s: %zd bytes of page %zu, byte %ld: %02x\n", who, n,
		       page, at, at < 0 ? 0 : p[at]);
	bad = bad + 1;
}

static uint8_t *the_data()
{
	uint8_t *p = page_buffer(LEN);

	for (size_t i = 0; i < PAGES; i++)
		memset(p + i * PAGE, (int)i + 1, PAGE);
	return p;
}

static void *change_size(void *)
{
	for (unsigned i = 0; !stop; i++) {
		MUST(ftruncate(fd, i * 7919 % (LEN - PAGE)) == 0);
		usleep(300);
	}
	return nullptr;
}

/* From somewhere below the end on. */
static void *append(void *arg)
{
	uint8_t *p = the_data();
	int f = arg ? direct : fd;

	for (unsigned i = 0; !stop; i++) {
		size_t at = i * 5 % PAGES * PAGE, n = (1 + i % 4) * PAGE;

		n = n < LEN - at ? n : LEN - at;
		MUST(pwrite(f, p + at, n, at) == (ssize_t)n);
		sched_yield();
	}
	return nullptr;
}

static void *read_it(void *arg)
{
	uint8_t *p = page_buffer(LEN);

	for (unsigned i = 0; !stop; i++) {
		size_t page = i * 3 % PAGES;

		judge(arg ? "direct read" : "read", p,
		      pread(arg ? direct : fd, p, LEN - page * PAGE,
			    page * PAGE), page);
	}
	return nullptr;
}

/* Windows of 8 pages: each its own, or all one. */
static void *refill_it(void *arg)
{
	constexpr size_t N = 8 * PAGE;
	auto own = (uint8_t *)mmap(nullptr, N, RW, WINDOW | MAP_ANONYMOUS, -1,
				   0);
	uint8_t *w = arg ? shared_window : own;

	MUST(own != MAP_FAILED);
	for (unsigned i = 0; !stop; i++) {
		size_t page = i * 5 % (PAGES - 8);
		void *p = mmap(w, N, RW, WINDOW | MAP_FIXED, fd, page * PAGE);

		if (p == MAP_FAILED && errno == ENXIO)
			continue;
		MUST(p == w);
		refills = refills + 1;
		if (!arg)
			judge("refill", w, N, page);
	}
	munmap(own, N);
	return nullptr;
}

static int all_at_once()
{
	struct { void *(*run)(void *); void *arg; } jobs[] = {
		{change_size, nullptr}, {append, nullptr}, {append, &fd},
		{read_it, nullptr}, {read_it, &fd}, {refill_it, nullptr},
		{refill_it, nullptr}, {refill_it, &fd}, {refill_it, &fd},
	};
	constexpr size_t N = sizeof(jobs) / sizeof(*jobs);
	pthread_t t[N];

	for (size_t i = 0; i < N; i++)
		MUST(!pthread_create(&t[i], nullptr, jobs[i].run,
				     jobs[i].arg));
	for (int i = 0; (i < 30 || refills <= 20) && !bad; i++)
		sleep_ms(100);
	stop = true;
	for (pthread_t one : t)
		pthread_join(one, nullptr);
	ksft_print_msg("%d refills\n", refills);
	CHECK_EQ(bad, 0);
	CHECK(refills > 20);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"truncate/append/read/refill all at once", all_at_once},
};

int main()
{
	ksft_print_header();
	path = test_path("direct-concurrent");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	MUST(fd >= 0);
	uint8_t *p = the_data();
	MUST(write(fd, p, LEN) == (ssize_t)LEN);
	direct = open_direct(path, O_RDWR);
	need_refill(fd, 16 * MIB);
	shared_window = (uint8_t *)mmap(nullptr, 8 * PAGE, RW, WINDOW |
					MAP_ANONYMOUS, -1, 0);
	MUST(shared_window != MAP_FAILED);
	RUN_CASES(cases);
}
