/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptor tables. Selectors are 2.4's: 0x10 and 0x18 for the kernel, 0x23
 * and 0x2b for user programs, three TLS segments from entry 6 on.
 */
#include <asm/desc.h>
#include <linux/sched.h>

/* Base 0, limit 4 GiB, by access byte (SDM vol. 3, 3.4.5). */
static constexpr desc_struct flat(u32 access)
{
	return {0x0000ffff, 0x00cf0000 | access << 8};
}

constinit desc_struct gdt_table[GDT_ENTRIES] = {
	{}, {},
	flat(0x9b), flat(0x93),		/* kernel code, data */
	flat(0xfb), flat(0xf3),		/* user code, data */
};
constinit desc_struct idt_table[256];

enum gate_type : u32 {
	TASK_GATE = 0x8500, INTR_GATE = 0x8e00, TRAP_GATE = 0x8f00,
	GATE_DPL3 = 0x6000,
};

static void set_gate(unsigned vector, u32 type, void (*handler)())
{
	u32 offset = (u32)handler;

	idt_table[vector] = {
		(u32)__KERNEL_CS << 16 | (offset & 0xffff),
		(offset & 0xffff0000) | type,
	};
}

void set_trap_gate(unsigned vector, void (*handler)())
{
	set_gate(vector, TRAP_GATE, handler);
}

void set_intr_gate(unsigned vector, void (*handler)())
{
	set_gate(vector, INTR_GATE, handler);
}

void set_user_gate(unsigned vector, void (*handler)())
{
	set_gate(vector, TRAP_GATE | GATE_DPL3, handler);
}

void set_task_gate(unsigned vector, unsigned gdt_entry)
{
	idt_table[vector] = {gdt_entry * 8 << 16, TASK_GATE};
}

void set_tss_desc(unsigned gdt_entry, const tss_struct *tss)
{
	constexpr u32 AVAILABLE_TSS = 0x8900;
	u32 base = (u32)tss;

	gdt_table[gdt_entry] = {
		base << 16 | (sizeof(*tss) - 1),
		(base & 0xff000000) | (base >> 16 & 0xff) | AVAILABLE_TSS,
	};
}

void load_tls(const thread_struct *t)
{
	for (unsigned i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++)
		gdt_table[GDT_ENTRY_TLS_MIN + i] = t->tls_array[i];
}
