/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the boot loader says: memory and command line (Multiboot 0.6.96), and
 * memory for boot itself. early_alloc() hands out the pages behind the
 * kernel's image one after the other. 2.4: setup.c, bootmem.c.
 */
#include <asm/multiboot.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

constinit ram_range ram_ranges[32];
constinit unsigned nr_ram_ranges = 0;
constinit void *high_memory = nullptr;
constinit unsigned long max_low_pfn = 0, max_pfn = 0;

static constinit u64 mem_limit __initdata = 1ull << 32;
static constinit unsigned long early_next = 0;	/* physical */

/* head.S maps that much. */
constexpr unsigned long BOOT_MAPPED = 16ul << 20;

__init static void mem_setup(const char *value)
{
	mem_limit = min(memparse(value, nullptr), 1ull << 32);
}
__setup("mem=", mem_setup);

__init static const multiboot_info *boot_info(unsigned long phys)
{
	if (phys >= BOOT_MAPPED - PAGE_SIZE)
		panic("boot information at %08lx is out of reach", phys);
	return (const multiboot_info *)__va(phys);
}

/* The first word is the kernel's own name. */
__init void setup_arch(unsigned long magic, unsigned long info_phys)
{
	if (magic != MULTIBOOT_BOOTLOADER_MAGIC)
		panic("not started by a multiboot loader (eax %08lx)", magic);

	const multiboot_info *info = boot_info(info_phys);
	const char *s = "";

	if (info->flags & MULTIBOOT_INFO_CMDLINE && info->cmdline < BOOT_MAPPED)
		s = (const char *)__va(info->cmdline);
	while (*s && *s != ' ')
		s++;
	while (*s == ' ')
		s++;
	strlcpy(saved_command_line, s, sizeof(saved_command_line));
}

/* Keeps ram_ranges sorted; loaders do not promise an order. */
__init static void add_ram(u64 start, u64 end)
{
	unsigned long from = (start + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long to = min(end, mem_limit) >> PAGE_SHIFT;
	unsigned i = nr_ram_ranges;

	if (start >= mem_limit || from >= to)
		return;
	if (i == ARRAY_SIZE(ram_ranges)) {
		printk(KERN_WARNING "Memory map: too many entries\n");
		return;
	}
	for (; i > 0 && ram_ranges[i - 1].start_pfn > from; i--)
		ram_ranges[i] = ram_ranges[i - 1];
	ram_ranges[i] = {from, to};
	nr_ram_ranges++;
}

__init static void read_memory_map(const multiboot_info *info)
{
	unsigned long at = info->mmap_addr, end = at + info->mmap_length;

	if (!(info->flags & MULTIBOOT_INFO_MEM_MAP) || end > BOOT_MAPPED) {
		add_ram(0, info->mem_lower * 1024ull);
		add_ram(1 << 20, (1 << 20) + info->mem_upper * 1024ull);
		return;
	}
	while (at < end) {
		auto *m = (const multiboot_mmap_entry *)__va(at);

		printk(KERN_INFO " %09llx - %09llx %s\n", m->addr,
		       m->addr + m->len,
		       m->type == MULTIBOOT_MEMORY_AVAILABLE ? "usable" :
		       "reserved");
		if (m->type == MULTIBOOT_MEMORY_AVAILABLE)
			add_ram(m->addr, m->addr + m->len);
		at += m->size + sizeof(m->size);
	}
}

/* Loaders may report overlapping entries; the later one is cut. */
__init static void cut_overlaps()
{
	unsigned long last = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < nr_ram_ranges; i++) {
		ram_range r = ram_ranges[i];

		r.start_pfn = max(r.start_pfn, last);
		if (r.start_pfn >= r.end_pfn)
			continue;
		last = r.end_pfn;
		ram_ranges[n++] = r;
	}
	nr_ram_ranges = n;
}

__init void setup_memory(unsigned long info_phys)
{
	printk(KERN_INFO "Memory map of the boot loader:\n");
	read_memory_map(boot_info(info_phys));
	cut_overlaps();
	if (!nr_ram_ranges)
		panic("no usable memory");
	max_pfn = ram_ranges[nr_ram_ranges - 1].end_pfn;
	max_low_pfn = min(max_pfn, MAXMEM >> PAGE_SHIFT);
	high_memory = __va(max_low_pfn << PAGE_SHIFT);
	early_next = __pa(_end);
}

/* The end of the memory that the kernel's image lies in. */
__init static unsigned long early_limit()
{
	unsigned long pfn = __pa(_text) >> PAGE_SHIFT;

	for (unsigned i = 0; i < nr_ram_ranges; i++) {
		const ram_range &r = ram_ranges[i];

		if (pfn >= r.start_pfn && pfn < r.end_pfn)
			return min(r.end_pfn, max_low_pfn) << PAGE_SHIFT;
	}
	return 0;
}

__init void *early_alloc(size_t size, size_t align)
{
	unsigned long at = round_up(early_next, align);

	BUG_ON(!early_next);
	if (at + size < at || at + size > early_limit())
		panic("out of memory while booting (%zu KiB wanted)",
		      size >> 10);
	early_next = at + size;
	return memset(__va(at), 0, size);
}

__init unsigned long early_end_pfn()
{
	return PAGE_ALIGN(early_next) >> PAGE_SHIFT;
}
