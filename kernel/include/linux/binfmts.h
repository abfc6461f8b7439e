/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program on its way in. fs/exec.cpp collects it, fs/binfmt_script.cpp and
 * binfmt_elf.cpp find out what it is.
 */
#pragma once

#include <linux/fs.h>
#include <linux/mm.h>

struct pt_regs;

constexpr unsigned MAX_ARG_PAGES = 32;	/* 128 KiB of strings */
constexpr size_t BINPRM_BUF_SIZE = 256;
constexpr int MAX_SCRIPT_DEPTH = 4;
constexpr unsigned long STACK_TOP = TASK_SIZE;

struct linux_binprm {
	char buf[BINPRM_BUF_SIZE] = {};	/* the first bytes of the file */
	file *f = nullptr;		/* open_exec'ed: close_exec */
	const char *filename = nullptr;	/* as exec was told */
	const char *script = nullptr;	/* its name for an interpreter; null:
					 * that could not open it */
	char interp[BINPRM_BUF_SIZE] = {};	/* room for that of a script */
	/* The strings, as they will lie at the end of the stack: bytes
	 * [p, MAX_ARG_PAGES * PAGE_SIZE) of these pages. */
	page *pages[MAX_ARG_PAGES] = {};
	unsigned long p = MAX_ARG_PAGES * PAGE_SIZE - sizeof(long);
	unsigned long execfn = 0;	/* offset of the name's copy */
	int argc = 0, envc = 0;
	mm_struct *mm = nullptr;	/* the new one, until it is current's */
	uid_t e_uid = 0;
	gid_t e_gid = 0;
	bool secure = false;		/* set-uid or set-gid changed an id */
	bool committed = false;		/* the old program is gone */
};

/* What exec runs: f is used up. */
struct exec_file {
	file *f;
	const char *name;
	bool hidden = false;		/* the name will mean nothing */
};
status user_exec(const exec_file &x, user_ptr<user_str> argv,
		 user_ptr<user_str> envp);

/* Opens a regular file that may be executed and forbids writing to it. */
result<file *> open_exec(const char *name);
result<file *> open_exec_at(int dfd, const char *name, unsigned lookup);
void close_exec(file *f);
/* Puts a string in front of those that are there. -E2BIG, -ENOMEM. */
status push_kernel_string(linux_binprm *b, const char *s);
/* Takes argv[0] away. */
status remove_arg_zero(linux_binprm *b);
/* Credentials and first bytes of b->f. */
status prepare_binprm(linux_binprm *b);
/* The point of no return: after it the process has a new, empty address space
 * with the strings in its stack; failures kill it. Before it -EAGAIN or
 * -ENOMEM leave everything as it was. */
status flush_old_exec(linux_binprm *b);
/* User address of byte @offset of the strings. */
inline unsigned long arg_address(unsigned long offset)
{
	return STACK_TOP - MAX_ARG_PAGES * PAGE_SIZE + offset;
}

/* b->f starts with #!: makes its interpreter the file. */
status load_script(linux_binprm *b);
status load_elf_binary(linux_binprm *b, pt_regs *regs);
