/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R8 B4 D9 D12 D13 K8
// machine: slow
// While the disk fills a window the rest of the process goes on, and the window's frames stay its own.
#include <child.h>
#include <pthread.h>
#include <scratch.h>
#include <sys/mount.h>

constexpr size_t LEN = 768 * KIB, HEAP = 24 * MIB;
constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
static int fd, plain;		/* the slow disk; a file on the fast one */
static pthread_t thread;
static volatile bool done;
static void *volatile result;
static int type = WINDOW, source;

static uint8_t *window(int f)
{
	void *p = mmap(nullptr, LEN, RW, WINDOW, f, 0);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

static void *do_refill(void *at)
{
	result = mmap(at, LEN, RW, type | MAP_FIXED, source, LEN);
	done = true;
	return nullptr;
}

/* The disk makes up for this transfer by being late with the next. */
static void keep_disk_busy()
{
	munmap(window(fd), LEN);
}

/* Refills @at from the slow disk; under way when it returns. */
static void start_from(int f, void *at)
{
	keep_disk_busy();
	done = false;
	source = f;
	MUST(!pthread_create(&thread, nullptr, do_refill, at));
	sleep_ms(20);
	MUST(!done);
}
static void start(void *at) { start_from(fd, at); }

static int finish(const void *at, const void *seen)
{
	pthread_join(thread, nullptr);
	CHECK(result == at);
	if (seen)
		CHECK(is_pattern(seen, 7, LEN, LEN));
	return KSFT_PASS;
}

static uint8_t *anonymous(size_t len)
{
	void *p = mmap(nullptr, len, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

static int refill_does_not_block_other_faults()
{
	uint8_t *w = window(fd), *other = window(plain);
	uint8_t *fresh = anonymous(16 * PAGE);

	start(w);
	for (int i = 0; i < 16; i++)
		fresh[i * PAGE] = 1;
	munmap(anonymous(PAGE), PAGE);
	CHECK_OK(mprotect(fresh, PAGE, PROT_READ));
	CHECK(mmap(other, LEN, RW, WINDOW | MAP_FIXED, plain, LEN) == other);
	munmap(window(plain), LEN);
	bool early = !done;
	CHECK_CASE(finish(w, w));
	CHECK(early);
	CHECK(is_pattern(other, 1, LEN, LEN));
	munmap(w, LEN);
	munmap(other, LEN);
	munmap(fresh, 16 * PAGE);
	return KSFT_PASS;
}

static void *do_munmap(void *at)
{
	munmap(at, LEN);
	return nullptr;
}

/* Only calls on the same range wait, and they block nobody else. */
static int munmap_of_the_window_blocks_nobody_else()
{
	uint8_t *w = window(fd), *fresh = anonymous(2 * PAGE);
	pthread_t t;

	start(w);
	MUST(!pthread_create(&t, nullptr, do_munmap, w));
	sleep_ms(10);
	fresh[0] = 1;
	munmap(anonymous(PAGE), PAGE);
	bool early = !done;
	CHECK_CASE(finish(w, nullptr));
	pthread_join(t, nullptr);
	CHECK(early);
	munmap(fresh, 2 * PAGE);
	return KSFT_PASS;
}

static int two_refills_of_one_range()
{
	uint8_t *w = window(fd);

	for (size_t half = 0; half < LEN; half += LEN / 2) {
		start(w);
		CHECK(mmap(w + half, LEN / 2, RW, WINDOW | MAP_FIXED, plain,
			   0) == w + half);
		CHECK_CASE(finish(w, nullptr));
		CHECK(is_pattern(w + half, 1, 0, LEN / 2));
		CHECK(is_pattern(w + LEN / 2 - half, 7, LEN + LEN / 2 - half,
				 LEN / 2));
	}
	munmap(w, LEN);
	return KSFT_PASS;
}

static int mremap_during_a_refill()
{
	uint8_t *w = window(fd), *to = anonymous(LEN);

	start(w);
	CHECK(mremap(w, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	CHECK_CASE(finish(w, to));
	CHECK_OK(munmap(to, LEN));
	return KSFT_PASS;
}

static int dont_need_during_a_refill()
{
	uint8_t *w = window(fd);

	start(w);
	CHECK_OK(madvise(w, LEN, MADV_DONTNEED));
	CHECK(is_pattern(w + 5 * PAGE, 7, LEN + 5 * PAGE, PAGE));
	CHECK_CASE(finish(w, w));
	CHECK_OK(munmap(w, LEN));
	return KSFT_PASS;
}

/* Memory that was freed too early turns up here. */
static int check_memory(uint8_t *heap)
{
	CHECK(all_bytes(heap, 0xee, HEAP));
	munmap(heap, HEAP);
	return KSFT_PASS;
}

static uint8_t *take_memory()
{
	uint8_t *heap = anonymous(HEAP);

	memset(heap, 0xee, HEAP);
	return heap;
}

static int munmap_during_a_refill()
{
	uint8_t *w = window(fd);

	start(w);
	CHECK_OK(munmap(w, LEN));
	uint8_t *heap = take_memory();
	CHECK_CASE(finish(w, nullptr));
	return check_memory(heap);
}

static int sigkill_during(bool kill_it)
{
	uint8_t *heap;

	keep_disk_busy();
	pid_t pid = spawn([=] {
		uint8_t *w = window(plain);

		source = fd;
		pthread_create(&thread, nullptr, do_refill, w);
		sleep_ms(20);
		if (kill_it)
			pause();
		return 3;
	});
	sleep_ms(60);
	if (kill_it)
		CHECK_OK(kill(pid, SIGKILL));
	heap = take_memory();
	int status = reap(pid);
	CHECK(kill_it ? WIFSIGNALED(status) : WEXITSTATUS(status) == 3);
	return check_memory(heap);
}
static int sigkill_during_a_refill() { return sigkill_during(true); }
static int exit_during_a_refill() { return sigkill_during(false); }

/* D9: the child has what the disk brings, shared or copied. */
static int fork_during_a_refill()
{
	static const int types[] = {MAP_PRIVATE, MAP_SHARED | MAP_NOSYNC};

	for (int t : types) {
		type = t | MAP_DIRECT | MAP_BLOCK;
		void *w = mmap(nullptr, LEN, RW, type, fd, 0);
		CHECK(w != MAP_FAILED);
		start(w);
		CHECK_CASE(in_child([=] {
			CHECK(is_pattern(w, 7, LEN, LEN));
			return KSFT_PASS;
		}));
		CHECK_CASE(finish(w, w));
		CHECK_OK(munmap(w, LEN));
	}
	type = WINDOW;
	return KSFT_PASS;
}

static int truncate_waits_for_a_fill()
{
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no /dev/hdb");
	int f = make_file("/mnt/inflight", 2 * LEN, 7);
	uint8_t *w = window(f);
	done = false;
	source = f;
	MUST(!pthread_create(&thread, nullptr, do_refill, w));
	sleep_ms(20);
	bool early = !done;
	CHECK_OK(ftruncate(f, 0));
	bool waited = done;
	CHECK_CASE(finish(w, w));
	CHECK(early && waited);
	CHECK_OK(munmap(w, LEN));
	close(f);
	CHECK_OK(unlink("/mnt/inflight"));
	CHECK_OK(umount("/mnt"));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"refill_does_not_block_other_faults",
	 refill_does_not_block_other_faults},
	{"munmap of the window blocks nobody else",
	 munmap_of_the_window_blocks_nobody_else},
	{"two_refills_of_one_range", two_refills_of_one_range},
	{"mremap during a refill", mremap_during_a_refill},
	{"MADV_DONTNEED during a refill", dont_need_during_a_refill},
	{"munmap during a refill", munmap_during_a_refill},
	{"exit during a refill", exit_during_a_refill},
	{"SIGKILL during a refill", sigkill_during_a_refill},
	{"fork during a refill", fork_during_a_refill},
	{"truncate waits for a fill", truncate_waits_for_a_fill},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	fd = open(scratch_dev, O_RDWR);
	MUST(fd >= 0);
	need_refill(fd, scratch_size);
	plain = make_file(test_path("direct-inflight"), 2 * LEN, 1);
	uint8_t *buf = anonymous(2 * LEN);
	pattern_fill(buf, 7, 0, 2 * LEN);
	MUST(pwrite(fd, buf, 2 * LEN, 0) == (ssize_t)(2 * LEN));
	MUST(fsync(fd) == 0);
	RUN_CASES(cases);
}
