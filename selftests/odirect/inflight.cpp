/* SPDX-License-Identifier: GPL-2.0-only */
// since: 360
// abi: K7 K8 B4
// machine: slow
// Whatever becomes of the process while the disk works, the frames stay its own until the disk is done.
#include <inflight.h>

constexpr size_t LEN = MIB;
static int fd, quiet;		/* O_DIRECT; the same through the cache */
static uint8_t *buf;

static long do_read(void *at) { return pread(fd, at, LEN, 0); }
static long do_write(void *at) { return pwrite(fd, at, LEN, LEN); }

static int munmap_during_dma()
{
	uint8_t *p = page_buffer(LEN);
	flight f([=] { return do_read(p); });

	keep_disk_busy();
	bool early = f.start();
	CHECK_OK(munmap(p, LEN));
	uint8_t *heap = take_memory();
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	CHECK_CASE(check_memory(heap));
	return early ? KSFT_PASS : LATE;
}

/* The pages that the disk is to get are gone; their bytes are not. */
static int write_during(int (*let_go)(uint8_t *))
{
	uint8_t *p = page_buffer(LEN);
	flight f([=] { return do_write(p); });

	pattern_fill(p, 5, LEN, LEN);
	keep_disk_busy();
	if (!f.start())
		return LATE;
	CHECK_CASE(let_go(p));
	uint8_t *heap = take_memory();
	bool early = f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	CHECK_CASE(check_memory(heap));
	munmap(p, LEN);
	CHECK_EQ(pread(fd, buf, LEN, LEN), LEN);
	CHECK(is_pattern(buf, 5, LEN, LEN));
	return early ? KSFT_PASS : LATE;
}

static int munmap_during_write()
{
	return write_during([](uint8_t *p) {
		CHECK_OK(munmap(p, LEN));
		return KSFT_PASS;
	});
}
static int dont_need_during_write()
{
	return write_during([](uint8_t *p) {
		CHECK_OK(madvise(p, LEN, MADV_DONTNEED));
		return KSFT_PASS;
	});
}

