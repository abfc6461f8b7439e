/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs say about their use of memory and files: madvise(2) (2.4:
 * mm/filemap.c), posix_fadvise(2) and readahead(2). */
#include "filemap_internal.h"
#include "vma.h"

#include <linux/blkdev.h>
#include <linux/sched.h>

static unsigned long with_advice(unsigned long flags, int advice)
{
	flags &= ~(VM_SEQ_READ | VM_RAND_READ);
	if (advice == MADV_SEQUENTIAL)
		flags |= VM_SEQ_READ;
	if (advice == MADV_RANDOM)
		flags |= VM_RAND_READ;
	return flags;
}

/* Starts the reads and does not wait for them. */
static status will_need(vm_area_struct *vma, unsigned long start,
			unsigned long end)
{
	file *filp = vma->vm_file;

	if (!filp)
		return -EBADF;
	address_space *mapping = file_mapping(filp);

	if (!mapping->a_ops || !mapping->a_ops->readpage)
		return OK;
	do_page_cache_readahead(filp, mapping, vma->vm_pgoff +
				((start - vma->vm_start) >> PAGE_SHIFT),
				(end - start) >> PAGE_SHIFT);
	run_task_queue_disk();
	return OK;
}

/* Private memory reads as zeroes (or as the file) again. */
static status dont_need(vm_area_struct *vma, unsigned long start,
			unsigned long end)
{
	if (vma->vm_flags & (VM_LOCKED | VM_IO))
		return -EINVAL;
	zap_page_range(vma, start, end - start);
	return OK;
}

static status advise_vma(vm_area_struct *vma, unsigned long start,
			 unsigned long end, int advice)
{
	switch (advice) {
	case MADV_WILLNEED:
		return will_need(vma, start, end);
	case MADV_DONTNEED:
		return dont_need(vma, start, end);
	default:
		TRY(vma_set_flags(vma, start, end,
				  with_advice(vma->vm_flags, advice)));
		return OK;
	}
}

SYSCALL result<long> sys_madvise(unsigned long start, size_t len, int advice)
{
	mm_struct *mm = current->mm;
	unsigned long end = start + PAGE_ALIGN(len);
	status st;

	if ((start & ~PAGE_MASK) || PAGE_ALIGN(len) < len || end < start ||
	    advice < MADV_NORMAL || advice > MADV_DONTNEED)
		return -EINVAL;
	write_guard g(mm->mmap_sem);

	while (start < end) {
		vm_area_struct *vma = find_vma_intersection(mm, start, end);

		if (!vma)
			return -ENOMEM;
		if (vma->vm_start > start) {	/* a hole: do the rest */
			st = -ENOMEM;
			start = vma->vm_start;
		}
		unsigned long stop = min(end, vma->vm_end);

		TRY(advise_vma(vma, start, stop, advice));
		start = stop;
	}
	return st;
}

/* ---- files ---- */

constexpr unsigned READAHEAD_CHUNK = 512;	/* pages allocated at once */

static void read_range(file *filp, address_space *mapping, loff_t start,
		       loff_t end)
{
	pgoff_t index = (pgoff_t)(start >> PAGE_SHIFT);
	pgoff_t stop = min((pgoff_t)((end + (loff_t)PAGE_SIZE - 1) >>
				     PAGE_SHIFT), pages_of_file(mapping->host));

	for (; index < stop; index += READAHEAD_CHUNK)
		do_page_cache_readahead(filp, mapping, index,
					min((pgoff_t)READAHEAD_CHUNK,
					    stop - index));
	run_task_queue_disk();
}

/* Whole pages of the range that are clean and that nobody uses. */
static void drop_range(address_space *mapping, loff_t start, loff_t end)
{
	pgoff_t first = (pgoff_t)((start + (loff_t)PAGE_SIZE - 1) >>
				  PAGE_SHIFT);
	loff_t size = i_size_read(mapping->host);

	filemap_write_range(mapping, start, end - 1).ignore();
	if (end >= size)
		end = size + (loff_t)PAGE_SIZE - 1;
	pgoff_t stop = (pgoff_t)(end >> PAGE_SHIFT);

	if (first < stop)
		invalidate_page_range(mapping, first, stop - 1);
}

static status advise_file(file *filp, loff_t start, loff_t len, int advice)
{
	address_space *mapping = file_mapping(filp);

	if (S_ISFIFO(filp->f_dentry->d_inode->i_mode))
		return -ESPIPE;
	if (advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ||
	    start < 0 || len < 0)
		return -EINVAL;
	loff_t end = len && len <= MAX_LFS_FILESIZE - start ? start + len :
		MAX_LFS_FILESIZE;
	if (!mapping->a_ops || !mapping->a_ops->readpage || start >= end)
		return OK;
	if (advice == POSIX_FADV_WILLNEED)
		read_range(filp, mapping, start, end);
	if (advice == POSIX_FADV_DONTNEED)
		drop_range(mapping, start, end);
	return OK;
}

static status advise_fd(unsigned fd, loff_t start, loff_t len, int advice)
{
	file *filp = fget(fd);

	if (!filp)
		return -EBADF;
	status st = advise_file(filp, start, len, advice);

	fput(filp);
	return st;
}

static loff_t join(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

SYSCALL result<long> sys_fadvise64(unsigned fd, u32 off_low, u32 off_high,
				   size_t len, int advice)
{
	return advise_fd(fd, join(off_low, off_high), (loff_t)len, advice);
}

SYSCALL result<long> sys_fadvise64_64(unsigned fd, u32 off_low, u32 off_high,
				      u32 len_low, u32 len_high, int advice)
{
	return advise_fd(fd, join(off_low, off_high), join(len_low, len_high),
			 advice);
}

static status readahead_file(file *filp, loff_t start, size_t count)
{
	address_space *mapping = file_mapping(filp);

	if (!(filp->f_mode & FMODE_READ))
		return -EBADF;
	if (!mapping->a_ops || !mapping->a_ops->readpage || start < 0)
		return -EINVAL;
	if (start < i_size_read(mapping->host))
		read_range(filp, mapping, start, start + (loff_t)count);
	return OK;
}

SYSCALL result<long> sys_readahead(unsigned fd, u32 off_low, u32 off_high,
				   size_t count)
{
	file *filp = fget(fd);

	if (!filp)
		return -EBADF;
	status st = readahead_file(filp, join(off_low, off_high), count);

	fput(filp);
	return st;
}
