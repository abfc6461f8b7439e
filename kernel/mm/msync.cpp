/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * msync(2) (2.4: mm/filemap.c). The VMA's own operation moves what was dirtied
 * to the pages and writes them; what else makes the data safe (blocks, inode)
 * is fsync's work, which takes i_sem and so must not come under mmap_sem.
 */
#include "vma.h"

#include <linux/pagemap.h>
#include <linux/sched.h>

namespace {

struct msync_walk {
	mm_struct *mm;
	unsigned long start, end;
	unsigned flags;
	bool hole = false;
};

} // namespace

/* mmap_sem held. Syncs the next part; *filp is the file that needs an fsync,
 * with a count, or null. */
static status sync_next_vma(msync_walk *w, file **filp)
{
	vm_area_struct *vma = find_vma_intersection(w->mm, w->start, w->end);

	*filp = nullptr;
	if (!vma || vma->vm_start > w->start)
		w->hole = true;
	if (!vma) {
		w->start = w->end;
		return OK;
	}
	unsigned long start = max(w->start, vma->vm_start);
	unsigned long stop = min(w->end, vma->vm_end);

	w->start = stop;
	if ((w->flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED))
		return -EBUSY;
	if (!(vma->vm_flags & VM_SHARED) || !vma->vm_ops || !vma->vm_ops->sync)
		return OK;
	TRY(vma->vm_ops->sync(vma, start, stop - start, w->flags));
	if ((w->flags & MS_SYNC) && vma->vm_file) {
		get_file(vma->vm_file);
		*filp = vma->vm_file;
	}
	return OK;
}

static status do_msync(msync_walk *w)
{
	while (w->start < w->end) {
		file *filp;
		status st;
		{
			read_guard g(w->mm->mmap_sem);

			st = sync_next_vma(w, &filp);
		}
		if (filp) {
			st = vfs_fsync(filp, 1);
			fput(filp);
		}
		TRY(st);
	}
	return w->hole ? -ENOMEM : 0;
}

SYSCALL result<long> sys_msync(unsigned long start, size_t len, unsigned flags)
{
	msync_walk w{current->mm, start, start + PAGE_ALIGN(len), flags};

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
	    (start & ~PAGE_MASK) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	if (w.end < start || PAGE_ALIGN(len) < len)
		return -ENOMEM;
	return do_msync(&w);
}
