/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * execve. First everything that can fail: the file is opened and checked, the
 * strings are copied into pages of their own, a new address space is made.
 * Then flush_old_exec() ends the other threads and drops the old program;
 * what fails after that can only kill the process. 2.4: fs/exec.c.
 */
#include "internal.h"

#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

/* ---- the file ---- */

static status check_exec(const nameidata &nd)
{
	inode *ino = nd.dentry_->d_inode;

	if (S_ISLNK(ino->i_mode))	/* not to be followed */
		return -ELOOP;
	if (!S_ISREG(ino->i_mode) || nd.mnt->mnt_flags & MS_NOEXEC)
		return -EACCES;
	return permission(ino, MAY_EXEC);
}

result<file *> open_exec_at(int dfd, const char *name, unsigned lookup)
{
	nameidata nd;

	TRY(path_lookup_at(dfd, name, lookup, &nd));
	status s = check_exec(nd);
	if (s.failed()) {
		path_release(&nd);
		return s.fail();
	}
	file *f = TRY(dentry_open(nd.dentry_, nd.mnt, O_RDONLY | O_LARGEFILE));
	if (!deny_write_access(f)) {
		fput(f);
		return -ETXTBSY;
	}
	return f;
}

result<file *> open_exec(const char *name)
{
	return open_exec_at(AT_FDCWD, name, LOOKUP_FOLLOW);
}

void close_exec(file *f)
{
	allow_write_access(f);
	fput(f);
}

/* Root's power, and a set-id bit where the mount allows it. */
status prepare_binprm(linux_binprm *b)
{
	const task_struct *t = current;
	const inode *ino = b->f->f_dentry->d_inode;
	unsigned mode = ino->i_mode;

	b->e_uid = t->euid;
	b->e_gid = t->egid;
	/* A tracer gets no power over what he may not trace. */
	if (!(b->f->f_vfsmnt->mnt_flags & MS_NOSUID) &&
	    (!t->trace.tracer || t->trace.flags & PT_CAP)) {
		if (mode & S_ISUID)
			b->e_uid = ino->i_uid;
		/* Without group execution the bit means mandatory locks. */
		if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			b->e_gid = ino->i_gid;
	}
	b->secure = b->e_uid != t->uid || b->e_gid != t->gid;
	memset(b->buf, 0, sizeof(b->buf));
	TRY(kernel_read(b->f, 0, b->buf, sizeof(b->buf)));
	return OK;
}

/* ---- the strings ---- */

/* A null-terminated vector and its strings, both in user or kernel memory. */
struct arg_vector {
	user_ptr<user_str> user;
	const char *const *kernel;

	result<unsigned long> get(int i) const
	{
		unsigned long s = 0;

		if (kernel)
			return (unsigned long)kernel[i];
		if (user)
			TRY(get_user(&s, user + i));
		return s >= TASK_SIZE ? -EFAULT : result<unsigned long>(s);
	}
	result<long> length(unsigned long s) const
	{
		if (kernel)
			return (long)strlen((const char *)s) + 1;
		return strnlen_user(user_at<const char>(s),
				    MAX_ARG_PAGES * PAGE_SIZE);
	}
	status copy(void *to, unsigned long from, size_t n) const
	{
		if (!kernel)
			return copy_from_user(to, from, n);
		memcpy(to, (const void *)from, n);
		return OK;
	}
};

/* The pointers to the strings need room on the stack too. */
static result<long> count(const arg_vector &v)
{
	for (int i = 0; i < (int)(MAX_ARG_PAGES * PAGE_SIZE); i++) {
		if (!TRY(v.get(i)))
			return (long)i;
		if (!(i % 1024) && fatal_signal_pending(current))
			return -EINTR;
	}
	return -E2BIG;
}

static result<page *> arg_page(linux_binprm *b, unsigned long offset)
{
	page **slot = &b->pages[offset / PAGE_SIZE];

	if (!*slot) {
		*slot = alloc_page(GFP_HIGHUSER);
		if (!*slot)
			return -ENOMEM;
		clear_highpage(*slot);
	}
	return *slot;
}

/* Room of a quarter of the stack at most, so that the program can start. */
static status reserve(linux_binprm *b, size_t len)
{
	unsigned long used = MAX_ARG_PAGES * PAGE_SIZE - b->p + len;
	unsigned long pointers = (b->argc + b->envc + 2) * sizeof(long);

	if (len > b->p || used + pointers > rlimit(RLIMIT_STACK) / 4)
		return -E2BIG;
	b->p -= len;
	return OK;
}

/* The 0 is ours, whatever another thread makes of the string meanwhile. */
static status copy_piece(char *to, const arg_vector &v, unsigned long from,
			 size_t n, bool last)
{
	if (last)
		to[n - 1] = 0;
	return v.copy(to, from, last ? n - 1 : n);
}

