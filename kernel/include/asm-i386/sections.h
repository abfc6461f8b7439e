/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the linker script put things. */
#pragma once

extern "C" {
extern char _text[], _stext[], _etext[], _sdata[], _edata[], _end[];
extern char __bss_start[], __init_begin[], __init_end[];
extern char _sinittext[], _einittext[];
}

/* Whether @addr can be the address of an instruction of the kernel. */
bool kernel_text_address(unsigned long addr);
