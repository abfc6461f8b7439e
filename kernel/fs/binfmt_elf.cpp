/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF programs: static ones, position-independent ones, and those that name
 * an interpreter (the dynamic linker), which is then loaded beside them and
 * gets control. The whole headers of both files are read and checked before
 * the old program goes; from there on only memory can fail. 2.4: binfmt_elf.c.
 */
#include "elf_image.h"

#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

constexpr size_t MAX_PHDRS_SIZE = 65536;
/* Programs stay below this: room for the strings and for a small stack. */
constexpr unsigned long LOAD_LIMIT = STACK_TOP - (16ul << 20);
/* Where position-independent programs go, above the middle of mmap's room. */
constexpr unsigned long ELF_ET_DYN_BASE = 0x80000000;

/* ---- checking ---- */

static bool good_header(const elf32_hdr &h)
{
	return !memcmp(h.e_ident, "\177ELF", 4) &&
	       h.e_ident[EI_CLASS] == ELFCLASS32 &&
	       h.e_ident[EI_DATA] == ELFDATA2LSB &&
	       h.e_ident[EI_VERSION] == EV_CURRENT &&
	       (h.e_type == ET_EXEC || h.e_type == ET_DYN) &&
	       (h.e_machine == EM_386 || h.e_machine == EM_486) &&
	       h.e_phentsize == sizeof(elf32_phdr) && h.e_phnum > 0 &&
	       h.e_phnum * sizeof(elf32_phdr) <= MAX_PHDRS_SIZE;
}

static status read_exactly(file *f, u32 pos, void *buf, size_t n)
{
	long got = TRY(kernel_read(f, pos, buf, n));

	return got == (long)n ? 0 : -ENOEXEC;
}

static bool segment_fits(const elf32_phdr &p, loff_t file_size)
{
	u64 end = (u64)p.p_vaddr + p.p_memsz;

	if (p.p_filesz > p.p_memsz || end > LOAD_LIMIT)
		return false;
	if ((u64)p.p_offset + p.p_filesz > (u64)file_size)
		return false;
	/* What lies behind the file's part must be zeroed: written. */
	if (p.p_filesz && p.p_filesz < p.p_memsz && !(p.p_flags & PF_W))
		return false;
	return (p.p_vaddr - p.p_offset) % PAGE_SIZE == 0;
}

static unsigned long segment_align(const elf32_phdr &p)
{
	bool sane = p.p_align >= PAGE_SIZE && p.p_align <= 1 << 22 &&
		    !(p.p_align & (p.p_align - 1));

	return sane ? p.p_align : PAGE_SIZE;
}

/* Ascending, and no two in one page. */
static status check_segments(elf_image *e, loff_t file_size)
{
	bool any = false;

	for (const elf32_phdr &p : *e) {
		if (p.p_type != PT_LOAD || !p.p_memsz)
			continue;
		if (!segment_fits(p, file_size))
			return -ENOEXEC;
		unsigned long start = p.p_vaddr & PAGE_MASK;

		if (any && start < e->limit)
			return -ENOEXEC;
		if (!any)
			e->first = start;
		any = true;
		e->limit = PAGE_ALIGN(p.p_vaddr + p.p_memsz);
		e->align = max(e->align, segment_align(p));
	}
	return any ? 0 : -ENOEXEC;
}

elf_image::~elf_image()
{
	kfree(phdrs);
	if (own_file)
		close_exec(f);
}

static status read_image(elf_image *e, file *f)
{
	const inode *ino = f->f_dentry->d_inode;
	size_t size;

	e->f = f;
	TRY(read_exactly(f, 0, &e->hdr, sizeof(e->hdr)));
	if (!good_header(e->hdr) || !f->f_op || !f->f_op->mmap)
		return -ENOEXEC;
	size = e->hdr.e_phnum * sizeof(elf32_phdr);
	e->phdrs = (elf32_phdr *)kmalloc(size, GFP_KERNEL);
	if (!e->phdrs)
		return -ENOMEM;
	TRY(read_exactly(f, e->hdr.e_phoff, e->phdrs, size));
	TRY(check_segments(e, i_size_read(ino)));
	return OK;
}

static const elf32_phdr *find_interp(const elf_image &e)
{
	for (const elf32_phdr &p : e)
		if (p.p_type == PT_INTERP)
			return &p;
	return nullptr;
}

