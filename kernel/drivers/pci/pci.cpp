/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding PCI devices, 2.4's pci.c in little: bus 0, and behind each bridge
 * the bus that the firmware numbered. Addresses stay as the firmware set
 * them. The list is complete before drivers look at it and constant then.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>

constinit list_head pci_devices;

constexpr u32 BAR_IO = 0x1, BAR_MEM_TYPE = 0x6, BAR_MEM_64 = 0x4;
constexpr u32 BAR_IO_MASK = ~0x3u, BAR_MEM_MASK = ~0xfu;

/* The size shows in which bits of the register can be set. The caller has
 * turned decoding off. */
static bool read_bar(pci_dev *dev, unsigned n, u32 *bar, u32 *mask)
{
	unsigned where = PCI_BASE_ADDRESS_0 + 4 * n;

	pci_read_config_dword(dev, where, bar);
	pci_write_config_dword(dev, where, ~0u);
	pci_read_config_dword(dev, where, mask);
	pci_write_config_dword(dev, where, *bar);
	return *mask != 0;
}

static void set_resource(pci_resource *r, u32 bar, u32 mask)
{
	r->io = bar & BAR_IO;
	r->start = bar & (r->io ? BAR_IO_MASK : BAR_MEM_MASK);
	r->len = -(mask & (r->io ? BAR_IO_MASK : BAR_MEM_MASK));
	if (r->io)
		r->len &= 0xffff;
}

__init static void read_bars(pci_dev *dev)
{
	unsigned count = dev->hdr_type == PCI_HEADER_TYPE_NORMAL ? 6 :
			 dev->hdr_type == PCI_HEADER_TYPE_BRIDGE ? 2 : 0;
	u32 bar, mask;
	u16 command;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	pci_write_config_word(dev, PCI_COMMAND,
			      command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (unsigned i = 0; i < count; i++) {
		if (!read_bar(dev, i, &bar, &mask))
			continue;
		set_resource(&dev->resource[i], bar, mask);
		if (!(bar & BAR_IO) && (bar & BAR_MEM_TYPE) == BAR_MEM_64)
			i++;		/* the next one is its upper half */
	}
	pci_write_config_word(dev, PCI_COMMAND, command);
}

__init static void announce(const pci_dev *dev)
{
	printk(KERN_INFO "PCI: %02x:%02x.%u %04x:%04x class %06x irq %u\n",
	       dev->bus, PCI_SLOT(dev->devfn), PCI_FUNC(dev->devfn),
	       dev->vendor, dev->device, dev->class_, dev->irq);
}

/* The device if one answers there, else null. */
__init static pci_dev *scan_function(unsigned bus, unsigned devfn)
{
	pci_dev probe;
	u32 id, class_revision;

	probe.bus = (u8)bus;
	probe.devfn = (u8)devfn;
	pci_read_config_dword(&probe, PCI_VENDOR_ID, &id);
	if ((u16)id == 0xffff || (u16)id == 0)
		return nullptr;
	auto *dev = kmalloc_new<pci_dev>(GFP_KERNEL);

	if (!dev)
		panic("no memory for PCI devices\n");
	dev->bus = (u8)bus;
	dev->devfn = (u8)devfn;
	dev->vendor = (u16)id;
	dev->device = (u16)(id >> 16);
	pci_read_config_dword(dev, PCI_CLASS_REVISION, &class_revision);
	dev->class_ = class_revision >> 8;
	pci_read_config_byte(dev, PCI_HEADER_TYPE, &dev->hdr_type);
	pci_read_config_byte(dev, PCI_INTERRUPT_LINE, &dev->irq);
	return dev;
}

__init static void scan_bus(unsigned bus);

__init static void add_device(pci_dev *dev)
{
	u8 secondary;

	dev->hdr_type &= ~PCI_HEADER_MULTIFUNCTION;
	read_bars(dev);
	list_add_tail(&dev->list, &pci_devices);
	announce(dev);
	if (dev->hdr_type != PCI_HEADER_TYPE_BRIDGE)
		return;
	pci_read_config_byte(dev, PCI_SECONDARY_BUS, &secondary);
	if (secondary > dev->bus)	/* numbered, and no way back up */
		scan_bus(secondary);
}

__init static void scan_bus(unsigned bus)
{
	for (unsigned slot = 0; slot < 32; slot++) {
		unsigned functions = 1;

		for (unsigned f = 0; f < functions; f++) {
			pci_dev *dev = scan_function(bus, slot << 3 | f);

			if (!dev)
				continue;
			if (dev->hdr_type & PCI_HEADER_MULTIFUNCTION)
				functions = 8;
			add_device(dev);
		}
	}
}

static bool next_device(const pci_dev **pos)
{
	const list_head *from = *pos ? &(*pos)->list : &pci_devices;

	*pos = list_entry(from->next, pci_dev, list);
	return from->next != &pci_devices;
}

pci_dev *pci_find_class(unsigned class_subclass, const pci_dev *from)
{
	while (next_device(&from))
		if (from->class_ >> 8 == class_subclass)
			return (pci_dev *)from;
	return nullptr;
}

static void set_command(pci_dev *dev, u16 bits)
{
	u16 command;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	if ((command & bits) != bits)
		pci_write_config_word(dev, PCI_COMMAND, command | bits);
}

void pci_enable_device(pci_dev *dev)
{
	u16 bits = 0;

	for (const pci_resource &r : dev->resource)
		if (r.len)
			bits |= r.io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
	set_command(dev, bits);
}

void pci_set_master(pci_dev *dev)
{
	u8 latency;

	set_command(dev, PCI_COMMAND_MASTER);
	pci_read_config_byte(dev, PCI_LATENCY_TIMER, &latency);
	if (latency < 16)		/* too short for a burst; 2.4's value */
		pci_write_config_byte(dev, PCI_LATENCY_TIMER, 64);
}

static void show_device(seq_file *m, const pci_dev *dev)
{
	seq_printf(m, "%02x:%02x.%u %04x:%04x class %06x irq %u\n", dev->bus,
		   PCI_SLOT(dev->devfn), PCI_FUNC(dev->devfn), dev->vendor,
		   dev->device, dev->class_, dev->irq);
	for (const pci_resource &r : dev->resource)
		if (r.len)
			seq_printf(m, "\t%s %08lx, %lu bytes\n",
				   r.io ? "ports" : "memory", r.start, r.len);
}

static status pci_show(seq_file *m, void *)
{
	for (const pci_dev *dev = nullptr; next_device(&dev);)
		show_device(m, dev);
	return OK;
}

__init static void pci_init()
{
	scan_bus(0);
}
core_initcall(pci_init);

__init static void pci_proc_init()
{
	proc_create("pci", S_IFREG | 0444, nullptr, pci_show, nullptr);
}
late_initcall(pci_proc_init);
