/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A double fault means that the processor could not even push an exception
 * frame: most often the kernel stack has run into something unmapped. A task
 * gate brings a stack of its own, and the registers of the fault are in the
 * TSS that was left. 2.4 had only the name of it.
 */
#include <asm/desc.h>
#include <asm/traps.h>
#include <linux/kernel.h>
#include <linux/sched.h>

constinit tss_struct doublefault_tss;

/* Looks like a task's stack, so that `current' is something. */
alignas(THREAD_SIZE) static constinit task_union doublefault_stack;

static pt_regs registers_of(const tss_struct &t)
{
	return {
		.ebx = (long)t.ebx, .ecx = (long)t.ecx, .edx = (long)t.edx,
		.esi = (long)t.esi, .edi = (long)t.edi, .ebp = (long)t.ebp,
		.eax = (long)t.eax, .xds = (int)t.ds, .xes = (int)t.es,
		.orig_eax = -1, .eip = t.eip, .xcs = (int)t.cs,
		.eflags = t.eflags, .esp = t.esp, .xss = (int)t.ss,
	};
}

/* The stack of a task ends where its task_struct begins. */
static bool in_stack(const task_struct *t, unsigned long esp)
{
	unsigned long base = (unsigned long)t;

	return esp >= base + sizeof(*t) && esp <= base + THREAD_SIZE;
}

[[noreturn]] static void double_fault()
{
	pt_regs regs = registers_of(cpu_tss);
	auto *t = (task_struct *)(cpu_tss.esp0 - THREAD_SIZE);

	bust_spinlocks();
	printk(KERN_EMERG "Oops: double fault%s\n",
	       in_stack(t, regs.esp) ? "" : ": kernel stack overflow");
	printk(KERN_EMERG "task %d (%s), its stack: %p-%p, esp %08lx, "
	       "cr3 %08x\n", t->pid, t->comm, t, (char *)t + THREAD_SIZE,
	       regs.esp, cpu_tss.cr3);
	show_frame(t, &regs, regs.esp);
	panic("double fault");
}

void doublefault_init()
{
	tss_struct &t = doublefault_tss;

	t.cr3 = __pa(swapper_pg_dir);
	t.eip = (u32)double_fault;
	t.eflags = 1 << 1;		/* the bit that is always set */
	t.esp = (u32)&doublefault_stack + THREAD_SIZE - sizeof(pt_regs);
	t.cs = __KERNEL_CS;
	t.ss = t.ds = t.es = __KERNEL_DS;
	t.io_bitmap_base = sizeof(t);
	set_tss_desc(GDT_ENTRY_DF_TSS, &doublefault_tss);
}
