/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI IDE controllers in compatibility mode with a bus master: PIIX3, PIIX4
 * and what behaves like them. The firmware's timings are kept.
 */
#include <linux/ide.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/pci.h>

/* Programming interface: bit 0 and 2 say native mode, bit 7 bus master. */
constexpr unsigned PROGIF_NATIVE[2] = {1 << 0, 1 << 2};
constexpr unsigned PROGIF_MASTER = 1 << 7;
/* 82371AB: IDETIM of the primary channel, the secondary's behind it */
constexpr unsigned PIIX_IDETIM = 0x40;
constexpr u16 IDETIM_DECODE_ENABLE = 1 << 15;
constexpr unsigned BM_BAR = 4, BM_CHANNEL = 8;

struct legacy_ports {
	u16 io_base, ctl_port;
	u8 irq;
};
static const legacy_ports legacy[MAX_HWIFS] = {
	{0x1f0, 0x3f6, 14}, {0x170, 0x376, 15},
};

__init static void enable_decode(pci_dev *dev, unsigned channel)
{
	unsigned where = PIIX_IDETIM + 2 * channel;
	u16 timing;

	if (dev->vendor != PCI_VENDOR_ID_INTEL)
		return;
	pci_read_config_word(dev, where, &timing);
	if (!(timing & IDETIM_DECODE_ENABLE))
		pci_write_config_word(dev, where,
				      timing | IDETIM_DECODE_ENABLE);
}

__init static bool start_hwif(ide_hwif_t *hwif)
{
	if (ide_init_dma(hwif).failed()) {
		printk(KERN_ERR "ide%u: no memory\n", hwif->index);
		return false;
	}
	hwif->timer.function = ide_timer_expiry;
	hwif->timer.data = (unsigned long)hwif;
	ide_dma_ack(hwif, 0);
	if (request_irq(hwif->irq, ide_intr, hwif->index ? "ide1" : "ide0",
			hwif).failed()) {
		printk(KERN_ERR "ide%u: no interrupt\n", hwif->index);
		return false;
	}
	return true;
}

__init static void setup_hwif(pci_dev *dev, unsigned channel)
{
	ide_hwif_t *hwif = &ide_hwifs[channel];
	const legacy_ports &ports = legacy[channel];

	hwif->index = (u8)channel;
	hwif->io_base = ports.io_base;
	hwif->ctl_port = ports.ctl_port;
	hwif->irq = ports.irq;
	hwif->bm_base = (u16)(dev->resource[BM_BAR].start +
			      channel * BM_CHANNEL);
	enable_decode(dev, channel);
	printk(KERN_INFO "ide%u: ports 0x%x, 0x%x, bus master 0x%x, irq %u\n",
	       channel, hwif->io_base, hwif->ctl_port, hwif->bm_base,
	       hwif->irq);
	ide_probe_hwif(hwif);
	if ((!hwif->drives[0] && !hwif->drives[1]) || !start_hwif(hwif))
		return;
	for (ide_drive_t *drive : hwif->drives)
		if (drive)
			idedisk_setup(drive);
}

__init static void ide_init()
{
	pci_dev *dev = pci_find_class(PCI_CLASS_STORAGE_IDE, nullptr);

	if (!dev)
		return;
	if (!(dev->class_ & PROGIF_MASTER) || !dev->resource[BM_BAR].io ||
	    !dev->resource[BM_BAR].start) {
		printk(KERN_ERR "IDE: no bus master, controller not used\n");
		return;
	}
	pci_enable_device(dev);
	pci_set_master(dev);
	for (unsigned channel = 0; channel < MAX_HWIFS; channel++) {
		if (dev->class_ & PROGIF_NATIVE[channel])
			printk(KERN_ERR "ide%u: native mode, not used\n",
			       channel);
		else
			setup_hwif(dev, channel);
	}
}
device_initcall(ide_init);
