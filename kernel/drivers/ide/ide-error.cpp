/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a command fails. The drive's errors: the request is tried once more,
 * then in ever smaller pieces down to a single buffer, so that each buffer
 * learns its own fate. Errors of the transfer: DMA again, then this request
 * by PIO. No answer: reset, and again; then the whole request has failed.
 */
#include <linux/ide.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmstat.h>

struct bit_name {
	u8 bit;
	const char *name;
};

static const bit_name status_names[] = {
	{READY_STAT, "DriveReady "}, {WRERR_STAT, "DeviceFault "},
	{SEEK_STAT, "SeekComplete "}, {DRQ_STAT, "DataRequest "},
	{ECC_STAT, "CorrectedError "}, {INDEX_STAT, "Index "},
	{ERR_STAT, "Error "},
};
static const bit_name error_names[] = {
	{ICRC_ERR, "BadCRC "}, {ECC_ERR, "UncorrectableError "},
	{MC_ERR, "MediaChanged "}, {ID_ERR, "SectorIdNotFound "},
	{MCR_ERR, "MediaChangeRequested "}, {ABRT_ERR, "DriveStatusError "},
	{TRK0_ERR, "TrackZeroNotFound "}, {MARK_ERR, "AddrMarkNotFound "},
};

template<unsigned N>
static void decode(u8 v, const bit_name (&names)[N], char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = 0;
	for (const bit_name &b : names)
		if (v & b.bit && n < size)
			n += snprintf(buf + n, size - n, "%s", b.name);
}

static const char *protocol_name(ide_protocol p)
{
	switch (p) {
	case IDE_PROTO_DMA:
		return "dma_intr";
	case IDE_PROTO_PIO_IN:
		return "read_intr";
	case IDE_PROTO_PIO_OUT:
		return "write_intr";
	case IDE_PROTO_NODATA:
		break;
	}
	return "flush_intr";
}

noinline static void dump_status(const ide_hwif_t *hwif, u8 stat, u8 bm)
{
	char names[128];

	if (stat & BUSY_STAT)
		strlcpy(names, "Busy ", sizeof(names));
	else
		decode(stat, status_names, names, sizeof(names));
	printk(KERN_ERR "%s: %s: status=0x%02x { %s} bus master=0x%02x\n",
	       hwif->drive->name, protocol_name(hwif->protocol), stat, names,
	       bm);
}

static void dump_error(const ide_hwif_t *hwif, u8 err)
{
	const request *rq = hwif->rq;
	char names[160];

	decode(err, error_names, names, sizeof(names));
	printk(KERN_ERR "%s: %s: error=0x%02x { %s}, sector=%lu, %u sectors\n",
	       hwif->drive->name, protocol_name(hwif->protocol), err, names,
	       rq->flush ? 0 : rq->sector, hwif->nsectors);
}

/* The drive's own report. The first of a request is shown, and those of the
 * smallest pieces; the ones between only find the place. */
noinline static ide_outcome judge_error(ide_hwif_t *hwif, u8 stat, u8 bm)
{
	u8 err = stat & ERR_STAT ? inb(hwif->io_base + IDE_ERROR) : 0;

	if (!hwif->rq->errors || hwif->rq->flush ||
	    hwif->nsectors == blk_rq_cur_sectors(hwif->rq)) {
		dump_status(hwif, stat, bm);
		dump_error(hwif, err);
	}
	/* ATA: bit 7 of a failed Ultra DMA transfer is the interface's CRC;
	 * ABRT is set with it. */
	if (hwif->protocol == IDE_PROTO_DMA && err == (ICRC_ERR | ABRT_ERR))
		return IDE_DMA_ERROR;
	return IDE_MEDIA_ERROR;
}

static bool transfer_complete(const ide_hwif_t *hwif, u8 bm)
{
	switch (hwif->protocol) {
	case IDE_PROTO_DMA:
		/* Still active: the drive ended before the table did. */
		return !(bm & (BM_STAT_ERROR | BM_STAT_ACTIVE));
	case IDE_PROTO_PIO_IN:
	case IDE_PROTO_PIO_OUT:
		return !hwif->pio_left;
	case IDE_PROTO_NODATA:
		break;
	}
	return true;
}

