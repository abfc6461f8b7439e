/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of an address space. mm_users counts tasks that run in it (and
 * lookers); they hold one mm_count together. A kernel thread that borrows the
 * page tables holds an mm_count only: the mappings go with the last user, the
 * page directory with the last count.
 */
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <uapi/futex.h>

constinit kmem_cache *mm_cachep;

mm_struct *mm_alloc()
{
	mm_struct *mm = slab_new<mm_struct>(mm_cachep, GFP_KERNEL);

	if (!mm)
		return nullptr;
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kmem_cache_free(mm_cachep, mm);
		return nullptr;
	}
	spin_guard g(mmlist_lock);
	list_add_tail(&mm->mmlist, &mmlist_head);
	return mm;
}

/* Who walks the list of all mms raises mm_users under mmlist_lock; a dying
 * mm must be off it by then. */
static bool last_user_gone(mm_struct *mm)
{
	spin_guard g(mmlist_lock);

	if (!atomic_dec_and_test(&mm->mm_users))
		return false;
	list_del(&mm->mmlist);
	return true;
}

void mmput(mm_struct *mm)
{
	if (!last_user_gone(mm))
		return;
	exit_mmap(mm);
	if (mm->exe_file)
		fput(mm->exe_file);
	mmdrop(mm);
}

void mmdrop(mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_count))
		return;
	BUG_ON(mm == &init_mm);
	pgd_free(mm->pgd);
	kmem_cache_free(mm_cachep, mm);
}

mm_struct *get_task_mm(task_struct *p)
{
	spin_irq_guard g(p->alloc_lock);
	mm_struct *mm = p->mm;

	if (mm)
		atomic_inc(&mm->mm_users);
	return mm;
}

static void end_vfork(task_struct *p)
{
	completion *done = p->vfork_done;

	p->vfork_done = nullptr;
	if (done)
		complete(done);
}

void mm_release(task_struct *p)
{
	user_ptr<int> tid = p->clear_child_tid;

	if (p->robust_list)
		exit_robust_list();
	p->clear_child_tid = {};
	if (tid && p->mm && atomic_read(&p->mm->mm_users) > 1) {
		put_user(0, tid).ignore();
		futex_wake({(u32 *)tid.p}, true, 1,
			   FUTEX_BITSET_MATCH_ANY).ignore();
	}
	end_vfork(p);
}

/* The page tables stay current: the task goes on like a kernel thread that
 * borrowed them. */
void exit_mm()
{
	task_struct *p = current;
	mm_struct *mm = p->mm;

	mm_release(p);
	if (!mm)
		return;
	atomic_inc(&mm->mm_count);
	p->tg->maxrss = max(p->tg->maxrss, mm->rss);
	{
		spin_irq_guard g(p->alloc_lock);
		p->mm = nullptr;
	}
	mmput(mm);
}
