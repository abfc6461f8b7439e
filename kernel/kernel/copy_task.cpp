/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a new task gets from its parent: copies, or shares with CLONE_ flags.
 * Each step either gives the task a count of its own or leaves it alone, so
 * that a half-made task can be dropped at any point. 2.4: kernel/fork.c.
 */
#include "fork.h"

#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/ldt.h>

constinit kmem_cache *sighand_cachep, *tg_cachep;

static status charge_user(task_struct *p, user_struct *u)
{
	atomic_inc(&u->count);
	p->user = u;
	if ((u64)atomic_inc_return(&u->processes) > rlimit(RLIMIT_NPROC) &&
	    u != &root_user && !capable(CAP_SYS_ADMIN) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EAGAIN;
	return nr_threads() < max_threads ? 0 : -EAGAIN;
}

static void inherit_credentials(task_struct *p, const task_struct *from)
{
	p->uid = from->uid;
	p->euid = from->euid;
	p->suid = from->suid;
	p->fsuid = from->fsuid;
	p->gid = from->gid;
	p->egid = from->egid;
	p->sgid = from->sgid;
	p->fsgid = from->fsgid;
	p->ngroups = from->ngroups;
	memcpy(p->groups, from->groups, sizeof(p->groups));
	p->cap_effective = from->cap_effective;
	p->cap_permitted = from->cap_permitted;
	p->cap_inheritable = from->cap_inheritable;
	p->dumpable = from->dumpable;
	p->keep_caps = from->keep_caps;
}

void inherit(task_struct *p, const task_struct *from)
{
	inherit_credentials(p, from);
	p->flags = PF_FORKNOEXEC;
	p->blocked = from->blocked;
	p->sas_ss_sp = from->sas_ss_sp;
	p->sas_ss_size = from->sas_ss_size;
	p->personality = from->personality;
	p->tty = from->tty;
	p->tty_dev = from->tty_dev;
	p->start_time = jiffies;
	strlcpy(p->comm, from->comm, sizeof(p->comm));
}

static status copy_files(task_struct *p, task_struct *from, bool share)
{
	if (share) {
		atomic_inc(&from->files->count);
		p->files = from->files;
		return OK;
	}
	p->files = dup_files(from->files);
	return p->files ? 0 : -ENOMEM;
}

static status copy_fs(task_struct *p, task_struct *from, bool share)
{
	if (share) {
		atomic_inc(&from->fs->count);
		p->fs = from->fs;
		return OK;
	}
	p->fs = copy_fs_struct(from->fs);
	return p->fs ? 0 : -ENOMEM;
}

sighand_struct *copy_sighand_struct(sighand_struct *old)
{
	sighand_struct *s = slab_new<sighand_struct>(sighand_cachep,
						     GFP_KERNEL);
	if (!s)
		return nullptr;
	spin_irq_guard g(old->siglock);
	memcpy(s->action, old->action, sizeof(s->action));
	return s;
}

static status copy_sighand(task_struct *p, task_struct *from, bool share)
{
	if (share) {
		atomic_inc(&from->sighand->count);
		p->sighand = from->sighand;
		return OK;
	}
	p->sighand = copy_sighand_struct(from->sighand);
	return p->sighand ? 0 : -ENOMEM;
}

static status copy_thread_group(task_struct *p, task_struct *from, bool share)
{
	thread_group *tg;

	if (share) {
		atomic_inc(&from->tg->count);
		p->tg = from->tg;
		return OK;
	}
	tg = p->tg = slab_new<thread_group>(tg_cachep, GFP_KERNEL);
	if (!tg)
		return -ENOMEM;
	spin_irq_guard g(from->sighand->siglock);
	memcpy(tg->rlim, from->tg->rlim, sizeof(tg->rlim));
	return OK;
}

static status copy_mm(task_struct *p, mm_struct *old, bool share)
{
	mm_struct *mm;

	if (share) {
		atomic_inc(&old->mm_users);
		p->mm = p->active_mm = old;
		return OK;
	}
	mm = mm_alloc();
	if (!mm)
		return -ENOMEM;
	p->mm = p->active_mm = mm;
	write_guard g(old->mmap_sem);
	mm->exe_file = old->exe_file;
	if (mm->exe_file)
		get_file(mm->exe_file);
	return dup_mmap(mm, old);
}

status copy_resources(task_struct *p, const clone_args &c)
{
	task_struct *from = c.fn ? &init_task : current;

	TRY(charge_user(p, from->user));
	TRY(copy_files(p, from, c.flags & CLONE_FILES));
	TRY(copy_fs(p, from, c.flags & CLONE_FS));
	TRY(copy_sighand(p, from, c.flags & CLONE_SIGHAND));
	TRY(copy_thread_group(p, from, c.flags & CLONE_THREAD));
	if (c.fn) {
		kernel_thread_setup(p, c.fn, c.arg);
		return OK;
	}
	TRY(copy_mm(p, from->mm, c.flags & CLONE_VM));
	copy_thread(p, c.regs, c.stack ? c.stack : c.regs->esp);
	if (c.flags & CLONE_SETTLS)
		TRY(set_tls(p, user_at<user_desc>(c.tls)));
	return OK;
}

void set_identity(task_struct *p, const clone_args &c)
{
	if (c.fn) {
		p->flags |= PF_KTHREAD;
		p->blocked = ~0ull;
		strlcpy(p->comm, c.name, sizeof(p->comm));
		return;
	}
	/* A vfork child borrows the parent's stacks and gives them back. */
	if ((c.flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		p->sas_ss_sp = p->sas_ss_size = 0;
	if (c.flags & CLONE_CHILD_SETTID)
		p->set_child_tid = c.child_tid;
	if (c.flags & CLONE_CHILD_CLEARTID)
		p->clear_child_tid = c.child_tid;
}

