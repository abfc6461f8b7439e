/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that the disk fills by DMA: read() without a copy, by mmap. For C11
 * and C++; all of it is in this header. directmap.3 is the manual page.
 *
 *	struct directmap d;
 *	struct directmap_scan s;
 *	size_t n;
 *
 *	directmap_open(&d, 1 << 20, 1, DIRECTMAP_READ);
 *	directmap_begin(&s, &d, fd, 0, size, 0);
 *	while ((p = directmap_next(&s, &n)))
 *		look_at(p, n);
 *	directmap_close(&d);
 *
 * A window starts as a zeroed direct buffer, so every fill is a refill: which
 * frame is mapped where never changes. What fails leaves its reason in errno;
 * nothing falls back to another way of reading by itself.
 */
#ifndef DIRECTMAP_H
#define DIRECTMAP_H

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static_assert(sizeof(off_t) == 8, "-D_FILE_OFFSET_BITS=64");

#ifdef __cplusplus
extern "C" {
#endif

#define DIRECTMAP_PAGE	4096u

/* The kernel's numbers. MAP_SHARED_VALIDATE: what cannot be done fails. */
enum {
	DIRECTMAP_MAP_VALIDATE = 0x03,
	DIRECTMAP_MAP_DIRECT = 0x400000,
	DIRECTMAP_MAP_BLOCK = 0x800000,
	DIRECTMAP_MAP_NOSYNC = 0x1000000,
};

enum directmap_mode {
	DIRECTMAP_READ,		/* the windows are read-only */
	DIRECTMAP_SCRATCH,	/* writable; nothing of it goes to the file */
	DIRECTMAP_WRITE_BACK,	/* what is stored goes to the file: at
				 * directmap_sync(), before the next fill,
				 * at directmap_close() */
};

struct directmap {
	unsigned char *base;	/* the windows, one behind the other */
	size_t size;		/* of each */
	unsigned count;
	int prot, type;		/* for mmap */
	signed char background;	/* 1: the kernel can, 0: not, -1: not asked */
};

/* Window @i. */
static inline unsigned char *directmap_window(const struct directmap *d,
					      unsigned i)
{
	return d->base + i * d->size;
}

static inline int directmap_map(const struct directmap *d, unsigned i, int how,
				int fd, off_t offset, size_t len)
{
	void *at = directmap_window(d, i);

	return mmap(at, len, d->prot, d->type | DIRECTMAP_MAP_DIRECT |
		    MAP_FIXED | how, fd, offset) == at ? 0 : -1;
}

/* Makes window @i what it was after directmap_open(): zeroes, no file. */
static inline int directmap_clear(const struct directmap *d, unsigned i)
{
	return directmap_map(d, i, DIRECTMAP_MAP_BLOCK | MAP_ANONYMOUS, -1, 0,
			     d->size);
}

/* Writes what a DIRECTMAP_WRITE_BACK window holds that is new. */
static inline int directmap_sync(const struct directmap *d, unsigned i)
{
	return msync(directmap_window(d, i), d->size, MS_SYNC);
}

/* Gives the windows back. New data of DIRECTMAP_WRITE_BACK ones is written; if
 * that fails only an fsync() of the file tells. */
static inline void directmap_close(struct directmap *d)
{
	if (d->base)
		munmap(d->base, d->size * d->count);
	d->base = NULL;
}

/*
 * Opens @count windows of @size bytes each, a multiple of DIRECTMAP_PAGE.
 * Returns 0, or -1 and
 *	EOPNOTSUPP	the kernel has no direct mappings
 *	EINVAL		@size or @count
 *	EAGAIN		more than RLIMIT_MEMLOCK
 *	ENOMEM
 */
static inline int directmap_open(struct directmap *d, size_t size,
				 unsigned count, enum directmap_mode mode)
{
	unsigned i;
	int err;

	d->base = NULL;
	errno = EINVAL;
	if (!size || size % DIRECTMAP_PAGE || !count ||
	    count > SIZE_MAX / size)
		return -1;
	d->size = size;
	d->count = count;
	d->prot = PROT_READ | (mode == DIRECTMAP_READ ? 0 : PROT_WRITE);
	d->type = DIRECTMAP_MAP_VALIDATE |
		(mode == DIRECTMAP_WRITE_BACK ? 0 : DIRECTMAP_MAP_NOSYNC);
	d->background = count > 1 ? -1 : 0;
	void *room = mmap(NULL, size * count, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return -1;
	d->base = (unsigned char *)room;
	for (i = 0; i < count && !directmap_clear(d, i); i++)
		;
	if (i == count)
		return 0;
	/* These arguments are right: it is the flags that it does not take. */
	err = errno == EINVAL ? EOPNOTSUPP : errno;
	directmap_close(d);
	errno = err;
	return -1;
}

/* ---- fills ---- */

/*
 * Reads @len bytes of @fd from @offset on, a multiple of DIRECTMAP_PAGE, into
 * window @i and returns when they are there; past the end of the file there
 * are zeroes. Less than a whole window takes more work, because the mapping
 * is split. Returns 0, or -1 and
 *	EIO		the disk: @len bytes of the window are zeroes now
 *			(or new data could not be written: it is all there)
 *	EOPNOTSUPP	this file cannot be read directly
 *	ENXIO		@offset is at or behind the end of the file
 *	EACCES EBADF EINVAL ENOMEM
 * None but EIO has changed anything.
 */
static inline int directmap_fill(const struct directmap *d, unsigned i, int fd,
				 off_t offset, size_t len)
{
	if (i < d->count && len <= d->size)
		return directmap_map(d, i, DIRECTMAP_MAP_BLOCK, fd, offset,
				     len);
	errno = EINVAL;
	return -1;
}

/* Can the kernel fill in the background? Only then is mmap without MAP_BLOCK
 * a refill, which a range far behind the end of the file is not allowed. What
 * window @i holds is lost. */
static inline int directmap_background(struct directmap *d, unsigned i, int fd)
{
	const off_t FAR = (off_t)1 << 43;

	if (d->background < 0)
		d->background = directmap_map(d, i, 0, fd, FAR, d->size) &&
			errno == ENXIO;
	return d->background;
}

/* Has all of window @i arrived? If not, *@missing is the offset in it of the
 * first page that has not. */
static inline int directmap_ready(const struct directmap *d, unsigned i,
				  size_t *missing)
{
	unsigned char in_core[1024];
	const size_t STEP = sizeof(in_core) * DIRECTMAP_PAGE;

	for (size_t at = 0; at < d->size; at += STEP) {
		size_t n = d->size - at < STEP ? d->size - at : STEP;

		if (mincore(directmap_window(d, i) + at, n, in_core))
			n = 0;
		for (size_t k = 0; k < n / DIRECTMAP_PAGE; k++)
			if (!(in_core[k] & 1)) {
				*missing = at + k * DIRECTMAP_PAGE;
				return 0;
			}
	}
	return 1;
}

/*
 * Starts to fill all of window @i and returns 1; the data is there after
 * directmap_wait(). A kernel that cannot do that fills it at once: 0. Fails
 * with -1 as directmap_fill() does. Needs two windows or more: one is looked
 * at while the disk fills another.
 */
static inline int directmap_start(struct directmap *d, unsigned i, int fd,
				  off_t offset)
{
	if (i < d->count && directmap_background(d, i, fd))
		return directmap_map(d, i, 0, fd, offset, d->size) ? -1 : 1;
	return directmap_fill(d, i, fd, offset, d->size);
}

/* Waits for what directmap_start() began. Returns 0, or -1 and EIO: then the
 * window is zeroes. */
static inline int directmap_wait(const struct directmap *d, unsigned i)
{
	const int FUTEX_WAIT_PRIVATE = 128;
	struct timespec no_time = {0, 0};
	size_t at;

	while (!directmap_ready(d, i, &at)) {
		/* Has the kernel touch the page, which waits for it: where a
		 * load of ours would end in SIGBUS this is EFAULT. */
		if (syscall(SYS_futex, directmap_window(d, i) + at,
			    FUTEX_WAIT_PRIVATE, 0, &no_time, NULL, 0) &&
		    errno == EFAULT) {
			directmap_clear(d, i);
			errno = EIO;
			return -1;
		}
	}
	return 0;
}

/* ---- one window after the other ---- */

struct directmap_scan {
	struct directmap *map;
	int fd;
	off_t at, end;		/* what directmap_next() gives next */
	size_t overlap;
	unsigned turn;
	int ahead;		/* the next window is being filled */
};

/*
 * Prepares to go through the bytes [@from, @end) of @fd; @from and @overlap
 * are multiples of DIRECTMAP_PAGE. Each window begins with the last @overlap
 * bytes of the one before, so that what is shorter than that lies whole in one
 * of them; they are read twice. With 0 the caller joins what straddles two.
 */
static inline void directmap_begin(struct directmap_scan *s,
				   struct directmap *d, int fd, off_t from,
				   off_t end, size_t overlap)
{
	s->map = d;
	s->fd = fd;
	s->at = from;
	s->end = end;
	s->overlap = overlap < d->size ? overlap : 0;
	s->turn = 0;
	s->ahead = 0;
}

static inline void directmap_read_ahead(struct directmap_scan *s)
{
	struct directmap *d = s->map;
	unsigned i = s->turn % d->count;

	s->ahead = s->at < s->end && directmap_background(d, i, s->fd) &&
		directmap_start(d, i, s->fd, s->at) == 1;
}

/*
 * The next window, filled, and how many bytes of it belong to the range; it
 * stays as it is until the next call. NULL and errno 0: that was all. NULL and
 * another errno: it could not be read, and the next call tries it again; a
 * caller that wants what lies behind adds to @s->at. With two windows or more
 * the disk fills one while the caller looks at the other, if the kernel can.
 */
static inline const unsigned char *directmap_next(struct directmap_scan *s,
						  size_t *len)
{
	struct directmap *d = s->map;
	unsigned i = s->turn % d->count;
	int bad;

	errno = 0;
	if (s->at >= s->end)
		return NULL;
	bad = s->ahead ? directmap_wait(d, i) :
		directmap_fill(d, i, s->fd, s->at, d->size);
	s->ahead = 0;
	if (bad)
		return NULL;
	*len = s->end - s->at < (off_t)d->size ? (size_t)(s->end - s->at) :
		d->size;
	s->at += *len < d->size || s->at + (off_t)*len == s->end ?
		*len : d->size - s->overlap;
	s->turn++;
	directmap_read_ahead(s);
	return directmap_window(d, i);
}

#ifdef __cplusplus
}
#endif
#endif
