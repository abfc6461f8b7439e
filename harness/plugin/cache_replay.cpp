/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the cache model on a text, for its tests:
 *
 *	cache_replay BUS LINE L1-SIZE L1-WAYS L2-SIZE L2-WAYS <accesses
 *
 * BUS is 0, 1, 2 (enum bus_kind). A line of input is r, w (user), R, W
 * (kernel) or d (a device writes), an address and a size, all numbers in
 * hexadecimal. For each line the counts so far: L1 misses and L2 misses of
 * the kernel and of the user, lines written to memory, lines of devices, of
 * these caught.
 */
#include "cache_model.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>

static void replay(cache_model *m, char what, unsigned long address,
		   unsigned size)
{
	if (what == 'd')
		m->device_writes(address, size);
	else
		m->access(address, size, tolower(what) == 'w', islower(what));
	const cache_model::tally &t = m->count;
	printf("%lu %lu %lu %lu %lu %lu %lu\n", t.l1_misses[0], t.l1_misses[1],
	       t.l2_misses[0], t.l2_misses[1], t.written, t.dma, t.caught);
}

int main(int argc, char **argv)
{
	uint32_t n[6];
	unsigned long address;
	unsigned size;

	if (argc != 7)
		return 2;
	for (int i = 0; i < 6; i++)
		n[i] = strtoul(argv[i + 1], nullptr, 0);
	cache_shape shape = {"", n[1], n[2], n[3], n[4], n[5]};
	cache_model m(shape, (bus_kind)n[0]);
	for (char what; scanf(" %c %lx %x", &what, &address, &size) == 3;)
		replay(&m, what, address, size);
	return 0;
}
