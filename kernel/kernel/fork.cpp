/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making tasks: fork, vfork, clone and kernel threads. A new task_struct is
 * filled step by step and becomes visible to others only in publish(), after
 * which nothing can fail. What a half-made task already holds is dropped by
 * drop_resources(), which skips what is not there yet.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/ldt.h>

extern kmem_cache *mm_cachep;
static constinit kmem_cache *sighand_cachep, *tg_cachep;
constinit unsigned long total_forks;
static constinit int threads, max_threads;

/* Name spaces do not exist here: asking for one fails. */
constexpr unsigned long CLONE_NEW_ANY = 0x7e020000;
constexpr unsigned STACK_ORDER = 1;
static_assert(PAGE_SIZE << STACK_ORDER == THREAD_SIZE);

struct clone_args {
	unsigned long flags;
	unsigned long stack = 0;
	const pt_regs *regs = nullptr;
	user_ptr<int> parent_tid{}, child_tid{};
	unsigned long tls = 0;
	/* kernel threads */
	int (*fn)(void *) = nullptr;
	void *arg = nullptr;
	const char *name = nullptr;
};

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

static status charge_user(task_struct *p, user_struct *u)
{
	atomic_inc(&u->count);
	p->user = u;
	if ((u64)atomic_inc_return(&u->processes) > rlimit(RLIMIT_NPROC) &&
	    u != &root_user && !capable(CAP_SYS_ADMIN) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EAGAIN;
	return threads < max_threads ? 0 : -EAGAIN;
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

static void inherit(task_struct *p, const task_struct *from)
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

static status copy_resources(task_struct *p, const clone_args &c)
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

static void set_identity(task_struct *p, const clone_args &c)
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
	p->exit_signal = flags & CSIGNAL;
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
