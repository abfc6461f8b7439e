/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A QEMU TCG plugin (QEMU 7.2, plugin API 1): what an i386 guest's data
 * accesses would do to the caches of a processor between two markers, by
 * physical address, the kernel's and the user's, with what the disk writes to
 * memory in between. Every model below sees the same accesses.
 *
 *	cache.so,log=FILE,ram=FILE
 *
 * The API shows neither port accesses nor what lies in memory. QEMU's trace
 * event memory_region_ops_write tells the writes to the bus master's
 * registers (log= is the file of -D, which QEMU flushes with each line); the
 * table that they name is read where the controller reads it, in the guest's
 * memory (ram= is the file behind it). A transfer happens, for the models,
 * when the guest stops the bus master.
 *
 * Lines in QEMU's log:
 *
 *	cache shape NAME LINE L1-SIZE L1-WAYS L2-SIZE L2-WAYS	(once)
 *	cache begin ID
 *	cache end ID accesses=N,N device=N
 *	cache model ID NAME BUS l1=N,N l2=N,N written=N dma=N caught=N
 *
 * N,N: of the kernel, of the user. device: accesses that were not to memory.
 * The models start empty at the first marker.
 */
#include "cache_model.h"
#include "plugin.h"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const cache_shape shapes[] = {
	/* Pentium III (Coppermine): 16 KiB, 4 ways; 256 KiB, 8 ways. */
	{"p3", 32, 16 << 10, 4, 256 << 10, 8},
	{"big", 64, 32 << 10, 8, 1 << 20, 16},
};
static const char *const buses[NR_BUSES] = {"invalidates", "updates",
					    "places"};

static std::vector<cache_model> models;
static std::vector<cache_model::tally> at_begin;
static struct {
	uint64_t accesses[2], device;
} total, total_at_begin;
static bool started;

/* ---- what the bus master does ---- */

static struct {
	std::string log_name, ram_name;
	FILE *log;
	const uint8_t *ram;
	uint64_t ram_size;
	std::string line;		/* of the log, not whole yet */
	bool written;			/* a port, since we last looked */
} bus;

struct channel {
	uint32_t table;
	uint8_t command;
};
static channel channels[2];

enum { BM_COMMAND = 0, BM_TABLE = 4 };
enum { BM_START = 1, BM_TO_MEMORY = 8 };

[[noreturn]] static void give_up(const char *what, const char *name)
{
	fprintf(stderr, "cache.so: %s %s\n", what, name);
	exit(1);
}

