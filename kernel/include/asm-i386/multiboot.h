/* SPDX-License-Identifier: GPL-2.0-only */
/* What a Multiboot 1 loader leaves in memory: specification 0.6.96, 3.3. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

constexpr u32 MULTIBOOT_BOOTLOADER_MAGIC = 0x2BADB002;
constexpr u32 MULTIBOOT_INFO_MEMORY = 1 << 0, MULTIBOOT_INFO_CMDLINE = 1 << 2,
	MULTIBOOT_INFO_MEM_MAP = 1 << 6;
constexpr u32 MULTIBOOT_MEMORY_AVAILABLE = 1;

struct multiboot_info {
	u32 flags;
	u32 mem_lower, mem_upper;	/* KiB below 640 KiB, above 1 MiB */
	u32 boot_device;
	u32 cmdline;
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
};
static_assert(__builtin_offsetof(multiboot_info, mmap_addr) == 48);

struct __packed multiboot_mmap_entry {
	u32 size;			/* of what follows */
	u64 addr, len;
	u32 type;
};
static_assert(sizeof(multiboot_mmap_entry) == 24);
