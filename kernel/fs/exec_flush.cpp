/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The middle of exec: the old program goes, a new address space with nothing
 * but a stack comes. Everything that can fail for lack of memory is prepared
 * before the other threads are ended.
 */
#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/sched.h>
#include <linux/string.h>

/* ---- what exec does not share any longer ---- */

static status unshare_files(task_struct *t)
{
	files_struct *old = t->files, *fresh;

	if (atomic_read(&old->count) == 1)
		return OK;
	fresh = dup_files(old);
	if (!fresh)
		return -ENOMEM;
	{
		spin_irq_guard g(t->alloc_lock);
		t->files = fresh;
	}
	put_files_struct(old);
	return OK;
}

/* Senders of signals hold tasklist_lock when they use another's sighand. */
static void replace_sighand(task_struct *t, sighand_struct *fresh)
{
	sighand_struct *old = t->sighand;
	spin_irq_guard g(tasklist_lock);

	spin_irq_guard s(old->siglock);
	t->sighand = fresh;
}

static status unshare_sighand(task_struct *t)
{
	sighand_struct *old = t->sighand, *fresh;

	if (atomic_read(&old->count) == 1)
		return OK;
	fresh = copy_sighand_struct(old);
	if (!fresh)
		return -ENOMEM;
	replace_sighand(t, fresh);
	put_sighand(old);
	return OK;
}

/* Caught signals get their default action, ignored ones stay ignored. */
static void flush_signal_handlers(task_struct *t)
{
	spin_irq_guard g(t->sighand->siglock);

	for (k_sigaction &a : t->sighand->action)
		a = {a.handler == SIG_IGN ? SIG_IGN : SIG_DFL, 0, 0, 0};
	t->sas_ss_sp = t->sas_ss_size = 0;
	t->restart_fn = nullptr;
}

/* ---- the address space ---- */

static void exec_mmap(linux_binprm *b)
{
	task_struct *t = current;
	mm_struct *old = t->mm, *borrowed = t->active_mm;

	mm_release(t);
	if (old)
		t->tg->maxrss = max(t->tg->maxrss, old->rss);
	unsigned long flags = spin_lock_irqsave(&t->alloc_lock);
	t->mm = t->active_mm = b->mm;
	b->mm = nullptr;
	switch_mm(t->mm);
	spin_unlock_irqrestore(&t->alloc_lock, flags);
	if (old)
		mmput(old);
	else
		mmdrop(borrowed);
}

/* The pages of strings become the top of the stack. */
static status map_arg_page(vm_area_struct *vma, page **slot,
			   unsigned long addr)
{
	mm_struct *mm = vma->vm_mm;
	pte_t *pte = pte_alloc(mm, addr);

	if (!pte)
		return -ENOMEM;
	spin_guard g(mm->page_table_lock);
	mm->rss++;
	lru_cache_add(*slot);
	set_pte(pte, pte_mkwrite(pte_mkdirty(mk_pte(*slot, PAGE_SHARED))));
	*slot = nullptr;
	return OK;
}

static vm_area_struct *make_stack_vma(mm_struct *mm, unsigned long start)
{
	constexpr unsigned long FLAGS = VM_READ | VM_WRITE | VM_EXEC |
		VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN;
	vm_area_struct *vma = vma_alloc();

	if (!vma)
		return nullptr;
	vma->vm_mm = mm;
	vma->vm_start = start & PAGE_MASK;
	vma->vm_end = STACK_TOP;
	vma->vm_flags = FLAGS;
	vma->vm_page_prot = protection_map[FLAGS & 0xf];
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma_link(mm, vma);
	mm->total_vm += (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
	return vma;
}

static status setup_arg_pages(linux_binprm *b)
{
	mm_struct *mm = current->mm;
	write_guard g(mm->mmap_sem);
	vm_area_struct *vma = make_stack_vma(mm, arg_address(b->p));

	if (!vma)
		return -ENOMEM;
	for (unsigned i = 0; i < MAX_ARG_PAGES; i++)
		if (b->pages[i] && arg_address(i * PAGE_SIZE) >= vma->vm_start)
			TRY(map_arg_page(vma, &b->pages[i],
					 arg_address(i * PAGE_SIZE)));
	mm->arg_start = arg_address(b->p);
	return OK;
}

/* ---- who it is ---- */

static void set_comm(task_struct *t, const char *filename)
{
	const char *base = strrchr(filename, '/');

	strlcpy(t->comm, base ? base + 1 : filename, sizeof(t->comm));
}

/* Root programs have all capabilities, others none. */
static void compute_creds(const linux_binprm *b)
{
	task_struct *t = current;

	if (b->secure)
		t->pdeath_signal = 0;
	t->dumpable = !b->secure;
	t->keep_caps = false;
	t->euid = t->suid = t->fsuid = b->e_uid;
	t->egid = t->sgid = t->fsgid = b->e_gid;
	t->cap_permitted = !t->uid || !t->euid ? ~0u : 0;
	t->cap_effective = !t->euid ? t->cap_permitted : 0;
}

status flush_old_exec(linux_binprm *b)
{
	task_struct *t = current;

	TRY(unshare_files(t));
	TRY(de_thread());
	TRY(unshare_sighand(t));
	b->committed = true;
	exec_mmap(b);
	flush_thread();
	flush_signal_handlers(t);
	exit_posix_timers(t->tg);
	set_comm(t, b->filename);
	compute_creds(b);
	t->flags &= ~PF_FORKNOEXEC;
	flush_old_files(t->files);
	return setup_arg_pages(b);
}
