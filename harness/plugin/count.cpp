/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A QEMU TCG plugin (QEMU 7.2, plugin API 1): counts what an i386 guest
 * executes between two markers, whatever the guest's kernel says of itself.
 *
 * Lines in QEMU's log, so in one order with its trace events:
 *
 *	count begin ID
 *	count end ID kernel=N user=N rep=N iterations=N invlpg=N ...
 *	count profile ID ADDRESS N	(profile=on: each kernel instruction)
 *
 * tick=ADDRESS has the executions of that instruction counted as timer ticks,
 * which an operation does not cause. layers=FILE names stretches of the
 * kernel, one "START END NAME" a line, in order; the instructions of each
 * name are counted apart (layer:NAME=N).
 *
 * A string instruction with a rep prefix is one instruction each time it is
 * reached; its rounds are counted apart. One processor: the counters are
 * added to without locks, by code in line with the guest's.
 */
#include "plugin.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

/* ---- counters ---- */

enum counter { KERNEL_INSNS, USER_INSNS, REP, ITERATIONS, INVLPG, CR3, CR4,
	       PORT_IO, IRET, HLT, TICKS, NR_COUNTERS, NONE = NR_COUNTERS };
static const char *const names[NR_COUNTERS] = {
	"kernel", "user", "rep", "iterations", "invlpg", "cr3", "cr4",
	"port_io", "iret", "hlt", "ticks"};

static uint64_t counters[NR_COUNTERS], at_begin[NR_COUNTERS];
static uint64_t tick_entry;		/* of the timer's interrupt, or 0 */

/* ---- layers ---- */

struct layer {
	uint64_t count, at_begin;
};
struct stretch {
	uint64_t start, end;
	layer *of;
};
static std::map<std::string, layer> layers;
static std::vector<stretch> stretches;

static bool read_layers(const char *path)
{
	std::ifstream in(path);
	uint64_t start, end;
	std::string name;

	while (in >> std::hex >> start >> end >> name)
		stretches.push_back({start, end, &layers[name]});
	return in.eof() && std::is_sorted(stretches.begin(), stretches.end(),
		[](const stretch &a, const stretch &b) {
			return a.end <= b.start;
		});
}

static layer *layer_at(uint64_t address)
{
	auto s = std::upper_bound(stretches.begin(), stretches.end(), address,
		[](uint64_t a, const stretch &b) { return a < b.end; });

	return s != stretches.end() && address >= s->start ? s->of : nullptr;
}

/* ---- single instructions ---- */

/* One for each string instruction; with profile=on for each instruction of the
 * kernel. */
struct site {
	uint64_t address, count, at_begin;
	layer *of;
};
static bool profiling;
static std::unordered_map<uint64_t, site *> sites;

static site *site_at(uint64_t address)
{
	site *&s = sites[address];

	if (!s)
		s = new site{address, 0, 0, layer_at(address)};
	return s;
}

/* ---- markers ---- */

static void on_begin(unsigned, void *id)
{
	say("count begin %zu\n", (size_t)id);
	for (auto &[address, s] : sites)
		s->at_begin = s->count;
	for (auto &[name, l] : layers)
		l.at_begin = l.count;
	memcpy(at_begin, counters, sizeof(counters));
}

static void on_end(unsigned, void *id)
{
	std::string line = "count end " + std::to_string((size_t)id);

	for (int i = 0; i < NR_COUNTERS; i++)
		line += std::string(" ") + names[i] + "=" +
			std::to_string(counters[i] - at_begin[i]);
	for (auto &[name, l] : layers)
		if (l.count != l.at_begin)
			line += " layer:" + name + "=" +
				std::to_string(l.count - l.at_begin);
	qemu_plugin_outs((line + "\n").c_str());
	for (auto &[address, s] : sites)
		if (profiling && address >= KERNEL && s->count != s->at_begin)
			say("count profile %zu %llx %llu\n", (size_t)id,
			    (unsigned long long)address,
			    (unsigned long long)(s->count - s->at_begin));
}

