/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// Anonymous and private memory: protection, holes, MAP_FIXED, mremap, copy on write, madvise, mincore.
#include <child.h>
#include <sys/syscall.h>

constexpr int RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS;

static int touch(volatile void *p, bool write)
{
	return signal_of([=] {
		if (write)
			asm volatile("orb $0, (%0)" : : "r"(p) : "memory");
		else
			asm volatile("testb $1, (%0)" : : "r"(p) : "memory");
	});
}

static bool is_mapped(void *p)
{
	unsigned char v;

	return mincore(p, PAGE, &v) == 0;
}

static int zero_filled()
{
	auto p = (uint8_t *)mmap(nullptr, MIB, RW, ANON, -1, 0);

	CHECK(p != MAP_FAILED);
	CHECK_EQ((uintptr_t)p % PAGE, 0);
	CHECK(all_bytes(p, 0, MIB));
	pattern_fill(p, 1, 0, MIB);
	CHECK(is_pattern(p, 1, 0, MIB));
	CHECK_OK(munmap(p, MIB));
	CHECK_EQ(touch(p, false), SIGSEGV);
	p = (uint8_t *)mmap(nullptr, MIB, RW, ANON, -1, 0);
	CHECK(all_bytes(p, 0, MIB));	/* and not what was there before */
	CHECK_OK(munmap(p, MIB));
	return KSFT_PASS;
}

