/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers and stacks for people to read. A debug kernel follows frame
 * pointers; without them every word of the stack that points behind a call
 * is shown, some of which are left from earlier calls. 2.4: traps.c.
 */
#include <asm/sections.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/* Long enough for everything a stack of 8 KiB can really hold. */
constexpr unsigned TRACE_MAX = 48;

bool kernel_text_address(unsigned long addr)
{
	auto p = (const char *)addr;

	return (p >= _stext && p < _etext) ||
		(p >= _sinittext && p < _einittext);
}

static void print_entry(unsigned long addr)
{
	char name[128];

	/* A call that never returns may be the last of its function. */
	symbol_of(addr - 1, name, sizeof(name));
	printk(KERN_EMERG " [%08lx] %s\n", addr, name);
}

#ifdef CONFIG_DEBUG
/* Frames: the caller's frame pointer, then the return address. */
static void walk_frames(unsigned long ebp, unsigned long esp,
			unsigned long end)
{
	for (unsigned n = 0; n < TRACE_MAX; n++) {
		if (ebp < esp || ebp + 8 > end || ebp & 3)
			return;
		auto *frame = (unsigned long *)ebp;

		if (!kernel_text_address(frame[1]))
			return;
		print_entry(frame[1]);
		esp = ebp + 8;
		ebp = frame[0];
	}
}
#else
/* Whether a call instruction ends at @addr: E8 and a distance, or FF /2 with
 * up to five more bytes (SDM vol. 2, CALL). */
static bool is_return_address(unsigned long addr)
{
	auto *p = (const u8 *)addr;

	if (!kernel_text_address(addr) || !kernel_text_address(addr - 7))
		return false;
	if (p[-5] == 0xe8)
		return true;
	for (int n = 2; n <= 7; n++)
		if (p[-n] == 0xff && (p[1 - n] & 0x38) == 0x10)
			return true;
	return false;
}

static void walk_frames(unsigned long, unsigned long esp, unsigned long end)
{
	unsigned n = 0;

	for (; esp + 4 <= end && n < TRACE_MAX; esp += 4) {
		unsigned long word = *(unsigned long *)esp;

		if (!is_return_address(word))
			continue;
		print_entry(word);
		n++;
	}
}
#endif

static bool on_stack_of(const task_struct *t, unsigned long esp)
{
	unsigned long base = (unsigned long)t;

	return esp >= base + sizeof(*t) && esp < base + THREAD_SIZE &&
		!(esp & 3);
}

static void trace(const task_struct *t, unsigned long ebp, unsigned long esp)
{
	unsigned long end = (unsigned long)t + THREAD_SIZE;

	printk(KERN_EMERG "Call trace:\n");
	if (on_stack_of(t, esp)) {
		walk_frames(ebp, esp, end);
		return;
	}
	printk(KERN_EMERG " (esp %08lx is not on the task's stack)\n", esp);
	walk_frames(ebp, (unsigned long)(t + 1), end);
}

/* @esp 0: where @t was left; its saved ebp is switch_stacks' fourth word. */
void show_stack(task_struct *t, unsigned long esp)
{
	unsigned long ebp = 0;

	if (!esp && t == current) {
		esp = (unsigned long)__builtin_frame_address(0);
		ebp = esp;
	} else if (!esp && on_stack_of(t, t->thread.esp)) {
		esp = t->thread.esp;
		ebp = ((unsigned long *)esp)[3];
	}
	trace(t, ebp, esp);
}

void dump_stack()
{
	show_stack(current, 0);
}

/* The bytes around the instruction, which may be anywhere. */
static void show_code(const pt_regs *regs)
{
	constexpr unsigned BEFORE = 16, COUNT = 40;
	char line[3 * COUNT + 4];
	int n = 0;

	if (!kernel_text_address(regs->eip))
		return;
	for (unsigned i = 0; i < COUNT; i++) {
		unsigned long at = regs->eip - BEFORE + i;

		if (at < (unsigned long)_text)
			continue;
		n += sprintf(line + n, i == BEFORE ? "<%02x> " : "%02x ",
			     *(const u8 *)at);
	}
	printk(KERN_EMERG "Code: %s\n", line);
}

void show_frame(const task_struct *t, const pt_regs *regs, unsigned long esp)
{
	char where[128];
	bool user = user_mode(regs);

	symbol_of(regs->eip, where, sizeof(where));
	printk(KERN_EMERG "Task %d (%s)\n", t->pid, t->comm);
	printk(KERN_EMERG "EIP: %04x:%08lx %s  EFLAGS: %08lx\n",
	       regs->xcs & 0xffff, regs->eip, user ? "(user)" : where,
	       regs->eflags);
	printk(KERN_EMERG "eax: %08lx ebx: %08lx ecx: %08lx edx: %08lx\n",
	       regs->eax, regs->ebx, regs->ecx, regs->edx);
	printk(KERN_EMERG "esi: %08lx edi: %08lx ebp: %08lx esp: %08lx\n",
	       regs->esi, regs->edi, regs->ebp, esp);
	printk(KERN_EMERG "ds: %04x es: %04x cr0: %08lx cr2: %08lx cr3: %08lx "
	       "cr4: %08lx\n", regs->xds & 0xffff, regs->xes & 0xffff,
	       read_cr0(), read_cr2(), read_cr3(), read_cr4());
	if (user)
		return;
	trace(t, regs->ebp, esp);
	show_code(regs);
}

/* A fault in the kernel pushes no stack pointer: it is right there. */
void show_regs(const pt_regs *regs)
{
	show_frame(current, regs, user_mode(regs) ? regs->esp :
		   (unsigned long)&regs->esp);
}
