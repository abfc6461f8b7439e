/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the kernel is entered and left: system calls, exceptions, interrupts,
 * the first run of a task, the switch of stacks. Each entry makes a struct
 * pt_regs at the top of the stack; nothing goes to user mode without having
 * looked at need_resched and sigpending_flag with interrupts off. fs and gs
 * stay the user's all the time. 2.4: arch/i386/kernel/entry.S.
 */
#define KERNEL_DS	0x18
#define THREAD_MASK	(-8192)
#define ENOSYS		38

/* struct pt_regs */
#define PT_ECX		4
#define PT_EDX		8
#define PT_EAX		24
#define PT_DS		28
#define PT_ES		32
#define PT_ORIG_EAX	36
#define PT_CS		44
#define PT_SIZE		60
#define NR_ARGS		6

	.text

.macro EX_TABLE from, to
	.section __ex_table, "a"
	.align	4
	.long	\from, \to
	.previous
.endm

.macro PUSH_GENERAL
	pushl	%eax
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
.endm

.macro SAVE_ALL
	cld
	pushl	%es
	pushl	%ds
	PUSH_GENERAL
.endm

/* A user may have left a selector that he made invalid meanwhile. */
.macro POP_SEGMENTS_AND_IRET
801:	popl	%ds
802:	popl	%es
	addl	$4, %esp
803:	iret
	.section .fixup, "ax"
804:	movl	$0, (%esp)
	jmp	801b
805:	movl	$0, (%esp)
	jmp	802b
	.previous
	EX_TABLE 801b, 804b
	EX_TABLE 802b, 805b
	EX_TABLE 803b, bad_iret
.endm

/* Zero flag: nothing to do before user mode. Interrupts are off. */
.macro LOOK_FOR_WORK
	movl	%esp, %ecx
	andl	$THREAD_MASK, %ecx
	movl	TASK_NEED_RESCHED(%ecx), %edx
	orl	TASK_SIGPENDING(%ecx), %edx
.endm

/*
 * int 0x80. The callee owns the stack words of its arguments and may change
 * them, so it gets copies. On the short way out ebx, esi, edi, ebp still are
 * the user's because every C function preserves them.
 */
	.globl	system_call
	.align	16
system_call:
	pushl	%eax
	SAVE_ALL
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
	movl	$KERNEL_DS, %edx
	movl	%edx, %ds
	movl	%edx, %es
	addl	$1, syscall_count
	adcl	$0, syscall_count + 4
	cmpl	$NR_SYSCALLS, %eax
	jae	bad_call_number
	call	*sys_call_table(, %eax, 4)
call_done:
	cli
	LOOK_FOR_WORK
	jne	call_work
	movl	NR_ARGS * 4 + PT_ECX(%esp), %ecx
	movl	NR_ARGS * 4 + PT_EDX(%esp), %edx
	addl	$NR_ARGS * 4 + PT_DS, %esp
	POP_SEGMENTS_AND_IRET

bad_call_number:
	movl	$-ENOSYS, %eax
	jmp	call_done

call_work:
	addl	$NR_ARGS * 4, %esp
	movl	%eax, PT_EAX(%esp)
	jmp	user_work

/*
 * The same for a thread whose tracer wants to see them. He may change the
 * number and the arguments before the call, and all registers after it.
 */
	.globl	system_call_traced
system_call_traced:
	pushl	%eax
	SAVE_ALL
	movl	$KERNEL_DS, %edx
	movl	%edx, %ds
	movl	%edx, %es
	addl	$1, syscall_count
	adcl	$0, syscall_count + 4
	movl	%esp, %eax
	call	syscall_trace_enter
	.rept	NR_ARGS
	pushl	(NR_ARGS - 1) * 4(%esp)
	.endr
	cmpl	$NR_SYSCALLS, %eax
	jae	1f
	call	*sys_call_table(, %eax, 4)
	jmp	2f
1:	movl	$-ENOSYS, %eax
2:	addl	$NR_ARGS * 4, %esp
	movl	%eax, PT_EAX(%esp)
	movl	%esp, %eax
	call	syscall_trace_leave
	jmp	ret_to_user

