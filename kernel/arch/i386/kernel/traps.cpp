/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions. In user mode each becomes a signal; in the kernel it goes on at
 * a fixup if the exception table has one, else it is an oops, and since no
 * lock that the task holds would ever be released, the end. Page faults are
 * in mm/fault.cpp, double faults in doublefault.cpp. 2.4: traps.c.
 */
#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/setup.h>
#include <asm/traps.h>
#include <asm/uaccess.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/signal.h>

using trap_handler = void (*)(pt_regs *regs, unsigned long error_code,
			      unsigned long vector);

extern "C" {
extern void (*const trap_entries[32])();
void system_call();
}

/* Vectors, SDM vol. 3, table 6-1. */
enum trap_vector : unsigned {
	X_DIVIDE, X_DEBUG, X_NMI, X_BREAKPOINT, X_OVERFLOW, X_BOUND,
	X_OPCODE, X_NO_FPU, X_DOUBLE_FAULT, X_FPU_SEGMENT, X_TSS,
	X_NOT_PRESENT, X_STACK, X_PROTECTION, X_PAGE_FAULT, X_FPU_ERROR = 16,
	X_ALIGNMENT, X_MACHINE_CHECK, X_SIMD, NR_TRAPS = 32,
};
constexpr unsigned SYSCALL_VECTOR = 0x80;

struct trap_info {
	const char *name;
	u8 sig, code;
	bool at_eip;		/* si_addr is the instruction */
};
static constinit const trap_info trap_table[NR_TRAPS] = {
	{"divide error", SIGFPE, FPE_INTDIV, true},
	{"debug exception", SIGTRAP, TRAP_TRACE, true},
	{"NMI", 0, 0, false},
	{"int3", SIGTRAP, SI_KERNEL, false},
	{"overflow", SIGSEGV, SI_KERNEL, false},
	{"bounds", SIGSEGV, SI_KERNEL, false},
	{"invalid opcode", SIGILL, ILL_ILLOPN, true},
	{"device not available", SIGSEGV, SI_KERNEL, false},
	{"double fault", SIGSEGV, SI_KERNEL, false},
	{"coprocessor segment overrun", SIGFPE, SI_KERNEL, false},
	{"invalid TSS", SIGSEGV, SI_KERNEL, false},
	{"segment not present", SIGBUS, SI_KERNEL, false},
	{"stack segment", SIGBUS, SI_KERNEL, false},
	{"general protection fault", SIGSEGV, SI_KERNEL, false},
	{"page fault", SIGSEGV, SI_KERNEL, false},
	{"reserved trap 15", SIGILL, SI_KERNEL, false},
	{"FPU error", SIGFPE, SI_KERNEL, true},
	{"alignment check", SIGBUS, BUS_ADRALN, false},
	{"machine check", SIGBUS, SI_KERNEL, false},
	{"SIMD error", SIGFPE, SI_KERNEL, true},
};

static void do_trap(pt_regs *regs, unsigned long error_code,
		    unsigned long vector)
{
	const trap_info &t = trap_table[vector];
	const char *name = t.name ? t.name : "reserved trap";

	if (!user_mode(regs)) {
		if (fixup_exception(regs))
			return;
		die(name, regs, error_code);
	}
	local_irq_enable();
	current->thread.trap_no = vector;
	current->thread.error_code = error_code;
	force_sig_fault(t.sig ? t.sig : SIGILL, t.code,
			t.at_eip ? regs->eip : 0);
}

/* DR6.BS tells a single step from the rest, which nobody can set up. A user
 * steps until he clears the flag; one that reaches the kernel is taken away. */
static void do_debug(pt_regs *regs, unsigned long error_code,
		     unsigned long vector)
{
	unsigned long dr6;

	asm volatile("movl %%db6, %0" : "=r"(dr6));
	asm volatile("movl %0, %%db6" :: "r"(0));
	if (!user_mode(regs) && regs->eflags & X86_EFLAGS_TF) {
		regs->eflags &= ~X86_EFLAGS_TF;
		return;
	}
	do_trap(regs, error_code, vector);
}

static void do_device_not_available(pt_regs *regs, unsigned long error_code,
				    unsigned long)
{
	if (!user_mode(regs))
		die("FPU used in the kernel", regs, error_code);
	math_state_restore();
}

static void do_fpu_error(pt_regs *regs, unsigned long error_code,
			 unsigned long vector)
{
	if (!user_mode(regs)) {
		do_trap(regs, error_code, vector);
		return;
	}
	local_irq_enable();
	current->thread.trap_no = vector;
	current->thread.error_code = error_code;
	force_sig_fault(SIGFPE, fpu_error_code(vector == X_SIMD), regs->eip);
}

static void do_machine_check(pt_regs *regs, unsigned long error_code,
			     unsigned long vector)
{
	die(trap_table[vector].name, regs, error_code);
}

static void page_fault(pt_regs *regs, unsigned long error_code, unsigned long)
{
	do_page_fault(regs, error_code);
}

static constexpr trap_handler handler_of(unsigned vector)
{
	switch (vector) {
	case X_DEBUG:
		return do_debug;
	case X_NO_FPU:
		return do_device_not_available;
	case X_PAGE_FAULT:
		return page_fault;
	case X_FPU_ERROR:
	case X_SIMD:
		return do_fpu_error;
	case X_MACHINE_CHECK:
		return do_machine_check;
	default:
		return do_trap;
	}
}

struct handler_table {
	trap_handler h[NR_TRAPS];

	constexpr handler_table() : h()
	{
		for (unsigned i = 0; i < NR_TRAPS; i++)
			h[i] = handler_of(i);
	}
};
/* entry.S calls through it. */
extern "C" constinit const handler_table trap_handlers{};

/* The machine's way (QMP: inject-nmi) to ask what everybody is doing. */
extern "C" void do_nmi(pt_regs *regs)
{
	printk_nmi_enter();
	printk(KERN_EMERG "NMI in task %d (%s)\n", current->pid,
	       current->comm);
	show_regs(regs);
	show_all_tasks();
	printk_nmi_exit();
}

/* iret refused what sigreturn or a debugger put into the frame. */
extern "C" [[noreturn]] void bad_user_frame()
{
	do_group_exit(SIGSEGV);
}

bool fixup_exception(pt_regs *regs)
{
	unsigned long fixup = search_exception_table(regs->eip);

	if (!fixup)
		return false;
	regs->eip = fixup;
	return true;
}

void die(const char *what, const pt_regs *regs, unsigned long error_code)
{
	local_irq_disable();
	bust_spinlocks();
	printk(KERN_EMERG "Oops: %s: %04lx\n", what, error_code);
	show_regs(regs);
	panic("fault in %s", in_irq() ? "an interrupt handler" : "the kernel");
}

__init void trap_init()
{
	for (unsigned i = 0; i < NR_TRAPS; i++)
		set_trap_gate(i, trap_entries[i]);
	set_intr_gate(X_DEBUG, trap_entries[X_DEBUG]);
	set_intr_gate(X_NMI, trap_entries[X_NMI]);
	set_intr_gate(X_PAGE_FAULT, trap_entries[X_PAGE_FAULT]);	/* CR2 */
	set_user_gate(X_BREAKPOINT, trap_entries[X_BREAKPOINT]);
	set_user_gate(X_OVERFLOW, trap_entries[X_OVERFLOW]);
	set_user_gate(X_BOUND, trap_entries[X_BOUND]);
	set_task_gate(X_DOUBLE_FAULT, GDT_ENTRY_DF_TSS);
	set_user_gate(SYSCALL_VECTOR, system_call);
}
