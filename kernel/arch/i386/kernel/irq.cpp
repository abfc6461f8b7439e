/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt lines and their handlers. A handler runs with interrupts off, so
 * handlers never nest; soft interrupts run after the line was acknowledged,
 * with interrupts on. 2.4: irq.c.
 */
#include <asm/desc.h>
#include <asm/i8259.h>
#include <asm/setup.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

extern "C" void (*const irq_entries[NR_IRQS])();

struct irqaction {
	irq_handler_t handler = nullptr;	/* null: not in use */
	const char *name = nullptr;
	void *dev = nullptr;
	irqaction *next = nullptr;
};

struct alignas(16) irq_desc {
	irqaction *action = nullptr;
	unsigned long count = 0, unhandled = 0;
};

/* So many times in a row nobody was asked: something keeps the line up. */
constexpr unsigned long UNHANDLED_MAX = 100000;

static constinit spinlock_t irq_lock{"irq", RANK_IRQ_TABLE};
static constinit irq_desc irq_table[NR_IRQS] = {};
static constinit irqaction actions[2 * NR_IRQS] = {};
static constinit unsigned long spurious = 0;

static irqaction *free_action()
{
	for (irqaction &a : actions)
		if (!a.handler)
			return &a;
	return nullptr;
}

status request_irq(unsigned irq, irq_handler_t handler, const char *name,
		   void *dev)
{
	if (irq >= NR_IRQS || !handler)
		return -EINVAL;

	spin_irq_guard g(irq_lock);
	irqaction *a = free_action();
	irqaction **end = &irq_table[irq].action;

	if (!a)
		return -ENOMEM;
	while (*end)
		end = &(*end)->next;
	*a = {handler, name, dev, nullptr};
	bool first = !irq_table[irq].action;

	barrier();			/* an interrupt may walk the list */
	*end = a;
	if (first)
		i8259_unmask(irq);
	return OK;
}

unsigned long irq_count(unsigned irq)
{
	return irq < NR_IRQS ? irq_table[irq].count : 0;
}

unsigned long irq_spurious()
{
	return spurious;
}

void irq_names(unsigned irq, char *buf, size_t size)
{
	spin_irq_guard g(irq_lock);

	*buf = 0;
	if (irq >= NR_IRQS)
		return;
	for (irqaction *a = irq_table[irq].action; a; a = a->next) {
		strlcat(buf, a->name, size);
		if (a->next)
			strlcat(buf, ", ", size);
	}
}

static void note_unhandled(unsigned irq)
{
	irq_desc &d = irq_table[irq];

	if (++d.unhandled < UNHANDLED_MAX)
		return;
	d.unhandled = 0;
	printk(KERN_ERR "irq %u: nobody cared, switched off\n", irq);
	i8259_mask(irq);
}

static void run_handlers(unsigned irq, pt_regs *regs)
{
	bool handled = false;

	for (irqaction *a = irq_table[irq].action; a; a = a->next)
		handled |= a->handler(irq, a->dev, regs);
	if (handled)
		irq_table[irq].unhandled = 0;
	else
		note_unhandled(irq);
}

/* An interrupt is as good a moment as any to look how much stack is left. */
static void check_stack()
{
	constexpr unsigned long RESERVE = 512;

	if (unlikely((stack_pointer() & (THREAD_SIZE - 1)) <
		     sizeof(task_struct) + RESERVE))
		panic("kernel stack of task %d (%s) almost used up",
		      current->pid, current->comm);
}

extern "C" void do_IRQ(pt_regs *regs)
{
	unsigned irq = -1 - regs->orig_eax;
	cpu_info &cpu = this_cpu();

	count_vm_event(INTERRUPT);
	if ((irq & 7) == 7 && i8259_is_spurious(irq)) {
		spurious++;
		return;
	}
	check_stack();
	cpu.irq_depth++;
	irq_table[irq].count++;
	run_handlers(irq, regs);
	i8259_eoi(irq);
	cpu.irq_depth--;
	if (cpu.softirq_pending && !in_interrupt())
		do_softirq();
}

__init void init_IRQ()
{
	i8259_init();
	for (unsigned i = 0; i < NR_IRQS; i++)
		set_intr_gate(IRQ_VECTOR_BASE + i, irq_entries[i]);
}
