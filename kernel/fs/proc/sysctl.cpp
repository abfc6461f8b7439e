/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/sys: integers with a range, and the level of messages. */
#include <linux/console.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/slab.h>
#include "internal.h"

/* ---- integers ---- */

struct sysctl_int {
	int *value, lo, hi;
};

static status int_show(seq_file *m, void *data)
{
	seq_printf(m, "%d\n", *((sysctl_int *)data)->value);
	return OK;
}

static status int_store(char *text, size_t, void *data)
{
	const sysctl_int *s = (sysctl_int *)data;
	char *end;

	while (isspace(*text))
		text++;
	long v = simple_strtol(text, &end, 0);
	if (end == text)
		return -EINVAL;
	while (isspace(*end))
		end++;
	if (*end || v < s->lo || v > s->hi)
		return -EINVAL;
	*s->value = v;
	return OK;
}

void proc_sysctl_int(const char *name, proc_dir_entry *dir, int *value, int lo,
		     int hi)
{
	sysctl_int *s = (sysctl_int *)kmalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		panic("no memory for sysctl %s", name);
	*s = {value, lo, hi};
	proc_create(name, S_IRUGO | S_IWUSR, dir, int_show, s)->store =
		int_store;
}

/* ---- printk ---- */

static status printk_show(seq_file *m, void *)
{
	seq_printf(m, "%d\n", console_loglevel);
	return OK;
}

static status printk_store(char *text, size_t, void *)
{
	char *end;
	long level = simple_strtol(text, &end, 10);

	if (end == text || level < 0 || level > 8)
		return -EINVAL;
	console_loglevel = level;
	return OK;
}

static void sysctl_init()
{
	proc_create("printk", S_IRUGO | S_IWUSR, proc_sys_kernel, printk_show,
		    nullptr)->store = printk_store;
}
core_initcall(sysctl_init);
