/* SPDX-License-Identifier: GPL-2.0-only */
// since: 360
// abi: K8 B4
// machine: slow
// Whatever becomes of the process while the disk works, the frames stay its own until the disk is done.
#include <child.h>
#include <pthread.h>
#include <scratch.h>

constexpr size_t LEN = MIB, HEAP = 24 * MIB;
static int fd, quiet;		/* O_DIRECT; the same through the cache */
static uint8_t *buf, *heap, *other;
static pthread_t thread;
static volatile ssize_t result;

/* Memory that was freed too early turns up here. */
static void take_memory()
{
	heap = (uint8_t *)mmap(nullptr, HEAP, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(heap != MAP_FAILED);
	memset(heap, 0xee, HEAP);
}

static int check_memory()
{
	for (size_t i = 0; i < HEAP / 4; i++)
		if (((uint32_t *)heap)[i] != 0xeeeeeeee) {
			ksft_print_msg("a frame that was given away: %#zx\n",
				       i * 4);
			return KSFT_FAIL;
		}
	munmap(heap, HEAP);
	return KSFT_PASS;
}

static void *do_read(void *at)
{
	result = pread(fd, at, LEN, 0);
	return nullptr;
}

static void *do_write(void *at)
{
	result = pwrite(fd, at, LEN, LEN);
	return nullptr;
}

/* The disk makes up for this transfer by being late with the next. */
static void keep_disk_busy()
{
	MUST(pread(fd, other, LEN, 0) == (ssize_t)LEN);
}

/* A transfer is under way when it returns. */
static void start(void *(*transfer)(void *), void *at)
{
	keep_disk_busy();
	result = -2;
	MUST(!pthread_create(&thread, nullptr, transfer, at));
	sleep_ms(30);
	MUST(result == -2);
}

static int finish()
{
	pthread_join(thread, nullptr);
	CHECK_EQ(result, LEN);
	return KSFT_PASS;
}

static int munmap_during_dma()
{
	uint8_t *p = page_buffer(LEN);

	start(do_read, p);
	CHECK_OK(munmap(p, LEN));
	take_memory();
	CHECK_CASE(finish());
	return check_memory();
}

static int munmap_during_write()
{
	uint8_t *p = page_buffer(LEN);

	pattern_fill(p, 5, LEN, LEN);
	start(do_write, p);
	CHECK_OK(munmap(p, LEN));
	take_memory();
	CHECK_CASE(finish());
	CHECK_CASE(check_memory());
	CHECK_EQ(pread(fd, buf, LEN, LEN), LEN);
	CHECK(is_pattern(buf, 5, LEN, LEN));
	return KSFT_PASS;
}

static int dont_need_during_dma()
{
	uint8_t *p = page_buffer(LEN);

	start(do_read, p);
	CHECK_OK(madvise(p, LEN, MADV_DONTNEED));
	take_memory();
	CHECK_CASE(finish());
	CHECK_CASE(check_memory());
	CHECK(all_bytes(p, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static void start_quietly(void *at)
{
	pthread_create(&thread, nullptr, do_read, at);
	sleep_ms(30);
}

static int exit_during_dma()
{
	keep_disk_busy();
	pid_t pid = spawn([] {
		start_quietly(page_buffer(LEN));
		return 3;
	});

	sleep_ms(40);
	take_memory();
	CHECK_EQ(WEXITSTATUS(reap(pid)), 3);
	return check_memory();
}

static int exec_during_dma()
{
	keep_disk_busy();
	pid_t pid = spawn([] {
		char *argv[] = {(char *)"execed", (char *)"4", nullptr};

		start_quietly(page_buffer(LEN));
		execv("/proc/self/exe", argv);
		return 1;
	});

	sleep_ms(40);
	take_memory();
	CHECK_EQ(WEXITSTATUS(reap(pid)), 4);
	return check_memory();
}

/* Until the disk is done it lives; then it is gone without another step. */
static int sigkill_waits_for_dma()
{
	int fds[2];

	CHECK_OK(pipe(fds));
	uint8_t *at = page_buffer(LEN);
	keep_disk_busy();
	pid_t pid = spawn([&] {
		do_read(at);
		return (int)write(fds[1], "x", 1);
	});
	int status;
	char c;

	close(fds[1]);
	sleep_ms(30);
	CHECK_OK(kill(pid, SIGKILL));
	sleep_ms(5);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	take_memory();
	status = reap(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK_EQ(read(fds[0], &c, 1), 0);
	close(fds[0]);
	CHECK_OK(munmap(at, LEN));
	return check_memory();
}

/* The buffer is another file, which is made shorter. */
static int truncate_during_dma()
{
	int f = make_file(test_path("inflight"), LEN, 1);
	void *p = mmap(nullptr, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);

	CHECK(p != MAP_FAILED);
	start(do_read, p);
	CHECK_OK(ftruncate(f, 0));
	take_memory();
	CHECK_OK(ftruncate(f, LEN));
	CHECK_CASE(finish());
	CHECK_CASE(check_memory());
	CHECK_EQ(pread(f, buf, LEN, 0), LEN);
	CHECK(all_bytes(buf, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	close(f);
	return KSFT_PASS;
}

/* The child stores while the disk takes the parent's pages, and so does the
 * parent where it does not matter. */
static int odirect_write_fork_cow()
{
	pattern_fill(buf, 6, LEN, LEN);
	start(do_write, buf);
	pid_t pid = spawn([] {
		memset(buf, 0xff, LEN);
		return 0;
	});
	CHECK_EQ(reap(pid), 0);
	CHECK(is_pattern(buf, 6, LEN, LEN));
	CHECK_CASE(finish());
	memset(buf, 0, LEN);
	CHECK_EQ(pread(fd, buf, LEN, LEN), LEN);
	CHECK(is_pattern(buf, 6, LEN, LEN));
	return KSFT_PASS;
}

/* The disk gets the old bytes or the new ones, and all is well after it. */
static int buffer_changed_in_flight_no_kernel_damage()
{
	memset(buf, 0x11, LEN);
	start(do_write, buf);
	memset(buf, 0x22, LEN);
	CHECK_CASE(finish());
	CHECK_EQ(pread(fd, buf, LEN, LEN), LEN);
	for (size_t i = 0; i < LEN; i++)
		CHECK(buf[i] == 0x11 || buf[i] == 0x22);
	CHECK_EQ(pread(quiet, buf, LEN, 0), LEN);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"munmap_during_dma", munmap_during_dma},
	{"munmap during a write", munmap_during_write},
	{"MADV_DONTNEED during a read", dont_need_during_dma},
	{"exit_during_dma", exit_during_dma},
	{"exec_during_dma", exec_during_dma},
	{"sigkill_waits_for_dma", sigkill_waits_for_dma},
	{"truncate of the file that is the buffer", truncate_during_dma},
	{"odirect_write_fork_cow", odirect_write_fork_cow},
	{"buffer_changed_in_flight_no_kernel_damage",
	 buffer_changed_in_flight_no_kernel_damage},
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return atoi(argv[1]);
	ksft_print_header();
	need_scratch_disk();
	fd = open_direct(scratch_dev, O_RDWR);
	quiet = open(scratch_dev, O_RDWR);
	MUST(quiet >= 0);
	buf = page_buffer(LEN);
	other = page_buffer(LEN);
	pattern_fill(buf, 7, 0, LEN);
	MUST(pwrite(fd, buf, LEN, 0) == (ssize_t)LEN);
	RUN_CASES(cases);
}
