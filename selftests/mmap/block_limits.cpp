/* SPDX-License-Identifier: GPL-2.0-only */
// since: 435
// before: fails
// abi: B1 B4
// timeout: 600
// MAP_BLOCK of a range larger than memory: refused before anything is read, or read until SIGKILL.
#include <child.h>
#include <scratch.h>
#include <sys/resource.h>

static int fd;
static vmstat_span span;

static void *map(size_t len, int flags)
{
	return mmap(nullptr, len, PROT_READ, flags | MAP_BLOCK, fd, 0);
}

static int refused_before_it_is_read()
{
	constexpr size_t GIB = 1024 * MIB;
	int only_write = open(scratch_dev, O_WRONLY);

	CHECK(only_write >= 0);
	CHECK_CASE(in_child([=] {
		rlimit as = {GIB / 2, GIB / 2};
		CHECK_OK(setrlimit(RLIMIT_AS, &as));
		span.begin();
		CHECK_ERR((long)map(GIB, MAP_SHARED), ENOMEM);
		CHECK_ERR((long)map((size_t)-PAGE * 2, MAP_SHARED), ENOMEM);
		CHECK_ERR((long)map(GIB, 0), EINVAL);
		CHECK_ERR((long)map(GIB, 0xc), EINVAL);
		CHECK_ERR((long)mmap(nullptr, GIB, PROT_READ, MAP_SHARED |
				     MAP_BLOCK, only_write, 0), EACCES);
		span.end();
		CHECK(span.diff("disk_read_sectors") < (long)(MIB / 512));
		return KSFT_PASS;
	}));
	close(only_write);
	return KSFT_PASS;
}

static long long sectors_read()
{
	static vmstat v;

	vmstat_read(&v);
	return vmstat_get(&v, "disk_read_sectors");
}

static int sigkill_ends_it()
{
	constexpr size_t LEN = 1024 * MIB;
	long long before = sectors_read();
	pid_t pid = spawn([] { return map(LEN, MAP_SHARED) == MAP_FAILED; });

	while (sectors_read() < before + (long)(4 * MIB / 512) &&
	       state_of(pid) != 'Z')
		sleep_ms(1);
	CHECK_OK(kill(pid, SIGKILL));
	int s = reap(pid);
	CHECK(WIFSIGNALED(s));
	long long sectors = sectors_read() - before;
	ksft_print_msg("%lld MiB read\n", sectors * 512 / (long)MIB);
	CHECK(sectors < (long)(LEN / 2 / 512));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"refused before it is read", refused_before_it_is_read},
	{"SIGKILL ends it", sigkill_ends_it},
};

int main()
{
	ksft_print_header();
	need_scratch_disk();
	if (scratch_size < 4ull << 30)
		ksft_exit_skip("the scratch disk is not large\n");
	fd = open(scratch_dev, O_RDONLY);
	MUST(fd >= 0);
	need_map_flags(fd, MAP_BLOCK);
	RUN_CASES(cases);
}
