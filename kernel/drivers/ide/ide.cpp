/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow of requests, 2.4's ide.c: a request leaves its queue for the
 * channel when that is idle, is done in one or (after errors) more commands,
 * each ended by its interrupt or by the timer, and then the other drive's
 * queue has the first turn.
 *
 * Lock order: a drive's queue_lock, then hwif->lock. Nobody holds two queue
 * locks. All of it runs with interrupts off.
 */
#include <linux/ide.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/vmstat.h>

constinit static_array<ide_hwif_t, MAX_HWIFS> ide_hwifs;
constinit unsigned long ide_timeout = 10 * HZ;

static void ide_timeout_setup(const char *value)
{
	unsigned long ms = simple_strtoul(value, nullptr, 0);

	if (ms)
		ide_timeout = max(ms, 10ul) * HZ / 1000;
}
__setup("ide_timeout=", ide_timeout_setup);

constinit bool ide_nodma;

static void ide_setup(const char *value)
{
	if (!strcmp(value, "nodma"))
		ide_nodma = true;
	else
		printk(KERN_WARNING "ide=%s: not known\n", value);
}
__setup("ide=", ide_setup);

/* ---- who owns the channel ---- */

static bool claim(ide_hwif_t *hwif, ide_state from)
{
	spin_guard g(hwif->lock);

	if (hwif->state != from)
		return false;
	hwif->state = HWIF_OWNED;
	return true;
}

/* For a queue's owner: if it fails, the present owner will look again. */
static bool claim_idle(ide_hwif_t *hwif)
{
	spin_guard g(hwif->lock);

	if (hwif->state != HWIF_IDLE) {
		hwif->again = true;
		return false;
	}
	hwif->state = HWIF_OWNED;
	hwif->again = false;
	return true;
}

/* False: a queue may have got work since the owner looked at it. */
static bool release(ide_hwif_t *hwif)
{
	spin_guard g(hwif->lock);

	if (!hwif->again) {
		hwif->state = HWIF_IDLE;
		return true;
	}
	hwif->again = false;
	return false;
}

/* ---- starting ---- */

static bool start_command(ide_drive_t *drive, request *rq)
{
	if (rq->flush)
		return ide_start_flush(drive);
	bool pio = drive->pio || !drive->dma;
	unsigned limit = pio ? min(drive->limit, IDE_MAX_SECTORS_28)
			     : drive->limit;

	return ide_start_rw(drive, rq, (unsigned)min(rq->nr_sectors,
						     (unsigned long)limit),
			    pio);
}

/* Next command of the request; queue_lock held, channel owned. */
static inline void start_request(ide_drive_t *drive, request *rq)
{
	ide_hwif_t *hwif = drive->hwif;

	hwif->drive = drive;
	hwif->rq = rq;
	if (!start_command(drive, rq)) {
		printk(KERN_ERR "%s: cannot be selected\n", drive->name);
		hwif->outcome = IDE_TIMED_OUT;
		ide_begin_reset(hwif);
	}
}

static void end_request(ide_drive_t *drive, request *rq, bool uptodate)
{
	end_that_request_first(rq, uptodate, rq->nr_sectors);
	end_that_request_last(rq);
	drive->limit = drive->queue.max_sectors;
	drive->timeouts = drive->dma_errors = 0;
	drive->pio = false;
}

/* What needs no command is over here: true. */
static inline bool ended_without_command(ide_drive_t *drive, request *rq)
{
	if (!drive->dead && !(rq->flush && !drive->flush))
		return false;
	end_request(drive, rq, !drive->dead);
	return true;
}

/* Starts the drive's next request if there is one. queue_lock held, channel
 * owned. */
static inline bool take_request(ide_drive_t *drive)
{
	while (request *rq = elv_next_request(&drive->queue)) {
		blkdev_dequeue_request(rq);
		if (ended_without_command(drive, rq))
			continue;
		start_request(drive, rq);
		return true;
	}
	return false;
}

/* Whose turn it is: the other drive's if it has work. No lock held: who puts a
 * request into a queue that was found empty has yet to ask for the channel. */
static ide_drive_t *next_drive(const ide_hwif_t *hwif)
{
	ide_drive_t *last = hwif->drive, *other = hwif->drives[!last->unit];

	if (other && elv_has_request(&other->queue))
		return other;
	return elv_has_request(&last->queue) ? last : nullptr;
}

/* Gives the owned channel the next request of either drive, or makes it
 * idle. */
static void ide_do_request(ide_hwif_t *hwif)
{
	do {
		while (ide_drive_t *drive = next_drive(hwif)) {
			spin_guard g(drive->queue.queue_lock);

			if (take_request(drive))
				return;
		}
	} while (!release(hwif));
}

/* The same for one who must not look at the other drive's queue: if that got
 * work meanwhile, the timer will. */
static void release_or_defer(ide_hwif_t *hwif)
{
	spin_guard g(hwif->lock);

	hwif->state = hwif->again ? HWIF_DEFERRED : HWIF_IDLE;
	if (hwif->again)
		mod_timer(&hwif->timer, jiffies + 1);
}

