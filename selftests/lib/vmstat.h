/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/vmstat by name. Reading the file moves some of its own counters: a
 * vmstat_span measures that on an empty interval and takes it off.
 */
#pragma once

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct vmstat {
	char text[16384];
	long len;
};

static inline bool vmstat_read(vmstat *v)
{
	int fd = open("/proc/vmstat", O_RDONLY);

	v->len = fd < 0 ? -1 : read(fd, v->text, sizeof(v->text) - 1);
	if (fd >= 0)
		close(fd);
	v->text[v->len > 0 ? v->len : 0] = 0;
	return v->len > 0;
}

/* The value of a line "name value", or -1 if there is none. */
static inline long long vmstat_get(const vmstat *v, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = v->text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, name, n) && p[n] == ' ')
			return strtoll(p + n + 1, nullptr, 10);
	}
	return -1;
}

static inline long long vmstat_diff(const vmstat *a, const vmstat *b,
				    const char *name)
{
	return vmstat_get(b, name) - vmstat_get(a, name);
}

/* begin() .. end() around what is measured, then diff(name). */
struct vmstat_span {
	vmstat idle, a, b;

	void begin()
	{
		/* Whoever reads our output is to be done with it. */
		usleep(3000);
		/* Once over all three, so that none faults later. */
		vmstat_read(&b);
		vmstat_read(&a);
		vmstat_read(&idle);
		vmstat_read(&idle);
		vmstat_read(&a);
	}
	void end() { vmstat_read(&b); }

	long long diff(const char *name) const
	{
		long long cost = vmstat_diff(&idle, &a, name);

		/* Each read copies its own text, which grows by digits. */
		if (!strcmp(name, "copy_to_user_bytes"))
			cost += a.len - idle.len;
		return vmstat_diff(&a, &b, name) - cost;
	}
};
