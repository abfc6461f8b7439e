/* SPDX-License-Identifier: GPL-2.0-only */
// since: 440
// abi: D5
// machine: lowmem
// A direct mapping that memory cannot hold is refused: nobody else is killed for it.
#include <pressure.h>
#include <sys/sysinfo.h>

static pid_t bystander;

/* Uses a quarter of the memory, so that it is the largest process. */
static int sit_there(size_t bytes)
{
	page_buffer(bytes);
	for (;;)
		pause();
}

static int too_large_is_enomem()
{
	struct sysinfo s;

	CHECK_OK(sysinfo(&s));
	size_t ram = (size_t)s.totalram * s.mem_unit;
	bystander = spawn([=] { return sit_there(ram / 4 & -PAGE); });
	CHECK(await_state(bystander, 'S'));
	/* It is pinned: what is left must do for the others. */
	for (size_t len = ram; len >= ram / 8 * 7; len -= ram / 16) {
		CHECK(mmap(nullptr, len & -PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_DIRECT |
			   MAP_BLOCK, -1, 0) == MAP_FAILED);
		CHECK_EQ(errno, ENOMEM);
		CHECK_EQ(state_of(bystander), 'S');
	}
	CHECK_OK(kill(bystander, SIGTERM));
	CHECK_EQ(WTERMSIG(reap(bystander)), SIGTERM);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"too large is ENOMEM", too_large_is_enomem},
};

int main()
{
	ksft_print_header();
	need_low_memory();
	need_map_flags(-1, MAP_DIRECT | MAP_BLOCK);
	RUN_CASES(cases);
}