/* ---- string instructions ---- */

/* QEMU executes each round of one as an instruction of its own: a round that
 * nothing else was executed before is no new instruction. */
static uint64_t last_rep, insns_at_last_rep;

static void on_rep(unsigned, void *data)
{
	auto s = (site *)data;
	uint64_t insns = counters[KERNEL_INSNS] + counters[USER_INSNS];

	counters[ITERATIONS]++;
	if (s->address == last_rep && insns == insns_at_last_rep)
		return;
	counters[REP]++;
	counters[s->address >= KERNEL ? KERNEL_INSNS : USER_INSNS]++;
	s->count++;
	if (s->of)
		s->of->count++;
	last_rep = s->address;
	insns_at_last_rep = insns + 1;
}

/* ---- decoding ---- */

struct decoded {
	counter kind = NONE;
	bool string = false;		/* with a rep prefix */
	vcpu_callback marker = nullptr;
	size_t id = 0;
};

static bool is_string(uint8_t op)
{
	return (op >= 0x6c && op <= 0x6f) || (op >= 0xa4 && op <= 0xa7) ||
		(op >= 0xaa && op <= 0xaf);
}

static void decode_0f(decoded *d, const uint8_t *p, size_t n)
{
	uint8_t reg = n > 2 ? p[2] >> 3 & 7 : 0;

	if (mark m = decode_marker(p, n, &d->id))
		d->marker = m == MARK_BEGIN ? on_begin : on_end;
	else if (n > 2 && p[1] == 0x01 && reg == 7 && p[2] < 0xc0)
		d->kind = INVLPG;
	else if (n > 2 && p[1] == 0x22 && (reg == 3 || reg == 4))
		d->kind = reg == 3 ? CR3 : CR4;
}

static decoded decode(const uint8_t *p, size_t n)
{
	decoded d;
	bool rep = false;

	for (; n > 1 && is_prefix(*p); p++, n--)
		rep |= *p == 0xf2 || *p == 0xf3;
	if (*p == 0x0f)
		decode_0f(&d, p, n);
	else if (is_port_io(*p))
		d.kind = PORT_IO;
	else if (*p == 0xcf)
		d.kind = IRET;
	else if (*p == 0xf4)
		d.kind = HLT;
	d.string = rep && is_string(*p);
	return d;
}

/* ---- translation ---- */

static void add_one(qemu_plugin_insn *insn, uint64_t *counter)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, counter, 1);
}

static void instrument(qemu_plugin_insn *insn)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	bool kernel = address >= KERNEL;
	decoded d = decode((const uint8_t *)qemu_plugin_insn_data(insn),
			   qemu_plugin_insn_size(insn));

	if (d.kind != NONE)
		add_one(insn, &counters[d.kind]);
	if (address == tick_entry)
		add_one(insn, &counters[TICKS]);
	if (d.string) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_rep,
			NO_REGISTERS, site_at(address));
		return;
	}
	add_one(insn, &counters[kernel ? KERNEL_INSNS : USER_INSNS]);
	if (layer *l = layer_at(address))
		add_one(insn, &l->count);
	if (profiling && kernel)
		add_one(insn, &site_at(address)->count);
	if (d.marker && !kernel)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, d.marker,
			NO_REGISTERS, (void *)d.id);
}

static void on_translation(plugin_id, qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(plugin_id id, const void *, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "profile=on")) {
			profiling = true;
		} else if (!strncmp(argv[i], "tick=", 5)) {
			tick_entry = strtoull(argv[i] + 5, nullptr, 16);
		} else if (!strncmp(argv[i], "layers=", 7)) {
			if (read_layers(argv[i] + 7))
				continue;
			fprintf(stderr, "count.so: %s: cannot be used\n",
				argv[i]);
			return -1;
		} else if (strcmp(argv[i], "profile=off")) {
			fprintf(stderr, "count.so: unknown argument %s\n",
				argv[i]);
			return -1;
		}
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
