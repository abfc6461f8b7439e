/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registered entries (2.4: fs/proc/generic.c): a tree that only grows, and
 * only while booting, so that nobody needs a lock to walk it. Directories,
 * and files that show or store text.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

/* Linked here and not by a function: others register from any initcall. */
static constinit proc_dir_entry sys_fs{
	.name = "fs", .mode = S_IFDIR | 0555, .ino = 3,
};
static constinit proc_dir_entry sys_kernel{
	.name = "kernel", .mode = S_IFDIR | 0555, .next = &sys_fs, .ino = 4,
};
static constinit proc_dir_entry sys_vm{
	.name = "vm", .mode = S_IFDIR | 0555, .next = &sys_kernel, .ino = 5,
};
static constinit proc_dir_entry proc_sys{
	.name = "sys", .mode = S_IFDIR | 0555, .subdir = &sys_vm, .ino = 2,
};
constinit proc_dir_entry proc_root{
	.name = "", .mode = S_IFDIR | 0555, .subdir = &proc_sys,
	.ino = PROC_ROOT_INO,
};
constinit proc_dir_entry *proc_sys_vm = &sys_vm,
	*proc_sys_kernel = &sys_kernel, *proc_sys_fs = &sys_fs;
static constinit ino_t last_ino = 5;

/* ---- registering ---- */

static proc_dir_entry *add_entry(const char *name, umode_t mode,
				 proc_dir_entry *parent)
{
	proc_dir_entry *de = kmalloc_new<proc_dir_entry>(GFP_KERNEL);

	if (!de)
		panic("no memory for /proc/%s", name);
	de->name = name;
	de->mode = mode;
	de->ino = ++last_ino;
	de->parent = parent ? parent : &proc_root;
	/* At the end, so that a listing shows them in order of birth. */
	proc_dir_entry **end = &de->parent->subdir;
	while (*end)
		end = &(*end)->next;
	*end = de;
	return de;
}

proc_dir_entry *proc_mkdir(const char *name, proc_dir_entry *parent)
{
	return add_entry(name, S_IFDIR | 0555, parent);
}

proc_dir_entry *proc_create(const char *name, umode_t mode,
			    proc_dir_entry *parent, proc_show_t show,
			    void *data)
{
	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	proc_dir_entry *de = add_entry(name, mode, parent);
	de->show = show;
	de->data = data;
	return de;
}

/* ---- directories ---- */

proc_dir_entry *proc_find(const proc_dir_entry *dir, const qstr *name)
{
	for (proc_dir_entry *de = dir->subdir; de; de = de->next)
		if (strlen(de->name) == name->len &&
		    !memcmp(de->name, name->name, name->len))
			return de;
	return nullptr;
}

static status proc_lookup(inode *dir, dentry *d)
{
	const proc_dir_entry *parent = (proc_dir_entry *)dir->private_;
	proc_dir_entry *de = proc_find(parent, &d->d_name);

	return de ? proc_add_entry(dir->i_sb, d, de) : -ENOENT;
}

status proc_fill_dots(file *f, void *ctx, filldir_t fill)
{
	dentry *d = f->f_dentry;

	if (f->f_pos == 0) {
		TRY(fill(ctx, ".", 1, 0, d->d_inode->i_ino, DT_DIR));
		f->f_pos++;
	}
	if (f->f_pos == 1) {
		TRY(fill(ctx, "..", 2, 1, d->d_parent->d_inode->i_ino, DT_DIR));
		f->f_pos++;
	}
	return OK;
}

status proc_fill_entries(file *f, void *ctx, filldir_t fill,
			 const proc_dir_entry *dir, loff_t base)
{
	loff_t at = base;

	for (const proc_dir_entry *de = dir->subdir; de; de = de->next, at++) {
		if (at < f->f_pos)
			continue;
		TRY(fill(ctx, de->name, strlen(de->name), at, de->ino,
			 de->mode >> 12));
		f->f_pos = at + 1;
	}
	return OK;
}

static status proc_readdir(file *f, void *ctx, filldir_t fill)
{
	const proc_dir_entry *dir =
		(proc_dir_entry *)f->f_dentry->d_inode->private_;

	TRY(proc_fill_dots(f, ctx, fill));
	return proc_fill_entries(f, ctx, fill, dir, 2);
}

const inode_operations proc_dir_iops = {
	.lookup = proc_lookup,
	.setattr = proc_setattr,
};
const file_operations proc_dir_fops = {
	.read = generic_read_dir,
	.readdir = proc_readdir,
};

/* ---- files ---- */

static proc_dir_entry *entry_of(const file *f)
{
	return (proc_dir_entry *)f->f_dentry->d_inode->private_;
}

static status nothing_to_show(seq_file *, void *) { return OK; }

static status entry_open(inode *inode, file *f)
{
	const proc_dir_entry *de = (proc_dir_entry *)inode->private_;

	return single_open(f, de->show ? de->show : nothing_to_show,
			   de->data);
}

static result<long> entry_write(file *f, user_ptr<const char> buf, size_t n,
				loff_t *)
{
	proc_dir_entry *de = entry_of(f);

	if (!de->store)
		return -EACCES;
	if (!n || n >= PAGE_SIZE)
		return -EINVAL;
	char *text = (char *)__get_free_page(GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	status st = copy_from_user(text, buf.addr(), n);
	if (st.ok()) {
		size_t len = text[n - 1] == '\n' ? n - 1 : n;

		text[len] = 0;
		st = de->store(text, len, de->data);
	}
	free_page((unsigned long)text);
	if (st.failed())
		return st;
	return (long)n;
}

const file_operations proc_entry_fops = {
	.read = seq_read,
	.write = entry_write,
	.open = entry_open,
	.release = seq_release,
};