static int dont_need_during_dma()
{
	uint8_t *p = page_buffer(LEN);
	flight f([=] { return do_read(p); });

	keep_disk_busy();
	if (!f.start())
		return LATE;
	CHECK_OK(madvise(p, LEN, MADV_DONTNEED));
	uint8_t *heap = take_memory();
	bool early = f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	CHECK_CASE(check_memory(heap));
	CHECK(all_bytes(p, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return early ? KSFT_PASS : LATE;
}

/* A child whose thread reads ends by @leave: its memory must not be the next
 * one's before the disk is done with it. */
static int child_during_dma(int status, int (*leave)())
{
	int fds[2];
	char early;

	CHECK_OK(pipe(fds));
	keep_disk_busy();
	pid_t pid = spawn([=] {
		uint8_t *p = page_buffer(LEN);
		flight f([=] { return do_read(p); });
		char c = f.start();

		(void)!write(fds[1], &c, 1);
		_exit(leave());
		return 0;
	});
	close(fds[1]);
	CHECK_EQ(read(fds[0], &early, 1), 1);
	close(fds[0]);
	sleep_ms(20);
	uint8_t *heap = take_memory();
	CHECK_EQ(WEXITSTATUS(reap(pid)), status);
	/* What the disk was told before it has done before this. */
	CHECK_EQ(do_read(buf), LEN);
	CHECK_CASE(check_memory(heap));
	return early ? KSFT_PASS : LATE;
}

static int exit_during_dma()
{
	return child_during_dma(3, [] { return 3; });
}

static int exec_during_dma()
{
	return child_during_dma(4, [] {
		char *argv[] = {(char *)"execed", (char *)"4", nullptr};

		execv("/proc/self/exe", argv);
		return 1;
	});
}

/* Until the disk is done it lives; then it is gone without another step. */
static int sigkill_waits_for_dma()
{
	int fds[2], status;
	char c;

	CHECK_OK(pipe(fds));
	uint8_t *at = page_buffer(LEN);
	keep_disk_busy();
	pid_t pid = spawn([=] {
		do_read(at);
		return (int)write(fds[1], "x", 1);
	});
	close(fds[1]);
	bool early = await_state(pid, 'D');
	CHECK_OK(kill(pid, SIGKILL));
	uint8_t *heap = take_memory();
	bool lives = !waitpid(pid, &status, WNOHANG);
	if (lives)
		status = reap(pid);
	CHECK_EQ(do_read(buf), LEN);
	CHECK_CASE(check_memory(heap));
	bool went_on = read(fds[0], &c, 1) == 1;
	close(fds[0]);
	CHECK_OK(munmap(at, LEN));
	if (!early || went_on)
		return LATE;
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return KSFT_PASS;
}

/* The buffer is another file, which is made shorter. */
static int truncate_during_dma()
{
	int file = make_file(test_path("inflight"), LEN, 1);
	void *p = mmap(nullptr, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, file,
		       0);
	flight f([=] { return do_read(p); });

	CHECK(p != MAP_FAILED);
	keep_disk_busy();
	bool early = f.start();
	CHECK_OK(ftruncate(file, 0));
	uint8_t *heap = take_memory();
	early = early && f.in_the_air();
	CHECK_OK(ftruncate(file, LEN));
	CHECK_EQ(f.land(), LEN);
	CHECK_CASE(check_memory(heap));
	if (early) {
		CHECK_EQ(pread(file, buf, LEN, 0), LEN);
		CHECK(all_bytes(buf, 0, LEN));
	}
	CHECK_OK(munmap(p, LEN));
	close(file);
	return early ? KSFT_PASS : LATE;
}

/* The buffer is another file, which is written out: clean, until the disk has
 * made it dirty without a store. */
static int msync_during_dma()
{
	const char *name = test_path("inflight");
	int file = make_file(name, LEN, 1), d = open_direct(name, O_RDONLY);
	auto p = (uint8_t *)mmap(nullptr, LEN, PROT_READ | PROT_WRITE,
				 MAP_SHARED, file, 0);
	flight f([=] { return do_read(p); });

	CHECK(p != MAP_FAILED);
	keep_disk_busy();
	bool early = f.start();
	CHECK_OK(msync(p, LEN, MS_SYNC));
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	CHECK_OK(munmap(p, LEN));
	CHECK_OK(fsync(file));
	CHECK_EQ(pread(d, buf, LEN, 0), LEN);
	CHECK(is_pattern(buf, 7, 0, LEN));
	close(d);
	close(file);
	return early ? KSFT_PASS : LATE;
}

/* The child stores while the disk takes the parent's pages, which the parent
 * keeps, or gives up so that they look like the child's alone. */
static int write_and_fork(bool give_up)
{
	uint8_t *p = page_buffer(LEN);
	flight f([=] { return do_write(p); });

	pattern_fill(p, 6, LEN, LEN);
	keep_disk_busy();
	bool early = f.start();
	int go[2];
	char c;
	CHECK_OK(pipe(go));
	pid_t pid = spawn([=, &c] {
		CHECK_EQ(read(go[0], &c, 1), 1);
		memset(p, 0xff, LEN);
		return 0;
	});
	if (give_up)
		CHECK_OK(munmap(p, LEN));
	CHECK_EQ(write(go[1], "g", 1), 1);
	CHECK_EQ(reap(pid), 0);
	early = early && f.in_the_air();
	close(go[0]);
	close(go[1]);
	if (!give_up)
		CHECK(is_pattern(p, 6, LEN, LEN));
	CHECK_EQ(f.land(), LEN);
	CHECK_EQ(pread(fd, buf, LEN, LEN), LEN);
	CHECK(is_pattern(buf, 6, LEN, LEN));
	munmap(p, LEN);
	return early ? KSFT_PASS : LATE;
}
static int odirect_write_fork_cow() { return write_and_fork(false); }
static int the_parent_gives_up() { return write_and_fork(true); }

/* The disk gets the old bytes or the new ones, and all is well after it. */
static int buffer_changed_in_flight_no_kernel_damage()
{
	flight f([] { return do_write(buf); });

	memset(buf, 0x11, LEN);
	keep_disk_busy();
	bool early = f.start();
	memset(buf, 0x22, LEN);
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), LEN);
	CHECK(all_bytes(buf, 0x22, LEN));
	CHECK_EQ(pread(fd, buf, LEN, LEN), LEN);
	for (size_t i = 0; i < LEN; i++)
		CHECK(buf[i] == 0x11 || buf[i] == 0x22);
	CHECK_EQ(pread(quiet, buf, LEN, LEN), LEN);
	CHECK(buf[0] == 0x11 || buf[0] == 0x22);
	return early ? KSFT_PASS : LATE;
}

static const test_case cases[] = {
	IN_TIME("munmap_during_dma", munmap_during_dma),
	IN_TIME("munmap during a write", munmap_during_write),
	IN_TIME("MADV_DONTNEED during a read", dont_need_during_dma),
	IN_TIME("MADV_DONTNEED during a write", dont_need_during_write),
	IN_TIME("exit_during_dma", exit_during_dma),
	IN_TIME("exec_during_dma", exec_during_dma),
	IN_TIME("sigkill_waits_for_dma", sigkill_waits_for_dma),
	IN_TIME("truncate of the file that is the buffer",
		truncate_during_dma),
	IN_TIME("msync of the file that is the buffer", msync_during_dma),
	IN_TIME("odirect_write_fork_cow", odirect_write_fork_cow),
	IN_TIME("the same, and the parent gives its pages up",
		the_parent_gives_up),
	IN_TIME("buffer_changed_in_flight_no_kernel_damage",
		buffer_changed_in_flight_no_kernel_damage),
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return atoi(argv[1]);
	ksft_print_header();
	need_slow_disk();
	fd = busy_fd;
	quiet = open(scratch_dev, O_RDWR);
	MUST(quiet >= 0);
	buf = page_buffer(LEN);
	pattern_fill(buf, 7, 0, LEN);
	MUST(pwrite(fd, buf, LEN, 0) == (ssize_t)LEN);
	RUN_CASES(cases);
}
