/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving commands to a drive, and moving data by hand when DMA failed. Port
 * accesses are what a command costs, so a register is written only if its
 * value matters and the drive is selected only if it is not.
 */
#include <linux/highmem.h>
#include <linux/ide.h>
#include <linux/kernel.h>
#include <linux/vmstat.h>

constexpr unsigned SELECT_TRIES = 1000;	/* of about a microsecond */
constexpr unsigned DRQ_TRIES = 10000;

static bool wait_ready(ide_hwif_t *hwif)
{
	ide_altstatus(hwif);	/* passes the 400 ns the change may take */
	for (unsigned i = 0; i < SELECT_TRIES; i++) {
		if (!(ide_altstatus(hwif) & (BUSY_STAT | DRQ_STAT)))
			return true;
		udelay(1);
	}
	return false;
}

/* The last command of a drive ended with it ready, so that only a drive that
 * was not selected must be asked. */
noinline static bool change_device(ide_hwif_t *hwif, u8 device)
{
	u8 change = device ^ hwif->selected;

	outb(device, hwif->io_base + IDE_SELECT);
	hwif->selected = device;
	return !(change & (SELECT_UNIT | SELECT_OBSOLETE)) || wait_ready(hwif);
}

static inline bool select_drive(ide_hwif_t *hwif, u8 device)
{
	return likely(device == hwif->selected) || change_device(hwif, device);
}

/* LBA48: each register is two deep; the older byte goes first. */
static bool load_lba48(ide_drive_t *drive, sector_t sector, unsigned n)
{
	ide_hwif_t *hwif = drive->hwif;
	u16 base = hwif->io_base;

	if (!select_drive(hwif, drive->select))
		return false;
	outb((u8)(n >> 8), base + IDE_NSECTOR);
	outb((u8)(sector >> 24), base + IDE_LBAL);
	outb(0, base + IDE_LBAM);	/* a sector_t ends at bit 31 */
	outb(0, base + IDE_LBAH);
	outb((u8)n, base + IDE_NSECTOR);
	outb((u8)sector, base + IDE_LBAL);
	outb((u8)(sector >> 8), base + IDE_LBAM);
	outb((u8)(sector >> 16), base + IDE_LBAH);
	return true;
}

static bool load_lba28(ide_drive_t *drive, sector_t sector, unsigned n)
{
	ide_hwif_t *hwif = drive->hwif;
	u16 base = hwif->io_base;

	if (!select_drive(hwif, drive->select | (u8)(sector >> 24)))
		return false;
	outb((u8)n, base + IDE_NSECTOR);	/* 256 is 0 */
	outb((u8)sector, base + IDE_LBAL);
	outb((u8)(sector >> 8), base + IDE_LBAM);
	outb((u8)(sector >> 16), base + IDE_LBAH);
	return true;
}

/* By PIO, LBA48, write. */
static const u8 rw_commands[2][2][2] = {
	{{WIN_READDMA, WIN_WRITEDMA}, {WIN_READDMA_EXT, WIN_WRITEDMA_EXT}},
	{{WIN_READ, WIN_WRITE}, {WIN_READ_EXT, WIN_WRITE_EXT}},
};

/* Only a drive with LBA48 has such sectors and is sent such commands. */
static bool needs_lba48(sector_t sector, unsigned n)
{
	return n > IDE_MAX_SECTORS_28 || sector > IDE_LBA28_END - n;
}

static void count_command(const request *rq, unsigned nsectors)
{
	bool write = rq->cmd == WRITE;

	count_vm_event(write ? DISK_WRITE : DISK_READ);
	count_vm_events(write ? DISK_WRITE_SECTORS : DISK_READ_SECTORS,
			nsectors);
}

static void setup_pio(ide_hwif_t *hwif, request *rq, unsigned nsectors)
{
	blk_rq_map_sg(rq->q, rq, hwif->sg, IDE_MAX_SEGMENTS);
	hwif->pio_left = nsectors;
	hwif->pio_entry = hwif->pio_offset = 0;
	count_vm_event(DISK_PIO);
}

