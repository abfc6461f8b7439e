/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PIIX bus master, 2.4's ide-dma.c: scatter lists become tables of
 * physical region descriptors. An entry covers at most 64 KiB and crosses no
 * 64-KiB border, nor does the table.
 */
#include <asm/page.h>
#include <linux/ide.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

constexpr u32 PRD_MAX = 0x10000;

status ide_init_dma(ide_hwif_t *hwif)
{
	/* A block of the buddy allocator is aligned to its size. */
	hwif->prd_table = (ide_prd *)__get_free_pages(GFP_KERNEL,
						      IDE_PRD_ORDER);
	hwif->sg = (scatterlist *)kmalloc(IDE_MAX_SEGMENTS *
					  sizeof(scatterlist), GFP_KERNEL);
	return hwif->prd_table && hwif->sg ? 0 : -ENOMEM;
}

/* The first @bytes of the scatter list. */
static unsigned build_dmatable(ide_hwif_t *hwif, u32 bytes)
{
	ide_prd *prd = hwif->prd_table;

	for (const scatterlist *sg = hwif->sg; bytes; sg++) {
		u32 addr = sg->dma_address;
		u32 left = min(sg->length, bytes);

		bytes -= left;
		while (left) {
			u32 n = min(PRD_MAX - addr % PRD_MAX, left);

			prd->addr = addr;
			prd++->count = (u16)n;
			addr += n;
			left -= n;
		}
	}
	prd[-1].count |= PRD_EOT;
	return prd - hwif->prd_table;
}

void ide_dma_setup(ide_hwif_t *hwif, request *rq, unsigned nsectors)
{
	blk_rq_map_sg(rq->q, rq, hwif->sg, IDE_MAX_SEGMENTS);
	count_vm_events(DISK_PRD, build_dmatable(hwif, nsectors << 9));
	outl(__pa(hwif->prd_table), hwif->bm_base + BM_PRD_TABLE);
	outb(ide_dma_direction(rq), hwif->bm_base + BM_COMMAND);
}
