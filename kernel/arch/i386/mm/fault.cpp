/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page-fault exception (2.4: arch/i386/mm/fault.c). A fault is one of:
 * a user address that its VMA allows, which handle_mm_fault resolves whoever
 * caused it; a user's error, which becomes a signal; a user address that the
 * kernel was given and that is no good, for which the exception table has the
 * way out; or a kernel bug.
 */
#include <asm/traps.h>
#include <asm/uaccess.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>

/* Error code, SDM vol. 3, 4.7. */
constexpr unsigned long ERR_PROT = 1, ERR_WRITE = 2, ERR_USER = 4;

namespace {

struct page_fault {
	pt_regs *regs;
	unsigned long error_code;
	unsigned long addr;

	bool user() const { return error_code & ERR_USER; }
	bool write() const { return error_code & ERR_WRITE; }
};

} // namespace

[[noreturn]] static void oops(const page_fault &f)
{
	printk(KERN_ALERT "Unable to handle kernel %s at virtual address "
	       "%08lx\n", f.addr < PAGE_SIZE ? "NULL pointer dereference" :
	       "paging request", f.addr);
	die("page fault", f.regs, f.error_code);
}

/* Nobody can make this address accessible to the kernel. */
static void no_context(const page_fault &f)
{
	if (!fixup_exception(f.regs))
		oops(f);
}

static void bad_access(const page_fault &f, int sig, int code)
{
	if (!f.user()) {
		no_context(f);
		return;
	}
	current->thread.cr2 = f.addr;
	current->thread.error_code = f.error_code |
		(f.addr >= TASK_SIZE ? ERR_PROT : 0);
	current->thread.trap_no = 14;
	force_sig_fault(sig, code, f.addr);
}

/* The first process must live: it tries again when others have made room. */
static void out_of_memory_fault(const page_fault &f)
{
	if (current->pid == 1) {
		yield();
		return;
	}
	printk_ratelimited(KERN_ERR "VM: killing process %s, pid %d\n",
			   current->comm, current->pid);
	count_vm_event(OOM_KILL);
	force_sig(SIGKILL, current);
	if (!f.user())
		no_context(f);
}

/* Below its stack pointer a program has nothing to look for, but for the 32
 * bytes that pusha and enter write before they move it. */
static bool may_grow_stack(const page_fault &f, vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return false;
	if (f.user() && f.addr + 32 < f.regs->esp)
		return false;
	return expand_stack(vma, f.addr).ok();
}

static bool access_allowed(const page_fault &f, const vm_area_struct *vma)
{
	if (f.write())
		return vma->vm_flags & VM_WRITE;
	/* Present and not to be read: not the user's page at all. */
	if (f.error_code & ERR_PROT)
		return false;
	return vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
}

static void finish_fault(const page_fault &f, fault_result res)
{
	switch (res) {
	case FAULT_MINOR:
		current->min_flt++;
		return;
	case FAULT_MAJOR:
		current->maj_flt++;
		count_vm_event(PGMAJFAULT);
		return;
	case FAULT_SIGBUS:
		bad_access(f, SIGBUS, BUS_ADRERR);
		return;
	case FAULT_OOM:
		out_of_memory_fault(f);
		return;
	}
}

static void user_address_fault(const page_fault &f, mm_struct *mm)
{
	vm_area_struct *vma = find_vma(mm, f.addr);
	int code = SEGV_MAPERR;

	if (likely(vma && (vma->vm_start <= f.addr ||
			   may_grow_stack(f, vma)))) {
		if (likely(access_allowed(f, vma))) {
			fault_result res = handle_mm_fault(mm, vma, f.addr,
							   f.write());
			up_read(&mm->mmap_sem);
			finish_fault(f, res);
			return;
		}
		code = SEGV_ACCERR;
	}
	up_read(&mm->mmap_sem);
	bad_access(f, SIGSEGV, code);
}

/* A kernel bug may fault while it holds mmap_sem: only code that expects
 * faults may wait for it. */
static bool lock_mm(const page_fault &f, mm_struct *mm)
{
	if (likely(down_read_trylock(&mm->mmap_sem)))
		return true;
	if (!f.user() && !search_exception_table(f.regs->eip))
		return false;
	down_read(&mm->mmap_sem);
	return true;
}

extern "C" void do_page_fault(pt_regs *regs, unsigned long error_code)
{
	page_fault f{regs, error_code, read_cr2()};
	mm_struct *mm = current->mm;

	if (likely(regs->eflags & X86_EFLAGS_IF))
		local_irq_enable();
	count_vm_event(PGFAULT);
	if (unlikely(f.addr >= TASK_SIZE)) {
		bad_access(f, SIGSEGV, SEGV_MAPERR);
		return;
	}
	if (unlikely(in_interrupt() || !mm || current->flags & PF_NOFAULT) ||
	    unlikely(!lock_mm(f, mm))) {
		no_context(f);
		return;
	}
	user_address_fault(f, mm);
}
