/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/status: the same for people to read. */
#include <linux/file.h>
#include "internal.h"

static const char *state_name(char c)
{
	switch (c) {
	case 'R':
		return "R (running)";
	case 'S':
		return "S (sleeping)";
	case 'D':
		return "D (disk sleep)";
	case 'T':
		return "T (stopped)";
	case 'Z':
		return "Z (zombie)";
	default:
		return "X (dead)";
	}
}

static unsigned table_size(task_struct *t)
{
	spin_irq_guard g(t->alloc_lock);

	return t->files ? t->files->max_fds : 0;
}

static pid_t tracer_of(const task_struct *t)
{
	spin_irq_guard g(tasklist_lock);

	return t->trace.tracer ? t->trace.tracer->tgid : 0;
}

static void print_identity(seq_file *m, task_struct *t)
{
	seq_printf(m, "Name:\t%s\nState:\t%s\nTgid:\t%d\nPid:\t%d\n",
		   t->comm, state_name(task_state_letter(t)), t->tgid,
		   t->pid);
	seq_printf(m, "PPid:\t%d\nTracerPid:\t%d\n", t->tg->ppid,
		   tracer_of(t));
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n",
		   t->uid, t->euid, t->suid, t->fsuid, t->gid, t->egid,
		   t->sgid, t->fsgid);
	seq_printf(m, "FDSize:\t%u\nGroups:\t", table_size(t));
	for (int i = 0; i < t->ngroups; i++)
		seq_printf(m, "%u ", t->groups[i]);
	seq_putc(m, '\n');
}

struct vm_sizes {
	unsigned long data = 0, stack = 0, exec = 0, lib = 0;	/* KiB */
};

/* mmap_sem held. */
static vm_sizes measure(const mm_struct *mm)
{
	vm_sizes s;

	for (vm_area_struct *v = mm->mmap; v; v = v->vm_next) {
		unsigned long k = (v->vm_end - v->vm_start) >> 10;

		if (v->vm_flags & VM_GROWSDOWN)
			s.stack += k;
		else if (!v->vm_file)
			s.data += k;
		else if (!(v->vm_flags & VM_EXEC) || v->vm_flags & VM_WRITE)
			continue;
		else if (v->vm_file == mm->exe_file)
			s.exec += k;
		else
			s.lib += k;
	}
	return s;
}

static void print_memory(seq_file *m, task_struct *t)
{
	mm_struct *mm = get_task_mm(t);
	constexpr unsigned k = PAGE_SHIFT - 10;

	if (!mm)
		return;
	{
		read_guard g(mm->mmap_sem);
		vm_sizes s = measure(mm);

		seq_printf(m, "VmSize:\t%8lu kB\nVmLck:\t%8lu kB\n"
			   "VmRSS:\t%8lu kB\nVmData:\t%8lu kB\n",
			   mm->total_vm << k, mm->locked_vm << k,
			   mm->rss << k, s.data);
		seq_printf(m, "VmStk:\t%8lu kB\nVmExe:\t%8lu kB\n"
			   "VmLib:\t%8lu kB\n", s.stack, s.exec, s.lib);
	}
	mmput(mm);
}

static int count_threads(const task_struct *t)
{
	int n = 0;
	spin_irq_guard g(tasklist_lock);

	if (t->exit_state != TASK_DEAD)
		list_for_each(e, &t->tg->threads)
			n++;
	return n;
}

static void print_signals(seq_file *m, task_struct *t)
{
	u64 ignored = 0, caught = 0;
	spin_irq_guard g(t->sighand->siglock);

	for (int sig = 1; sig <= _NSIG; sig++) {
		unsigned long h = action_of(t->sighand, sig)->handler;

		if (h == (unsigned long)SIG_IGN)
			ignored |= sigmask(sig);
		else if (h != (unsigned long)SIG_DFL)
			caught |= sigmask(sig);
	}
	seq_printf(m, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n"
		   "SigIgn:\t%016llx\nSigCgt:\t%016llx\n", t->pending.signal,
		   t->tg->shared_pending.signal, t->blocked, ignored, caught);
}

status proc_pid_status(seq_file *m, void *v)
{
	task_struct *t = (task_struct *)v;

	print_identity(m, t);
	print_memory(m, t);
	seq_printf(m, "Threads:\t%d\n", count_threads(t));
	print_signals(m, t);
	seq_printf(m, "CapInh:\t%016x\nCapPrm:\t%016x\nCapEff:\t%016x\n",
		   t->cap_inheritable, t->cap_permitted, t->cap_effective);
	seq_printf(m, "voluntary_ctxt_switches:\t%lu\n"
		   "nonvoluntary_ctxt_switches:\t%lu\n", t->nvcsw, t->nivcsw);
	return OK;
}
