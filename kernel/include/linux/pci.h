/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI devices, found once at boot. Register numbers are those of the PCI
 * local bus specification 2.1, chapter 6. drivers/pci/.
 */
#pragma once

#include <linux/list.h>
#include <linux/types.h>

/* Configuration space */
constexpr unsigned PCI_VENDOR_ID = 0x00, PCI_DEVICE_ID = 0x02,
	PCI_COMMAND = 0x04, PCI_STATUS = 0x06, PCI_CLASS_REVISION = 0x08,
	PCI_LATENCY_TIMER = 0x0d, PCI_HEADER_TYPE = 0x0e,
	PCI_BASE_ADDRESS_0 = 0x10, PCI_SECONDARY_BUS = 0x19,
	PCI_INTERRUPT_LINE = 0x3c;
constexpr u16 PCI_COMMAND_IO = 0x1, PCI_COMMAND_MEMORY = 0x2,
	PCI_COMMAND_MASTER = 0x4;
constexpr u8 PCI_HEADER_TYPE_NORMAL = 0, PCI_HEADER_TYPE_BRIDGE = 1,
	PCI_HEADER_MULTIFUNCTION = 0x80;
/* Class and subclass */
constexpr unsigned PCI_CLASS_STORAGE_IDE = 0x0101;
constexpr u16 PCI_VENDOR_ID_INTEL = 0x8086;

struct pci_resource {
	unsigned long start = 0, len = 0;	/* len 0: none */
	bool io = false;		/* ports; else memory */
};

struct pci_dev {
	list_head list;			/* pci_devices */
	u8 bus = 0, devfn = 0;		/* devfn: device << 3 | function */
	u16 vendor = 0, device = 0;
	unsigned class_ = 0;		/* class, subclass, prog. interface */
	u8 hdr_type = 0, irq = 0;
	pci_resource resource[6];
};
constexpr unsigned PCI_SLOT(unsigned devfn) { return devfn >> 3; }
constexpr unsigned PCI_FUNC(unsigned devfn) { return devfn & 7; }

extern list_head pci_devices;		/* made at boot, then constant */

/* Any context. @where is aligned to the access. */
void pci_read_config_byte(const pci_dev *dev, unsigned where, u8 *val);
void pci_read_config_word(const pci_dev *dev, unsigned where, u16 *val);
void pci_read_config_dword(const pci_dev *dev, unsigned where, u32 *val);
void pci_write_config_byte(const pci_dev *dev, unsigned where, u8 val);
void pci_write_config_word(const pci_dev *dev, unsigned where, u16 val);
void pci_write_config_dword(const pci_dev *dev, unsigned where, u32 val);

/* The next after @from (null: the first) that matches, or null. */
pci_dev *pci_find_class(unsigned class_subclass, const pci_dev *from);
/* Lets it decode its ports and memory / be a bus master. */
void pci_enable_device(pci_dev *dev);
void pci_set_master(pci_dev *dev);