/* These replace the whole frame, so they take the long way out. */
	.globl	sys_sigreturn, sys_rt_sigreturn
sys_sigreturn:
	addl	$4 + NR_ARGS * 4, %esp
	movl	%esp, %eax
	call	restore_sigframe
	jmp	ret_to_user
sys_rt_sigreturn:
	addl	$4 + NR_ARGS * 4, %esp
	movl	%esp, %eax
	call	restore_rt_sigframe
	jmp	ret_to_user

/* The frame is complete. */
	.globl	ret_to_user
ret_to_user:
	cli
	LOOK_FOR_WORK
	jne	user_work
restore_all:
	popl	%ebx
	popl	%ecx
	popl	%edx
	popl	%esi
	popl	%edi
	popl	%ebp
	popl	%eax
	POP_SEGMENTS_AND_IRET

user_work:
	sti
	movl	%esp, %eax
	call	do_user_work
	jmp	ret_to_user

bad_iret:
	movl	$KERNEL_DS, %edx
	movl	%edx, %ds
	movl	%edx, %es
	sti
	call	bad_user_frame

	.globl	enter_user_mode
enter_user_mode:
	movl	%esp, %eax
	andl	$THREAD_MASK, %eax
	addl	$-THREAD_MASK - PT_SIZE, %eax
	movl	%eax, %esp
	jmp	ret_to_user

/*
 * eax: where to save the old stack pointer, edx: the new one, ecx: the task
 * that is left. Returns ecx, on the new stack.
 */
	.globl	switch_stacks
switch_stacks:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	%esp, (%eax)
	movl	%edx, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	movl	%ecx, %eax
	ret

/* Where new tasks start, in switch_stacks' ret: eax is the task before. */
	.globl	ret_from_fork, kernel_thread_start
ret_from_fork:
	call	schedule_tail
	jmp	ret_to_user

kernel_thread_start:			/* ebx: function, esi: its argument */
	call	schedule_tail
	movl	%ebx, %eax
	movl	%esi, %edx
	xorl	%ebp, %ebp
	call	run_kernel_thread

/* Exceptions: the entry leaves the error code in orig_eax's place and the
 * vector in es's. */
exception:
	cld
	pushl	%ds
	PUSH_GENERAL
	movl	PT_ORIG_EAX(%esp), %edx
	movl	PT_ES(%esp), %ecx
	movw	%es, PT_ES(%esp)	/* upper half: the vector's, 0 */
	movl	$-1, PT_ORIG_EAX(%esp)
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %eax
	call	*trap_handlers(, %ecx, 4)
	testl	$3, PT_CS(%esp)
	jz	restore_all
	jmp	ret_to_user

/* A non-maskable interrupt may come anywhere: back without looking. */
nmi:
	pushl	$-1
	SAVE_ALL
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %eax
	call	do_nmi
	jmp	restore_all

interrupt:
	SAVE_ALL
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %eax
	call	do_IRQ
	testl	$3, PT_CS(%esp)
	jz	restore_all
	jmp	ret_to_user

/* Vectors that push an error code: SDM vol. 3, table 6-1. */
	.altmacro
.macro TRAP_ENTRY n
trap_\n:
	.if \n == 2
	jmp	nmi
	.else
	.if \n < 10 || (\n > 14 && \n != 17 && \n != 21 && \n < 29) || \n == 31
	pushl	$0
	.endif
	pushl	$\n
	jmp	exception
	.endif
	.section .rodata
	.long	trap_\n
	.previous
.endm

.macro IRQ_ENTRY n
irq_\n:
	pushl	$-1 - \n
	jmp	interrupt
	.section .rodata
	.long	irq_\n
	.previous
.endm

	.section .rodata
	.align	4
	.globl	trap_entries
trap_entries:
	.previous
	.set	i, 0
	.rept	32
	TRAP_ENTRY %i
	.set	i, i + 1
	.endr

	.section .rodata
	.globl	irq_entries
irq_entries:
	.previous
	.set	i, 0
	.rept	16
	IRQ_ENTRY %i
	.set	i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
