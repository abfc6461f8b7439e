/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A processor's two data caches and what its bus does with them when a device
 * writes to memory. Knows nothing of QEMU: cache.cpp feeds it a guest,
 * cache_replay.cpp a text.
 *
 * Both levels are set-associative, LRU, write-back, and a write fetches the
 * line. A line that is fetched goes into both; neither contains the other by
 * rule: L2 may drop what L1 keeps. L1 gives up a dirty line to L2.
 */
#pragma once

#include <cstdint>
#include <vector>

/* What a device's write to memory does to a line that it covers. */
enum bus_kind {
	INVALIDATES,	/* copies are dropped: a PC's bus */
	UPDATES,	/* copies take the new data as it goes by */
	PLACES,		/* the data goes into L2, not to memory */
	NR_BUSES
};

struct cache_shape {
	const char *name;
	uint32_t line;
	uint32_t l1_size, l1_ways;
	uint32_t l2_size, l2_ways;
};

/* Addresses are in lines. */
class cache_level {
public:
	struct entry {
		uint64_t line;
		bool valid = false, dirty = false;
	};

	cache_level(uint32_t sets, uint32_t ways)
		: ways(ways), mask(sets - 1), entries(sets * ways) {}

	/* Makes @line the most recent of its set; whether it is there. */
	bool use(uint64_t line, bool dirties)
	{
		entry *set = set_of(line), *e = find(set, line);

		if (!e)
			return false;
		to_front(set, e, {line, true, e->dirty || dirties});
		return true;
	}

	/* Puts in @line, which is not there; what had to go for it. */
	entry fill(uint64_t line, bool dirty)
	{
		entry *set = set_of(line), *last = set + ways - 1;
		entry victim = *last;

		to_front(set, last, {line, true, dirty});
		return victim;
	}

	/* Memory holds the same from now on; whether @line is there. */
	bool clean(uint64_t line)
	{
		entry *e = find(set_of(line), line);

		if (e)
			e->dirty = false;
		return e;
	}

	/* Its place is the first to be filled again. */
	bool drop(uint64_t line)
	{
		entry *set = set_of(line), *e = find(set, line);

		if (!e)
			return false;
		for (; e < set + ways - 1; e++)
			*e = e[1];
		e->valid = false;
		return true;
	}

private:
	uint32_t ways;
	uint64_t mask;
	std::vector<entry> entries;	/* of a set: most recent first */

	entry *set_of(uint64_t line) { return &entries[(line & mask) * ways]; }

	entry *find(entry *set, uint64_t line)
	{
		for (entry *e = set; e < set + ways && e->valid; e++)
			if (e->line == line)
				return e;
		return nullptr;
	}

	static void to_front(entry *set, entry *e, entry what)
	{
		for (; e > set; e--)
			*e = e[-1];
		*set = what;
	}
};

class cache_model {
public:
	/* All in lines; [0] by the kernel, [1] by the user. */
	struct tally {
		uint64_t l1_misses[2], l2_misses[2];
		uint64_t written;	/* from L2 to memory */
		uint64_t dma, caught;	/* by a device; with a copy there */
	};
	tally count = {};
	const cache_shape &shape;
	const bus_kind bus;

	cache_model(const cache_shape &s, bus_kind b)
		: shape(s), bus(b),
		  l1(s.l1_size / s.line / s.l1_ways, s.l1_ways),
		  l2(s.l2_size / s.line / s.l2_ways, s.l2_ways) {}

	void access(uint64_t address, uint32_t size, bool write, bool user)
	{
		uint64_t last = (address + size - 1) / shape.line;

		for (uint64_t i = address / shape.line; i <= last; i++)
			access_line(i, write, user);
	}

	/* A device writes @size bytes to memory, whole lines. */
	void device_writes(uint64_t address, uint64_t size)
	{
		uint64_t end = (address + size) / shape.line;

		for (uint64_t i = address / shape.line; i < end; i++)
			device_writes_line(i);
	}

private:
	cache_level l1, l2;

	void access_line(uint64_t line, bool write, bool user)
	{
		if (l1.use(line, write))
			return;
		count.l1_misses[user]++;
		if (!l2.use(line, false)) {
			count.l2_misses[user]++;
			fill_l2(line, false);
		}
		cache_level::entry victim = l1.fill(line, write);
		if (victim.valid && victim.dirty && !l2.use(victim.line, true))
			fill_l2(victim.line, true);
	}

	void fill_l2(uint64_t line, bool dirty)
	{
		cache_level::entry victim = l2.fill(line, dirty);

		count.written += victim.valid && victim.dirty;
	}

	void device_writes_line(uint64_t line)
	{
		bool in_l1, in_l2;

		if (bus == UPDATES) {
			in_l1 = l1.clean(line);
			in_l2 = l2.clean(line);
		} else if (bus == PLACES) {
			in_l1 = l1.drop(line);
			in_l2 = l2.use(line, true);
			if (!in_l2)
				fill_l2(line, true);
		} else {
			in_l1 = l1.drop(line);
			in_l2 = l2.drop(line);
		}
		count.dma++;
		count.caught += in_l1 || in_l2;
	}
};
