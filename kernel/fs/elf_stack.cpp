/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stack of a new ELF program: from its pointer upwards argc, the argv and
 * envp pointers with a null behind each, the auxiliary vector; then 16 random
 * bytes, the platform's name, and the strings that exec copied.
 */
#include "elf_image.h"

#include <linux/random.h>
#include <linux/sched.h>
#include <linux/time.h>

static const char platform[] = "i686";

struct aux_vector {
	u32 words[40] = {};
	unsigned n = 0;

	void add(u32 type, unsigned long value)
	{
		words[n++] = type;
		words[n++] = (u32)value;
	}
};

/* Where the program headers are in memory: 0 if no segment has them. */
static unsigned long phdr_address(const elf_image &e)
{
	u32 off = e.hdr.e_phoff;

	for (const elf32_phdr &p : e)
		if (p.p_type == PT_LOAD && off >= p.p_offset &&
		    off - p.p_offset < p.p_filesz)
			return off - p.p_offset + p.p_vaddr + e.bias;
	return 0;
}

static void add_program(aux_vector *a, const elf_image &e,
			const elf_image &interp)
{
	a->add(AT_PHDR, phdr_address(e));
	a->add(AT_PHENT, sizeof(elf32_phdr));
	a->add(AT_PHNUM, e.hdr.e_phnum);
	a->add(AT_BASE, interp.f ? interp.bias : 0);
	a->add(AT_ENTRY, e.hdr.e_entry + e.bias);
}

static void add_identity(aux_vector *a, const linux_binprm *b)
{
	const task_struct *t = current;

	a->add(AT_UID, t->uid);
	a->add(AT_EUID, t->euid);
	a->add(AT_GID, t->gid);
	a->add(AT_EGID, t->egid);
	a->add(AT_SECURE, b->secure);
	a->add(AT_EXECFN, arg_address(b->execfn));
}

static void add_machine(aux_vector *a)
{
	a->add(AT_HWCAP, boot_cpu_data.features);
	a->add(AT_PAGESZ, PAGE_SIZE);
	a->add(AT_CLKTCK, USER_HZ);
	a->add(AT_FLAGS, 0);
}

/* Stores words upwards. */
struct stack_writer {
	unsigned long at;

	status word(unsigned long v)
	{
		u32 w = (u32)v;

		TRY(put_user(w, user_at<u32>(at)));
		at += sizeof(u32);
		return OK;
	}
	/* Pointers to @n strings from @s on, and a null; returns behind. */
	result<unsigned long> strings(unsigned long s, int n)
	{
		while (n--) {
			TRY(word(s));
			s += TRY(strnlen_user(user_at<const char>(s),
					      STACK_TOP - s));
		}
		TRY(word(0));
		return s;
	}
};

static status write_tables(const linux_binprm *b, const aux_vector &aux,
			   unsigned long sp)
{
	mm_struct *mm = current->mm;
	stack_writer w{sp};

	TRY(w.word(b->argc));
	mm->arg_end = mm->env_start =
		TRY(w.strings(arg_address(b->p), b->argc));
	mm->env_end = TRY(w.strings(mm->env_start, b->envc));
	return copy_to_user(w.at, aux.words, aux.n * sizeof(u32));
}

result<unsigned long> create_elf_tables(linux_binprm *b, const elf_image &e,
					const elf_image &interp)
{
	unsigned long at = round_down(arg_address(b->p), 16);
	u8 random[16];
	aux_vector aux;

	at -= sizeof(platform);
	TRY(copy_to_user(at, platform, sizeof(platform)));
	aux.add(AT_PLATFORM, at);
	at = round_down(at, 16) - sizeof(random);
	get_random_bytes(random, sizeof(random));
	TRY(copy_to_user(at, random, sizeof(random)));
	aux.add(AT_RANDOM, at);
	add_machine(&aux);
	add_program(&aux, e, interp);
	add_identity(&aux, b);
	aux.add(AT_NULL, 0);

	unsigned words = 1 + b->argc + 1 + b->envc + 1 + aux.n;
	unsigned long sp = round_down(at - words * sizeof(u32), 16);

	TRY(write_tables(b, aux, sp));
	return sp;
}
