/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making tasks: fork, vfork, clone and kernel threads. A new task_struct is
 * filled step by step and becomes visible to others only in publish(), after
 * which nothing can fail. What a half-made task already holds is dropped by
 * drop_resources(), which skips what is not there yet.
 */
#include "fork.h"

#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

constinit unsigned long total_forks;
static constinit int threads;
constinit int max_threads;

/* Name spaces do not exist here: asking for one fails. */
constexpr unsigned long CLONE_NEW_ANY = 0x7e020000;
constexpr unsigned STACK_ORDER = 1;
static_assert(PAGE_SIZE << STACK_ORDER == THREAD_SIZE);

int nr_threads()
{
	return READ_ONCE(threads);
}

void forget_thread()
{
	threads--;
}

static task_struct *alloc_task()
{
	unsigned long stack = __get_free_pages(GFP_KERNEL, STACK_ORDER);

	if (!stack)
		return nullptr;
#ifdef CONFIG_DEBUG
	memset((void *)stack, 0x5a, THREAD_SIZE);
#endif
	task_struct *p = new ((void *)stack) task_struct;
	*stack_canary(p) = STACK_CANARY;
	return p;
}

void put_sighand(sighand_struct *s)
{
	if (s && atomic_dec_and_test(&s->count))
		kmem_cache_free(sighand_cachep, s);
}

static void put_thread_group(thread_group *tg)
{
	if (tg && atomic_dec_and_test(&tg->count))
		kmem_cache_free(tg_cachep, tg);
}

/* sighand and tg live as long as the task_struct, so that who has counted a
 * task can always send it signals. */
static void free_task(task_struct *p)
{
	put_sighand(p->sighand);
	put_thread_group(p->tg);
	if (p->user) {
		atomic_dec(&p->user->processes);
		free_uid(p->user);
	}
	free_pages((unsigned long)p, STACK_ORDER);
}

void put_task_struct(task_struct *p)
{
	if (atomic_dec_and_test(&p->usage))
		free_task(p);
}

static void drop_resources(task_struct *p)
{
	if (p->mm)
		mmput(p->mm);
	if (p->files)
		put_files_struct(p->files);
	if (p->fs)
		put_fs_struct(p->fs);
	free_task(p);
}

/* ---- making it visible; tasklist_lock held ---- */

static void join_group(task_struct *p, task_struct *leader)
{
	spin_irq_guard g(p->sighand->siglock);

	p->exit_signal = -1;
	p->tgid = leader->tgid;
	p->group_leader = leader;
	p->real_parent = p->parent = leader->real_parent;
	p->pgrp = leader->pgrp;
	p->session = leader->session;
	p->tg->live++;
	list_add_tail(&p->thread_node, &p->tg->threads);
}

static void start_group(task_struct *p, task_struct *parent,
			task_struct *from, unsigned long flags)
{
	/* What our parent is sent is for him to say. */
	p->exit_signal = flags & CLONE_PARENT ? from->exit_signal :
		flags & CSIGNAL;
	p->tgid = p->tg->tgid = p->pid;
	p->group_leader = p;
	p->real_parent = p->parent = parent;
	p->tg->ppid = parent->tgid;
	p->tg->unkillable = p->pid == 1;
	list_add_tail(&p->sibling, &parent->children);
	p->pgrp = from->pgrp;
	p->session = from->session;
	use_pid(p->pgrp);
	use_pid(p->session);
	list_add_tail(&p->thread_node, &p->tg->threads);
}

/* A signal that came while we copied must not miss the child: the call
 * starts again after it is handled. */
static status publish(task_struct *p, const clone_args &c)
{
	spin_irq_guard g(tasklist_lock);
	task_struct *self = current, *leader = self->group_leader;

	if (!c.fn && signal_pending(self))
		return -ERESTARTNOINTR;
	p->pid = alloc_pid();
	if (!p->pid)
		return -EAGAIN;
	if (c.fn)
		start_group(p, &init_task, &init_task, 0);
	else if (c.flags & CLONE_THREAD)
		join_group(p, leader);
	else
		start_group(p, c.flags & CLONE_PARENT ? leader->real_parent :
							leader,
			    self, c.flags);
	hash_pid(p);
	list_add_tail(&p->tasks, &all_tasks);
	threads++;
	total_forks++;
	return OK;
}

static status check_flags(unsigned long flags)
{
	if (flags & CLONE_NEW_ANY)
		return -EINVAL;
	if (flags & CLONE_THREAD && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && !(flags & CLONE_VM))
		return -EINVAL;
	/* Nobody's sibling, and an init that nobody reaps, cannot be. */
	if (flags & CLONE_PARENT && current->tg->unkillable)
		return -EINVAL;
	return OK;
}

static result<task_struct *> copy_process(const clone_args &c)
{
	task_struct *p = alloc_task();
	status s;

	if (!p)
		return -ENOMEM;
	inherit(p, c.fn ? &init_task : current);
	s = copy_resources(p, c);
	if (s.ok()) {
		set_identity(p, c);
		sched_fork(p);
		s = publish(p, c);
	}
	if (s.failed()) {
		drop_resources(p);
		return s.fail();
	}
	return p;
}

static result<long> run_process(const clone_args &c)
{
	completion vfork;
	task_struct *p = TRY(copy_process(c));
	pid_t pid = p->pid;

	if (c.flags & CLONE_PARENT_SETTID)
		put_user(pid, c.parent_tid).ignore();
	if (c.flags & CLONE_VFORK)
		p->vfork_done = &vfork;
	wake_up_new_task(p);
	if (c.flags & CLONE_VFORK)
		wait_for_completion(&vfork);
	return pid;
}

result<long> do_fork(unsigned long flags, unsigned long stack,
		     const pt_regs *regs, user_ptr<int> parent_tid,
		     user_ptr<int> child_tid, unsigned long tls)
{
	TRY(check_flags(flags));
	return run_process({.flags = flags, .stack = stack, .regs = regs,
			    .parent_tid = parent_tid, .child_tid = child_tid,
			    .tls = tls});
}

/* They share the root directory that mount_root gives to the first of them. */
result<long> kernel_thread(int (*fn)(void *), void *arg, const char *name)
{
	return run_process({.flags = CLONE_FS, .fn = fn, .arg = arg,
			    .name = name});
}

SYSCALL result<long> sys_fork()
{
	return do_fork(SIGCHLD, 0, current_pt_regs(), {}, {}, 0);
}

SYSCALL result<long> sys_vfork()
{
	return do_fork(CLONE_VFORK | CLONE_VM | SIGCHLD, 0, current_pt_regs(),
		       {}, {}, 0);
}

SYSCALL result<long> sys_clone(unsigned long flags, unsigned long stack,
			       user_ptr<int> parent_tid, unsigned long tls,
			       user_ptr<int> child_tid)
{
	return do_fork(flags, stack, current_pt_regs(), parent_tid, child_tid,
		       tls);
}

void fork_init()
{
	/* Stacks may fill an eighth of low memory. */
	max_threads = (int)clamp(max_low_pfn / (8 << STACK_ORDER), 20ul,
				 16000ul);
	sighand_cachep = kmem_cache_create("sighand", sizeof(sighand_struct));
	tg_cachep = kmem_cache_create("thread_group", sizeof(thread_group));
	mm_cachep = kmem_cache_create("mm_struct", sizeof(mm_struct));
	init_task_setup(max_threads);
}
