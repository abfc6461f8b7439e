/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: R8 B4 D9 D12 K8
// machine: slow
// While the disk fills a window the rest of the process goes on, and nobody else gets its frames.
#include <slow_refill.h>
#include <sys/mount.h>

/* Everything that a thread does to other memory. */
static int use_other_memory(uint8_t *other)
{
	uint8_t *fresh = anonymous(16 * PAGE);

	for (int i = 0; i < 16; i++)
		fresh[i * PAGE] = 1;
	munmap(anonymous(PAGE), PAGE);
	CHECK_OK(mprotect(fresh, PAGE, PROT_READ));
	CHECK(mmap(other, LEN, RW, WINDOW | MAP_FIXED, plain, LEN) == other);
	munmap(window(plain), LEN);
	CHECK(is_pattern(other, 1, LEN, LEN));
	CHECK_OK(munmap(fresh, 16 * PAGE));
	return KSFT_PASS;
}

static int refill_does_not_block_other_faults()
{
	uint8_t *w = window(fd), *other = window(plain);
	flight f([=] { return slow_refill(w); });

	keep_disk_busy();
	bool early = f.start();
	CHECK_CASE(use_other_memory(other));
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), (long)w);
	CHECK(has_slow_data(w));
	CHECK_OK(munmap(w, LEN));
	CHECK_OK(munmap(other, LEN));
	return early ? KSFT_PASS : LATE;
}

/* What takes long is to write what the process stored. */
static int nor_does_one_that_writes_back()
{
	constexpr int SHARED = MAP_SHARED | MAP_DIRECT | MAP_BLOCK;
	uint8_t *w = window(fd, SHARED), *other = window(plain);
	flight f([=] {
		return (long)mmap(w, LEN, RW, SHARED | MAP_FIXED, plain, LEN);
	});

	pattern_fill(w, 7, 0, LEN);	/* dirty, and as it was */
	keep_disk_busy();
	bool early = f.start();
	CHECK_CASE(use_other_memory(other));
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), (long)w);
	CHECK(is_pattern(w, 1, LEN, LEN));
	CHECK_OK(munmap(w, LEN));
	CHECK_OK(munmap(other, LEN));
	return early ? KSFT_PASS : LATE;
}

/* Only calls on the same range wait, and they block nobody else. */
static int munmap_of_the_window_blocks_nobody_else()
{
	uint8_t *w = window(fd), *other = window(plain);
	flight f([=] { return slow_refill(w); });
	flight gone([=] { return (long)munmap(w, LEN); });

	keep_disk_busy();
	bool early = f.start();
	gone.start();
	CHECK_CASE(use_other_memory(other));
	early = early && f.in_the_air();
	CHECK_EQ(f.land(), (long)w);
	CHECK_EQ(gone.land(), 0);
	CHECK_OK(munmap(other, LEN));
	return early ? KSFT_PASS : LATE;
}

static int munmap_during_a_refill()
{
	uint8_t *w = window(fd);
	flight f([=] { return slow_refill(w); });

	keep_disk_busy();
	bool early = f.start();
	CHECK_OK(munmap(w, LEN));
	uint8_t *heap = take_memory();
	early = early && f.in_the_air();
	f.land();
	CHECK_CASE(check_memory(heap));
	munmap(w, LEN);		/* if the refill came too late to be one */
	return early ? KSFT_PASS : LATE;
}

static int end_during_a_refill(bool kill_it)
{
	int fds[2];
	char early;

	CHECK_OK(pipe(fds));
	keep_disk_busy();
	pid_t pid = spawn([=] {
		uint8_t *w = window(plain);
		flight f([=] { return slow_refill(w); });
		char c = f.start();

		(void)!write(fds[1], &c, 1);
		if (kill_it)
			pause();
		_exit(3);
		return 0;
	});
	close(fds[1]);
	CHECK_EQ(read(fds[0], &early, 1), 1);
	close(fds[0]);
	if (kill_it)
		CHECK_OK(kill(pid, SIGKILL));
	sleep_ms(20);
	uint8_t *heap = take_memory();
	int status = reap(pid);
	CHECK(kill_it ? WIFSIGNALED(status) : WEXITSTATUS(status) == 3);
	/* What the disk was told before it has done before this. */
	keep_disk_busy();
	CHECK_CASE(check_memory(heap));
	return early ? KSFT_PASS : LATE;
}
static int exit_during_a_refill() { return end_during_a_refill(false); }
static int sigkill_during_a_refill() { return end_during_a_refill(true); }

/* D9: the child has what the disk brings, shared or copied. */
static int fork_during_a_refill(int type)
{
	uint8_t *w = window(fd, type);
	flight f([=] { return slow_refill(w, type); });

	keep_disk_busy();
	bool early = f.start();
	CHECK_CASE(in_child([=] {
		CHECK(has_slow_data(w));
		return KSFT_PASS;
	}));
	CHECK_EQ(f.land(), (long)w);
	CHECK(has_slow_data(w));
	CHECK_OK(munmap(w, LEN));
	return early ? KSFT_PASS : LATE;
}
static int fork_copies() { return fork_during_a_refill(WINDOW); }
static int fork_shares()
{
	return fork_during_a_refill(MAP_SHARED | MAP_DIRECT | MAP_BLOCK);
}
static int fork_shares_nosync()
{
	return fork_during_a_refill(MAP_SHARED | MAP_NOSYNC | MAP_DIRECT |
				    MAP_BLOCK);
}

static int truncate_waits_for_a_fill()
{
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no /dev/hdb");
	int file = make_file("/mnt/inflight", 2 * LEN, 7);
	uint8_t *w = window(file);	/* this disk is busy with it now */
	flight f([=] {
		return (long)mmap(w, LEN, RW, WINDOW | MAP_FIXED, file, LEN);
	});
	bool early = f.start();
	CHECK_OK(ftruncate(file, 0));
	/* The thread may need a moment to find out that it is done. */
	bool waited = !early || f.result == (long)w || f.is_awake();
	CHECK_EQ(f.land(), (long)w);
	CHECK(waited);
	CHECK(has_slow_data(w));
	CHECK_OK(munmap(w, LEN));
	close(file);
	CHECK_OK(unlink("/mnt/inflight"));
	CHECK_OK(umount("/mnt"));
	return early ? KSFT_PASS : LATE;
}

static const test_case cases[] = {
	IN_TIME("refill_does_not_block_other_faults",
		refill_does_not_block_other_faults),
	IN_TIME("nor does one that writes back first",
		nor_does_one_that_writes_back),
	IN_TIME("munmap of the window blocks nobody else",
		munmap_of_the_window_blocks_nobody_else),
	IN_TIME("munmap during a refill", munmap_during_a_refill),
	IN_TIME("exit during a refill", exit_during_a_refill),
	IN_TIME("SIGKILL during a refill", sigkill_during_a_refill),
	IN_TIME("fork during a refill copies", fork_copies),
	IN_TIME("fork during a refill shares", fork_shares),
	IN_TIME("the same with MAP_NOSYNC", fork_shares_nosync),
	IN_TIME("truncate waits for a fill", truncate_waits_for_a_fill),
};

int main()
{
	ksft_print_header();
	set_up_slow_refills("direct-inflight");
	RUN_CASES(cases);
}
