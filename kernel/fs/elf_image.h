/* SPDX-License-Identifier: GPL-2.0-only */
/* What binfmt_elf.cpp and elf_stack.cpp know of an ELF file. */
#pragma once

#include <linux/binfmts.h>
#include <linux/elf.h>
#include <uapi/mman.h>

struct elf_image {
	file *f = nullptr;
	bool own_file = false;		/* close_exec it at the end */
	elf32_hdr hdr{};
	elf32_phdr *phdrs = nullptr;
	/* Pages of all segments, as linked; the address is that plus bias. */
	unsigned long first = 0, limit = 0, align = PAGE_SIZE, bias = 0;

	elf_image() = default;
	elf_image(const elf_image &) = delete;
	~elf_image();
};
/* For range-based for. */
inline const elf32_phdr *begin(const elf_image &e) { return e.phdrs; }
inline const elf32_phdr *end(const elf_image &e)
{
	return e.phdrs + e.hdr.e_phnum;
}

/* Builds argc, argv, envp and the auxiliary vector below the strings;
 * returns the stack pointer. */
result<unsigned long> create_elf_tables(linux_binprm *b, const elf_image &e,
					const elf_image &interp);
