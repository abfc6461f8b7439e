/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI configuration space by mechanism 1: an address port and a data port,
 * which pci_lock keeps together.
 */
#include <asm/io.h>
#include <linux/pci.h>
#include <linux/spinlock.h>

constexpr u16 CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc;
constexpr u32 CONFIG_ENABLE = 1u << 31;

static constinit spinlock_t pci_lock{"pci config", RANK_PCI};

static void config_select(const pci_dev *dev, unsigned where)
{
	outl(CONFIG_ENABLE | dev->bus << 16 | dev->devfn << 8 | (where & 0xfc),
	     CONFIG_ADDRESS);
}

void pci_read_config_byte(const pci_dev *dev, unsigned where, u8 *val)
{
	spin_irq_guard g(pci_lock);

	config_select(dev, where);
	*val = inb(CONFIG_DATA + (where & 3));
}

void pci_read_config_word(const pci_dev *dev, unsigned where, u16 *val)
{
	spin_irq_guard g(pci_lock);

	config_select(dev, where);
	*val = inw(CONFIG_DATA + (where & 2));
}

void pci_read_config_dword(const pci_dev *dev, unsigned where, u32 *val)
{
	spin_irq_guard g(pci_lock);

	config_select(dev, where);
	*val = inl(CONFIG_DATA);
}

void pci_write_config_byte(const pci_dev *dev, unsigned where, u8 val)
{
	spin_irq_guard g(pci_lock);

	config_select(dev, where);
	outb(val, CONFIG_DATA + (where & 3));
}

void pci_write_config_word(const pci_dev *dev, unsigned where, u16 val)
{
	spin_irq_guard g(pci_lock);

	config_select(dev, where);
	outw(val, CONFIG_DATA + (where & 2));
}

void pci_write_config_dword(const pci_dev *dev, unsigned where, u32 val)
{
	spin_irq_guard g(pci_lock);

	config_select(dev, where);
	outl(val, CONFIG_DATA);
}
