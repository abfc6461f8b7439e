/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways in which dscan gets at a file's bytes. Each reads all of the file,
 * a window at a time, and feeds it to the scanner of its run.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "scanner.h"
#include <directmap.h>
#include <vmstat.h>

enum verdict { OK, UNSUPPORTED, FAILED };

/* What single refills cost at most. */
struct refill_cost {
	int count = 0;
	long long copied = 0, pte = 0, tlb = 0, faults = 0, commands = 0,
		  commands_min = -1, prd = 0;
};

struct run {
	scanner s;
	size_t window;
	uint64_t size = 0;
	uint8_t *buffer = nullptr;	/* a window, touched; or null */
	const char *call = "";		/* that failed, with errno */
	refill_cost most;

	run(const pattern &wanted, size_t w) : s(wanted), window(w) {}
};

static verdict fail(run *r, const char *call)
{
	r->call = call;
	return errno == EOPNOTSUPP || errno == EINVAL ? UNSUPPORTED : FAILED;
}

static verdict by_read(run *r, int fd)
{
	for (;;) {
		long n = read(fd, r->buffer, r->window);
		if (n < 0)
			return fail(r, "read");
		if (!n)
			return OK;
		r->s.feed(r->buffer, n);
	}
}

static verdict by_odirect(run *r, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (fcntl(fd, F_SETFL, flags | O_DIRECT))
		return fail(r, "fcntl");
	if (!(fcntl(fd, F_GETFL) & O_DIRECT)) {
		errno = EINVAL;
		return fail(r, "fcntl");
	}
	return by_read(r, fd);
}

static verdict by_map(run *r, int fd, int flags)
{
	for (uint64_t at = 0; at < r->size; at += r->window) {
		uint64_t left = r->size - at;
		size_t n = left < r->window ? left : r->window;
		void *p = mmap(nullptr, n, PROT_READ, flags, fd, at);
		if (p == MAP_FAILED)
			return fail(r, "mmap");
		r->s.feed((uint8_t *)p, n);
		munmap(p, n);
	}
	return OK;
}

static verdict by_mmap(run *r, int fd) { return by_map(r, fd, MAP_SHARED); }

/* A new direct mapping each time. */
static verdict by_direct(run *r, int fd)
{
	return by_map(r, fd, DIRECTMAP_MAP_VALIDATE | DIRECTMAP_MAP_DIRECT |
		      DIRECTMAP_MAP_BLOCK);
}

/* One that is filled again and again. */
static verdict by_refill(run *r, int fd)
{
	directmap d;
	struct directmap_scan s;
	size_t n;

	if (directmap_open(&d, r->window, 1, DIRECTMAP_READ))
		return fail(r, "directmap_open");
	directmap_begin(&s, &d, fd, 0, r->size, 0);
	while (auto p = directmap_next(&s, &n))
		r->s.feed(p, n);
	verdict v = errno ? fail(r, "directmap_next") : OK;
	directmap_close(&d);
	return v;
}

/* ---- refills one by one ---- */

/* A fault on any page would show. */
static void touch_all(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += DIRECTMAP_PAGE)
		(void)((volatile const uint8_t *)p)[i];
}

static void keep_most(long long *most, long long value)
{
	if (value > *most)
		*most = value;
}

static void note_refill(refill_cost *most, const vmstat_span &d)
{
	long long commands = d.diff("disk_read");

	most->count++;
	keep_most(&most->copied, d.diff("copy_to_user_bytes"));
	keep_most(&most->pte, d.diff("pte_write"));
	keep_most(&most->tlb, d.diff("tlb_flush_one") +
		  d.diff("tlb_flush_all"));
	keep_most(&most->faults, d.diff("pgfault"));
	keep_most(&most->commands, commands);
	keep_most(&most->prd, d.diff("disk_prd"));
	if (most->commands_min < 0 || commands < most->commands_min)
		most->commands_min = commands;
}

/* Once more, each refill by itself: reading the counters around each would be
 * a cost of the scan. */
static verdict measure_refills(run *r, int fd)
{
	static vmstat_span span;
	directmap d;

	if (directmap_open(&d, r->window, 1, DIRECTMAP_READ))
		return fail(r, "directmap_open");
	for (uint64_t at = 0; at < r->size; at += r->window) {
		span.begin();
		int bad = directmap_fill(&d, 0, fd, at, r->window);
		touch_all(d.base, r->window);
		span.end();
		if (bad) {
			verdict v = fail(r, "directmap_fill");
			directmap_close(&d);
			return v;
		}
		note_refill(&r->most, span);
	}
	directmap_close(&d);
	return OK;
}
