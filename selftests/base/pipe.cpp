/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Pipes and FIFOs: order, atomic writes, full and empty, ends that close, FIFO opening.
#include <child.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static int p[2];

static void make_pipe(int flags = 0) { MUST(pipe2(p, flags) == 0); }
static void close_pipe()
{
	close(p[0]);
	close(p[1]);
}

static int bytes_come_in_order()
{
	static uint8_t buf[200000];

	make_pipe();
	pid_t pid = spawn([] {
		close(p[0]);
		pattern_fill(buf, 1, 0, sizeof(buf));
		CHECK_EQ(write(p[1], buf, sizeof(buf)), sizeof(buf));
		return KSFT_PASS;
	});
	close(p[1]);
	size_t done = 0;
	ssize_t n;
	while ((n = read(p[0], buf + done, 7777)) > 0)
		done += n;
	CHECK_EQ(n, 0);
	CHECK_EQ(done, sizeof(buf));
	CHECK(is_pattern(buf, 1, 0, done));
	CHECK_EQ(reap(pid), 0);
	close(p[0]);
	return KSFT_PASS;
}

/* Four writers of PIPE_BUF bytes each: no write is torn. */
static int writes_of_pipe_buf_are_atomic()
{
	constexpr int WRITERS = 4, ROUNDS = 40;
	static uint8_t buf[PIPE_BUF];
	pid_t pid[WRITERS];
	int seen[WRITERS] = {};

	make_pipe();
	for (int i = 0; i < WRITERS; i++)
		pid[i] = spawn([=] {
			memset(buf, 'a' + i, sizeof(buf));
			for (int k = 0; k < ROUNDS; k++)
				if (write(p[1], buf, PIPE_BUF) != PIPE_BUF)
					return 1;
			return 0;
		});
	close(p[1]);
	for (int k = 0; k < WRITERS * ROUNDS; k++) {
		size_t done = 0;
		while (done < PIPE_BUF) {
			ssize_t n = read(p[0], buf + done, PIPE_BUF - done);
			CHECK(n > 0);
			done += n;
		}
		CHECK(buf[0] >= 'a' && buf[0] < 'a' + WRITERS);
		CHECK(all_bytes(buf, buf[0], PIPE_BUF));
		seen[buf[0] - 'a']++;
	}
	for (int i = 0; i < WRITERS; i++) {
		CHECK_EQ(seen[i], ROUNDS);
		CHECK_EQ(reap(pid[i]), 0);
	}
	close(p[0]);
	return KSFT_PASS;
}

static int full_and_empty()
{
	static char buf[PAGE];
	long capacity = 0, n;
	int left;

	make_pipe(O_NONBLOCK);
	CHECK_ERR(read(p[0], buf, 1), EAGAIN);
	while ((n = write(p[1], buf, sizeof(buf))) > 0)
		capacity += n;
	CHECK_EQ(errno, EAGAIN);
	CHECK(capacity >= PIPE_BUF);
	CHECK_OK(ioctl(p[0], FIONREAD, &left));
	CHECK_EQ(left, capacity);
	CHECK_EQ(read(p[0], buf, 1), 1);
	/* No room for an atomic write: nothing of it is taken. */
	CHECK_ERR(write(p[1], buf, PIPE_BUF), EAGAIN);
	CHECK_OK(ioctl(p[0], FIONREAD, &left));
	CHECK_EQ(left, capacity - 1);
	for (long k = 0; k < capacity - 1; k += n)
		CHECK((n = read(p[0], buf, sizeof(buf))) > 0);
	CHECK_ERR(read(p[0], buf, 1), EAGAIN);
	CHECK_EQ(write(p[1], buf, PIPE_BUF), PIPE_BUF);
	close_pipe();
	return KSFT_PASS;
}

static int closed_ends()
{
	char c;
	static volatile int got;

	make_pipe();
	CHECK_EQ(write(p[1], "ab", 2), 2);
	close(p[1]);
	CHECK_EQ(read(p[0], &c, 1), 1);
	CHECK_EQ(read(p[0], &c, 1), 1);
	CHECK_EQ(read(p[0], &c, 1), 0);
	CHECK_EQ(read(p[0], &c, 1), 0);
	close(p[0]);
	make_pipe();
	close(p[0]);
	signal(SIGPIPE, [](int) { got = got + 1; });
	CHECK_ERR(write(p[1], "x", 1), EPIPE);
	CHECK_EQ(got, 1);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERR(write(p[1], "x", 1), EPIPE);
	CHECK_EQ(got, 1);
	close(p[1]);
	return KSFT_PASS;
}

