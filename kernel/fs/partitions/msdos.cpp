/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Master boot records: four primary partitions, one of which may hold a chain
 * of logical ones (2.4's fs/partitions/msdos.c). Logical partitions are 5 and
 * up. Each link of the chain is a sector like the first one; its data entry
 * counts from the link, its link entry from the start of the chain.
 */
#include "check.h"
#include <linux/kernel.h>
#include <linux/string.h>

constexpr unsigned TABLE_OFFSET = 446, MAGIC_OFFSET = 510, ENTRIES = 4;
constexpr unsigned FIRST_LOGICAL = 5;
constexpr unsigned MAX_LINKS = 128;	/* a damaged chain may be a ring */

struct __packed mbr_entry {
	u8 boot_ind;		/* 0x80: active */
	u8 chs_first[3];
	u8 type;		/* 0: unused */
	u8 chs_last[3];
	u32 start, size;	/* sectors */
};
static_assert(sizeof(mbr_entry) == 16);

static bool is_extended(const mbr_entry *e)
{
	return e->type == 0x05 || e->type == 0x0f || e->type == 0x85;
}

static bool has_table(const u8 *sector)
{
	return sector[MAGIC_OFFSET] == 0x55 && sector[MAGIC_OFFSET + 1] == 0xaa;
}

static void copy_table(mbr_entry *table, const u8 *sector)
{
	memcpy(table, sector + TABLE_OFFSET, ENTRIES * sizeof(mbr_entry));
}

/* A file system's boot sector has the same magic number, but code where the
 * table would be. */
static bool plausible(const mbr_entry *table)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (table[i].boot_ind & 0x7f)
			return false;
	return true;
}

/* Enters the data partition of a link; returns the number for the next. */
static unsigned add_logical(parse_state *s, const mbr_entry *table,
			    sector_t link, unsigned part)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		const mbr_entry *e = &table[i];

		if (!e->size || is_extended(e))
			continue;
		if (e->start + link < link)
			continue;	/* wraps round */
		if (add_partition(s, part, link + e->start, e->size) &&
		    ++part >= s->disk->minors)
			break;
	}
	return part;
}

/* Where the chain goes on, relative to its start; 0: nowhere. */
static sector_t next_link(const mbr_entry *table)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (table[i].size && is_extended(&table[i]))
			return table[i].start;
	return 0;
}

/* A chain that comes back to a link seen before ends there: @mark stays at
 * one link for longer and longer. */
static void parse_extended(parse_state *s, sector_t first, unsigned *part)
{
	sector_t link = first, mark = first;
	mbr_entry table[ENTRIES];
	u8 sector[512];

	for (unsigned n = 0; n < MAX_LINKS && *part < s->disk->minors; n++) {
		if (read_dev_sector(s, link, sector).failed() ||
		    !has_table(sector))
			return;
		copy_table(table, sector);
		*part = add_logical(s, table, link, *part);
		sector_t next = next_link(table);

		if (!next || next + first < first)
			return;
		link = first + next;
		if (link == mark)
			return;
		if (!(n & (n + 1)))
			mark = link;
	}
}

result<long> msdos_partition(parse_state *s)
{
	unsigned logical = FIRST_LOGICAL;
	mbr_entry table[ENTRIES];
	u8 sector[512];

	TRY(read_dev_sector(s, 0, sector));
	copy_table(table, sector);
	if (!has_table(sector) || !plausible(table))
		return 0l;
	for (unsigned i = 0; i < ENTRIES; i++) {
		const mbr_entry *e = &table[i];

		if (!e->size || !e->type)
			continue;
		/* Of an extended one only the boot loader's part is usable. */
		if (!is_extended(e)) {
			add_partition(s, i + 1, e->start, e->size);
		} else if (add_partition(s, i + 1, e->start,
					 min(e->size, 2u))) {
			plog(&s->log, " <");
			parse_extended(s, e->start, &logical);
			plog(&s->log, " >");
		}
	}
	return 1l;
}
