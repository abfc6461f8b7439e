/* SPDX-License-Identifier: GPL-2.0-only */
/* What the architecture keeps for each task. */
#pragma once

#include <asm/ptrace.h>
#include <linux/status.h>

struct desc_struct {
	u32 a = 0, b = 0;
};

/* FXSAVE image (SDM vol. 1, 10.5.1) or FNSAVE image in its first 108 bytes,
 * by what the processor has. */
struct alignas(16) fpu_state {
	u8 bytes[512] = {};
};

struct thread_struct {
	unsigned long esp0 = 0;		/* top of the kernel stack */
	unsigned long esp = 0;		/* its stack while it does not run */
	desc_struct tls_array[GDT_ENTRY_TLS_ENTRIES];
	unsigned long cr2 = 0, trap_no = 0, error_code = 0; /* last fault */
	u16 fs = 0, gs = 0;		/* saved while it does not run */
	bool used_fpu = false;		/* fpu holds something */
	fpu_state fpu;
};

/* arch/i386/kernel/process.cpp and i387.cpp */
struct task_struct;
/* Makes @p return from fork into user mode with @regs and @esp, 0 in eax. */
void copy_thread(task_struct *p, const pt_regs *regs, unsigned long esp);
/* Makes @p start at fn(arg) in kernel mode. */
void kernel_thread_setup(task_struct *p, int (*fn)(void *), void *arg);
/* User registers for a new program. */
void start_thread(pt_regs *regs, unsigned long eip, unsigned long esp);
void flush_thread();			/* exec: TLS and FPU start afresh */
void exit_thread();
/* The first program, after kernel_execve: to user mode with current's frame. */
extern "C" [[noreturn]] void enter_user_mode();
struct user_desc;
template<class T> struct user_ptr;
/* CLONE_SETTLS: the descriptor at @u into the TLS slot that it names. */
status set_tls(task_struct *p, user_ptr<user_desc> u);
void fpu_save_to_task(task_struct *t);	/* t->thread.fpu is now current */
void math_state_restore();		/* device-not-available trap */
int fpu_error_code(bool simd);		/* current's FPE_ code */
/* User register frame of a task that is in the kernel. */
pt_regs *task_pt_regs(task_struct *t);
void show_regs(const pt_regs *regs);
void show_stack(task_struct *t, unsigned long esp);	/* symbolised */
void dump_stack();
/* addr -> "name+0x12/0x40"; kernel/kallsyms.cpp */
void symbol_of(unsigned long addr, char *buf, size_t size);
struct cpuinfo_x86 {
	unsigned family = 0, model = 0, stepping = 0, cpuid_level = 0;
	u32 features = 0;		/* CPUID.1 EDX */
	char vendor[13] = {}, model_name[49] = {};
	unsigned long khz = 0;		/* TSC rate */
};
extern cpuinfo_x86 boot_cpu_data;
[[noreturn]] void machine_restart();
[[noreturn]] void machine_power_off();	/* QEMU exits with status 0 */
[[noreturn]] void machine_halt();
[[noreturn]] void machine_panic_exit();	/* QEMU exits with its own code */
/* Nanoseconds since boot by TSC; monotonic, 1 us or better. */
u64 sched_clock();
/* Seconds since 1970 by the battery-backed clock; -1 if it makes no sense. */
time_t read_persistent_clock();
