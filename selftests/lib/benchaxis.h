/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One value on an axis of benchscale: some operations of each path on a range
 * of a file, and the line that says so.
 */
#pragma once

#include <benchready.h>

constexpr unsigned FILE_SEED = 21, WARM_UP = 2;

static const char *device, *folder;
static unsigned intervals;
static char path_of_file[256];

/* ---- one operation after the other ---- */

static const struct path {
	const char *name;
	bool (*op)(run *r);
	int flags;		/* of open */
	bool window;
} paths[] = {
	{"refill", by_refill, 0, true},
	{"odirect-read", by_read, O_DIRECT, false},
	{"direct", by_direct, 0, false},
};

struct range {
	off_t start, len;
};

static bool move_to(run *r, range from, unsigned n)
{
	r->at = from.start + n * (off_t)r->size % from.len;
	return lseek(r->fd, r->at, SEEK_SET) == r->at || failed(r, "lseek");
}

static void mark_begin(bool marked)
{
	if (marked)
		MARK_BEGIN(2);
}

static void mark_end(bool marked)
{
	if (!marked)
		return;
	MARK_END(2);
	intervals++;
}

static bool one(run *r, const path *p, range from, unsigned n, bool marked)
{
	if (!move_to(r, from, n))
		return false;
	if (p->window)
		use_window(r, &r->windows[0]);
	else
		poison(r, r->buffer, r->at);
	mark_begin(marked);
	bool ok = p->op(r);
	mark_end(marked);
	if (p->op == by_direct)
		return ok;
	return ok && check(r, p->window ? r->windows[0].p : r->buffer, r->at);
}

static bool ready(run *r, const path *p, range from, size_t size)
{
	r->size = size;
	r->seed = FILE_SEED;
	if (!get_buffer(r) || !open_both(r, path_of_file, p->flags))
		return false;
	r->nr_windows = p->window;
	r->at = from.start;
	return !p->window || (can_refill(r) && fill(r, &r->windows[0], 0));
}

static bool tell(const char *axis, long long n, const char *name,
		 const run *r, bool ok, unsigned first, unsigned row)
{
	printf("scale axis=%s n=%lld path=%s size=%zu", axis, n, name,
	       r->size);
	if (ok)
		printf(" status=ok first=%u intervals=%u row=%u\n", first,
		       intervals - first, row);
	else
		printf(" status=%s call=%s errno=%d text=%s\n",
		       lacks(r->err) ? "unsupported" : "error", r->call,
		       r->err, strerror(r->err));
	return ok || lacks(r->err);
}

static bool measure(const char *axis, long long number, const path *p,
		    range from, size_t size)
{
	const unsigned count = size < MIB ? 32 : 12;
	unsigned first = intervals;
	run r;

	bool ok = ready(&r, p, from, size);
	for (unsigned i = 0; ok && i < WARM_UP + count; i++) {
		first = i == WARM_UP ? intervals : first;
		ok = one(&r, p, from, i, true);
	}
	ok = tell(axis, number, p->name, &r, ok, first, 1);
	finish(&r);
	return ok;
}

static bool measure_all(const char *axis, long long number, range from,
			size_t size)
{
	bool ok = true;

	for (const path &p : paths)
		ok &= measure(axis, number, &p, from, size);
	return ok;
}

static bool use_file(const char *name)
{
	run r;

	snprintf(path_of_file, sizeof(path_of_file), "%s/%s", folder, name);
	return remount(&r, device, folder);
}

static bool complain(const char *axis, long long n, const char *call)
{
	printf("scale axis=%s n=%lld path=- size=0 status=error call=%s "
	       "errno=%d text=%s\n", axis, n, call, errno, strerror(errno));
	return false;
}
