/* SPDX-License-Identifier: GPL-2.0-only */
/* What fork.cpp and copy_task.cpp share. */
#pragma once

#include <asm/uaccess.h>
#include <linux/status.h>

struct kmem_cache;
struct pt_regs;
struct task_struct;

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

extern kmem_cache *mm_cachep, *sighand_cachep, *tg_cachep;
extern int max_threads;

/* What is copied, and cannot fail. */
void inherit(task_struct *p, const task_struct *from);
/* What is counted or takes memory. */
status copy_resources(task_struct *p, const clone_args &c);
/* What the flags say of the new task itself. */
void set_identity(task_struct *p, const clone_args &c);
