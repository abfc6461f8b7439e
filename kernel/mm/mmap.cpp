/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmap(2) (2.4's do_mmap_pgoff). All that can be checked is checked before
 * anything is changed; then what is in the way of MAP_FIXED goes, and the new
 * VMA comes in. Flag bits that have no meaning here are ignored.
 */
#include "vma.h"

#include <linux/pagemap.h>
#include <linux/sched.h>

/* ---- what is asked for ---- */

/* These bits mean the same in a call and in a VMA. */
static_assert(PROT_READ == VM_READ && PROT_WRITE == VM_WRITE &&
	      PROT_EXEC == VM_EXEC);
static_assert(MAP_GROWSDOWN == VM_GROWSDOWN && MAP_LOCKED == VM_LOCKED &&
	      MAP_DENYWRITE == VM_DENYWRITE && MAP_EXECUTABLE == VM_EXECUTABLE);
constexpr unsigned long PROT_BITS = PROT_READ | PROT_WRITE | PROT_EXEC;
constexpr unsigned long SAME_BITS = MAP_GROWSDOWN | MAP_LOCKED |
	MAP_DENYWRITE | MAP_EXECUTABLE;

/* What the open mode of the file makes of the VMA's flags. A shared mapping
 * that can never be written is as good as a private one. */
static result<unsigned long> file_mmap_flags(const file *file,
					     unsigned long vm_flags)
{
	bool writable = file->f_mode & FMODE_WRITE;

	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	if (file->f_vfsmnt && (file->f_vfsmnt->mnt_flags & MS_NOEXEC)) {
		if (vm_flags & VM_EXEC)
			return -EPERM;
		vm_flags &= ~VM_MAYEXEC;
	}
	if (!(vm_flags & VM_SHARED))
		return vm_flags;
	if ((vm_flags & VM_WRITE) && !writable)
		return -EACCES;
	if (writable && IS_APPEND(file->f_dentry->d_inode))
		return -EACCES;
	return writable ? vm_flags : vm_flags & ~(VM_MAYWRITE | VM_SHARED);
}

/* The one place that gives MAP_ flags their meaning for a VMA. */
static result<unsigned long> mmap_flags(const mm_struct *mm, const file *file,
					unsigned long prot,
					unsigned long flags)
{
	unsigned long vm_flags = (prot & PROT_BITS) | (flags & SAME_BITS) |
		mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		vm_flags |= VM_SHARED | VM_MAYSHARE;
		break;
	case MAP_PRIVATE:
		break;
	default:
		return -EINVAL;
	}
	return file ? file_mmap_flags(file, vm_flags) : vm_flags;
}

