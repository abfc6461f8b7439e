/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// timeout: 600 6000
// Damaged programs: execve refuses them, or whoever became one is killed; nothing else happens.
#include <census.h>
#include <elfimage.h>
#include <xorshift.h>

/* After the old program is gone a bad one can only be killed. */
static bool refused_or_killed(int f)
{
	if (f < REFUSED)
		ksft_print_msg("it ran: %d\n", f);
	return f >= REFUSED;
}

static int the_sound_one_runs()
{
	CHECK_EQ(fate(sound()), 42);
	return KSFT_PASS;
}

static int bad_headers_are_refused()
{
	static void (*const damage[])(Elf32_Ehdr *) = {
		[](Elf32_Ehdr *h) { h->e_ident[0] = 0; },
		[](Elf32_Ehdr *h) { h->e_ident[3] = 'f'; },
		[](Elf32_Ehdr *h) { h->e_type = ET_REL; },
		[](Elf32_Ehdr *h) { h->e_type = ET_CORE; },
		[](Elf32_Ehdr *h) { h->e_type = 0xffff; },
		[](Elf32_Ehdr *h) { h->e_machine = EM_X86_64; },
		[](Elf32_Ehdr *h) { h->e_phentsize = 31; },
		[](Elf32_Ehdr *h) { h->e_phentsize = 0; },
		[](Elf32_Ehdr *h) { h->e_phnum = 0; },
		[](Elf32_Ehdr *h) { h->e_phnum = 0xffff; },
	};

	for (auto d : damage) {
		image i = sound();
		d(&i.header);
		CHECK_EQ(fate(i), REFUSED + ENOEXEC);
	}
	return KSFT_PASS;
}

static int program_headers_elsewhere()
{
	static const uint32_t where[] = {2 * PAGE - 32, 2 * PAGE, 0x7fffffe0,
		0xffffffe0, 0xffffffff};

	for (uint32_t w : where) {
		image i = sound();
		i.header.e_phoff = w;
		CHECK(refused_or_killed(fate(i)));
	}
	return KSFT_PASS;
}

/* Up to the program headers it is no program; behind them its pages are
 * missing when they are touched. */
static int truncated()
{
	for (size_t len = 0; len < ENTRY; len += 13)
		CHECK(refused_or_killed(fate(sound(), len)));
	CHECK_EQ(fate(sound(), 0), REFUSED + ENOEXEC);
	CHECK_EQ(fate(sound(), 20), REFUSED + ENOEXEC);
	CHECK(refused_or_killed(fate(sound(), ENTRY)));
	CHECK(refused_or_killed(fate(sound(), PAGE)));
	CHECK_EQ(fate(sound(), PAGE + 0x400), 42);
	return KSFT_PASS;
}

/* ---- segments ---- */

static int segments_where_none_can_be()
{
	static const uint32_t where[] = {0xc0000000u, 0xbffff000u, 0xc0100000u,
		0xfffff000u, 0xffffe000u};

	for (uint32_t w : where)
		for (int n = 0; n < 2; n++) {
			image i = sound();
			i.segment[n].p_vaddr = i.segment[n].p_paddr = w;
			CHECK(refused_or_killed(fate(i)));
		}
	return KSFT_PASS;
}

static int segments_that_are_too_long()
{
	static const uint32_t len[] = {0x10000000, 0x7fffffff, 0x80000000u,
		0xb7fb0000u, 0xb8000000u, 0xc0000000u, 0xf7fb6000u, 0xffffffff};

	for (uint32_t l : len) {
		image i = sound();
		i.segment[1].p_memsz = l;
		CHECK(refused_or_killed(fate(i)));
		i.segment[1].p_filesz = l;
		CHECK(refused_or_killed(fate(i)));
		i.segment[1].p_memsz = 0;	/* shorter than its file */
		CHECK(refused_or_killed(fate(i)));
	}
	return KSFT_PASS;
}

static int segments_of_no_bytes_of_the_file()
{
	static const uint32_t off[] = {2 * PAGE, 0x7ffff000, 0xfffff000};

	for (uint32_t o : off) {
		image i = sound();
		i.segment[1].p_offset = o;
		CHECK(refused_or_killed(fate(i)));
		i = sound();
		i.segment[0].p_offset = o;
		CHECK(refused_or_killed(fate(i)));
	}
	return KSFT_PASS;
}

/* The later one wins, as mmap with MAP_FIXED; or it is refused. */
static int overlapping_segments()
{
	image i = sound();

	i.header.e_phnum = 4;
	i.segment[3] = i.segment[1];
	i.segment[3].p_vaddr += 0x400;
	i.segment[3].p_offset += 0x400;
	CHECK(fate(i) == 42 || refused_or_killed(fate(i)));
	i.segment[3] = i.segment[0];
	CHECK(fate(i) == 42 || refused_or_killed(fate(i)));
	i.segment[3].p_offset = PAGE;		/* data over the code */
	CHECK(refused_or_killed(fate(i)));
	return KSFT_PASS;
}

static int entries_where_no_code_is()
{
	static const uint32_t where[] = {0, 1, 0xc0000000u, 0xc0100000u,
		0xffffffffu, 0xbfffffffu, DATA, DATA + 2 * PAGE, TEXT - 1};

	for (uint32_t w : where) {
		image i = sound();
		i.header.e_entry = w;
		CHECK(refused_or_killed(fate(i)));
	}
	return KSFT_PASS;
}

/* ---- interpreters ---- */

/* A program with an interpreter: @len bytes of its name are at @offset. */
static image with_interp(const char *name, uint32_t len, uint32_t offset)
{
	image i = sound();

	i.header.e_phnum = 4;
	i.segment[3] = i.segment[2];
	i.segment[2] = {PT_INTERP, offset, 0, 0, len, len, PF_R, 1};
	strcpy((char *)&i + 0x300, name);
	return i;
}