static status push_string(linux_binprm *b, const arg_vector &v,
			  unsigned long from, size_t len)
{
	TRY(reserve(b, len));
	for (unsigned long to = b->p; len; ) {
		size_t room = PAGE_SIZE - to % PAGE_SIZE;
		size_t n = min(len, room);
		page *p = TRY(arg_page(b, to));
		status s = copy_piece((char *)kmap(p) + to % PAGE_SIZE, v,
				      from, n, n == len);

		kunmap(p);
		TRY(s);
		to += n;
		from += n;
		len -= n;
	}
	return OK;
}

status push_kernel_string(linux_binprm *b, const char *s)
{
	static const char *const kernel_memory[1] = {};

	return push_string(b, {{}, kernel_memory}, (unsigned long)s,
			   strlen(s) + 1);
}

/* The last one first: they come to lie in order. */
static status push_strings(linux_binprm *b, const arg_vector &v, int n)
{
	while (n--) {
		unsigned long s = TRY(v.get(n));
		long len = TRY(v.length(s));

		if (len > (long)(MAX_ARG_PAGES * PAGE_SIZE))
			return -E2BIG;
		TRY(push_string(b, v, s, len));
		if (!(n % 256) && fatal_signal_pending(current))
			return -EINTR;
	}
	return OK;
}

static char byte_at(linux_binprm *b, unsigned long offset)
{
	page *p = b->pages[offset / PAGE_SIZE];
	char c = ((char *)kmap(p))[offset % PAGE_SIZE];

	kunmap(p);
	return c;
}

status remove_arg_zero(linux_binprm *b)
{
	if (!b->argc)
		return -EINVAL;
	while (b->p < MAX_ARG_PAGES * PAGE_SIZE && byte_at(b, b->p))
		b->p++;
	b->p++;
	b->argc--;
	return OK;
}

static status collect(linux_binprm *b, const arg_vector &argv,
		      const arg_vector &envp)
{
	b->argc = (int)TRY(count(argv));
	b->envc = (int)TRY(count(envp));
	TRY(prepare_binprm(b));
	TRY(push_kernel_string(b, b->filename));
	b->execfn = b->p;
	TRY(push_strings(b, envp, b->envc));
	TRY(push_strings(b, argv, b->argc));
	b->mm = mm_alloc();
	return b->mm ? 0 : -ENOMEM;
}

static void free_binprm(linux_binprm *b)
{
	for (page *p : b->pages)
		if (p)
			put_page(p);
	if (b->f)
		close_exec(b->f);
	if (b->mm)
		mmput(b->mm);
	kfree(b);
}

/* ---- the call ---- */

static status load_binary(linux_binprm *b, pt_regs *regs)
{
	for (int depth = 0; depth <= MAX_SCRIPT_DEPTH; depth++) {
		if (memcmp(b->buf, "#!", 2))
			return load_elf_binary(b, regs);
		TRY(load_script(b));
	}
	return -ELOOP;
}

static status exec(const exec_file &x, const arg_vector &argv,
		   const arg_vector &envp, pt_regs *regs)
{
	linux_binprm *b = kmalloc_new<linux_binprm>(GFP_KERNEL);

	if (!b) {
		close_exec(x.f);
		return -ENOMEM;
	}
	b->f = x.f;
	b->filename = x.name;
	b->script = x.hidden ? nullptr : x.name;
	status s = collect(b, argv, envp);
	if (s.ok())
		s = load_binary(b, regs);
	if (s.failed() && b->committed)
		force_sig(SIGKILL, current);
	else if (s.ok() && current->trace.tracer)
		send_sig(SIGTRAP, current).ignore();
	free_binprm(b);
	return s;
}

status user_exec(const exec_file &x, user_ptr<user_str> argv,
		 user_ptr<user_str> envp)
{
	return exec(x, {argv, nullptr}, {envp, nullptr}, current_pt_regs());
}

/* A kernel thread becomes a process: signals may reach it from now on, and
 * its working directory is its own. */
result<long> kernel_execve(const char *filename, const char *const *argv,
			   const char *const *envp)
{
	task_struct *t = current;
	fs_struct *old = t->fs;

	if (atomic_read(&old->count) > 1) {
		fs_struct *fs = copy_fs_struct(old);

		if (!fs)
			return -ENOMEM;
		{
			spin_irq_guard g(t->alloc_lock);
			t->fs = fs;
		}
		put_fs_struct(old);
	}
	file *f = TRY(open_exec(filename));

	TRY(exec({f, filename}, {{}, argv}, {{}, envp}, task_pt_regs(t)));
	t->flags &= ~PF_KTHREAD;
	set_current_blocked(0);
	return 0;
}
