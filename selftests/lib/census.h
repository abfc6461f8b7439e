/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel holds: free pages, objects of each slab cache, pages of
 * swap. Taken before and after something that ought to leave nothing behind,
 * caches dropped each time, so that what differs has leaked.
 */
#pragma once

#include <child.h>

constexpr int CENSUS_CACHES = 64;

struct census {
	struct {
		char name[32];
		long objects;
	} cache[CENSUS_CACHES];
	int caches;
	long free, page_cache, swap_free;	/* kB */
};

/* The text of a file in /proc; "" if there is none. */
static inline const char *proc_text(const char *path)
{
	static char text[32 * KIB];
	int fd = open(path, O_RDONLY);
	ssize_t n = 0, r;

	while (fd >= 0 &&
	       (r = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += r;
	if (fd >= 0)
		close(fd);
	text[n] = 0;
	return text;
}

/* Writes @value to a file in /proc/sys. */
static inline bool set_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, value, strlen(value)) > 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static inline bool drop_caches()
{
	sync();
	return set_sysctl("/proc/sys/vm/drop_caches", "3");
}

/* Skips the program where caches cannot be dropped, or where other programs
 * run beside it: TEST_DIR says that this is not a test boot. */
static inline void need_census()
{
	if (getenv("TEST_DIR") || !drop_caches())
		ksft_exit_skip("memory cannot be accounted for here\n");
}

static inline long meminfo_field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtol(p + strlen(name), nullptr, 10) : 0;
}

static inline void count_caches(census *c)
{
	const char *p = strchr(proc_text("/proc/slabinfo"), '\n');

	for (c->caches = 0; p && c->caches < CENSUS_CACHES;
	     p = strchr(p + 1, '\n')) {
		auto &e = c->cache[c->caches];
		if (sscanf(p, "\n%31s %ld", e.name, &e.objects) == 2 &&
		    e.name[0] != '#')
			c->caches++;
	}
}

static inline void take_census(census *c)
{
	/* Twice: the first drop may find what the sync before it holds. */
	MUST(drop_caches() && drop_caches());
	count_caches(c);
	const char *text = proc_text("/proc/meminfo");
	c->free = meminfo_field(text, "MemFree:");
	c->page_cache = meminfo_field(text, "\nBuffers:") +
		meminfo_field(text, "\nCached:");
	c->swap_free = meminfo_field(text, "\nSwapFree:");
}

/*
 * Whether @after is what @before was. A page that is neither free nor cached
 * counts; @kib of them may be missing: slabs that were partly used before are
 * filled otherwise now. Of each slab cache @objects may be more: names and
 * inodes of the files that the program itself came by.
 */
static inline bool census_same(const census *before, const census *after,
			       long kib, long objects)
{
	long lost = before->free + before->page_cache - after->free -
		after->page_cache;
	bool good = lost <= kib && after->swap_free >= before->swap_free;

	ksft_print_msg("free %ld kB, then %ld; cached %ld, then %ld; swap "
		       "%ld, then %ld\n", before->free, after->free,
		       before->page_cache, after->page_cache,
		       before->swap_free, after->swap_free);
	for (int i = 0; i < after->caches; i++) {
		auto &now = after->cache[i];
		long then = 0;
		for (int k = 0; k < before->caches; k++)
			if (!strcmp(before->cache[k].name, now.name))
				then = before->cache[k].objects;
		if (now.objects <= then + objects)
			continue;
		ksft_print_msg("%s: %ld objects, then %ld\n", now.name, then,
			       now.objects);
		good = false;
	}
	return good;
}

/* The same for what is there now; who is still busy is given time to end. */
static inline bool census_holds(const census *before, long kib, long objects)
{
	static census after;

	for (int i = 0; i < 5; i++) {
		if (i)
			sleep_ms(100 << i);
		take_census(&after);
		if (census_same(before, &after, kib, objects))
			return true;
	}
	return false;
}
