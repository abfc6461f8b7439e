/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMAs of an address space: a sorted list, a red-black tree, and for each
 * file the list of VMAs that map it (the bookkeeping half of 2.4's mmap.c).
 *
 * They change only with mmap_sem held for write; bounds, links and flags
 * moreover under page_table_lock, by which swap_out reads them, and what maps
 * a file under its i_shared_lock, by which truncate does. So truncate finds
 * every page of the file that is mapped, always.
 */
#include "vma.h"

#include <linux/init.h>
#include <linux/slab.h>

static constinit kmem_cache *vm_area_cachep;

static void vma_init()
{
	vm_area_cachep = kmem_cache_create("vm_area_struct",
					   sizeof(vm_area_struct));
}
core_initcall(vma_init);

vm_area_struct *vma_alloc()
{
	return slab_new<vm_area_struct>(vm_area_cachep, GFP_KERNEL);
}

void vma_free(vm_area_struct *vma)
{
	if (vma->vm_file)
		fput(vma->vm_file);
	kmem_cache_free(vm_area_cachep, vma);
}

vm_area_struct *vma_dup(const vm_area_struct *vma)
{
	vm_area_struct *n = vma_alloc();

	if (!n)
		return nullptr;
	n->vm_mm = vma->vm_mm;
	n->vm_start = vma->vm_start;
	n->vm_end = vma->vm_end;
	n->vm_page_prot = vma->vm_page_prot;
	n->vm_flags = vma->vm_flags;
	n->vm_ops = vma->vm_ops;
	n->vm_pgoff = vma->vm_pgoff;
	n->vm_file = vma->vm_file;
	n->vm_private_data = vma->vm_private_data;
	if (n->vm_file)
		get_file(n->vm_file);
	return n;
}

address_space *vma_mapping(const vm_area_struct *vma)
{
	return vma->vm_file ? vma->vm_file->f_dentry->d_inode->i_mapping :
		nullptr;
}

/* ---- finding ---- */

static vm_area_struct *vma_of(rb_node *n)
{
	return rb_entry(n, vm_area_struct, vm_rb);
}

/* Is @addr, which lies before @vma, in no other VMA and in front of none? */
static bool follows_gap(const vm_area_struct *vma, unsigned long addr)
{
	return !vma->vm_prev || vma->vm_prev->vm_end <= addr;
}

vm_area_struct *find_vma(mm_struct *mm, unsigned long addr)
{
	vm_area_struct *vma = mm->mmap_cache;

	if (likely(vma && addr < vma->vm_end &&
		   (vma->vm_start <= addr || follows_gap(vma, addr))))
		return vma;
	vma = nullptr;
	for (rb_node *n = mm->mm_rb.rb_node_; n; ) {
		if (addr >= vma_of(n)->vm_end) {
			n = n->rb_right;
			continue;
		}
		vma = vma_of(n);
		if (vma->vm_start <= addr)
			break;
		n = n->rb_left;
	}
	if (vma)
		mm->mmap_cache = vma;
	return vma;
}

vm_area_struct *find_vma_prev(mm_struct *mm, unsigned long addr,
			      vm_area_struct **prev)
{
	vm_area_struct *vma = nullptr;

	*prev = nullptr;
	for (rb_node *n = mm->mm_rb.rb_node_; n; ) {
		if (addr < vma_of(n)->vm_end) {
			vma = vma_of(n);
			n = n->rb_left;
		} else {
			*prev = vma_of(n);
			n = n->rb_right;
		}
	}
	return vma;
}

vm_area_struct *find_vma_intersection(mm_struct *mm, unsigned long start,
				      unsigned long end)
{
	vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : nullptr;
}

/* ---- linking ---- */

namespace {

/* Both locks that changing a VMA takes. */
class vma_lock_guard {
	spinlock_t *table;

public:
	address_space *const mapping;	/* of the VMA, or null */

	vma_lock_guard(mm_struct *mm, const vm_area_struct *vma) :
		table(&mm->page_table_lock), mapping(vma_mapping(vma))
	{
		if (mapping)
			spin_lock(&mapping->i_shared_lock);
		spin_lock(table);
	}
	vma_lock_guard(const vma_lock_guard &) = delete;
	~vma_lock_guard()
	{
		spin_unlock(table);
		if (mapping)
			spin_unlock(&mapping->i_shared_lock);
	}
};

} // namespace

/* i_shared_lock of @mapping, the VMA's, held; null if it maps no file. */
static void link_file(vm_area_struct *vma, address_space *mapping,
		      vm_area_struct *after)
{
	if (!mapping)
		return;
	if (vma->vm_flags & VM_DENYWRITE)
		atomic_dec(&vma->vm_file->f_dentry->d_inode->i_writecount);
	if (after)
		list_add(&vma->shared, &after->shared);
	else
		list_add_tail(&vma->shared, vma->vm_flags & VM_SHARED ?
			      &mapping->i_mmap_shared : &mapping->i_mmap);
}

static void unlink_file(vm_area_struct *vma)
{
	if (!vma->vm_file)
		return;
	if (vma->vm_flags & VM_DENYWRITE)
		atomic_inc(&vma->vm_file->f_dentry->d_inode->i_writecount);
	list_del(&vma->shared);
}

void vma_unlink_file(vm_area_struct *vma)
{
	address_space *mapping = vma_mapping(vma);

	if (!mapping)
		return;
	spin_guard g(mapping->i_shared_lock);

	unlink_file(vma);
}

/* From @vma, or if null the beginning, the list goes on with @next. */
static inline void set_next(mm_struct *mm, vm_area_struct *vma,
			    vm_area_struct *next)
{
	(vma ? vma->vm_next : mm->mmap) = next;
	if (next)
		next->vm_prev = vma;
}

static vm_area_struct *last_vma(const mm_struct *mm)
{
	rb_node *n = mm->mm_rb.rb_node_;

	while (n && n->rb_right)
		n = n->rb_right;
	return n ? vma_of(n) : nullptr;
}

/* Of two neighbours one has no child on the other's side. */
static void link_tree(mm_struct *mm, vm_area_struct *vma, vm_area_struct *prev,
		      vm_area_struct *next)
{
	rb_node *n = &vma->vm_rb;

	if (prev && !prev->vm_rb.rb_right)
		rb_link_node(n, &prev->vm_rb, &prev->vm_rb.rb_right);
	else if (next)
		rb_link_node(n, &next->vm_rb, &next->vm_rb.rb_left);
	else
		rb_link_node(n, nullptr, &mm->mm_rb.rb_node_);
	rb_insert_color(n, &mm->mm_rb);
}

/* Tree and list; page_table_lock held. */
static void link_mm(mm_struct *mm, vm_area_struct *vma)
{
	vm_area_struct *next = find_vma(mm, vma->vm_start);
	vm_area_struct *prev = next ? next->vm_prev : last_vma(mm);

	link_tree(mm, vma, prev, next);
	set_next(mm, vma, next);
	set_next(mm, prev, vma);
	vma->vm_mm = mm;
	mm->map_count++;
	mm->mmap_cache = vma;		/* will be touched next */
}

void vma_link_after(mm_struct *mm, vm_area_struct *vma, vm_area_struct *after)
{
	vma_lock_guard g(mm, vma);

	link_mm(mm, vma);
	link_file(vma, g.mapping, after);
}

void vma_link(mm_struct *mm, vm_area_struct *vma)
{
	vma_link_after(mm, vma, nullptr);
}

void vma_detach(mm_struct *mm, vm_area_struct *first, unsigned long end)
{
	vm_area_struct *vma = first, *last;
	spin_guard g(mm->page_table_lock);

	do {
		rb_erase(&vma->vm_rb, &mm->mm_rb);
		mm->map_count--;
		last = vma;
		vma = vma->vm_next;
	} while (vma && vma->vm_start < end);
	set_next(mm, first->vm_prev, vma);
	last->vm_next = nullptr;
	mm->mmap_cache = vma;		/* a new one may come before it */
}

/* ---- changing ---- */

void vma_adjust(vm_area_struct *vma, unsigned long start, unsigned long end,
		pgoff_t pgoff)
{
	vma_lock_guard g(vma->vm_mm, vma);

	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = pgoff;
}

status split_vma(mm_struct *mm, vm_area_struct *vma, unsigned long addr)
{
	if (mm->map_count >= MAX_MAP_COUNT)
		return -ENOMEM;
	vm_area_struct *upper = vma_dup(vma);

	if (!upper)
		return -ENOMEM;
	upper->vm_start = addr;
	upper->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
	vma_lock_guard g(mm, vma);

	vma->vm_end = addr;
	link_mm(mm, upper);
	link_file(upper, g.mapping, vma);
	return OK;
}

/* @b is where @a ends: does it go on with the same? What a driver keeps for
 * each of its VMAs cannot be joined. */
static bool can_merge(const vm_area_struct *a, const vm_area_struct *b)
{
	if (a->vm_flags != b->vm_flags || a->vm_file != b->vm_file ||
	    a->vm_ops != b->vm_ops || (a->vm_flags & (VM_IO | VM_RESERVED)))
		return false;
	if (a->vm_private_data || b->vm_private_data ||
	    (a->vm_ops && a->vm_ops->close))
		return false;
	return !a->vm_file || a->vm_pgoff + vma_pages(a) == b->vm_pgoff;
}

/* @vma takes over its successor. */
static void absorb_next(mm_struct *mm, vm_area_struct *vma)
{
	vm_area_struct *next = vma->vm_next;

	{
		vma_lock_guard g(mm, vma);

		rb_erase(&next->vm_rb, &mm->mm_rb);
		set_next(mm, vma, next->vm_next);
		vma->vm_end = next->vm_end;
		mm->map_count--;
		mm->mmap_cache = vma;
		unlink_file(next);
	}
	vma_free(next);
}

vm_area_struct *vma_merge(mm_struct *mm, vm_area_struct *vma)
{
	vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	if (next && next->vm_start == vma->vm_end && can_merge(vma, next))
		absorb_next(mm, vma);
	if (!prev || prev->vm_end != vma->vm_start || !can_merge(prev, vma))
		return vma;
	absorb_next(mm, prev);
	return prev;
}

result<vm_area_struct *> vma_set_flags(vm_area_struct *vma,
				       unsigned long start, unsigned long end,
				       unsigned long flags)
{
	mm_struct *mm = vma->vm_mm;

	if (vma->vm_flags == flags)
		return vma;
	if (vma->vm_start < start) {
		TRY(split_vma(mm, vma, start));
		vma = vma->vm_next;
	}
	if (end < vma->vm_end)
		TRY(split_vma(mm, vma, end));
	{
		spin_guard g(mm->page_table_lock);

		vma->vm_flags = flags;
		vma->vm_page_prot = protection_map[flags & 0xf];
	}
	return vma_merge(mm, vma);
}
