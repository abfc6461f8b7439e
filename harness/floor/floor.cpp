/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the emulated disk controller can do at all: boots without an operating
 * system and issues one READ DMA EXT (WRITE DMA EXT) at a time, halting until
 * its interrupt. No page tables, no scheduler, no queue. Prints the ticks of
 * an operation for every block size and order: no kernel can be faster with
 * one command at a time.
 *
 * Command line: drive=0..3 (hda ... hdd), mib=N (the part of the disk that is
 * used), seed=N (its contents, pattern.h), quick=1. What is written is what
 * was read from there.
 */
#include <pattern.h>

#include "pc.h"

constexpr size_t KIB = 1024, MIB = 1024 * 1024, PAGE = 4096;
constexpr size_t LARGEST = 4 * MIB, PRD_BYTES = 64 * KIB, SECTOR = 512;
constexpr unsigned MOST = 256;

constexpr uint8_t READ_DMA_EXT = 0x25, WRITE_DMA_EXT = 0x35;
constexpr uint8_t BUSY = 0x80, READY = 0x40, FAULT = 0x20, ERROR = 0x01;
constexpr uint8_t BM_START = 1, BM_TO_MEMORY = 8, BM_ERROR = 2, BM_IRQ = 4;

static const struct {
	size_t size;
	unsigned count;
	bool quick;
} sizes[] = {
	{4 * KIB, 256, true}, {16 * KIB, 256, false}, {64 * KIB, 256, true},
	{256 * KIB, 128, false}, {MIB, 48, true}, {4 * MIB, 32, false},
};

struct [[gnu::packed]] prd {
	uint32_t address;
	uint16_t bytes;		/* 0: 64 KiB */
	uint16_t flags;
};
constexpr uint16_t PRD_LAST = 0x8000;

alignas(PRD_BYTES) static uint8_t buffer[LARGEST];
alignas(PAGE) static prd table[LARGEST / PRD_BYTES];
static uint64_t spent[MOST];

static unsigned drive, seed, quick, mib = 64;
static uint16_t port, bus_master;
static volatile bool done;
static volatile uint8_t status;

/* ---- interrupts ---- */

constexpr uint16_t PIC[] = {0x20, 0xa0};
constexpr uint8_t FIRST_VECTOR = 0x20, END_OF_INTERRUPT = 0x20;

struct [[gnu::packed]] gate {
	uint16_t low, selector;
	uint16_t type;
	uint16_t high;
};
static gate gates[FIRST_VECTOR + 16];

extern "C" void disk_entry();
extern "C" void stray_entry();
extern "C" void disk_interrupt();
extern "C" [[noreturn]] void stray_interrupt();
extern "C" void floor_main(const uint32_t *info);

void disk_interrupt()
{
	status = inb(port + 7);		/* the drive takes its line back */
	outb(PIC[1], END_OF_INTERRUPT);
	outb(PIC[0], END_OF_INTERRUPT);
	done = true;
}

void stray_interrupt()
{
	give_up("exception-or-stray-interrupt");
}

static void set_gate(unsigned vector, void (*entry)())
{
	auto a = (uint32_t)entry;

	gates[vector] = {(uint16_t)a, 8, 0x8e00, (uint16_t)(a >> 16)};
}

static void set_up_interrupts(unsigned irq)
{
	struct [[gnu::packed]] { uint16_t limit; const void *base; }
		pointer = {sizeof(gates) - 1, gates};

	for (unsigned v = 0; v < sizeof(gates) / sizeof(gates[0]); v++)
		set_gate(v, stray_entry);
	set_gate(FIRST_VECTOR + irq, disk_entry);
	asm volatile("lidt %0" : : "m"(pointer));
	for (int i = 0; i < 2; i++) {
		outb(PIC[i], 0x11);
		outb(PIC[i] + 1, FIRST_VECTOR + 8 * i);
		outb(PIC[i] + 1, i ? 2 : 4);
		outb(PIC[i] + 1, 1);
	}
	outb(PIC[0] + 1, (uint8_t)~4);		/* the second one */
	outb(PIC[1] + 1, (uint8_t)~(1 << (irq - 8)));
}

/* ---- the controller ---- */

static uint32_t pci(unsigned device, unsigned function, unsigned reg)
{
	outl(0xcf8, 0x80000000 | device << 11 | function << 8 | reg);
	return inl(0xcfc);
}

static uint16_t find_bus_master()
{
	constexpr uint32_t IDE_CLASS = 0x0101;

	for (unsigned d = 0; d < 32; d++)
		for (unsigned f = 0; f < 8; f++) {
			if (pci(d, f, 8) >> 16 != IDE_CLASS)
				continue;
			uint16_t base = pci(d, f, 0x20) & 0xfff0;
			pci(d, f, 4);
			outl(0xcfc, 5);		/* I/O, bus master */
			return base;
		}
	give_up("no-ide-controller");
}

static void set_up_controller()
{
	port = drive < 2 ? 0x1f0 : 0x170;
	bus_master = find_bus_master() + (drive < 2 ? 0 : 8);
	set_up_interrupts(drive < 2 ? 14 : 15);
	outb(port + 6, 0xe0 | (drive & 1) << 4);
	while (inb(port + 7) & BUSY)
		;
	if (!(inb(port + 7) & READY))
		give_up("no-such-drive", drive);
	outb(port + 0x206, 0);			/* interrupts on */
}

