/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IDE disks behind a PIIX controller. Registers and bits have the names of
 * ATA/ATAPI-6 and of the 82371AB (PIIX4) data sheet. drivers/ide/.
 *
 * A channel (ide_hwif_t, 2.4's hwif and hwgroup in one) does one command at a
 * time, for one of its drives. Whoever has moved hwif->state to HWIF_OWNED
 * has the channel's registers and all fields of the hwif to himself until he
 * moves it on; the moves are made under hwif->lock.
 */
#pragma once

#include <asm/io.h>
#include <linux/blkdev.h>
#include <linux/interrupt.h>
#include <linux/spinlock.h>

/* Command block, from io_base */
constexpr u16 IDE_DATA = 0, IDE_ERROR = 1, IDE_FEATURE = 1, IDE_NSECTOR = 2,
	IDE_LBAL = 3, IDE_LBAM = 4, IDE_LBAH = 5, IDE_SELECT = 6,
	IDE_STATUS = 7, IDE_COMMAND = 7;
/* Status */
constexpr u8 BUSY_STAT = 0x80, READY_STAT = 0x40, WRERR_STAT = 0x20,
	SEEK_STAT = 0x10, DRQ_STAT = 0x08, ECC_STAT = 0x04, INDEX_STAT = 0x02,
	ERR_STAT = 0x01;
/* Error */
constexpr u8 ICRC_ERR = 0x80, ECC_ERR = 0x40, MC_ERR = 0x20, ID_ERR = 0x10,
	MCR_ERR = 0x08, ABRT_ERR = 0x04, TRK0_ERR = 0x02, MARK_ERR = 0x01;
/* Device register, device control register */
constexpr u8 SELECT_OBSOLETE = 0xa0, SELECT_LBA = 0x40, SELECT_UNIT = 0x10;
constexpr u8 CTL_NIEN = 0x02, CTL_SRST = 0x04, CTL_HOB = 0x80;
/* Commands */
constexpr u8 WIN_READ = 0x20, WIN_READ_EXT = 0x24, WIN_READDMA_EXT = 0x25,
	WIN_WRITE = 0x30, WIN_WRITE_EXT = 0x34, WIN_WRITEDMA_EXT = 0x35,
	WIN_PIDENTIFY = 0xa1, WIN_READDMA = 0xc8, WIN_WRITEDMA = 0xca,
	WIN_FLUSH_CACHE = 0xe7, WIN_FLUSH_CACHE_EXT = 0xea,
	WIN_IDENTIFY = 0xec;
/* Bus master, from bm_base; status bits 5 and 6 say "drive does DMA" */
constexpr u16 BM_COMMAND = 0, BM_STATUS = 2, BM_PRD_TABLE = 4;
constexpr u8 BM_CMD_START = 0x01, BM_CMD_READ = 0x08;	/* to memory */
constexpr u8 BM_STAT_ACTIVE = 0x01, BM_STAT_ERROR = 0x02, BM_STAT_INTR = 0x04,
	BM_STAT_DRV0 = 0x20, BM_STAT_DRV1 = 0x40;

/* A physical region descriptor. */
struct ide_prd {
	u32 addr;			/* even */
	u32 count;			/* bytes, even, 16 bits; 0 is 64 KiB */
};
static_assert(sizeof(ide_prd) == 8);
constexpr u32 PRD_EOT = 1u << 31;	/* in count: the last one */

constexpr unsigned IDE_MAX_SEGMENTS = 384;
/* A request of 8 MiB in so many segments crosses 128 64-KiB borders at most,
 * each of which makes one more entry. The data sheet allows a table of 64 KiB,
 * but QEMU's controller stops reading it after 4 KiB. */
constexpr unsigned IDE_PRD_ORDER = 0, IDE_MAX_PRDS = 512;
constexpr unsigned IDE_MAX_SECTORS_48 = 16384, IDE_MAX_SECTORS_28 = 256;
constexpr sector_t IDE_LBA28_END = 1ul << 28;
static_assert(IDE_MAX_PRDS * sizeof(ide_prd) == 4096u << IDE_PRD_ORDER);

constexpr unsigned IDE_ERROR_MAX = 3;	/* tries of the smallest piece */
constexpr unsigned IDE_DMA_RETRIES = 2, IDE_TIMEOUT_RETRIES = 3;

struct ide_drive_t;

enum ide_state : u8 {
	HWIF_IDLE,
	HWIF_OWNED,		/* somebody is working on it */
	HWIF_COMMAND,		/* waiting for the interrupt, or the timer */
	HWIF_RESET,		/* waiting for the end of BSY, by timer */
	HWIF_DEFERRED,		/* the timer will look for work */
};
enum ide_protocol : u8 {
	IDE_PROTO_DMA, IDE_PROTO_PIO_IN, IDE_PROTO_PIO_OUT, IDE_PROTO_NODATA,
};
/* How a command ended. */
enum ide_outcome : u8 {
	IDE_OK,
	IDE_MEDIA_ERROR,	/* the drive says so */
	IDE_DMA_ERROR,		/* the transfer went wrong, not the medium */
	IDE_TIMED_OUT,		/* no answer, or a senseless one: reset */
};

struct ide_hwif_t {
	spinlock_t lock{"ide channel", RANK_IDE};
	ide_state state = HWIF_IDLE;
	bool again = false;	/* a queue got work while we were not idle */
	u8 index = 0;
	u8 selected = 0;	/* device register; 0: not known */
	u16 io_base = 0, ctl_port = 0, bm_base = 0;
	u8 irq = 0;
	ide_drive_t *drives[2] = {};
	ide_drive_t *drive = nullptr;	/* whose command it is, or was */
	/* The command under way */
	request *rq = nullptr;
	ide_protocol protocol = IDE_PROTO_NODATA;
	unsigned nsectors = 0;	/* that it moves */
	unsigned pio_left = 0;	/* sectors */
	unsigned pio_entry = 0, pio_offset = 0;	/* where in sg */
	ide_outcome outcome = IDE_OK;	/* to be dealt with after a reset */
	unsigned long deadline = 0;	/* jiffies: of the command or reset */
	timer_list timer;
	scatterlist *sg = nullptr;	/* [IDE_MAX_SEGMENTS] */
	ide_prd *prd_table = nullptr;	/* [IDE_MAX_PRDS] */
};

struct ide_drive_t {
	ide_hwif_t *hwif = nullptr;
	char name[4] = {};
	u8 unit = 0;
	u8 select = 0;		/* device register, without address bits */
	bool lba48 = false, dma = false, flush = false, flush_ext = false;
	bool dead = false;	/* did not come back from a reset */
	unsigned limit = 0;	/* sectors a command, while errors are about */
	/* of the request under way */
	unsigned timeouts = 0, dma_errors = 0;
	bool pio = false;	/* DMA gave up on it */
	sector_t capacity = 0;
	u8 head = 0, sect = 0;
	u16 cyl = 0;
	char model[41] = {};
	u16 id[256] = {};	/* IDENTIFY DEVICE */
	request_queue queue;
	gendisk disk;
};

inline u8 ide_altstatus(const ide_hwif_t *h) { return inb(h->ctl_port); }

/* ide.cpp */
constexpr unsigned MAX_HWIFS = 2;
extern static_array<ide_hwif_t, MAX_HWIFS> ide_hwifs;
extern unsigned long ide_timeout;	/* jiffies */
extern bool ide_nodma;			/* all transfers by PIO */
void do_ide_request(request_queue *q);
bool ide_intr(int irq, void *dev, pt_regs *regs);
void ide_timer_expiry(unsigned long data);
/* The command may raise its interrupt from here on. The timer stays as it is
 * if it runs: when it fires it looks at the deadline. So a command costs no
 * timer operation. */
inline void ide_set_command_state(ide_hwif_t *hwif, unsigned long timeout)
{
	spin_guard g(hwif->lock);

	hwif->deadline = jiffies + timeout;
	hwif->state = HWIF_COMMAND;
	if (!timer_pending(&hwif->timer))
		mod_timer(&hwif->timer, hwif->deadline);
}

/* ide-taskfile.cpp; the channel owned. False: the drive does not let itself
 * be selected. */
bool ide_start_rw(ide_drive_t *drive, request *rq, unsigned nsectors,
		  bool pio);
bool ide_start_flush(ide_drive_t *drive);
/* A PIO interrupt with status @stat. True: more interrupts will come. */
bool ide_pio_intr(ide_hwif_t *hwif, u8 stat);
void ide_pio_sector(ide_hwif_t *hwif);

/* ide-dma.cpp; the channel owned. */
status ide_init_dma(ide_hwif_t *hwif);
void ide_dma_setup(ide_hwif_t *hwif, request *rq, unsigned nsectors);
inline u8 ide_dma_direction(const request *rq)
{
	return rq->cmd == WRITE ? 0 : BM_CMD_READ;
}
inline void ide_dma_begin(ide_hwif_t *hwif, const request *rq)
{
	wmb();			/* the table is in memory */
	outb(ide_dma_direction(rq) | BM_CMD_START, hwif->bm_base + BM_COMMAND);
}
inline void ide_dma_stop(ide_hwif_t *hwif)
{
	outb(0, hwif->bm_base + BM_COMMAND);
	barrier();		/* what it wrote is read only from here on */
}
/* Clears interrupt and error in the bus master's status @bm. */
inline void ide_dma_ack(ide_hwif_t *hwif, u8 bm)
{
	outb((bm & (BM_STAT_DRV0 | BM_STAT_DRV1)) | BM_STAT_INTR |
	     BM_STAT_ERROR, hwif->bm_base + BM_STATUS);
}

/* ide-error.cpp */
/* What status @stat and bus master status @bm say of the command that ended;
 * reads and reports errors. */
ide_outcome ide_judge(ide_hwif_t *hwif, u8 stat, u8 bm);
/* After a failure: true if what is left of the request shall be tried (again),
 * the part that cannot be done having been ended; false: all of it has failed.
 * queue_lock held. */
bool ide_error(ide_drive_t *drive, request *rq, ide_outcome outcome);
void ide_begin_reset(ide_hwif_t *hwif);
/* In HWIF_RESET, from the timer. True: the drives are ready, or given up. */
bool ide_reset_done(ide_hwif_t *hwif);

/* ide-probe.cpp, ide-disk.cpp */
void ide_probe_hwif(ide_hwif_t *hwif);
void idedisk_setup(ide_drive_t *drive);
