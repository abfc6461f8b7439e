/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID: command line, environment, name and limits. */
#include "internal.h"

/* Shows memory of the process from @start to @end as it is. */
static status show_range(seq_file *m, task_struct *t, bool environment)
{
	mm_struct *mm = get_task_mm(t);

	if (!mm)
		return OK;
	unsigned long at = environment ? mm->env_start : mm->arg_start;
	unsigned long end = environment ? mm->env_end : mm->arg_end;
	unsigned long page = __get_free_page(GFP_KERNEL);
	status st = page ? 0 : -ENOMEM;

	while (st.ok() && at < end && m->count < m->size) {
		size_t want = min(end - at, PAGE_SIZE);
		size_t n = access_mm(t, mm, at, (void *)page, want, false);

		seq_write(m, (void *)page, n);
		if (n < want)
			break;
		at += n;
	}
	free_page(page);
	mmput(mm);
	return st;
}

status proc_pid_cmdline(seq_file *m, void *v)
{
	return show_range(m, (task_struct *)v, false);
}

status proc_pid_environ(seq_file *m, void *v)
{
	return show_range(m, (task_struct *)v, true);
}

status proc_pid_comm(seq_file *m, void *v)
{
	seq_printf(m, "%s\n", ((task_struct *)v)->comm);
	return OK;
}

/* ---- limits ---- */

static const struct {
	const char *name, *unit;
} limit_names[RLIM_NLIMITS] = {
	{"Max cpu time", "seconds"},
	{"Max file size", "bytes"},
	{"Max data size", "bytes"},
	{"Max stack size", "bytes"},
	{"Max core file size", "bytes"},
	{"Max resident set", "bytes"},
	{"Max processes", "processes"},
	{"Max open files", "files"},
	{"Max locked memory", "bytes"},
	{"Max address space", "bytes"},
	{"Max file locks", "locks"},
	{"Max pending signals", "signals"},
	{"Max msgqueue size", "bytes"},
	{"Max nice priority", ""},
	{"Max realtime priority", ""},
	{"Max realtime timeout", "us"},
};

static void print_limit(seq_file *m, u64 value)
{
	if (value == RLIM64_INFINITY)
		seq_printf(m, "%-20s ", "unlimited");
	else
		seq_printf(m, "%-20llu ", value);
}

status proc_pid_limits(seq_file *m, void *v)
{
	const thread_group *tg = ((task_struct *)v)->tg;

	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
		   "Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(m, "%-25s ", limit_names[i].name);
		print_limit(m, tg->rlim[i].rlim_cur);
		print_limit(m, tg->rlim[i].rlim_max);
		seq_printf(m, "%-10s\n", limit_names[i].unit);
	}
	return OK;
}
