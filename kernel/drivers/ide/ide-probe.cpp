/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which drives a channel has, 2.4's ide-probe.c: polled, with the drives'
 * interrupts off. A drive that is not there is not waited for: nothing holds
 * a value that is written to its registers, or its status reads as 0.
 */
#include <linux/ide.h>
#include <linux/kernel.h>
#include <linux/slab.h>

constexpr unsigned READY_TRIES = 50000, POLL_US = 10;	/* half a second */
constexpr u8 ATAPI_LBAM = 0x14, ATAPI_LBAH = 0xeb;

/* Words of IDENTIFY DEVICE */
constexpr unsigned ID_HEADS = 3, ID_SECTORS = 6, ID_MODEL = 27, ID_CAPS = 49,
	ID_LBA28 = 60, ID_COMMANDS_2 = 83, ID_LBA48 = 100;
constexpr unsigned MODEL_WORDS = 20;
constexpr u16 CAP_LBA = 1 << 9, CAP_DMA = 1 << 8;
constexpr u16 COMMAND_VALID_MASK = 3 << 14, COMMAND_VALID = 1 << 14;
constexpr u16 COMMAND_LBA48 = 1 << 10, COMMAND_FLUSH = 1 << 12,
	COMMAND_FLUSH_EXT = 1 << 13;

/* Status without BSY, or BSY after half a second. 0 and 0xff: nobody. */
static u8 poll_status(const ide_hwif_t *hwif)
{
	u8 stat = BUSY_STAT;

	for (unsigned i = 0; i < READY_TRIES; i++) {
		stat = ide_altstatus(hwif);
		if (stat == 0xff || !(stat & BUSY_STAT))
			break;
		udelay(POLL_US);
	}
	return stat;
}

static bool registers_answer(const ide_hwif_t *hwif, u8 unit)
{
	u16 base = hwif->io_base;

	outb(SELECT_OBSOLETE | (unit ? SELECT_UNIT : 0), base + IDE_SELECT);
	ide_altstatus(hwif);
	if (ide_altstatus(hwif) == 0xff)
		return false;
	outb(0x55, base + IDE_NSECTOR);
	outb(0xaa, base + IDE_LBAL);
	return inb(base + IDE_NSECTOR) == 0x55 && inb(base + IDE_LBAL) == 0xaa;
}

/* Sends an IDENTIFY command and reads its 256 words. */
static bool identify(const ide_hwif_t *hwif, u8 command, u16 *id)
{
	outb(command, hwif->io_base + IDE_COMMAND);
	ide_altstatus(hwif);
	u8 stat = poll_status(hwif);

	if (stat & (BUSY_STAT | ERR_STAT) || !(stat & DRQ_STAT))
		return false;
	insw(hwif->io_base + IDE_DATA, id, 256);
	inb(hwif->io_base + IDE_STATUS);
	return true;
}

/* Texts come with the bytes of each word swapped and padded with blanks. */
static void id_string(char *to, const u16 *words, unsigned n)
{
	char *end = to;

	for (unsigned i = 0; i < n; i++) {
		*to++ = (char)(words[i] >> 8);
		if (to[-1] != ' ')
			end = to;
		*to++ = (char)words[i];
		if (to[-1] != ' ')
			end = to;
	}
	*end = 0;
}

static u32 id_u32(const u16 *id, unsigned word)
{
	return id[word] | (u32)id[word + 1] << 16;
}

static bool command_bit(const u16 *id, u16 bit)
{
	return (id[ID_COMMANDS_2] & COMMAND_VALID_MASK) == COMMAND_VALID &&
	       id[ID_COMMANDS_2] & bit;
}

/* A sector_t counts up to 2 TiB. */
static sector_t id_capacity(const ide_drive_t *drive)
{
	const u16 *id = drive->id;

	if (!drive->lba48)
		return id_u32(id, ID_LBA28);
	if (!id_u32(id, ID_LBA48 + 2))
		return id_u32(id, ID_LBA48);
	printk(KERN_WARNING "%s: only the first 2 TiB are used\n", drive->name);
	return ~0ul;
}

static void decode_id(ide_drive_t *drive)
{
	const u16 *id = drive->id;

	id_string(drive->model, id + ID_MODEL, MODEL_WORDS);
	drive->lba48 = command_bit(id, COMMAND_LBA48);
	drive->flush = command_bit(id, COMMAND_FLUSH);
	drive->flush_ext = drive->lba48 && command_bit(id, COMMAND_FLUSH_EXT);
	drive->dma = id[ID_CAPS] & CAP_DMA && !ide_nodma;
	drive->capacity = id_capacity(drive);
	drive->head = (u8)id[ID_HEADS];
	drive->sect = (u8)id[ID_SECTORS];
	if (!drive->head || !drive->sect) {
		drive->head = 255;
		drive->sect = 63;
	}
	drive->cyl = (u16)min(drive->capacity / (drive->head * drive->sect),
			      65535ul);
}

/* After a failed IDENTIFY DEVICE: a packet device leaves its signature. */
static bool has_atapi_signature(const ide_hwif_t *hwif)
{
	return inb(hwif->io_base + IDE_LBAM) == ATAPI_LBAM &&
	       inb(hwif->io_base + IDE_LBAH) == ATAPI_LBAH;
}

static void announce_atapi(ide_drive_t *drive)
{
	if (identify(drive->hwif, WIN_PIDENTIFY, drive->id))
		id_string(drive->model, drive->id + ID_MODEL, MODEL_WORDS);
	printk(KERN_INFO "%s: %s, ATAPI, not used\n", drive->name,
	       drive->model);
}

/* True: a disk that we can use. */
static bool probe_drive(ide_drive_t *drive)
{
	ide_hwif_t *hwif = drive->hwif;

	if (!registers_answer(hwif, drive->unit))
		return false;
	u8 stat = poll_status(hwif);

	if (!stat || stat == 0xff)
		return false;
	if (stat & BUSY_STAT) {
		printk(KERN_ERR "%s: stays busy\n", drive->name);
		return false;
	}
	if (!identify(hwif, WIN_IDENTIFY, drive->id)) {
		if (has_atapi_signature(hwif))
			announce_atapi(drive);
		return false;
	}
	decode_id(drive);
	if (!(drive->id[ID_CAPS] & CAP_LBA) || !drive->capacity) {
		printk(KERN_ERR "%s: %s: no LBA, not used\n", drive->name,
		       drive->model);
		return false;
	}
	return true;
}

static void probe_unit(ide_hwif_t *hwif, u8 unit)
{
	auto *drive = kmalloc_new<ide_drive_t>(GFP_KERNEL);

	if (!drive)
		panic("no memory for an IDE drive\n");
	drive->hwif = hwif;
	drive->unit = unit;
	drive->select = SELECT_OBSOLETE | SELECT_LBA |
		(unit ? SELECT_UNIT : 0);
	snprintf(drive->name, sizeof(drive->name), "hd%c",
		 'a' + 2 * hwif->index + unit);
	if (probe_drive(drive))
		hwif->drive = hwif->drives[unit] = drive;
	else
		kfree(drive);
}

void ide_probe_hwif(ide_hwif_t *hwif)
{
	outb(CTL_NIEN, hwif->ctl_port);
	probe_unit(hwif, 0);
	probe_unit(hwif, 1);
	inb(hwif->io_base + IDE_STATUS);
	outb(0, hwif->ctl_port);
}