/* The queue's request_fn: queue_lock held. */
void do_ide_request(request_queue *q)
{
	auto *drive = (ide_drive_t *)q->queuedata;

	if (claim_idle(drive->hwif) && !take_request(drive))
		release_or_defer(drive->hwif);
}

/* ---- ending ---- */

/* The part of the request that this command did is done. */
static void advance_request(ide_drive_t *drive, request *rq, unsigned nsectors)
{
	unsigned most = drive->queue.max_sectors;

	rq->errors = 0;
	drive->limit = min(drive->limit * 2, most);
	end_that_request_first(rq, true, nsectors);
}

/* A command is over; the channel is owned, no lock held. */
static void command_done(ide_hwif_t *hwif, ide_outcome outcome)
{
	ide_drive_t *drive = hwif->drive;
	request *rq = hwif->rq;
	{
		spin_guard g(drive->queue.queue_lock);
		bool again;

		if (outcome != IDE_OK)
			again = ide_error(drive, rq, outcome);
		else if ((again = !rq->flush &&
				  hwif->nsectors < rq->nr_sectors))
			advance_request(drive, rq, hwif->nsectors);
		if (again) {
			start_request(drive, rq);
			return;
		}
		hwif->rq = nullptr;
		end_request(drive, rq, outcome == IDE_OK);
	}
	ide_do_request(hwif);
}

/* How a transfer by DMA usually ends; the rest is left to ide_judge(). */
static inline bool went_well(u8 stat, u8 bm)
{
	constexpr u8 LOOK = BUSY_STAT | READY_STAT | WRERR_STAT | DRQ_STAT |
		ERR_STAT;

	return (stat & LOOK) == READY_STAT &&
		!(bm & (BM_STAT_ERROR | BM_STAT_ACTIVE));
}

/* The interrupt of the command came; the channel is owned. */
static void service_command(ide_hwif_t *hwif, u8 bm)
{
	bool dma = hwif->protocol == IDE_PROTO_DMA;

	if (dma)
		ide_dma_stop(hwif);
	u8 stat = inb(hwif->io_base + IDE_STATUS);

	ide_dma_ack(hwif, bm);
	if (likely(dma && went_well(stat, bm))) {
		command_done(hwif, IDE_OK);
		return;
	}
	if (!dma && hwif->protocol != IDE_PROTO_NODATA &&
	    ide_pio_intr(hwif, stat))
		return;
	ide_outcome outcome = ide_judge(hwif, stat, bm);

	if (outcome == IDE_TIMED_OUT) {
		hwif->outcome = outcome;
		ide_begin_reset(hwif);
		return;
	}
	command_done(hwif, outcome);
}

bool ide_intr(int, void *dev, pt_regs *)
{
	auto *hwif = (ide_hwif_t *)dev;
	u8 bm = inb(hwif->bm_base + BM_STATUS);

	if (!(bm & BM_STAT_INTR))
		return false;
	add_interrupt_randomness(hwif->irq);
	if (claim(hwif, HWIF_COMMAND)) {
		service_command(hwif, bm);
		return true;
	}
	/* Nobody waits for it: of a command that was given up. */
	inb(hwif->io_base + IDE_STATUS);
	ide_dma_ack(hwif, bm);
	return true;
}

/* ---- the timer ---- */

static void command_timed_out(ide_hwif_t *hwif)
{
	u8 bm = inb(hwif->bm_base + BM_STATUS);

	if (bm & BM_STAT_INTR) {
		printk(KERN_WARNING "%s: lost interrupt\n", hwif->drive->name);
		service_command(hwif, bm);
		return;
	}
	ide_dma_stop(hwif);
	count_vm_event(DISK_ERROR);
	printk(KERN_ERR "%s: timeout: status=0x%02x, bus master=0x%02x\n",
	       hwif->drive->name, ide_altstatus(hwif), bm);
	hwif->outcome = IDE_TIMED_OUT;
	ide_begin_reset(hwif);
}

static void reset_timer(ide_hwif_t *hwif)
{
	if (ide_reset_done(hwif))
		command_done(hwif, hwif->outcome);
}

/* Whether the command is over its time; if not, the timer goes on. */
static bool claim_overdue(ide_hwif_t *hwif)
{
	spin_guard g(hwif->lock);

	if (hwif->state != HWIF_COMMAND)
		return false;
	if (!time_after_eq(jiffies, hwif->deadline)) {
		mod_timer(&hwif->timer, hwif->deadline);
		return false;
	}
	hwif->state = HWIF_OWNED;
	return true;
}

void ide_timer_expiry(unsigned long data)
{
	auto *hwif = (ide_hwif_t *)data;
	unsigned long flags = local_irq_save();

	if (claim_overdue(hwif))
		command_timed_out(hwif);
	else if (claim(hwif, HWIF_RESET))
		reset_timer(hwif);
	else if (claim(hwif, HWIF_DEFERRED))
		ide_do_request(hwif);
	local_irq_restore(flags);
}