static int refusals()
{
	CHECK(mmap(nullptr, 0, RW, ANON, -1, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap(nullptr, PAGE, RW, MAP_PRIVATE, 99, 0) == MAP_FAILED);
	CHECK_EQ(errno, EBADF);
	CHECK(mmap(nullptr, PAGE, RW, MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap((void *)0x123, PAGE, RW, ANON | MAP_FIXED, -1, 0) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap((void *)0xfffff000, 2 * PAGE, RW, ANON | MAP_FIXED, -1,
		   0) == MAP_FAILED);
	CHECK(errno == ENOMEM || errno == EINVAL);
	CHECK_EQ((long)mmap(nullptr, 0xfffff000u, RW, ANON, -1, 0), -1);
	CHECK_ERR(munmap((void *)1, PAGE), EINVAL);
	CHECK_ERR(munmap(nullptr, 0), EINVAL);
	/* The C library's own mprotect rounds. */
	CHECK_ERR(syscall(SYS_mprotect, 1, PAGE, RW), EINVAL);
	CHECK_ERR(syscall(SYS_mprotect, 0x1000, PAGE, RW), ENOMEM);
	return KSFT_PASS;
}

static int holes()
{
	uint8_t *p = page_buffer(9 * PAGE);

	pattern_fill(p, 2, 0, 9 * PAGE);
	CHECK_OK(munmap(p + 2 * PAGE, PAGE));
	CHECK_OK(munmap(p + 4 * PAGE, 2 * PAGE));
	for (int i = 0; i < 9; i++)
		CHECK_EQ(is_mapped(p + i * PAGE), i != 2 && i != 4 && i != 5);
	CHECK_EQ(touch(p + 2 * PAGE, true), SIGSEGV);
	CHECK(is_pattern(p, 2, 0, 2 * PAGE));
	CHECK(is_pattern(p + 3 * PAGE, 2, 3 * PAGE, PAGE));
	CHECK(is_pattern(p + 6 * PAGE, 2, 6 * PAGE, 3 * PAGE));
	CHECK_ERR(mprotect(p, 9 * PAGE, PROT_READ), ENOMEM);
	CHECK_OK(munmap(p, 9 * PAGE));	/* over the holes */
	CHECK_OK(munmap(p, 9 * PAGE));
	return KSFT_PASS;
}

static int fixed_replaces()
{
	uint8_t *p = page_buffer(5 * PAGE);

	CHECK(mmap(p + PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0) ==
	      p + PAGE);
	CHECK(all_bytes(p, 0x5a, PAGE));
	CHECK(all_bytes(p + PAGE, 0, 2 * PAGE));
	CHECK(all_bytes(p + 3 * PAGE, 0x5a, 2 * PAGE));
	/* A hint that is free is taken, one that is not is not. */
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK(mmap(p + PAGE, PAGE, RW, ANON, -1, 0) == p + PAGE);
	void *q = mmap(p, PAGE, RW, ANON, -1, 0);
	CHECK(q != MAP_FAILED && q != p);
	CHECK(all_bytes(p, 0x5a, PAGE));
	CHECK_OK(munmap(q, PAGE));
	CHECK_OK(munmap(p, 5 * PAGE));
	return KSFT_PASS;
}

static int protection()
{
	uint8_t *p = page_buffer(5 * PAGE);

	CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
	CHECK_OK(mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
	CHECK_EQ(touch(p, true), 0);
	CHECK_EQ(touch(p + PAGE, false), 0);
	CHECK_EQ(touch(p + PAGE, true), SIGSEGV);
	CHECK_EQ(touch(p + 2 * PAGE, false), SIGSEGV);
	CHECK_EQ(touch(p + 3 * PAGE, true), 0);
	CHECK_OK(mprotect(p, 5 * PAGE, RW));
	CHECK_EQ(touch(p + 2 * PAGE, true), 0);
	CHECK(all_bytes(p, 0x5a, 5 * PAGE));
	/* Not yet touched: protection is the area's. */
	CHECK_OK(munmap(p, 5 * PAGE));
	p = (uint8_t *)mmap(nullptr, PAGE, PROT_NONE, ANON, -1, 0);
	CHECK_EQ(touch(p, false), SIGSEGV);
	CHECK_OK(mprotect(p, PAGE, PROT_READ));
	CHECK_EQ(touch(p, false), 0);
	CHECK_EQ(touch(p, true), SIGSEGV);
	CHECK_OK(mprotect(p, PAGE, RW));
	CHECK_EQ(touch(p, true), 0);
	CHECK_OK(munmap(p, PAGE));
	return KSFT_PASS;
}

static int protection_after_fork()
{
	uint8_t *p = page_buffer(PAGE);

	CHECK_OK(mprotect(p, PAGE, PROT_READ));
	CHECK_CASE(in_child([=] {
		CHECK_EQ(touch(p, true), SIGSEGV);
		CHECK_OK(mprotect(p, PAGE, RW));
		*p = 1;
		return KSFT_PASS;
	}));
	CHECK_EQ(*p, 0x5a);
	CHECK_EQ(touch(p, true), SIGSEGV);
	munmap(p, PAGE);
	return KSFT_PASS;
}

static int copy_on_write_chain()
{
	uint8_t *p = page_buffer(4 * PAGE);

	/* Child, grandchild: each sees what was there at its own fork. */
	CHECK_CASE(in_child([=] {
		p[0] = 1;
		CHECK_CASE(in_child([=] {
			CHECK_EQ(p[0], 1);
			CHECK_EQ(p[PAGE], 0x5a);
			p[0] = 2;
			p[PAGE] = 2;
			return KSFT_PASS;
		}));
		CHECK_EQ(p[0], 1);
		CHECK_EQ(p[PAGE], 0x5a);
		p[PAGE] = 3;
		return KSFT_PASS;
	}));
	CHECK(all_bytes(p, 0x5a, 4 * PAGE));
	munmap(p, 4 * PAGE);
	return KSFT_PASS;
}

static int zero_page_is_copied()
{
	auto p = (volatile uint8_t *)mmap(nullptr, 2 * PAGE, RW, ANON, -1, 0);

	CHECK_EQ(p[0] + p[PAGE], 0);	/* reads first */
	p[0] = 1;
	CHECK_EQ(p[PAGE], 0);
	CHECK_CASE(in_child([=] {
		p[PAGE] = 7;
		return KSFT_PASS;
	}));
	CHECK_EQ(p[PAGE], 0);
	munmap((void *)p, 2 * PAGE);
	return KSFT_PASS;
}

static int shared_across_fork()
{
	auto p = (volatile uint8_t *)mmap(nullptr, 4 * PAGE, RW, MAP_SHARED |
					  MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	p[0] = 1;
	CHECK_CASE(in_child([=] {
		CHECK_EQ(p[0], 1);
		p[0] = 2;
		p[3 * PAGE] = 3;	/* not touched before */
		return KSFT_PASS;
	}));
	CHECK_EQ(p[0], 2);
	CHECK_EQ(p[3 * PAGE], 3);
	CHECK_EQ(p[2 * PAGE], 0);
	munmap((void *)p, 4 * PAGE);
	return KSFT_PASS;
}

static int mremap_grows_and_shrinks()
{
	uint8_t *p = page_buffer(8 * PAGE);

	CHECK_OK(munmap(p + 4 * PAGE, 4 * PAGE));
	pattern_fill(p, 3, 0, 4 * PAGE);
	CHECK(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
	CHECK(!is_mapped(p + 2 * PAGE));
	CHECK(mremap(p, 2 * PAGE, 4 * PAGE, 0) == p);
	CHECK(is_pattern(p, 3, 0, 2 * PAGE));
	CHECK(all_bytes(p + 2 * PAGE, 0, 2 * PAGE));
	/* In the way: only a move helps. */
	CHECK(mmap(p + 4 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0) ==
	      p + 4 * PAGE);
	CHECK(mremap(p, 4 * PAGE, 8 * PAGE, 0) == MAP_FAILED);
	CHECK_EQ(errno, ENOMEM);
	auto q = (uint8_t *)mremap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED && q != p);
	CHECK(is_pattern(q, 3, 0, 2 * PAGE));
	CHECK(all_bytes(q + 2 * PAGE, 0, 6 * PAGE));
	CHECK(!is_mapped(p));
	CHECK(is_mapped(p + 4 * PAGE));
	CHECK_OK(munmap(p + 4 * PAGE, PAGE));
	CHECK_OK(munmap(q, 8 * PAGE));
	return KSFT_PASS;
}

static int mremap_fixed()
{
	uint8_t *p = page_buffer(4 * PAGE), *to = page_buffer(4 * PAGE);
	constexpr int HOW = MREMAP_MAYMOVE | MREMAP_FIXED;

	pattern_fill(p, 4, 0, 4 * PAGE);
	CHECK(mremap(p + PAGE, 2 * PAGE, 2 * PAGE, HOW, to) == to);
	CHECK(is_pattern(to, 4, PAGE, 2 * PAGE));
	CHECK(all_bytes(to + 2 * PAGE, 0x5a, 2 * PAGE));
	CHECK(is_pattern(p, 4, 0, PAGE) && !is_mapped(p + PAGE));
	CHECK(mremap(to, 2 * PAGE, 2 * PAGE, HOW, to + PAGE) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mremap(to, PAGE, PAGE, HOW, to + 1) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mremap(p + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK_EQ(errno, EFAULT);
	munmap(p, 4 * PAGE);
	munmap(to, 4 * PAGE);
	return KSFT_PASS;
}

static int madvise_dontneed()
{
	uint8_t *p = page_buffer(4 * PAGE);

	CHECK_OK(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
	CHECK(all_bytes(p, 0x5a, PAGE));
	CHECK(all_bytes(p + PAGE, 0, 2 * PAGE));
	CHECK(all_bytes(p + 3 * PAGE, 0x5a, PAGE));
	CHECK_OK(madvise(p, 4 * PAGE, MADV_SEQUENTIAL));
	CHECK_OK(madvise(p, 4 * PAGE, MADV_NORMAL));
	CHECK_ERR(madvise(p + 1, PAGE, MADV_NORMAL), EINVAL);
	CHECK_ERR(madvise(p, PAGE, 9999), EINVAL);
	CHECK_OK(munmap(p, 4 * PAGE));
	CHECK_ERR(madvise(p, PAGE, MADV_DONTNEED), ENOMEM);
	return KSFT_PASS;
}

static int mincore_tells()
{
	auto p = (uint8_t *)mmap(nullptr, 4 * PAGE, RW, ANON, -1, 0);
	unsigned char v[4];

	p[PAGE] = 1;
	p[3 * PAGE] = 1;
	CHECK_OK(mincore(p, 4 * PAGE, v));
	CHECK_EQ(v[0] & 1, 0);
	CHECK_EQ(v[1] & 1, 1);
	CHECK_EQ(v[2] & 1, 0);
	CHECK_EQ(v[3] & 1, 1);
	CHECK_ERR(mincore(p + 1, PAGE, v), EINVAL);
	CHECK_ERR(mincore(p, PAGE, (unsigned char *)16), EFAULT);
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_ERR(mincore(p, 4 * PAGE, v), ENOMEM);
	munmap(p, 4 * PAGE);
	return KSFT_PASS;
}

static int many_areas()
{
	constexpr int N = 1000;
	auto p = (uint8_t *)mmap(nullptr, N * PAGE, RW, ANON, -1, 0);

	for (int i = 0; i < N; i += 2)
		CHECK_OK(mprotect(p + i * PAGE, PAGE, PROT_READ));
	for (int i = 1; i < N; i += 2)
		p[i * PAGE] = i;
	CHECK_EQ(touch(p + 500 * PAGE, true), SIGSEGV);
	CHECK_OK(mprotect(p, N * PAGE, RW));
	for (int i = 0; i < N; i++)
		CHECK_EQ(p[i * PAGE], i % 2 ? (uint8_t)i : 0);
	CHECK_OK(munmap(p, N * PAGE));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"zero filled", zero_filled},
	{"refusals", refusals},
	{"holes", holes},
	{"MAP_FIXED replaces", fixed_replaces},
	{"protection", protection},
	{"protection after fork", protection_after_fork},
	{"copy on write, three generations", copy_on_write_chain},
	{"the zero page is copied", zero_page_is_copied},
	{"shared across fork", shared_across_fork},
	{"mremap grows and shrinks", mremap_grows_and_shrinks},
	{"mremap to a fixed place", mremap_fixed},
	{"MADV_DONTNEED", madvise_dontneed},
	{"mincore", mincore_tells},
	{"many areas", many_areas},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