static bool is_confused(const ide_hwif_t *hwif, u8 stat)
{
	if (stat & BUSY_STAT)
		return true;
	/* The status of a PIO read was taken before the last sector. */
	return stat & DRQ_STAT && hwif->protocol != IDE_PROTO_PIO_IN;
}

ide_outcome ide_judge(ide_hwif_t *hwif, u8 stat, u8 bm)
{
	bool confused = is_confused(hwif, stat);

	if (likely(!confused && !(stat & (ERR_STAT | WRERR_STAT)) &&
		   stat & READY_STAT && transfer_complete(hwif, bm)))
		return IDE_OK;
	count_vm_event(DISK_ERROR);
	if (!confused && stat & (ERR_STAT | WRERR_STAT))
		return judge_error(hwif, stat, bm);
	dump_status(hwif, stat, bm);
	if (confused || hwif->protocol != IDE_PROTO_DMA)
		return IDE_TIMED_OUT;
	return IDE_DMA_ERROR;
}

/* ---- what to do about it ---- */

static bool retry_media(ide_drive_t *drive, request *rq)
{
	unsigned n = drive->hwif->nsectors, cur = blk_rq_cur_sectors(rq);

	if (++rq->errors == 1)
		return true;
	if (n > cur) {
		drive->limit = max(n / 2, cur);
		rq->errors = 1;
		return true;
	}
	if (rq->errors < IDE_ERROR_MAX)
		return true;
	rq->errors = 0;
	if (rq->nr_sectors == cur)
		return false;
	end_that_request_first(rq, false, cur);
	return true;
}

static bool retry_dma(ide_drive_t *drive)
{
	if (drive->dma_errors++ < IDE_DMA_RETRIES)
		return true;
	printk(KERN_WARNING "%s: DMA failed, this request goes by PIO\n",
	       drive->name);
	drive->pio = true;
	return true;
}

bool ide_error(ide_drive_t *drive, request *rq, ide_outcome outcome)
{
	bool again;

	if (drive->dead)
		return false;
	if (outcome == IDE_TIMED_OUT)
		again = drive->timeouts++ < IDE_TIMEOUT_RETRIES;
	else if (outcome == IDE_DMA_ERROR)
		again = retry_dma(drive);
	else if (rq->flush)
		again = ++rq->errors < IDE_ERROR_MAX;
	else
		again = retry_media(drive, rq);
	if (again)
		count_vm_event(DISK_RETRY);
	return again;
}

/* ---- reset ---- */

constexpr unsigned long RESET_POLL = HZ / 100;
constexpr unsigned long RESET_TIMEOUT = 31 * HZ;	/* ATA: 31 s */

static void set_reset_state(ide_hwif_t *hwif)
{
	spin_guard g(hwif->lock);

	hwif->state = HWIF_RESET;
	mod_timer(&hwif->timer, jiffies + RESET_POLL);
}

/* Both drives. ATA: SRST for 5 us at least, no register access for 2 ms. */
void ide_begin_reset(ide_hwif_t *hwif)
{
	printk(KERN_WARNING "ide%u: reset\n", hwif->index);
	count_vm_event(DISK_RESET);
	ide_dma_stop(hwif);
	outb(CTL_SRST | CTL_NIEN, hwif->ctl_port);
	udelay(10);
	outb(0, hwif->ctl_port);
	hwif->selected = 0;
	hwif->deadline = jiffies + RESET_TIMEOUT;
	set_reset_state(hwif);
}

static void give_up(ide_hwif_t *hwif)
{
	printk(KERN_ERR "ide%u: drives do not come back from the reset\n",
	       hwif->index);
	for (ide_drive_t *drive : hwif->drives)
		if (drive)
			drive->dead = true;
}

bool ide_reset_done(ide_hwif_t *hwif)
{
	if (ide_altstatus(hwif) & BUSY_STAT) {
		if (!time_after_eq(jiffies, hwif->deadline)) {
			set_reset_state(hwif);
			return false;
		}
		give_up(hwif);
	}
	/* An interrupt of the command that was given up may still show. */
	inb(hwif->io_base + IDE_STATUS);
	ide_dma_ack(hwif, inb(hwif->bm_base + BM_STATUS));
	return true;
}
