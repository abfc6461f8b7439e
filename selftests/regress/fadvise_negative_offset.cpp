/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// posix_fadvise with offsets and lengths that do not fit: refused or harmless, no arithmetic on them.
#include <abi.h>
#include <sys/syscall.h>

/* The sums of these overflow; a debug kernel would stop. */
static int fadvise_negative_offset()
{
	constexpr uint32_t ends[] = {0, 1, 0x7fffffff, 0x80000000u, 0xffffffffu};
	int fd = make_file(test_path("fadvise"), PAGE, 1);
	uint8_t buf[16];

	for (uint32_t high : ends)
		for (uint32_t low : ends)
			for (int advice = 0; advice < 7; advice++) {
				syscall(272, fd, low, high, low, high, advice);
				syscall(272, fd, low, high, ~0u, 0x7fffffff,
					advice);
				syscall(250, fd, low, high, low, advice);
			}
	CHECK_EQ(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	CHECK(is_pattern(buf, 1, 0, sizeof(buf)));
	close(fd);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"fadvise_negative_offset", fadvise_negative_offset},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
