/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Major 1, 2.4's mem.c: null, zero, full, and by minor number the others.
 * open() gives the file the operations of its device.
 */
#include "chrdev.h"
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>

constexpr unsigned MEM_MAJOR = 1;
constexpr unsigned MINOR_MEM = 1, MINOR_NULL = 3, MINOR_ZERO = 5,
	MINOR_FULL = 7, MINOR_RANDOM = 8, MINOR_URANDOM = 9, MINOR_KMSG = 11;

status null_llseek(file *f, loff_t, int, loff_t *res)
{
	*res = f->f_pos = 0;
	return OK;
}

static result<long> null_read(file *, user_ptr<char>, size_t, loff_t *)
{
	return 0l;
}

static result<long> null_write(file *, user_ptr<const char>, size_t n,
			       loff_t *)
{
	return (long)n;
}

static result<long> full_write(file *, user_ptr<const char>, size_t n,
			       loff_t *)
{
	return n ? -ENOSPC : 0;
}

/* In pieces, so that a signal and other tasks get their turn. */
static result<long> zero_read(file *, user_ptr<char> buf, size_t n, loff_t *)
{
	constexpr size_t PIECE = 64 * 1024;
	size_t done = 0;

	while (done < n) {
		size_t len = min(n - done, PIECE);
		size_t left = __clear_user(buf.addr() + done, len);

		done += len - left;
		if (left)
			return done ? (long)done : -EFAULT;
		if (current->need_resched)
			schedule();
		if (signal_pending_current())
			break;
	}
	return (long)done;
}

/* Private: anonymous memory is just that. Shared: it needs an object. */
static status zero_mmap(file *, vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return shmem_zero_setup(vma);
	vma->vm_ops = nullptr;
	return OK;
}

static const file_operations null_fops = {
	.llseek = null_llseek,
	.read = null_read,
	.write = null_write,
};
static const file_operations zero_fops = {
	.llseek = null_llseek,
	.read = zero_read,
	.write = null_write,
	.readdir = nullptr,
	.poll = nullptr,
	.ioctl = nullptr,
	.mmap = zero_mmap,
};
static const file_operations full_fops = {
	.llseek = null_llseek,
	.read = zero_read,
	.write = full_write,
};

static const file_operations *minor_fops(unsigned minor)
{
	switch (minor) {
	case MINOR_MEM:
		return &mem_fops;
	case MINOR_NULL:
		return &null_fops;
	case MINOR_ZERO:
		return &zero_fops;
	case MINOR_FULL:
		return &full_fops;
	case MINOR_RANDOM:
	case MINOR_URANDOM:
		return &random_fops;
	case MINOR_KMSG:
		return &kmsg_fops;
	}
	return nullptr;
}

static status memory_open(inode *inode, file *f)
{
	const file_operations *fops = minor_fops(MINOR(inode->i_rdev));

	if (!fops)
		return -ENXIO;
	f->f_op = fops;
	return fops->open ? fops->open(inode, f) : 0;
}

static const file_operations memory_fops = {
	.open = memory_open,
};

__init static void memory_init()
{
	if (register_chrdev(MEM_MAJOR, "mem", &memory_fops).failed())
		panic("cannot register the memory devices\n");
}
device_initcall(memory_init);
