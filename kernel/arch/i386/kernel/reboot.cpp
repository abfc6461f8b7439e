/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ends of the machine. Power-off is ACPI's: the PIIX4's power management
 * function says where its PM1a control register is. 2.4: process.c, acpi.
 */
#include <asm/io.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>

/* PCI configuration mechanism 1, and the PIIX4 (Intel 290562, chapter 7). */
constexpr u16 PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc;
constexpr u32 PIIX4_PM = 0x80000000 | 1 << 11 | 3 << 8;	/* 00:01.3 */
constexpr u32 PIIX4_PM_ID = 0x71138086, PIIX4_PMBA = 0x40;
constexpr u16 PM1A_CNT = 4, SLP_EN_S5 = 0x2000;
/* QEMU's isa-debug-exit at its usual port; the exit status is 2v + 1. */
constexpr u16 DEBUG_EXIT = 0xf4;
constexpr u8 DEBUG_EXIT_OFF = 0, DEBUG_EXIT_PANIC = 1;
/* Keyboard controller: pulse its output line 0, the processor's reset. */
constexpr u16 KBC_STATUS = 0x64;
constexpr u8 KBC_INPUT_FULL = 2, KBC_RESET = 0xfe;

static u32 pci_read(u32 reg)
{
	outl(PIIX4_PM | reg, PCI_ADDRESS);
	return inl(PCI_DATA);
}

[[noreturn]] static void stop()
{
	local_irq_disable();
	for (;;)
		asm volatile("hlt");
}

/* The machine goes off in its own time, so wait for it. */
static void acpi_power_off()
{
	if (pci_read(0) != PIIX4_PM_ID)
		return;
	outw(SLP_EN_S5, (pci_read(PIIX4_PMBA) & 0xffc0) + PM1A_CNT);
	for (int ms = 0; ms < 2000; ms++)
		udelay(1000);
}

void machine_power_off()
{
	local_irq_disable();
	acpi_power_off();
	outb(DEBUG_EXIT_OFF, DEBUG_EXIT);
	printk(KERN_EMERG "This machine cannot switch itself off.\n");
	stop();
}

void machine_halt()
{
	printk(KERN_EMERG "System halted.\n");
	stop();
}

/* With an empty interrupt table an exception ends in a processor shutdown,
 * which chip sets answer with a reset. */
[[noreturn]] static void triple_fault()
{
	struct __packed {
		u16 limit;
		u32 base;
	} none{};

	asm volatile("lidt %0; int3" :: "m"(none));
	stop();
}

void machine_restart()
{
	local_irq_disable();
	for (int i = 0; i < 10; i++) {
		int tries = 1000;

		while (inb(KBC_STATUS) & KBC_INPUT_FULL && tries-- > 0)
			udelay(10);
		outb(KBC_RESET, KBC_STATUS);
		udelay(1000);
	}
	triple_fault();
}

void machine_panic_exit()
{
	local_irq_disable();
	outb(DEBUG_EXIT_PANIC, DEBUG_EXIT);
	machine_restart();
}