/* The first sector of a PIO write is asked for without an interrupt. If the
 * drive does not ask, the timer will find the command. */
static void first_pio_out(ide_hwif_t *hwif)
{
	for (unsigned i = 0; i < DRQ_TRIES; i++) {
		u8 stat = ide_altstatus(hwif);

		if (!(stat & BUSY_STAT) && (stat & (DRQ_STAT | ERR_STAT))) {
			if (stat & DRQ_STAT)
				ide_pio_sector(hwif);
			return;
		}
		udelay(1);
	}
}

bool ide_start_rw(ide_drive_t *drive, request *rq, unsigned nsectors, bool pio)
{
	ide_hwif_t *hwif = drive->hwif;
	bool write = rq->cmd == WRITE;
	bool lba48 = needs_lba48(rq->sector, nsectors);

	if (!(lba48 ? load_lba48(drive, rq->sector, nsectors)
		    : load_lba28(drive, rq->sector, nsectors)))
		return false;
	hwif->protocol = !pio ? IDE_PROTO_DMA :
			 write ? IDE_PROTO_PIO_OUT : IDE_PROTO_PIO_IN;
	hwif->nsectors = nsectors;
	if (pio)
		setup_pio(hwif, rq, nsectors);
	else
		ide_dma_setup(hwif, rq, nsectors);
	count_command(rq, nsectors);
	ide_set_command_state(hwif, ide_timeout);
	outb(rw_commands[pio][lba48][write], hwif->io_base + IDE_COMMAND);
	if (!pio)
		ide_dma_begin(hwif, rq);
	else if (write)
		first_pio_out(hwif);
	return true;
}

bool ide_start_flush(ide_drive_t *drive)
{
	ide_hwif_t *hwif = drive->hwif;

	if (!select_drive(hwif, drive->select))
		return false;
	hwif->protocol = IDE_PROTO_NODATA;
	hwif->nsectors = 0;
	count_vm_event(DISK_FLUSH);
	/* ATA grants a flush more than 30 s. */
	ide_set_command_state(hwif, 4 * ide_timeout);
	outb(drive->flush_ext ? WIN_FLUSH_CACHE_EXT : WIN_FLUSH_CACHE,
	     hwif->io_base + IDE_COMMAND);
	return true;
}

/* Moves one sector between the data register and the scatter list. */
void ide_pio_sector(ide_hwif_t *hwif)
{
	const scatterlist *sg = &hwif->sg[hwif->pio_entry];
	unsigned long phys = sg->dma_address + hwif->pio_offset;
	void *page = kmap_atomic(pfn_to_page(phys >> PAGE_SHIFT), KM_IRQ0);
	void *data = (char *)page + (phys & ~PAGE_MASK);

	if (hwif->protocol == IDE_PROTO_PIO_OUT)
		outsw(hwif->io_base + IDE_DATA, data, 256);
	else
		insw(hwif->io_base + IDE_DATA, data, 256);
	kunmap_atomic(page, KM_IRQ0);
	hwif->pio_left--;
	hwif->pio_offset += 512;
	if (hwif->pio_offset >= sg->length) {
		hwif->pio_entry++;
		hwif->pio_offset = 0;
	}
}

/* Reads: each interrupt offers a sector, the last one too. Writes: each asks
 * for the next, and the last says that all are written. */
bool ide_pio_intr(ide_hwif_t *hwif, u8 stat)
{
	bool out = hwif->protocol == IDE_PROTO_PIO_OUT;

	if (stat & (BUSY_STAT | ERR_STAT | WRERR_STAT) || !(stat & DRQ_STAT) ||
	    !hwif->pio_left)
		return false;
	bool more = out || hwif->pio_left > 1;

	if (more)
		ide_set_command_state(hwif, ide_timeout);
	ide_pio_sector(hwif);
	return more;
}