static void map_ram()
{
	struct stat st;
	int fd = open(bus.ram_name.c_str(), O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		give_up("cannot open", bus.ram_name.c_str());
	void *p = mmap(nullptr, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		give_up("cannot map", bus.ram_name.c_str());
	bus.ram = (const uint8_t *)p;
	bus.ram_size = st.st_size;
	close(fd);
}

static void device_writes(uint32_t address, uint32_t size)
{
	for (cache_model &m : models)
		m.device_writes(address, size);
}

static void transfer(const channel *c)
{
	struct {
		uint32_t address;
		uint16_t count, flags;
	} prd;
	constexpr uint16_t LAST = 0x8000;
	uint32_t at = c->table & ~3u;

	do {
		if (at + sizeof(prd) > bus.ram_size)
			give_up("PRD table outside of", bus.ram_name.c_str());
		memcpy(&prd, bus.ram + at, sizeof(prd));
		at += sizeof(prd);
		device_writes(prd.address, prd.count ? prd.count : 0x10000);
	} while (!(prd.flags & LAST));
}

static void register_written(channel *c, unsigned reg, uint32_t value)
{
	if (reg == BM_TABLE)
		c->table = value;
	if (reg != BM_COMMAND)
		return;
	bool stops = c->command & BM_START && !(value & BM_START);
	if (stops && c->command & BM_TO_MEMORY && started)
		transfer(c);
	c->command = value;
}

static void log_line(const char *line)
{
	unsigned port;
	uint64_t value;

	const char *p = strstr(line, "memory_region_ops_write");
	if (!p || (!strstr(p, "'piix-bmdma'") && !strstr(p, "'bmdma'")))
		return;
	p = strstr(p, " addr ");
	if (!p || sscanf(p, " addr 0x%x value 0x%lx", &port, &value) != 2)
		give_up("cannot read", line);
	register_written(&channels[port >> 3 & 1], port & 7, value);
}

static void look_at_bus()
{
	bus.written = false;
	if (!bus.log && !(bus.log = fopen(bus.log_name.c_str(), "re")))
		give_up("cannot open", bus.log_name.c_str());
	clearerr(bus.log);
	for (int c; (c = getc(bus.log)) != EOF;) {
		if (c != '\n') {
			bus.line += c;
			continue;
		}
		log_line(bus.line.c_str());
		bus.line.clear();
	}
}

/* ---- what the processor does ---- */

/* An access to the block of 32 bytes that the last one went to hits every
 * L1 and changes nothing, unless it is the first to write. */
static struct {
	uint64_t block;
	bool written;
} last;
constexpr uint64_t BLOCK = 32, NO_BLOCK = -1;

static void on_access(unsigned, plugin_access access, uint64_t vaddr,
		      void *user)
{
	if (bus.written) {
		look_at_bus();
		last.block = NO_BLOCK;
	}
	if (!started)
		return;
	qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(access, vaddr);
	if (!hw || qemu_plugin_hwaddr_is_io(hw)) {
		total.device++;
		return;
	}
	uint64_t address = qemu_plugin_hwaddr_phys_addr(hw);
	uint32_t size = 1u << qemu_plugin_mem_size_shift(access);
	bool write = qemu_plugin_mem_is_store(access);

	total.accesses[!!user]++;
	if (address / BLOCK == last.block && last.written >= write &&
	    (address + size - 1) / BLOCK == last.block)
		return;
	for (cache_model &m : models)
		m.access(address, size, write, user);
	last.block = (address + size - 1) / BLOCK;
	last.written = write;
}

/* Comes before the instruction: what it writes is in the log later. */
static void on_port_io(unsigned, void *)
{
	bus.written = true;
}

static void start()
{
	map_ram();
	for (const cache_shape &s : shapes)
		say("cache shape %s %u %u %u %u %u\n", s.name, s.line,
		    s.l1_size, s.l1_ways, s.l2_size, s.l2_ways);
	started = true;
}

static void on_begin(unsigned, void *id)
{
	if (!started)
		start();
	say("cache begin %zu\n", (size_t)id);
	at_begin.clear();
	for (const cache_model &m : models)
		at_begin.push_back(m.count);
	total_at_begin = total;
}

static void print_model(size_t id, const cache_model &m,
			const cache_model::tally &b)
{
	const cache_model::tally &t = m.count;

	say("cache model %zu %s %s l1=%lu,%lu l2=%lu,%lu written=%lu dma=%lu "
	    "caught=%lu\n", id, m.shape.name, buses[m.bus],
	    t.l1_misses[0] - b.l1_misses[0], t.l1_misses[1] - b.l1_misses[1], t.l2_misses[0] - b.l2_misses[0],
	    t.l2_misses[1] - b.l2_misses[1], t.written - b.written,
	    t.dma - b.dma, t.caught - b.caught);
}

static void on_end(unsigned, void *id)
{
	say("cache end %zu accesses=%lu,%lu device=%lu\n", (size_t)id,
	    total.accesses[0] - total_at_begin.accesses[0],
	    total.accesses[1] - total_at_begin.accesses[1],
	    total.device - total_at_begin.device);
	for (size_t i = 0; i < at_begin.size(); i++)
		print_model((size_t)id, models[i], at_begin[i]);
}

/* ---- translation ---- */

static bool does_port_io(const uint8_t *p, size_t n)
{
	for (; n > 1 && is_prefix(*p); p++)
		n--;
	return is_port_io(*p);
}

static void instrument(qemu_plugin_insn *insn)
{
	bool user = qemu_plugin_insn_vaddr(insn) < KERNEL;
	auto p = (const uint8_t *)qemu_plugin_insn_data(insn);
	size_t n = qemu_plugin_insn_size(insn), id;

	qemu_plugin_register_vcpu_mem_cb(insn, on_access, NO_REGISTERS,
					 READS_AND_WRITES, (void *)user);
	if (does_port_io(p, n))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_port_io,
			NO_REGISTERS, nullptr);
	mark m = user ? decode_marker(p, n, &id) : NO_MARK;
	if (m)
		qemu_plugin_register_vcpu_insn_exec_cb(insn,
			m == MARK_BEGIN ? on_begin : on_end, NO_REGISTERS,
			(void *)id);
}

static void on_translation(plugin_id, qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(plugin_id id, const void *, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "log=", 4)) {
			bus.log_name = argv[i] + 4;
		} else if (!strncmp(argv[i], "ram=", 4)) {
			bus.ram_name = argv[i] + 4;
		} else {
			fprintf(stderr, "cache.so: unknown argument %s\n",
				argv[i]);
			return -1;
		}
	}
	if (bus.log_name.empty() || bus.ram_name.empty()) {
		fprintf(stderr, "cache.so: log= and ram= are needed\n");
		return -1;
	}
	for (const cache_shape &s : shapes)
		for (int b = 0; b < NR_BUSES; b++)
			models.emplace_back(s, (bus_kind)b);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
