/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the boot loader (Multiboot 1: protected mode, flat segments, paging
 * off) to start_kernel: clears BSS, maps the first 16 MiB both where they are
 * and at C0000000, loads the kernel's descriptor tables. paging_init() puts
 * the final page tables in place. 2.4: arch/i386/kernel/head.S.
 */
#define PA(x)		((x) - 0xC0000000)
#define BOOT_TABLES	4		/* 4 MiB each */
#define MB_MAGIC	0x1BADB002
#define MB_FLAGS	0x3		/* modules on pages, memory map */
#define CR0_PG_WP	0x80010000
#define PRESENT_RW	3
#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define THREAD_SIZE	8192

	.section .head.text, "ax"
	.align	4
	.long	MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

	.globl	startup
startup:
	cli
	cld
	movl	%eax, %ebp
	movl	%ebx, %esi

	movl	$PA(__bss_start), %edi
	movl	$PA(_end), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl

	movl	$PA(boot_page_tables), %edi
	movl	$PRESENT_RW, %eax
	movl	$BOOT_TABLES * 1024, %ecx
1:	stosl
	addl	$4096, %eax
	loop	1b

	movl	$PA(boot_page_tables) + PRESENT_RW, %eax
	movl	$PA(swapper_pg_dir), %edi
	movl	$BOOT_TABLES, %ecx
2:	movl	%eax, (%edi)
	movl	%eax, 768 * 4(%edi)
	addl	$4096, %eax
	addl	$4, %edi
	loop	2b

	movl	$PA(swapper_pg_dir), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$CR0_PG_WP, %eax
	movl	%eax, %cr0
	movl	$3f, %eax
	jmp	*%eax			/* now at C0000000 */

3:	lgdt	gdt_pointer
	ljmp	$KERNEL_CS, $4f
4:	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	lidt	idt_pointer
	movl	$init_task_union + THREAD_SIZE - 60, %esp	/* a pt_regs */
	pushl	$0
	popfl
	movl	%ebp, %eax
	movl	%esi, %edx
	xorl	%ebp, %ebp
	call	start_kernel
5:	hlt
	jmp	5b

	.align	4
	.word	0
gdt_pointer:
	.word	11 * 8 - 1
	.long	gdt_table
	.word	0
idt_pointer:
	.word	256 * 8 - 1
	.long	idt_table

	.section .init.data, "aw"
	.align	4096
boot_page_tables:
	.fill	BOOT_TABLES * 1024, 4, 0

	.section .note.GNU-stack, "", @progbits
