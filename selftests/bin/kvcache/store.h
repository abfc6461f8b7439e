/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A store of records of one size that caches its file itself. The file is
 * clusters; some of them are in the frames of a pool. When a frame is needed a
 * clock hand goes round the frames and takes the first that was not used since
 * it came by last. put() changes the frame; the pages it changed are written
 * when the frame is needed, or at flush().
 *
 * Invariant: a cluster is in one frame or in none, and slot[] says in which;
 * a frame whose cluster could not be loaded holds none.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "workload.h"

struct store_counts {
	uint32_t hits = 0, misses = 0, saves = 0;
};

class store {
public:
	/* @cluster: bytes, a multiple of PAGE up to 32 pages. */
	store(const backend *way, size_t cluster, unsigned nr_frames,
	      uint64_t size);
	~store();
	store(const store &) = delete;

	bool open(const char *path);
	/* The record, until the next call; or null. */
	const uint8_t *get(uint32_t record);
	bool put(uint32_t record, const void *bytes);
	/* When it returns true, everything put so far is on the disk. */
	bool flush();

	store_counts counts;
	const char *failed_call() const { return p.call; }
	int fd() const { return p.fd; }

private:
	struct frame {
		int32_t cluster = -1;
		bool used = false;	/* since the hand came by */
		uint32_t dirty = 0;	/* a bit for each page */
		uint8_t *data = nullptr;
	};

	frame *find(uint32_t cluster);
	frame *take_frame();
	bool save(frame *f);
	bool save_pages(frame *f, unsigned first, unsigned n);

	pool p;
	bool opened = false;
	frame *frames;
	int32_t *slot;			/* frame of each cluster, or -1 */
	unsigned hand = 0, nr_clusters;
};

inline store::store(const backend *way, size_t cluster, unsigned nr_frames,
		    uint64_t size)
	: p{way, cluster, nr_frames, size}, nr_clusters(size / cluster)
{
	frames = (frame *)calloc(nr_frames, sizeof(frame));
	slot = (int32_t *)malloc(nr_clusters * sizeof(*slot));
	for (unsigned i = 0; i < nr_frames; i++)
		frames[i].cluster = -1;
	for (unsigned i = 0; i < nr_clusters; i++)
		slot[i] = -1;
}

inline store::~store()
{
	if (opened)
		p.way->close(&p);
	if (p.fd >= 0)
		close(p.fd);
	free(frames);
	free(slot);
}

inline bool store::open(const char *path)
{
	p.fd = ::open(path, p.way->open_flags);
	if (p.fd < 0)
		return failed(&p, "open");
	opened = p.way->open(&p);
	return opened;
}

inline bool store::save_pages(frame *f, unsigned first, unsigned n)
{
	counts.saves++;
	return p.way->save(&p, f->data + first * PAGE, n * PAGE,
			   (off_t)f->cluster * p.cluster + first * PAGE);
}

/* Neighbouring pages go in one piece. */
inline bool store::save(frame *f)
{
	while (f->dirty) {
		unsigned first = __builtin_ctz(f->dirty), end = first;
		uint32_t run = 0;

		for (; end < 32 && f->dirty & 1u << end; end++)
			run |= 1u << end;
		if (!save_pages(f, first, end - first))
			return false;
		f->dirty &= ~run;
	}
	return true;
}

inline store::frame *store::take_frame()
{
	for (;; hand = (hand + 1) % p.frames) {
		frame *f = &frames[hand];

		if (!f->used)
			break;
		f->used = false;
	}
	frame *f = &frames[hand];
	if (p.way->save_before_load && !save(f))
		return nullptr;
	if (f->cluster >= 0) {
		slot[f->cluster] = -1;
		if (p.way->leave)
			p.way->leave(&p, f->data);
	}
	f->cluster = -1;
	f->dirty = 0;
	return f;
}

inline store::frame *store::find(uint32_t cluster)
{
	if (slot[cluster] >= 0) {
		frame *f = &frames[slot[cluster]];

		counts.hits++;
		f->used = true;
		return f;
	}
	counts.misses++;
	frame *f = take_frame();
	if (!f)
		return nullptr;
	f->data = p.way->load(&p, f - frames, cluster);
	if (!f->data)
		return nullptr;
	f->cluster = cluster;
	f->used = true;
	slot[cluster] = f - frames;
	return f;
}

inline const uint8_t *store::get(uint32_t record)
{
	uint32_t per = p.cluster / RECORD;
	frame *f = find(record / per);

	return f ? f->data + record % per * RECORD : nullptr;
}

inline bool store::put(uint32_t record, const void *bytes)
{
	uint32_t per = p.cluster / RECORD, at = record % per * RECORD;
	frame *f = find(record / per);

	if (!f)
		return false;
	memcpy(f->data + at, bytes, RECORD);
	f->dirty |= 1u << at / PAGE;
	return true;
}

/* In the order of the file. */
inline bool store::flush()
{
	for (unsigned i = 0; i < nr_clusters; i++)
		if (slot[i] >= 0 && !save(&frames[slot[i]]))
			return false;
	return fsync(p.fd) == 0 || failed(&p, "fsync");
}