static int a_blocked_writer_sees_the_reader_go()
{
	static char buf[300000];

	make_pipe();
	pid_t pid = spawn([] {
		close(p[0]);
		signal(SIGPIPE, SIG_IGN);
		ssize_t n = write(p[1], buf, sizeof(buf));
		CHECK(n > 0 && n < (ssize_t)sizeof(buf));
		CHECK_ERR(write(p[1], buf, 1), EPIPE);
		return KSFT_PASS;
	});
	close(p[1]);
	CHECK(await_state(pid, 'S'));
	close(p[0]);
	CHECK_EQ(reap(pid), 0);
	return KSFT_PASS;
}

static short polled(int fd, short events)
{
	pollfd f = {fd, events, 0};

	return poll(&f, 1, 0) < 0 ? -1 : f.revents;
}

static int poll_of_a_pipe()
{
	static char buf[PAGE];

	make_pipe(O_NONBLOCK);
	CHECK_EQ(polled(p[0], POLLIN), 0);
	CHECK_EQ(polled(p[1], POLLOUT), POLLOUT);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(polled(p[0], POLLIN), POLLIN);
	while (write(p[1], buf, sizeof(buf)) > 0)
		;
	CHECK_EQ(polled(p[1], POLLOUT), 0);
	int saved = dup(p[0]);
	close(p[1]);
	CHECK_EQ(polled(p[0], POLLIN), POLLIN | POLLHUP);
	while (read(p[0], buf, sizeof(buf)) > 0)
		;
	CHECK_EQ(polled(p[0], POLLIN), POLLHUP);
	close(p[0]);
	close(saved);
	make_pipe();
	close(p[0]);
	CHECK_EQ(polled(p[1], POLLOUT) & POLLERR, POLLERR);
	close(p[1]);
	return KSFT_PASS;
}

static int vectors()
{
	char a[3], b[4];
	iovec out[3] = {{(void *)"abc", 3}, {nullptr, 0}, {(void *)"defg", 4}};
	iovec in[2] = {{a, 3}, {b, 4}};

	make_pipe();
	CHECK_EQ(writev(p[1], out, 3), 7);
	CHECK_EQ(readv(p[0], in, 2), 7);
	CHECK(!memcmp(a, "abc", 3) && !memcmp(b, "defg", 4));
	CHECK_EQ(write(p[1], "", 0), 0);
	CHECK_EQ(read(p[0], a, 0), 0);
	close_pipe();
	return KSFT_PASS;
}

static int not_for_a_pipe()
{
	char c;

	make_pipe(O_CLOEXEC);
	CHECK_EQ(fcntl(p[0], F_GETFD), FD_CLOEXEC);
	CHECK_ERR(lseek(p[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERR(pread(p[0], &c, 1, 0), ESPIPE);
	CHECK_ERR(pwrite(p[1], &c, 1, 0), ESPIPE);
	CHECK_ERR(write(p[0], &c, 1), EBADF);
	CHECK_ERR(read(p[1], &c, 1), EBADF);
	CHECK_ERR(ftruncate(p[1], 0), EINVAL);
	CHECK_ERR(fsync(p[1]), EINVAL);
	CHECK(mmap(nullptr, PAGE, PROT_READ, MAP_SHARED, p[0], 0) ==
	      MAP_FAILED);
	CHECK_ERR(pipe2(p, 1), EINVAL);
	CHECK_ERR(pipe((int *)16), EFAULT);
	close_pipe();
	return KSFT_PASS;
}

static int fifo()
{
	const char *path = test_path("fifo");
	char buf[10];

	unlink(path);
	CHECK_OK(mkfifo(path, 0600));
	CHECK_ERR(open(path, O_WRONLY | O_NONBLOCK), ENXIO);
	int in = open(path, O_RDONLY | O_NONBLOCK);
	CHECK(in >= 0);
	CHECK_EQ(read(in, buf, 1), 0);
	int out = open(path, O_WRONLY);
	CHECK(out >= 0);
	CHECK_ERR(read(in, buf, 1), EAGAIN);
	CHECK_EQ(write(out, "hello", 5), 5);
	CHECK_EQ(read(in, buf, 10), 5);
	close(out);
	CHECK_EQ(read(in, buf, 1), 0);
	close(in);
	/* Each side's open waits for the other. */
	pid_t pid = spawn([=] {
		int fd = open(path, O_WRONLY);
		return write(fd, "z", 1) == 1 ? 0 : 1;
	});
	CHECK(await_state(pid, 'S'));
	in = open(path, O_RDONLY);
	CHECK_EQ(read(in, buf, 10), 1);
	CHECK_EQ(reap(pid), 0);
	close(in);
	CHECK_OK(unlink(path));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"bytes come in order", bytes_come_in_order},
	{"writes of PIPE_BUF are atomic", writes_of_pipe_buf_are_atomic},
	{"full and empty", full_and_empty},
	{"closed ends", closed_ends},
	{"a blocked writer sees the reader go",
	 a_blocked_writer_sees_the_reader_go},
	{"poll", poll_of_a_pipe},
	{"vectors", vectors},
	{"not for a pipe", not_for_a_pipe},
	{"FIFO", fifo},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