static void fill_table(size_t len)
{
	unsigned n = 0;

	for (size_t at = 0; at < len; at += PRD_BYTES, n++) {
		size_t left = len - at;
		table[n] = {(uint32_t)buffer + at,
			    (uint16_t)(left < PRD_BYTES ? left : 0), 0};
	}
	table[n - 1].flags = PRD_LAST;
}

/* Each register takes two bytes, the higher one first. */
static void write_task_file(uint32_t sector, uint32_t count, uint8_t command)
{
	outb(port + 2, count >> 8);
	outb(port + 3, sector >> 24);
	outb(port + 4, 0);
	outb(port + 5, 0);
	outb(port + 2, count);
	outb(port + 3, sector);
	outb(port + 4, sector >> 8);
	outb(port + 5, sector >> 16);
	outb(port + 7, command);
}

static void transfer(bool write, uint64_t offset, size_t len)
{
	uint8_t direction = write ? 0 : BM_TO_MEMORY;

	fill_table(len);
	done = false;
	outl(bus_master + 4, (uint32_t)table);
	outb(bus_master + 2, BM_ERROR | BM_IRQ);
	outb(bus_master, direction);
	write_task_file(offset / SECTOR, len / SECTOR,
			write ? WRITE_DMA_EXT : READ_DMA_EXT);
	outb(bus_master, direction | BM_START);
	asm volatile("cli");
	while (!done)
		asm volatile("sti; hlt; cli" : : : "memory");
	uint8_t bm = inb(bus_master + 2);
	outb(bus_master, 0);
	outb(bus_master + 2, BM_IRQ);
	if ((status & (ERROR | FAULT)) || (bm & BM_ERROR))
		give_up("transfer", status << 8 | bm);
}

/* ---- measuring ---- */

static uint32_t gcd(uint32_t a, uint32_t b) { return b ? gcd(b, a % b) : a; }

static uint64_t piece(size_t size, bool random, uint32_t n)
{
	uint32_t pieces = mib * MIB / size, step = pieces * 618 / 1000;

	while (gcd(step, pieces) != 1)
		step++;
	return (uint64_t)(n * (random ? step : 1) % pieces) * size;
}

static uint32_t *word(size_t at) { return (uint32_t *)(buffer + at); }

static void poison(size_t len, uint64_t offset)
{
	for (size_t i = 0; i < len; i += PAGE)
		*word(i) = ~pattern_word(seed, offset + i);
}

static void check(size_t len, uint64_t offset)
{
	for (size_t i = 0; seed && i < len; i += PAGE)
		if (*word(i) != pattern_word(seed, offset + i))
			give_up("data", (offset + i) / SECTOR);
}

static void operate(bool write, uint64_t offset, size_t len, uint64_t *time)
{
	if (write)
		transfer(false, offset, len);
	else
		poison(len, offset);
	uint64_t start = ticks();
	transfer(write, offset, len);
	*time = ticks() - start;
	check(len, offset);
}

static void sort(uint64_t *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned k = i; k && v[k - 1] > v[k]; k--) {
			uint64_t x = v[k];
			v[k] = v[k - 1];
			v[k - 1] = x;
		}
}

static void measure(bool write, bool random, size_t size, unsigned count)
{
	constexpr unsigned WARM_UP = 2;
	uint64_t sum = 0;

	for (unsigned i = 0; i < WARM_UP + count; i++)
		operate(write, piece(size, random, i), size,
			spent + (i < WARM_UP ? 0 : i - WARM_UP));
	for (unsigned i = 0; i < count; i++)
		sum += spent[i];
	sort(spent, count);
	divide(&sum, count);
	put("floor drive=", (uint64_t)drive);
	put(random ? " order=random" : " order=sequence");
	put(write ? " moves=w" : " moves=r");
	put(" size=", (uint64_t)size);
	put(" low=", spent[count / 10]);
	put(" median=", spent[count / 2]);
	put(" mean=", sum);
	put('\n');
}

/* ---- command line ---- */

static bool begins(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

static void option(const char *line, const char *name, unsigned *value)
{
	for (; *line; line++) {
		if (!begins(line, name))
			continue;
		*value = 0;
		while (*line++ != '=')
			;
		for (; *line >= '0' && *line <= '9'; line++)
			*value = *value * 10 + *line - '0';
		return;
	}
}

void floor_main(const uint32_t *info)
{
	constexpr unsigned COMMAND_LINE = 4;	/* in the flags: its bit */
	auto line = *info & COMMAND_LINE ? (const char *)info[4] : "";

	option(line, "drive=", &drive);
	option(line, "seed=", &seed);
	option(line, "mib=", &mib);
	option(line, "quick=", &quick);
	if (drive > 3 || !mib)
		give_up("arguments");
	set_up_controller();
	for (int write = 0; write < 2; write++)
		for (int random = 0; random < (quick ? 1 : 2); random++)
			for (auto &s : sizes)
				if (s.quick || !quick)
					measure(write, random, s.size,
						s.count);
	put("floor done=1\n");
	leave(0);
}
