/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's half of every address space. Low memory is mapped by global
 * 4 MiB pages; the tables of everything above are made once, so that all page
 * directories can share them and kernel_pte() never fails. Page directories
 * of processes are copies of swapper_pg_dir in their upper half.
 * 2.4: arch/i386/mm/init.c.
 */
#include <asm/cpufeature.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

alignas(PAGE_SIZE) constinit pgd_t swapper_pg_dir[PTRS_PER_PGD];

/* Part of the image, so its page is reserved for ever. */
alignas(PAGE_SIZE) static constinit char empty_zero_page[PAGE_SIZE];
constinit page *zero_page = nullptr;

/* Not present for writing if private: that fault makes the copy. */
constinit const pgprot_t protection_map[16] = {
	/* private: ---, r--, -w-, rw-, --x, r-x, -wx, rwx */
	PAGE_NONE, PAGE_READONLY, PAGE_READONLY, PAGE_READONLY,
	PAGE_READONLY, PAGE_READONLY, PAGE_READONLY, PAGE_READONLY,
	/* shared */
	PAGE_NONE, PAGE_READONLY, PAGE_SHARED, PAGE_SHARED,
	PAGE_READONLY, PAGE_READONLY, PAGE_SHARED, PAGE_SHARED,
};

constexpr unsigned long CR4_PGE = 1 << 7;

__init static void new_page_table(unsigned index)
{
	void *table = early_alloc(PAGE_SIZE, PAGE_SIZE);

	swapper_pg_dir[index] = {__pa(table) | _PAGE_TABLE};
}

/* 4 MiB of low memory from @phys on, or what there is of it. */
__init static void map_low(unsigned long phys, unsigned long end,
			   unsigned long global)
{
	unsigned index = pgd_index((unsigned long)__va(phys));
	unsigned long prot = (PAGE_KERNEL.v & ~_PAGE_GLOBAL) | global;

	if (cpu_has(X86_FEATURE_PSE) && end - phys >= PGDIR_SIZE) {
		swapper_pg_dir[index] = {phys | prot | _PAGE_PSE};
		return;
	}
	pgd_t table{__pa(early_alloc(PAGE_SIZE, PAGE_SIZE)) | _PAGE_TABLE};

	end = min(end, phys + PGDIR_SIZE);
	for (; phys < end; phys += PAGE_SIZE)
		set_kernel_pte(pte_offset(&table, (unsigned long)__va(phys)),
			       {phys | prot});
	swapper_pg_dir[index] = table;
}

__init void paging_init()
{
	bool pge = cpu_has(X86_FEATURE_PGE);
	unsigned long end = max_low_pfn << PAGE_SHIFT, phys = 0;

	for (; phys < end; phys += PGDIR_SIZE)
		map_low(phys, end, pge ? _PAGE_GLOBAL : 0);
	for (unsigned i = pgd_index((unsigned long)__va(phys));
	     i < PTRS_PER_PGD; i++)
		new_page_table(i);
	for (unsigned i = 0; i < USER_PTRS_PER_PGD; i++)
		swapper_pg_dir[i] = {};
	init_mm.pgd = swapper_pg_dir;
	write_cr3(__pa(swapper_pg_dir));
	if (pge)
		write_cr4(read_cr4() | CR4_PGE);
}

__init void zero_page_init()
{
	zero_page = virt_to_page(empty_zero_page);
}

pte_t *kernel_pte(unsigned long addr)
{
	return pte_offset(&swapper_pg_dir[pgd_index(addr)], addr);
}

pgd_t *pgd_alloc()
{
	auto *pgd = (pgd_t *)__get_free_page(GFP_KERNEL);
	constexpr size_t USER_PART = USER_PTRS_PER_PGD * sizeof(pgd_t);

	if (!pgd)
		return nullptr;
	memset(pgd, 0, USER_PART);
	memcpy(pgd + USER_PTRS_PER_PGD, swapper_pg_dir + USER_PTRS_PER_PGD,
	       PAGE_SIZE - USER_PART);
	return pgd;
}

void pgd_free(pgd_t *pgd)
{
	free_page((unsigned long)pgd);
}

void free_initmem()
{
	char *p = __init_begin;

	memset(p, 0xcc, __init_end - p);	/* a late call traps */
	for (; p < __init_end; p += PAGE_SIZE)
		free_reserved_page(virt_to_page(p));
	printk(KERN_INFO "Freed %u KiB of memory that only boot needed\n",
	       (unsigned)(__init_end - __init_begin) >> 10);
}
