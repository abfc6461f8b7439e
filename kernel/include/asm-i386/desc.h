/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptor tables and task state segments (SDM vol. 3, chapters 3 and 7). */
#pragma once

#include <asm/processor.h>

constexpr unsigned GDT_ENTRY_TSS = 9, GDT_ENTRY_DF_TSS = 10, GDT_ENTRIES = 11;
extern "C" desc_struct gdt_table[GDT_ENTRIES];
extern "C" desc_struct idt_table[256];

struct tss_struct {
	u32 back_link, esp0, ss0, esp1, ss1, esp2, ss2, cr3;
	u32 eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trace, io_bitmap_base;
};
static_assert(sizeof(tss_struct) == 104);
extern tss_struct cpu_tss, doublefault_tss;

void set_trap_gate(unsigned vector, void (*handler)());
void set_intr_gate(unsigned vector, void (*handler)());
void set_user_gate(unsigned vector, void (*handler)());	/* int from ring 3 */
void set_task_gate(unsigned vector, unsigned gdt_entry);
void set_tss_desc(unsigned gdt_entry, const tss_struct *tss);
void doublefault_init();
void load_tls(const thread_struct *t);
