/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/maps: the mappings of a process. */
#include "internal.h"

constexpr unsigned NAME_COLUMN = 49;

static const char *area_name(const mm_struct *mm, const vm_area_struct *v)
{
	if (v->vm_start <= mm->brk && v->vm_end >= mm->start_brk &&
	    mm->start_brk)
		return "[heap]";
	if (v->vm_start <= mm->start_stack && v->vm_end >= mm->start_stack)
		return "[stack]";
	return nullptr;
}

static void pad_to_name(seq_file *m, size_t start)
{
	do
		seq_putc(m, ' ');
	while (m->count < start + NAME_COLUMN && m->count < m->size);
}

static void print_area(seq_file *m, const mm_struct *mm,
		       const vm_area_struct *v)
{
	size_t start = m->count;
	const inode *ino = v->vm_file ? v->vm_file->f_dentry->d_inode :
		nullptr;
	kdev_t dev = ino ? ino->i_sb->s_dev : 0;
	const char *name = v->vm_file ? nullptr : area_name(mm, v);

	seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %lu",
		   v->vm_start, v->vm_end, v->vm_flags & VM_READ ? 'r' : '-',
		   v->vm_flags & VM_WRITE ? 'w' : '-',
		   v->vm_flags & VM_EXEC ? 'x' : '-',
		   v->vm_flags & VM_MAYSHARE ? 's' : 'p',
		   v->vm_file ? (u64)v->vm_pgoff << PAGE_SHIFT : 0,
		   MAJOR(dev), MINOR(dev), ino ? ino->i_ino : 0);
	if (v->vm_file || name)
		pad_to_name(m, start);
	if (v->vm_file)
		seq_path(m, v->vm_file->f_vfsmnt, v->vm_file->f_dentry);
	else if (name)
		seq_puts(m, name);
	seq_putc(m, '\n');
}

status proc_pid_maps(seq_file *m, void *v)
{
	mm_struct *mm = get_task_mm((task_struct *)v);

	if (!mm)
		return OK;
	{
		read_guard g(mm->mmap_sem);

		for (vm_area_struct *a = mm->mmap; a; a = a->vm_next)
			print_area(m, mm, a);
	}
	mmput(mm);
	return OK;
}
