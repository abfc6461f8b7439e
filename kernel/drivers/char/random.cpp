/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers: a pool that events are stirred into, and a generator that
 * stretches a 256-bit key with ChaCha20 (RFC 8439, 2.3) and replaces the key
 * with each use, so that old output cannot be computed from a later state.
 *
 * Seeded at boot from the processor's own generator if there is one, the time
 * of day and the jitter of the time stamp counter; re-seeded from the pool as
 * interrupts come in. It never blocks: /dev/random and /dev/urandom are one.
 */
#include <asm/timex.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/time.h>
#include "chrdev.h"

constexpr unsigned POOL_WORDS = 16, KEY_WORDS = 8, BLOCK_WORDS = 16;
constexpr unsigned BLOCK_BYTES = BLOCK_WORDS * 4;
constexpr unsigned RESEED_EVENTS = 64;	/* that a new key takes in */
constexpr unsigned JITTER_ROUNDS = 512;

static constinit struct {
	spinlock_t lock{"random", RANK_RANDOM};
	u32 pool[POOL_WORDS] = {};
	unsigned next = 0;		/* word of the pool, modulo */
	unsigned events = 0;		/* since the last re-seed */
	u32 key[KEY_WORDS] = {};
} rng;

static inline u32 rotl(u32 v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* ---- ChaCha20 ---- */

static inline void quarter_round(u32 &a, u32 &b, u32 &c, u32 &d)
{
	a += b; d = rotl(d ^ a, 16);
	c += d; b = rotl(b ^ c, 12);
	a += b; d = rotl(d ^ a, 8);
	c += d; b = rotl(b ^ c, 7);
}

static void double_round(u32 *x)
{
	for (unsigned i = 0; i < 4; i++)
		quarter_round(x[i], x[i + 4], x[i + 8], x[i + 12]);
	for (unsigned i = 0; i < 4; i++)
		quarter_round(x[i], x[4 + (i + 1) % 4], x[8 + (i + 2) % 4],
			      x[12 + (i + 3) % 4]);
}

static void chacha_block(const u32 *key, const u32 *input, u32 *out)
{
	/* "expand 32-byte k" */
	u32 in[BLOCK_WORDS] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

	memcpy(in + 4, key, KEY_WORDS * 4);
	memcpy(in + 12, input, 16);
	memcpy(out, in, BLOCK_BYTES);
	for (unsigned i = 0; i < 10; i++)
		double_round(out);
	for (unsigned i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

/* ---- the pool ---- */

static void stir(u32 v)
{
	u32 &word = rng.pool[rng.next++ % POOL_WORDS];

	word = rotl(word, 7) ^ v;
}

void add_interrupt_randomness(unsigned source)
{
	spin_guard g(rng.lock);

	stir((u32)get_cycles() ^ rotl(source, 16));
	rng.events++;
}

/* The key becomes a function of itself and of every word of the pool. */
static void reseed()
{
	u32 block[BLOCK_WORDS];

	for (unsigned i = 0; i < POOL_WORDS; i += 4) {
		chacha_block(rng.key, rng.pool + i, block);
		memcpy(rng.key, block, sizeof(rng.key));
	}
	rng.events = 0;
}

/* ---- output ---- */

/* A key for one caller; the generator's own moves on. */
static void take_key(u32 *key)
{
	static const u32 zero[4] = {};
	u32 block[BLOCK_WORDS];
	spin_irq_guard g(rng.lock);

	stir((u32)get_cycles());
	if (rng.events >= RESEED_EVENTS)
		reseed();
	chacha_block(rng.key, zero, block);
	memcpy(rng.key, block, sizeof(rng.key));
	memcpy(key, block + KEY_WORDS, sizeof(rng.key));
	memset(block, 0, sizeof(block));
}

struct random_stream {
	u32 key[KEY_WORDS];
	u32 counter[4] = {};
	u32 block[BLOCK_WORDS];

	random_stream() { take_key(key); }
	random_stream(const random_stream &) = delete;
	~random_stream()
	{
		memset((void *)this, 0, sizeof(*this));
		barrier();	/* the compiler must not drop that */
	}
	void next_block()
	{
		chacha_block(key, counter, block);
		counter[0]++;
	}
};

void get_random_bytes(void *buf, size_t n)
{
	random_stream s;

	for (auto *p = (char *)buf; n; ) {
		size_t len = min(n, (size_t)BLOCK_BYTES);

		s.next_block();
		memcpy(p, s.block, len);
		p += len;
		n -= len;
	}
}

/* 2^31 blocks of one stream are out of reach of a 32-bit count of bytes. */
static result<long> random_to_user(unsigned long to, size_t n)
{
	random_stream s;
	size_t done = 0;

	while (done < n) {
		size_t len = min(n - done, (size_t)BLOCK_BYTES);

		s.next_block();
		if (copy_to_user(to + done, s.block, len).failed())
			return done ? (long)done : -EFAULT;
		done += len;
		if (signal_pending_current() && done >= 256)
			break;
	}
	return (long)done;
}

/* What a program writes is stirred in. */
static status random_from_user(unsigned long from, size_t n)
{
	u32 piece[16];

	for (size_t done = 0; done < n; done += sizeof(piece)) {
		size_t len = min(n - done, sizeof(piece));

		memset(piece, 0, sizeof(piece));
		TRY(copy_from_user(piece, from + done, len));
		spin_irq_guard g(rng.lock);

		for (u32 v : piece)
			stir(v);
	}
	spin_irq_guard g(rng.lock);

	reseed();
	return OK;
}

static result<long> random_read(file *, user_ptr<char> buf, size_t n, loff_t *)
{
	return random_to_user(buf.addr(), n);
}

static result<long> random_write(file *, user_ptr<const char> buf, size_t n,
				 loff_t *)
{
	TRY(random_from_user(buf.addr(), n));
	return (long)n;
}

const file_operations random_fops = {
	.llseek = null_llseek,
	.read = random_read,
	.write = random_write,
};

constexpr unsigned GRND_NONBLOCK = 1, GRND_RANDOM = 2, GRND_INSECURE = 4;

SYSCALL result<long> sys_getrandom(user_ptr<char> buf, size_t n,
				   unsigned flags)
{
	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) ==
	    (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	return random_to_user(buf.addr(), min(n, (size_t)0x7fffffff));
}

/* ---- the first seed ---- */

constexpr u32 CPUID_1_ECX_RDRAND = 1u << 30;

__init static bool has_rdrand()
{
	u32 a = 1, b, c, d;

	if (boot_cpu_data.cpuid_level < 1)
		return false;
	asm("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
	return c & CPUID_1_ECX_RDRAND;
}

__init static void seed_from_processor()
{
	for (unsigned i = 0; i < POOL_WORDS; i++) {
		u32 v;
		bool ok;

		asm volatile("rdrand %0" : "=r"(v), "=@ccc"(ok));
		if (ok)
			stir(v);
	}
}

/* How long memory accesses take differs a little each time. */
__init static void seed_from_jitter()
{
	static volatile u8 scratch[4096];
	u32 at = 0;

	for (unsigned i = 0; i < JITTER_ROUNDS; i++) {
		u64 start = get_cycles();

		for (unsigned k = 0; k < 16; k++) {
			at = at * 1664525 + 1013904223 + (u32)start;
			scratch[at >> 20] = (u8)(scratch[at >> 20] + k);
		}
		stir((u32)(get_cycles() - start) ^ (u32)start);
	}
}

__init static void random_init()
{
	s64 now = ktime_get_real_ns();
	spin_irq_guard g(rng.lock);

	stir((u32)now);
	stir((u32)(now >> 32));
	if (has_rdrand())
		seed_from_processor();
	seed_from_jitter();
	reseed();
}
core_initcall(random_init);
