/* SPDX-License-Identifier: GPL-2.0-only */
// since: 460
// abi: D5 D8 D13 R2 B1
// Whatever is done to a direct mapping, it keeps its frames: a refill is seen without a new entry in the page table.
#include <child.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

constexpr int RW = PROT_READ | PROT_WRITE;
constexpr int WINDOW = MAP_PRIVATE | MAP_DIRECT | MAP_BLOCK;
constexpr size_t LEN = 16 * PAGE;
static int fd;
static vmstat_span span;

static uint8_t *window(off_t off, int prot = RW, int type = WINDOW)
{
	void *p = mmap(nullptr, LEN, prot, type, fd, off);

	MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* The next refill goes to the frames that are mapped, and maps nothing. */
static int has_its_frames(uint8_t *p, size_t len, int prot = RW)
{
	span.begin();
	void *r = mmap(p, len, prot, WINDOW | MAP_FIXED, fd, MIB);
	span.end();
	CHECK(r == p);
	CHECK(is_pattern(p, 1, MIB, len));
	CHECK_QUIET_EQ(span.diff("pte_write"), 0);
	return KSFT_PASS;
}

static int mprotect_keeps_them()
{
	uint8_t *p = window(0);

	CHECK_OK(mprotect(p, LEN, PROT_READ));
	CHECK_OK(mprotect(p, LEN, RW));
	span.begin();
	for (size_t i = 0; i < LEN; i += PAGE)
		p[i] = 1;
	span.end();
	CHECK_QUIET_EQ(span.diff("page_alloc"), 0);
	CHECK_CASE(has_its_frames(p, LEN));
	CHECK_OK(mprotect(p + PAGE, PAGE, PROT_NONE));
	CHECK_EQ(signal_of([=] { *(volatile uint8_t *)(p + PAGE) = 1; }),
		 SIGSEGV);
	CHECK_OK(mprotect(p + PAGE, PAGE, RW));
	CHECK_CASE(has_its_frames(p, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int write_through_proc_mem_keeps_the_frame()
{
	static const int prots[] = {RW, PROT_READ};
	int mem = open("/proc/self/mem", O_RDWR);

	CHECK_OK(mem);
	for (int prot : prots) {
		uint8_t *p = window(0, prot);

		CHECK_EQ(pwrite(mem, "poke", 4, (uintptr_t)p + 5), 4);
		CHECK(!memcmp(p + 5, "poke", 4));
		CHECK(is_pattern(p + 9, 1, 9, LEN - 9));
		CHECK_CASE(has_its_frames(p, LEN, prot));
		CHECK_OK(munmap(p, LEN));
	}
	close(mem);
	return KSFT_PASS;
}

/* The child's page, which it may or may not write to itself. */
static int poke(int prot)
{
	uint8_t *p = window(0, prot);
	pid_t pid = spawn([=] {
		CHECK_OK(ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		CHECK(!memcmp(p + 8, "poke", 4));
		CHECK(is_pattern(p + 12, 1, 12, LEN - 12));
		return has_its_frames(p, LEN, prot);
	});
	int status = reap(pid);

	if (!WIFSTOPPED(status))
		SKIP_CASE("no ptrace");
	int word;
	memcpy(&word, "poke", 4);
	CHECK_OK(ptrace(PTRACE_POKEDATA, pid, p + 8, (void *)(long)word));
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, pid, p + 8, 0), word);
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(reap(pid), 0);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int ptrace_keeps_the_frame()
{
	CHECK_CASE(poke(RW));
	return poke(PROT_READ);
}

static int first_touch_writes()
{
	uint8_t *p = window(0, RW, MAP_PRIVATE | MAP_DIRECT);

	for (size_t i = 0; i < LEN; i += PAGE)
		p[i] ^= 0xff;
	CHECK(is_pattern(p + 1, 1, 1, PAGE - 1));
	CHECK_EQ(p[PAGE] ^ 0xff, pattern_byte(1, PAGE));
	CHECK_CASE(has_its_frames(p, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int mremap_takes_them_along()
{
	uint8_t *p = window(0), *q = window(LEN);
	auto to = (uint8_t *)mmap(nullptr, LEN, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(mremap(p, LEN, 2 * LEN, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK(is_pattern(p, 1, 0, LEN));
	p[0] = 0x51;
	CHECK(mremap(p, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	CHECK_EQ(to[0], 0x51);
	/* Two windows change places: each address shows its new data. */
	CHECK(mremap(q, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
	CHECK(is_pattern(p, 1, LEN, LEN));
	CHECK(is_pattern(to + 1, 1, 1, LEN - 1));
	CHECK_CASE(has_its_frames(to, LEN));
	CHECK_CASE(has_its_frames(p, LEN));
	CHECK(mremap(p, LEN, LEN / 2, 0) == p);
	CHECK_EQ(signal_of([=] { *(volatile uint8_t *)(p + LEN / 2) = 1; }),
		 SIGSEGV);
	CHECK_CASE(has_its_frames(p, LEN / 2));
	CHECK(mremap(p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		     p + LEN / 2) == p + LEN / 2);
	CHECK_CASE(has_its_frames(p + LEN / 2, PAGE));
	CHECK_CASE(has_its_frames(p + 2 * PAGE, PAGE));
	CHECK_OK(munmap(p, LEN));
	CHECK_OK(munmap(to, LEN));
	return KSFT_PASS;
}

static int dont_need_reads_again()
{
	uint8_t *p = window(0), page[PAGE];

	memset(p, 0x77, LEN);
	span.begin();
	CHECK_OK(madvise(p, LEN, MADV_DONTNEED));
	bool right = is_pattern(p, 1, 0, LEN);
	span.end();
	CHECK(right);
	CHECK_QUIET_EQ(span.diff("page_alloc"), 0);
	pattern_fill(page, 9, 0, PAGE);
	CHECK_EQ(pwrite(fd, page, PAGE, PAGE), PAGE);
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(madvise(p + PAGE, PAGE, MADV_DONTNEED));
	CHECK(is_pattern(p + PAGE, 9, 0, PAGE));
	pattern_fill(page, 1, PAGE, PAGE);
	CHECK_EQ(pwrite(fd, page, PAGE, PAGE), PAGE);
	CHECK_OK(madvise(p, LEN, MADV_SEQUENTIAL));
	CHECK_OK(madvise(p + PAGE, PAGE, MADV_RANDOM));
	CHECK_OK(madvise(p, LEN, MADV_WILLNEED));
	CHECK_OK(madvise(p, LEN, MADV_NORMAL));
	CHECK_CASE(has_its_frames(p, LEN));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static int mincore_shows_the_mapping()
{
	unsigned char v[16];
	static uint8_t copy[LEN];
	uint8_t *p = window(0);

	CHECK_OK(mincore(p, LEN, v));
	for (unsigned char c : v)
		CHECK(c & 1);
	/* What the page cache has is something else. */
	CHECK_EQ(pread(fd, copy, LEN, 0), LEN);
	CHECK_OK(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
	CHECK_OK(mincore(p, LEN, v));
	CHECK((v[0] & 1) && !(v[1] & 1) && !(v[2] & 1) && (v[3] & 1));
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_OK(mincore(p, LEN, v));
	CHECK((v[1] & 1) && (v[2] & 1));
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

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

static int mlock_and_munlock()
{
	long before = locked_kib();
	uint8_t *p = window(0);

	CHECK_EQ(locked_kib() - before, LEN / KIB);
	CHECK_OK(mlock(p, LEN));
	CHECK_EQ(locked_kib() - before, LEN / KIB);
	CHECK_OK(munlock(p, LEN / 2));
	CHECK_OK(munlockall());
	CHECK(is_pattern(p, 1, 0, LEN));
	CHECK_CASE(has_its_frames(p, LEN));
	CHECK_EQ(locked_kib() - before, LEN / KIB);
	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(locked_kib(), before);
	return KSFT_PASS;
}

/* In every way that a mapping can end, the charge ends, too. */
static int the_charge_ends_with_the_mapping()
{
	long before = locked_kib();
	uint8_t *p = window(0);

	CHECK_OK(munmap(p + 4 * PAGE, 2 * PAGE));
	CHECK(mmap(p + 4 * PAGE, 2 * PAGE, RW, WINDOW | MAP_FIXED, fd, 0) !=
	      MAP_FAILED);
	CHECK_EQ(locked_kib() - before, LEN / KIB);
	CHECK(mmap(p, LEN / 2, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_FIXED, -1, 0) == p);
	CHECK_EQ(locked_kib() - before, LEN / 2 / KIB);
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED, fd, 0) == p);
	CHECK_EQ(locked_kib() - before, LEN / KIB);
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED, 99, 0) == MAP_FAILED);
	CHECK(mmap(p, LEN, RW, WINDOW | MAP_FIXED, fd, 64 * MIB) ==
	      MAP_FAILED);
	CHECK_EQ(locked_kib() - before, LEN / KIB);
	CHECK_OK(munmap(p, LEN));
	CHECK_EQ(locked_kib(), before);
	return KSFT_PASS;
}

static int shown_in_maps()
{
	uint8_t *p = window(4 * PAGE);
	char line[256], want[64];
	FILE *f = fopen("/proc/self/maps", "r");
	bool found = false;

	CHECK(f);
	snprintf(want, sizeof(want), "%08lx-%08lx rw-p %08lx",
		 (unsigned long)p, (unsigned long)p + LEN,
		 4ul * PAGE);
	while (fgets(line, sizeof(line), f))
		found |= !strncmp(line, want, strlen(want)) &&
			strstr(line, "/direct-vma\n");
	fclose(f);
	CHECK(found);
	CHECK_OK(munmap(p, LEN));
	return KSFT_PASS;
}

static const test_case cases[] = {
	IN_QUIET("mprotect", mprotect_keeps_them),
	IN_QUIET("a write through /proc/PID/mem",
		 write_through_proc_mem_keeps_the_frame),
	IN_QUIET("ptrace write to a direct page keeps the frame",
		 ptrace_keeps_the_frame),
	IN_QUIET("a first touch that writes", first_touch_writes),
	IN_QUIET("mremap takes them along", mremap_takes_them_along),
	IN_QUIET("MADV_DONTNEED: a touch reads again", dont_need_reads_again),
	{"mincore shows the mapping", mincore_shows_the_mapping},
	IN_QUIET("mlock and munlock", mlock_and_munlock),
	{"the charge ends with the mapping", the_charge_ends_with_the_mapping},
	{"/proc/PID/maps", shown_in_maps},
};

int main()
{
	ksft_print_header();
	fd = make_file(test_path("direct-vma"), 2 * MIB, 1);
	need_refill(fd, 16 * MIB);
	if (!vmstat_read(&span.a))
		ksft_exit_skip("no /proc/vmstat\n");
	RUN_CASES(cases);
}