static int interpreters()
{
	static const struct {
		const char *name;
		uint32_t len, offset;
		int error;		/* 0: any */
	} how[] = {
		{"/no/such/interpreter", 21, 0x300, ENOENT},
		{"/tmp", 5, 0x300, EACCES},
		{"/no/such/interpreter", 20, 0x300, ENOEXEC},	/* no 0 */
		{"", 1, 0x300, ENOEXEC},
		{"", 0, 0x300, ENOEXEC},
		{"x", 5000, 0x300, ENOEXEC},
		{"x", 0xffffffff, 0x300, ENOEXEC},
		{"x", 100, 2 * PAGE - 50, 0},
		{"x", 100, 0xffffffc0, 0},
	};

	for (auto &h : how) {
		int f = fate(with_interp(h.name, h.len, h.offset));
		CHECK(refused_or_killed(f));
		if (h.error)
			CHECK_EQ(f, REFUSED + h.error);
	}
	return KSFT_PASS;
}

/* It is there, but no program; then nobody holds it any more. */
static int interpreters_that_are_none()
{
	static const size_t lengths[] = {0, 4, PAGE};
	const char *name = test_path("badelf.interp");

	unlink(name);
	for (size_t len : lengths) {
		int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
		CHECK(fd >= 0);
		CHECK_EQ(write(fd, "\177ELF", len ? 4 : 0), len ? 4 : 0);
		CHECK_OK(ftruncate(fd, len));
		close(fd);
		int f = fate(with_interp(name, strlen(name) + 1, 0x300));
		CHECK(f == REFUSED + ELIBBAD || f == REFUSED + EIO);
	}
	CHECK_OK(unlink(name));
	return KSFT_PASS;
}

/* ---- at random ---- */

static uint32_t state;
static uint32_t random_below(uint32_t n)
{
	return xorshift(state) % n;
}

static uint32_t odd_value(uint32_t old)
{
	static const uint32_t odd[] = {0, 1, 31, 0xfff, 0x1000, 0x1001, 0x2000,
		0x7fffffff, 0x7ffff000, 0x80000000u, 0xbffff000u, 0xc0000000u,
		0xc0100000u, 0xfffff000u, 0xffffffffu};

	switch (random_below(4)) {
	case 0:
		return old ^ 1u << random_below(32);
	case 1:
		return old + random_below(8193) - 4096;
	case 2:
		return odd[random_below(15)];
	default:
		random_below(2);
		return state;
	}
}

/* Words of the headers; the magic number stays, mostly. */
static void damage_at_random(image *i)
{
	constexpr uint32_t WORDS = (sizeof(Elf32_Ehdr) +
				    4 * sizeof(Elf32_Phdr)) / 4;
	auto word = (uint32_t *)i;

	for (int n = 1 + random_below(4); n-- > 0;) {
		uint32_t at = random_below(WORDS);
		if (at || !random_below(8))
			word[at] = odd_value(word[at]);
	}
	if (!random_below(3)) {
		i->header.e_phnum = 4;
		i->segment[3] = i->segment[random_below(3)];
		i->segment[3].p_type = random_below(8);
	}
}

static int damaged_at_random()
{
	const char *s = getenv("BADELF_SEED");
	uint32_t seed = s ? strtoul(s, nullptr, 0) : 2400;
	int n[3] = {}, rounds = effort(100, 1500);

	ksft_print_msg("BADELF_SEED=%u\n", seed);
	state = seed * 2 + 1;
	for (int r = 0; r < rounds; r++) {
		image i = sound();
		damage_at_random(&i);
		int f = fate(i, random_below(8) ? sizeof(i) :
			     random_below(sizeof(i)));
		n[f / 1000]++;
		/* A program that never was there cannot leave a status of its
		 * own, and no error of its kind is unknown. */
		CHECK(f / 1000 != 1 || f == REFUSED + ENOEXEC ||
		      f == REFUSED + EINVAL || f == REFUSED + ENOMEM ||
		      f == REFUSED + EIO || f == REFUSED + ENOENT ||
		      f == REFUSED + EACCES || f == REFUSED + ELIBBAD ||
		      f == REFUSED + EFAULT || f == REFUSED + ENAMETOOLONG);
	}
	ksft_print_msg("%d ran, %d refused, %d killed\n", n[0], n[1], n[2]);
	CHECK(n[0] && n[1] && n[2]);
	return KSFT_PASS;
}

static int nothing_stays_behind()
{
	static census before;

	if (getenv("TEST_DIR") || !drop_caches())
		SKIP_CASE("memory cannot be accounted for here");
	CHECK_CASE(damaged_at_random());
	take_census(&before);
	CHECK_CASE(damaged_at_random());
	CHECK_CASE(segments_that_are_too_long());
	CHECK_CASE(interpreters_that_are_none());
	CHECK(census_holds(&before, 64, 8));
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"the sound one runs", the_sound_one_runs},
	{"bad headers are refused", bad_headers_are_refused},
	{"program headers elsewhere", program_headers_elsewhere},
	{"truncated", truncated},
	{"segments where none can be", segments_where_none_can_be},
	{"segments that are too long", segments_that_are_too_long},
	{"segments of no bytes of the file", segments_of_no_bytes_of_the_file},
	{"overlapping segments", overlapping_segments},
	{"entries where no code is", entries_where_no_code_is},
	{"interpreters", interpreters},
	{"interpreters that are none", interpreters_that_are_none},
	{"nothing stays behind", nothing_stays_behind},
};

int main()
{
	ksft_print_header();
	path = test_path("badelf");
	RUN_CASES(cases);
}
