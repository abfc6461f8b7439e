/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is done to a store of records: a sequence of operations that depends
 * on nothing but the seed, and the model that knows what every get must give.
 * harness/kvcache.py makes the same sequence; both must change together.
 *
 * Four in five picks fall into the first fifth of what is left to pick from,
 * again and again: a few clusters are asked for very often, most of them now
 * and then. A multiplication scatters them over the file.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include <pattern.h>
#include <xorshift.h>

constexpr size_t RECORD = 512;
constexpr unsigned FLUSH_EVERY = 2500, PUT_ONE_IN = 5, FIFTHS = 5;

enum op_kind { GET, PUT, FLUSH };
struct operation {
	op_kind kind;
	uint32_t record;
	uint32_t version;	/* of a put */
};

struct workload {
	uint32_t state, number = 0;
	uint32_t clusters, per_cluster;	/* clusters: a power of two */

	workload(uint32_t seed, uint32_t nr_clusters, uint32_t records_each)
		: state(seed * 2 + 1), clusters(nr_clusters),
		  per_cluster(records_each) {}

	operation next()
	{
		operation op = {GET, 0, ++number};

		if (number % FLUSH_EVERY == 0) {
			op.kind = FLUSH;
			return op;
		}
		if (random(PUT_ONE_IN) == 0)
			op.kind = PUT;
		op.record = pick_cluster() * per_cluster + random(per_cluster);
		return op;
	}

private:
	uint32_t random(uint32_t below)
	{
		return (xorshift(state) >> 8) % below;
	}

	uint32_t pick_cluster()
	{
		uint32_t range = clusters;

		while (range >= FIFTHS && random(FIFTHS))
			range /= FIFTHS;
		return random(range) * 0x9e3779b1u % clusters;
	}
};

/* Version @version of record @record: the pattern of that seed at the place
 * that the record has in the file. */
static inline void make_record(uint32_t record, uint32_t version, uint32_t *to)
{
	uint64_t at = (uint64_t)record * RECORD;
	uint32_t first = pattern_word(version, at);
	uint32_t step = pattern_word(version, at + 4) - first;

	for (unsigned i = 0; i < RECORD / 4; i++)
		to[i] = first + i * step;
}

/* The version that each record has now. */
struct model {
	uint32_t *versions;

	explicit model(uint32_t records)
		: versions((uint32_t *)calloc(records, sizeof(uint32_t))) {}
	~model() { free(versions); }
	model(const model &) = delete;

	bool holds(uint32_t record, const uint8_t *bytes) const
	{
		uint32_t want[RECORD / 4];

		make_record(record, versions[record], want);
		return !memcmp(want, bytes, RECORD);
	}
};