static result<unsigned long> mmap_length(size_t len, pgoff_t pgoff)
{
	if (!len)
		return -EINVAL;
	unsigned long rounded = PAGE_ALIGN(len);

	if (!rounded || rounded > TASK_SIZE)
		return -ENOMEM;
	if (pgoff + (rounded >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	return rounded;
}

/* ---- is there enough of it ---- */

/* Pages of [start, end) that are mapped now, and of those the locked ones. */
static void count_mapped(mm_struct *mm, unsigned long start, unsigned long end,
			 unsigned long *mapped, unsigned long *locked)
{
	vm_area_struct *vma = find_vma_intersection(mm, start, end);

	for (; vma && vma->vm_start < end; vma = vma->vm_next) {
		unsigned long n = (min(end, vma->vm_end) -
				   max(start, vma->vm_start)) >> PAGE_SHIFT;

		*mapped += n;
		if (vma->vm_flags & VM_LOCKED)
			*locked += n;
	}
}

/* What MAP_FIXED replaces does not count. */
static status mmap_limits(mm_struct *mm, unsigned long addr, size_t len,
			  unsigned long vm_flags, unsigned long flags)
{
	constexpr unsigned long CHARGED = VM_SHARED | VM_WRITE;
	unsigned long pages = len >> PAGE_SHIFT, mapped = 0, locked = 0;

	if (mm->map_count >= MAX_MAP_COUNT)
		return -ENOMEM;
	if (flags & MAP_FIXED)
		count_mapped(mm, addr, addr + len, &mapped, &locked);
	if (vm_flags & VM_LOCKED)
		TRY(may_lock_pages(mm, pages - locked));
	if (!may_expand_vm(mm, pages - mapped))
		return -ENOMEM;
	if ((vm_flags & CHARGED) == VM_WRITE && !(flags & MAP_NORESERVE) &&
	    !vm_enough_memory(pages))
		return -ENOMEM;
	return OK;
}

/* ---- making it ---- */

/* The file or driver prepares the VMA. While it maps the file of a running
 * program, nobody may open that for writing: each such VMA takes part in the
 * count from vma_link on. */
static status attach_file(vm_area_struct *vma, file *file)
{
	get_file(file);
	vma->vm_file = file;
	if ((vma->vm_flags & VM_DENYWRITE) && !deny_write_access(file))
		return -ETXTBSY;
	status st = file->f_op->mmap(file, vma);

	if (st.failed()) {
		zap_page_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
		if (vma->vm_flags & VM_DENYWRITE)
			allow_write_access(file);
	}
	return st;
}

static status attach_backing(vm_area_struct *vma, file *file)
{
	if (file)
		return attach_file(vma, file);
	return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : OK;
}

static void account_new_vma(mm_struct *mm, const vm_area_struct *vma)
{
	mm->total_vm += vma_pages(vma);
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += vma_pages(vma);
}

static status mmap_region(mm_struct *mm, file *file, unsigned long addr,
			  size_t len, unsigned long vm_flags, pgoff_t pgoff)
{
	vm_area_struct *vma = vma_alloc();

	if (!vma)
		return -ENOMEM;
	vma->vm_mm = mm;
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = vm_flags;
	vma->vm_page_prot = protection_map[vm_flags & 0xf];
	vma->vm_pgoff = pgoff;
	status st = attach_backing(vma, file);

	if (st.failed()) {
		vma_free(vma);
		return st;
	}
	vma_link(mm, vma);
	if (file && (vm_flags & VM_DENYWRITE))
		allow_write_access(file);	/* now the VMA's own */
	account_new_vma(mm, vma);
	vma_merge(mm, vma);
	return OK;
}

result<unsigned long> do_mmap_pgoff(file *file, unsigned long addr, size_t len,
				    unsigned long prot, unsigned long flags,
				    pgoff_t pgoff)
{
	mm_struct *mm = current->mm;

	if (file && (!file->f_op || !file->f_op->mmap))
		return -ENODEV;
	len = TRY(mmap_length(len, pgoff));
	unsigned long vm_flags = TRY(mmap_flags(mm, file, prot, flags));

	addr = TRY(get_unmapped_area(file, addr, len, pgoff, flags));
	TRY(mmap_limits(mm, addr, len, vm_flags, flags));
	if (flags & MAP_FIXED)
		TRY(do_munmap(mm, addr, len));
	TRY(mmap_region(mm, file, addr, len, vm_flags, pgoff));
	if (vm_flags & VM_LOCKED)
		make_pages_present(addr, addr + len).ignore();
	return addr;
}

/* ---- system calls ---- */

/* Only exec may say that a file is a running program. */
SYSCALL result<long> sys_mmap2(unsigned long addr, size_t len,
			       unsigned long prot, unsigned long flags,
			       unsigned fd, pgoff_t pgoff)
{
	file *file = nullptr;

	flags &= ~(MAP_EXECUTABLE | MAP_DENYWRITE);
	if (!(flags & MAP_ANONYMOUS)) {
		file = fget(fd);
		if (!file)
			return -EBADF;
	}
	down_write(&current->mm->mmap_sem);
	result<unsigned long> r = do_mmap_pgoff(file, addr, len, prot, flags,
						pgoff);
	up_write(&current->mm->mmap_sem);
	if (file)
		fput(file);
	return r;
}

/* Before six arguments fitted into registers. */
struct mmap_arg_struct {
	unsigned long addr, len, prot, flags, fd, offset;
};

SYSCALL result<long> sys_old_mmap(user_ptr<mmap_arg_struct> arg)
{
	mmap_arg_struct a;

	TRY(get_user(&a, arg));
	if (a.offset & ~PAGE_MASK)
		return -EINVAL;
	return sys_mmap2(a.addr, a.len, a.prot, a.flags, a.fd,
			 a.offset >> PAGE_SHIFT);
}
