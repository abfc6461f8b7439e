/* SPDX-License-Identifier: GPL-2.0-only */
/* Entry from a Multiboot loader, and the way into the interrupt handlers. */
#define MAGIC	0x1badb002
#define FLAGS	0			/* an ELF file, no tables wanted */

	.section .multiboot, "a"
	.align 4
	.long MAGIC, FLAGS, -(MAGIC + FLAGS)

	.text
	.globl start
start:
	cld
	movl $stack_end, %esp
	lgdt gdt_pointer
	ljmp $8, $1f
1:	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	pushl %ebx			/* the loader's information */
	call floor_main
2:	cli
	hlt
	jmp 2b

	.globl disk_entry, stray_entry
disk_entry:
	pushal
	cld
	call disk_interrupt
	popal
	iret
stray_entry:
	cli
	call stray_interrupt
	jmp 2b

	.data
	.align 8
gdt:	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word 23
	.long gdt

	.bss
	.align 16
	.skip 16384
stack_end:
	.section .note.GNU-stack, "", @progbits
