/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/stat and statm: numbers in a line, as ps and top read them. */
#include <linux/pagemap.h>
#include <linux/time.h>
#include <linux/tty.h>
#include "internal.h"

/* What stat shows of the whole process; of a thread just its own share. */
struct cpu_use {
	unsigned long utime, stime, min_flt, maj_flt;
	int threads = 0;
};

struct family {
	pid_t ppid, pgrp, session, tpgid = -1;
	kdev_t tty = 0;
};

/* tasklist_lock keeps the threads on their list and terminals in place. */
static void collect(task_struct *t, cpu_use *use, family *fam)
{
	spin_irq_guard g(tasklist_lock);
	const thread_group *tg = t->tg;

	*fam = {.ppid = tg->ppid, .pgrp = t->pgrp, .session = t->session};
	if (t->tty) {
		fam->tty = t->tty->device;
		fam->tpgid = t->tty->pgrp;
	}
	*use = {tg->utime, tg->stime, tg->min_flt, tg->maj_flt};
	if (t->exit_state == TASK_DEAD)
		return;
	list_for_each_entry(task_struct, p, &tg->threads, thread_node) {
		use->utime += p->utime;
		use->stime += p->stime;
		use->min_flt += p->min_flt;
		use->maj_flt += p->maj_flt;
		use->threads++;
	}
}

struct signal_sets {
	u64 pending, blocked, ignored = 0, caught = 0;
};

static signal_sets collect_signals(task_struct *t)
{
	spin_irq_guard g(t->sighand->siglock);
	signal_sets s{t->pending.signal | t->tg->shared_pending.signal,
		      t->blocked};

	for (int sig = 1; sig <= _NSIG; sig++) {
		unsigned long handler = action_of(t->sighand, sig)->handler;

		if (handler == (unsigned long)SIG_IGN)
			s.ignored |= sigmask(sig);
		else if (handler != (unsigned long)SIG_DFL)
			s.caught |= sigmask(sig);
	}
	return s;
}

static void print_times(seq_file *m, const task_struct *t, const cpu_use &u)
{
	const thread_group *tg = t->tg;

	seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu %lu", u.min_flt,
		   tg->cmin_flt, u.maj_flt, tg->cmaj_flt,
		   ticks_to_user_hz(u.utime), ticks_to_user_hz(u.stime),
		   ticks_to_user_hz(tg->cutime), ticks_to_user_hz(tg->cstime));
	seq_printf(m, " %ld %ld %d 0 %lu", 20 + t->nice, t->nice, u.threads,
		   ticks_to_user_hz(t->start_time));
}

static void print_mm(seq_file *m, const task_struct *t, const mm_struct *mm)
{
	u64 rss_limit = t->tg->rlim[RLIMIT_RSS].rlim_cur;
	bool show = mm && ptrace_may_attach(t);

	seq_printf(m, " %lu %lu %llu", mm ? mm->total_vm << PAGE_SHIFT : 0,
		   mm ? mm->rss : 0, min(rss_limit, (u64)0xffffffff));
	seq_printf(m, " %lu %lu %lu 0 0", show ? mm->start_code : 0,
		   show ? mm->end_code : 0, show ? mm->start_stack : 0);
}

/* The word sets of the first 31 signals; status has them all. */
static void print_signals(seq_file *m, task_struct *t)
{
	signal_sets s = collect_signals(t);
	constexpr u64 OLD = 0x7fffffff;

	seq_printf(m, " %llu %llu %llu %llu", s.pending & OLD, s.blocked & OLD,
		   s.ignored & OLD, s.caught & OLD);
}

status proc_pid_stat(seq_file *m, void *v)
{
	task_struct *t = (task_struct *)v;
	cpu_use use;
	family fam;
	mm_struct *mm = get_task_mm(t);

	collect(t, &use, &fam);
	seq_printf(m, "%d (%s) %c %d %d %d %d %d %u", t->pid, t->comm,
		   task_state_letter(t), fam.ppid, fam.pgrp, fam.session,
		   (int)fam.tty, fam.tpgid, t->flags);
	print_times(m, t, use);
	print_mm(m, t, mm);
	print_signals(m, t);
	seq_printf(m, " 0 0 0 %d 0 0 0 0 0 0\n", t->exit_signal);
	if (mm)
		mmput(mm);
	return OK;
}

/* ---- statm ---- */

struct page_counts {
	unsigned long shared = 0;
};

static bool count_page(vm_area_struct *, unsigned long, pte_t *pte, void *ctx)
{
	if (!pte_present(*pte) || !pfn_valid(pte_pfn(*pte)))
		return true;
	const page *p = pte_page(*pte);
	if (!PageReserved(p) && p->mapping && !PageSwapCache(p))
		((page_counts *)ctx)->shared++;
	return true;
}

/* size, resident, shared, text, library, data, dirty: in pages. */
status proc_pid_statm(seq_file *m, void *v)
{
	mm_struct *mm = get_task_mm((task_struct *)v);
	unsigned long text = 0, data = 0;
	page_counts pages;

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return OK;
	}
	{
		read_guard g(mm->mmap_sem);
		spin_guard lock(mm->page_table_lock);

		walk_ptes(mm, 0, VM_IO | VM_RESERVED, count_page, &pages);
	}
	text = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >>
		PAGE_SHIFT;
	data = mm->total_vm - min(mm->total_vm, text);
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, mm->rss,
		   pages.shared, text, data);
	mmput(mm);
	return OK;
}
