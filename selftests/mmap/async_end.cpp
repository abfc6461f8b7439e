/* SPDX-License-Identifier: GPL-2.0-only */
// since: 470
// abi: B5 B4 R5 D4 D5 D9 D12
// machine: slow
// The mapping, the process or the file ends while the disk still fills a window.
#include <async.h>
#include <sys/mount.h>

static long locked_kib()
{
	static char text[4096];
	int s = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(s, text, sizeof(text) - 1);

	close(s);
	text[n > 0 ? n : 0] = 0;
	char *p = strstr(text, "VmLck:");
	return p ? strtol(p + 6, nullptr, 10) : -1;
}

/* The frames are nobody else's until the disk is done, which it is when it has
 * done something else. */
static int nobody_got_them(uint8_t *heap)
{
	keep_disk_busy();
	return check_memory(heap);
}

static int munmap_gives_nothing_away(uint8_t *p)
{
	CHECK_OK(munmap(p, LEN));
	return nobody_got_them(take_memory());
}

static int replaced(uint8_t *p)
{
	CHECK(mmap(p, LEN, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) == p);
	memset(p, 0x3c, LEN);
	uint8_t *heap = take_memory();
	CHECK_CASE(nobody_got_them(heap));
	CHECK(all_bytes(p, 0x3c, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int the_charge(uint8_t *p)
{
	long now = locked_kib();

	CHECK_OK(munmap(p, LEN / 2));
	CHECK_EQ(now - locked_kib(), LEN / 2 / KIB);
	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(now - locked_kib(), LEN / KIB);
	return KSFT_PASS;
}

/* In a child, which then ends by @leave. */
static int child_ends(int (*leave)(uint8_t *p), int wanted)
{
	pid_t pid = spawn([=] { return leave(begin()); });
	int status = reap(pid);

	CHECK_EQ(status, wanted);
	return nobody_got_them(take_memory());
}

static int exit_at_once()
{
	return child_ends([](uint8_t *) { return 3; }, 3 << 8);
}
static int kill_at_once()
{
	return child_ends([](uint8_t *) { return raise(SIGKILL); }, SIGKILL);
}
static int exec_at_once()
{
	return child_ends([](uint8_t *) {
		char *argv[] = {(char *)"async_end", (char *)"4", nullptr};

		execv("/proc/self/exe", argv);
		return 1;
	}, 4 << 8);
}

/* It is killed while it waits for the first part; more is to come. */
static int kill_in_a_touch()
{
	auto mapped = (volatile bool *)mmap(nullptr, PAGE, RW, MAP_SHARED |
					    MAP_ANONYMOUS, -1, 0);

	CHECK(mapped != MAP_FAILED);
	pid_t pid = spawn([=] {
		uint8_t *p = begin(LATER, BIG);

		*mapped = true;
		return p[0] == pattern_byte(7, LEN) ? 5 : 6;
	});
	while (!*mapped)
		sleep_ms(1);
	bool early = await_state(pid, 'D');
	CHECK_OK(kill(pid, SIGKILL));
	int status = reap(pid);
	CHECK_CASE(nobody_got_them(take_memory()));
	CHECK_OK(munmap((void *)mapped, PAGE));
	CHECK(status == SIGKILL || status == 5 << 8);
	return early && status == SIGKILL ? KSFT_PASS : LATE;
}

static int fork_and_exit(uint8_t *p)
{
	pid_t pid = spawn([=] { return has_slow_data(p) ? 3 : 4; });

	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(reap(pid), 3 << 8);
	return KSFT_PASS;
}

/* ---- the file ---- */

static int make_slow_file(int *f, const char *name)
{
	if (mount("/dev/hdb", "/mnt", "ext2", 0, nullptr))
		SKIP_CASE("no /dev/hdb");
	*f = make_file(name, 2 * LEN, 7);
	return KSFT_PASS;
}

static void *map_file(int f, void *at = nullptr)
{
	return mmap(at, LEN, RW, LATER | (at ? MAP_FIXED : 0), f, LEN);
}

static int truncate_waits_for_it()
{
	int f;

	CHECK_CASE(make_slow_file(&f, "/mnt/async"));
	munmap(mmap(nullptr, LEN, RW, WINDOW, f, 0), LEN);
	auto p = (uint8_t *)map_file(f);
	CHECK(p != MAP_FAILED);
	bool early = !is_there(p);
	CHECK_OK(ftruncate(f, 0));
	CHECK_EQ(pages_there(p, LEN), LEN / PAGE);
	close(f);
	CHECK_OK(unlink("/mnt/async"));
	CHECK_CASE(arrives(p));
	CHECK_OK(umount("/mnt"));
	return early ? KSFT_PASS : LATE;
}

/* Nobody else has it open, or can; with the mapping nobody at all has it, but
 * the disk still reads its blocks. */
static int closed_and_unlinked(bool unmapped)
{
	int f;

	CHECK_CASE(make_slow_file(&f, "/mnt/async"));
	munmap(mmap(nullptr, LEN, RW, WINDOW, f, 0), LEN);
	auto p = (uint8_t *)map_file(f);
	CHECK(p != MAP_FAILED);
	bool early = !is_there(p);
	CHECK_OK(unlink("/mnt/async"));
	close(f);
	if (!unmapped)
		CHECK_CASE(arrives(p));
	else
		CHECK_OK(munmap(p, LEN));
	/* Until the disk is done the file system is busy. */
	while (umount("/mnt"))
		CHECK_EQ(errno, EBUSY);
	return early ? KSFT_PASS : LATE;
}
static int closed_unlinked() { return closed_and_unlinked(false); }
static int closed_unlinked_unmapped() { return closed_and_unlinked(true); }

/* A fresh mapping ends where its file does; a refilled window does not. */
static int behind_the_end()
{
	int f = make_file(test_path("async-end"), LEN + 5 * PAGE + 100, 7);
	auto p = (uint8_t *)map_file(f);

	CHECK(p != MAP_FAILED);
	CHECK(is_pattern(p, 7, LEN, 5 * PAGE + 100));
	CHECK(all_bytes(p + 5 * PAGE + 100, 0, PAGE - 100));
	CHECK_EQ(signal_of([=] { (void)*(volatile uint8_t *)(p + 6 * PAGE); }),
		 SIGBUS);
	CHECK_OK(munmap(p, LEN));
	p = window(plain);
	CHECK(map_file(f, p) == p);
	CHECK(is_pattern(p, 7, LEN, 5 * PAGE + 100));
	CHECK(all_bytes(p + 5 * PAGE + 100, 0, LEN - 5 * PAGE - 100));
	CHECK_OK(ftruncate(f, LEN));
	p[0] = 0x12;
	CHECK(map_file(f, p) == MAP_FAILED && errno == ENXIO);
	CHECK_EQ(p[0], 0x12);
	CHECK_OK(munmap(p, LEN));
	close(f);
	return KSFT_PASS;
}

static const test_case cases[] = {
	DURING("munmap", munmap_gives_nothing_away),
	DURING("something else is mapped there", replaced),
	DURING("the charge goes with the mapping", the_charge),
	{"exit", exit_at_once},
	{"SIGKILL", kill_at_once},
	{"exec", exec_at_once},
	IN_TIME("SIGKILL in a touch", kill_in_a_touch),
	DURING("fork, and the parent unmaps it", fork_and_exit),
	IN_TIME("truncate waits for it", truncate_waits_for_it),
	IN_TIME("closed and unlinked", closed_unlinked),
	IN_TIME("closed, unlinked and unmapped", closed_unlinked_unmapped),
	{"behind the end of file", behind_the_end},
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return atoi(argv[1]);
	ksft_print_header();
	set_up_async("direct-async-end");
	RUN_CASES(cases);
}