/* The interpreter's own wish for one is not heard. */
static status open_interp(elf_image *interp, const elf_image &e)
{
	const elf32_phdr *p = find_interp(e);

	if (!p)
		return OK;
	if (p->p_filesz < 2 || p->p_filesz > PAGE_SIZE)
		return -ENOEXEC;
	char *name = (char *)kmalloc(p->p_filesz, GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	status s = read_exactly(e.f, p->p_offset, name, p->p_filesz);
	if (s.ok() && name[p->p_filesz - 1])
		s = -ENOEXEC;
	result<file *> f = s.ok() ? open_exec(name) : result<file *>(s.fail());
	kfree(name);
	interp->f = TRY(f);
	interp->own_file = true;
	s = read_image(interp, interp->f);
	return s.err() == -ENOEXEC ? -ELIBBAD : s;
}

/* Two programs at fixed places must not want the same one. */
static status check_overlap(const elf_image &e, const elf_image &interp)
{
	if (!interp.f || e.hdr.e_type == ET_DYN || interp.hdr.e_type == ET_DYN)
		return OK;
	if (interp.first < e.limit && e.first < interp.limit)
		return -ELIBBAD;
	return OK;
}

/* ---- mapping; nothing of the old program is left ---- */

static unsigned long prot_of(const elf32_phdr &p)
{
	return (p.p_flags & PF_R ? PROT_READ : 0) |
	       (p.p_flags & PF_W ? PROT_WRITE : 0) |
	       (p.p_flags & PF_X ? PROT_EXEC : 0);
}

static status map_file_part(const elf_image &e, const elf32_phdr &p,
			    unsigned long addr)
{
	constexpr unsigned long FLAGS = MAP_PRIVATE | MAP_FIXED |
		MAP_DENYWRITE | MAP_EXECUTABLE;
	unsigned long skew = addr & ~PAGE_MASK;
	write_guard g(current->mm->mmap_sem);

	TRY(do_mmap_pgoff(e.f, addr - skew, p.p_filesz + skew, prot_of(p),
			  FLAGS, (p.p_offset - skew) >> PAGE_SHIFT));
	return OK;
}

static status map_zeroes(unsigned long from, unsigned long to)
{
	write_guard g(current->mm->mmap_sem);

	if (to > from)
		TRY(do_brk(from, to - from));
	return OK;
}

static status map_segment(const elf_image &e, const elf32_phdr &p)
{
	unsigned long addr = p.p_vaddr + e.bias;
	unsigned long file_end = addr + p.p_filesz;
	unsigned long page_end = PAGE_ALIGN(file_end);

	if (!p.p_filesz)
		return map_zeroes(addr & PAGE_MASK,
				  PAGE_ALIGN(addr + p.p_memsz));
	TRY(map_file_part(e, p, addr));
	if (p.p_memsz == p.p_filesz)
		return OK;
	if (__clear_user(file_end, page_end - file_end))
		return -EFAULT;
	return map_zeroes(page_end, PAGE_ALIGN(addr + p.p_memsz));
}

static status map_image(const elf_image &e)
{
	for (const elf32_phdr &p : e)
		if (p.p_type == PT_LOAD && p.p_memsz)
			TRY(map_segment(e, p));
	return OK;
}

/* A place that has room for all segments at their distances. */
static status place_interp(elf_image *e)
{
	if (e->hdr.e_type != ET_DYN)
		return OK;
	read_guard g(current->mm->mmap_sem);
	unsigned long size = e->limit - e->first + e->align;
	unsigned long at = TRY(get_unmapped_area(e->f, 0, size, 0, 0));

	e->bias = round_up(at, e->align) - round_down(e->first, e->align);
	return OK;
}

static status place_program(elf_image *e)
{
	if (e->hdr.e_type != ET_DYN)
		return OK;
	unsigned long first = round_down(e->first, e->align);

	e->bias = ELF_ET_DYN_BASE - first;
	return e->limit - first <= LOAD_LIMIT - ELF_ET_DYN_BASE ? 0 : -ENOEXEC;
}

static void describe_program(const elf_image &e)
{
	mm_struct *mm = current->mm;

	for (const elf32_phdr &p : e) {
		unsigned long start = p.p_vaddr + e.bias;

		if (p.p_type != PT_LOAD || !p.p_memsz)
			continue;
		if (p.p_flags & PF_X && !mm->end_code)
			mm->start_code = start;
		if (p.p_flags & PF_X)
			mm->end_code = start + p.p_filesz;
		mm->start_data = start;
		mm->end_data = start + p.p_filesz;
	}
	mm->start_brk = mm->brk = e.limit + e.bias;
	get_file(e.f);
	mm->exe_file = e.f;
}

static unsigned long entry_of(const elf_image &e)
{
	return e.hdr.e_entry + e.bias;
}

static status load_both(linux_binprm *b, elf_image *e, elf_image *interp,
			pt_regs *regs)
{
	TRY(flush_old_exec(b));
	TRY(map_image(*e));
	describe_program(*e);
	if (interp->f) {
		TRY(place_interp(interp));
		TRY(map_image(*interp));
	}
	unsigned long sp = TRY(create_elf_tables(b, *e, *interp));

	current->mm->start_stack = sp;
	start_thread(regs, entry_of(interp->f ? *interp : *e), sp);
	return OK;
}

status load_elf_binary(linux_binprm *b, pt_regs *regs)
{
	elf_image e, interp;

	if (memcmp(b->buf, "\177ELF", 4))
		return -ENOEXEC;
	TRY(read_image(&e, b->f));
	TRY(open_interp(&interp, e));
	TRY(check_overlap(e, interp));
	TRY(place_program(&e));
	return load_both(b, &e, &interp, regs);
}
