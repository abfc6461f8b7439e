/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/mem: physical memory. Reading and writing reach what is RAM; mapping
 * reaches everything, devices uncached. For CAP_SYS_RAWIO only.
 */
#include "chrdev.h"
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/sched.h>

static status mem_open(inode *, file *)
{
	return capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
}

static status copy_page_piece(page *p, unsigned offset, unsigned long user,
			      size_t n, bool write)
{
	char *data = (char *)kmap(p) + offset;
	status st = write ? copy_from_user(data, user, n)
			  : copy_to_user(user, data, n);

	kunmap(p);
	return st;
}

static result<long> mem_copy(unsigned long user, size_t n, loff_t *pos,
			     bool write)
{
	u64 end = (u64)max_pfn << PAGE_SHIFT;
	size_t done = 0;

	while (done < n && (u64)*pos < end) {
		unsigned offset = (unsigned)*pos & ~PAGE_MASK;
		size_t len = min(n - done, (size_t)(PAGE_SIZE - offset));
		page *p = pfn_to_page((unsigned long)(*pos >> PAGE_SHIFT));

		status st = copy_page_piece(p, offset, user + done, len, write);

		if (st.failed())
			return done ? (long)done : st.err();
		*pos += len;
		done += len;
		if (signal_pending_current())
			break;
	}
	return (long)done;
}

static result<long> mem_read(file *, user_ptr<char> buf, size_t n, loff_t *pos)
{
	return mem_copy(buf.addr(), n, pos, false);
}

static result<long> mem_write(file *, user_ptr<const char> buf, size_t n,
			      loff_t *pos)
{
	if (n && (u64)*pos >= (u64)max_pfn << PAGE_SHIFT)
		return -EFBIG;
	return mem_copy(buf.addr(), n, pos, true);
}

static status mem_mmap(file *f, vm_area_struct *vma)
{
	size_t len = vma->vm_end - vma->vm_start;
	unsigned long pfn = vma->vm_pgoff, pages = len >> PAGE_SHIFT;
	constexpr unsigned long FRAMES = 1ul << (32 - PAGE_SHIFT);

	if (pfn >= FRAMES || pages > FRAMES - pfn)
		return -EINVAL;
	if (!pfn_valid(pfn + pages - 1) || f->f_flags & O_SYNC)
		vma->vm_page_prot.v |= _PAGE_PCD | _PAGE_PWT;
	return remap_page_range(vma, vma->vm_start, pfn << PAGE_SHIFT, len,
				vma->vm_page_prot);
}

const file_operations mem_fops = {
	.llseek = nullptr,
	.read = mem_read,
	.write = mem_write,
	.readdir = nullptr,
	.poll = nullptr,
	.ioctl = nullptr,
	.mmap = mem_mmap,
	.open = mem_open,
};
