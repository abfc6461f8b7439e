/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF files of 32 bits: System V ABI, edition 4.1, chapters 4 and 5, with the
 * Intel386 supplement for the auxiliary vector. */
#pragma once

#include <linux/types.h>

struct elf32_hdr {
	u8 e_ident[16];
	u16 e_type, e_machine;
	u32 e_version, e_entry, e_phoff, e_shoff, e_flags;
	u16 e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};
static_assert(sizeof(elf32_hdr) == 52);

struct elf32_phdr {
	u32 p_type, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_flags,
		p_align;
};
static_assert(sizeof(elf32_phdr) == 32);

constexpr int EI_CLASS = 4, EI_DATA = 5, EI_VERSION = 6;
constexpr u8 ELFCLASS32 = 1, ELFDATA2LSB = 1, EV_CURRENT = 1;
constexpr u16 ET_EXEC = 2, ET_DYN = 3, EM_386 = 3, EM_486 = 6;
constexpr u32 PT_LOAD = 1, PT_INTERP = 3, PT_PHDR = 6;
constexpr u32 PF_X = 1, PF_W = 2, PF_R = 4;

constexpr u32 AT_NULL = 0, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5,
	AT_PAGESZ = 6, AT_BASE = 7, AT_FLAGS = 8, AT_ENTRY = 9, AT_UID = 11,
	AT_EUID = 12, AT_GID = 13, AT_EGID = 14, AT_PLATFORM = 15,
	AT_HWCAP = 16, AT_CLKTCK = 17, AT_SECURE = 23, AT_RANDOM = 25,
	AT_EXECFN = 31;
