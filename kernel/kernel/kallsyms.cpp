/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the kernel's functions by address. The table is made from the
 * linked kernel by scripts/kallsyms. 2.4: kksymoops, kernel/kallsyms.c.
 */
#include <asm/processor.h>
#include <asm/sections.h>
#include <linux/kernel.h>

/* Addresses, ascending; where each name begins in the text. */
extern "C" {
extern const unsigned kallsyms_count;
extern const unsigned long kallsyms_addresses[];
extern const unsigned kallsyms_offsets[];
extern const char kallsyms_names[];
}

/* The last symbol at or before @addr; there is one. */
static unsigned find(unsigned long addr)
{
	unsigned low = 0, high = kallsyms_count;

	while (high - low > 1) {
		unsigned mid = (low + high) / 2;

		if (kallsyms_addresses[mid] <= addr)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static unsigned long end_of(unsigned i)
{
	if (i + 1 < kallsyms_count)
		return kallsyms_addresses[i + 1];
	return (unsigned long)_einittext;
}

void symbol_of(unsigned long addr, char *buf, size_t size)
{
	if (!kallsyms_count || !kernel_text_address(addr) ||
	    addr < kallsyms_addresses[0]) {
		snprintf(buf, size, "0x%08lx", addr);
		return;
	}
	unsigned i = find(addr);
	unsigned long start = kallsyms_addresses[i];

	snprintf(buf, size, "%s+0x%lx/0x%lx",
		 kallsyms_names + kallsyms_offsets[i], addr - start,
		 end_of(i) - start);
}
