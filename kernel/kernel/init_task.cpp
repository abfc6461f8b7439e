/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The task that boots the machine and then idles, with what its children
 * copy: pid 0, never exits, on no list of tasks. 2.4: init_task.c.
 */
#include <linux/sched.h>
#include <linux/string.h>

static constinit sighand_struct init_sighand;
static constinit thread_group init_tg;
constinit mm_struct init_mm;		/* kernel addresses only */
constinit fs_struct init_fs;
constinit files_struct init_files;
constinit user_struct root_user;

alignas(THREAD_SIZE) constinit task_union init_task_union;
constinit spinlock_t tasklist_lock{"tasklist_lock", RANK_TASKLIST};
constinit list_head all_tasks;

static void init_limits(thread_group *tg)
{
	for (rlimit64 &r : tg->rlim)
		r = {RLIM64_INFINITY, RLIM64_INFINITY};
	tg->rlim[RLIMIT_STACK].rlim_cur = 8 << 20;
	tg->rlim[RLIMIT_CORE].rlim_cur = 0;
	tg->rlim[RLIMIT_NOFILE] = {1024, 4096};
	tg->rlim[RLIMIT_MEMLOCK] = {64 << 10, 64 << 10};
	tg->rlim[RLIMIT_MSGQUEUE] = {819200, 819200};
	tg->rlim[RLIMIT_NICE] = {0, 0};
	tg->rlim[RLIMIT_RTPRIO] = {0, 0};
}

/* How much of memory processes may fill with stacks: an eighth. */
void init_task_setup(unsigned long max_threads)
{
	task_struct *t = &init_task;

	init_limits(&init_tg);
	init_tg.rlim[RLIMIT_NPROC] = {max_threads / 2, max_threads / 2};
	init_tg.rlim[RLIMIT_SIGPENDING] = {max_threads / 2, max_threads / 2};
	list_add(&t->thread_node, &init_tg.threads);
	t->flags = PF_KTHREAD;
	t->tg = &init_tg;
	t->sighand = &init_sighand;
	t->user = &root_user;
	t->fs = &init_fs;
	t->files = &init_files;
	t->real_parent = t->parent = t->group_leader = t;
	strlcpy(t->comm, "swapper", sizeof(t->comm));
	*stack_canary(t) = STACK_CANARY;
}
