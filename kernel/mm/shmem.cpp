/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anonymous shared memory (2.4: mm/shmem.c, without its file system). An
 * object is a mapping without an inode, shared by the VMAs that fork, split
 * and mremap make of the first one. Its pages are always dirty: reclaim calls
 * writepage, which gives the page a slot and moves it to the swap cache.
 *
 * Invariant, under mapping.page_lock: an index is in page_tree, or in
 * `swapped`, or in neither (zeroes); in both only while the page is locked
 * and on its way from one to the other.
 */
#include "filemap_internal.h"
#include "vma.h"

#include <linux/slab.h>
#include <linux/swap.h>

struct shmem_object {
	atomic_t count{1};		/* VMAs */
	unsigned long pages = 0;	/* its size */
	address_space mapping;
	radix_tree_root swapped;	/* index -> slot */
	list_head all;
};

static constinit spinlock_t shmem_lock{"shmem", RANK_MMLIST};
static constinit list_head shmem_objects;

static shmem_object *object_of(address_space *mapping)
{
	return container_of(mapping, shmem_object, mapping);
}

/* A slot as an item of the tree, which must not be null. */
static void *slot_item(swp_entry_t e) { return (void *)(e.val << 1 | 1); }
static swp_entry_t item_slot(void *item)
{
	return {(unsigned long)item >> 1};
}

/* ---- out to swap ---- */

/* Page locked. The slot's use becomes the object's. */
static status leave_mapping(shmem_object *o, page *p, swp_entry_t e)
{
	spin_guard g(o->mapping.page_lock);

	TRY(radix_tree_insert(&o->swapped, p->index, slot_item(e)));
	page_cache_detach(p);
	return OK;
}

/* Page locked, in no mapping; the count that the mapping had is dropped. */
static status enter_swap_cache(shmem_object *o, page *p, pgoff_t index,
			       swp_entry_t e)
{
	status st = swap_duplicate(e);

	if (st.ok()) {
		st = add_to_swap_cache(p, e);
		if (st.failed())
			swap_free(e);
	}
	{
		spin_guard g(o->mapping.page_lock);

		if (st.failed()) {
			radix_tree_delete(&o->swapped, index);
			page_cache_attach(p, &o->mapping, index);
		} else {
			radix_tree_delete(&o->mapping.page_tree, index);
		}
	}
	put_page(p);
	return st;
}

static status move_to_swap(page *p)
{
	shmem_object *o = object_of(p->mapping);
	pgoff_t index = p->index;
	swp_entry_t e = get_swap_page();

	if (!e.val)
		return -ENOMEM;
	status st = leave_mapping(o, p, e);

	if (st.ok())
		st = enter_swap_cache(o, p, index, e);
	if (st.failed())
		swap_free(e);
	return st;
}

static status shmem_writepage(page *p)
{
	status st = move_to_swap(p);

	if (st.ok())
		return swap_writepage(p);
	SetPageDirty(p);
	activate_page(p);
	unlock_page(p);
	return st;
}

static const address_space_operations shmem_aops = {
	.writepage = shmem_writepage,
};

/* ---- back in ---- */

/* Page locked and, if it is still the slot's, in the swap cache: into the
 * object. -EAGAIN: things have changed, look again. */
static status take_from_swap(shmem_object *o, pgoff_t index, swp_entry_t e,
			     page *p)
{
	if (!PageSwapCache(p) || p->index != e.val)
		return -EAGAIN;
	if (!PageUptodate(p))
		return -EIO;
	{
		spin_guard g(o->mapping.page_lock);

		if (radix_tree_lookup(&o->swapped, index) != slot_item(e))
			return -EAGAIN;
		TRY(radix_tree_insert(&o->mapping.page_tree, index, p));
	}
	delete_from_swap_cache(p);
	{
		spin_guard g(o->mapping.page_lock);

		radix_tree_delete(&o->swapped, index);
		page_cache_attach(p, &o->mapping, index);
	}
	SetPageDirty(p);
	swap_free(e);
	return OK;
}

static result<page *> swap_in(shmem_object *o, pgoff_t index, swp_entry_t e)
{
	result<page *> r = read_swap_cache(e);

	if (r.err() == -ENOENT)
		return -EAGAIN;
	page *p = TRY(r);

	lock_page(p);
	status st = take_from_swap(o, index, e, p);

	unlock_page(p);
	if (st.ok())
		return p;
	put_page(p);
	return st.fail();
}

/* -EAGAIN: there is a page, or a slot, by now. */
static status insert_new_page(shmem_object *o, pgoff_t index, page *p)
{
	spin_guard g(o->mapping.page_lock);

	if (radix_tree_lookup(&o->swapped, index))
		return -EAGAIN;
	status st = radix_tree_insert(&o->mapping.page_tree, index, p);

	if (st.failed())
		return st.err() == -EEXIST ? -EAGAIN : st.err();
	page_cache_attach(p, &o->mapping, index);
	return OK;
}

static result<page *> new_page(shmem_object *o, pgoff_t index)
{
	page *p = alloc_page(GFP_HIGHUSER);

	if (!p)
		return -ENOMEM;
	clear_highpage(p);
	SetPageUptodate(p);
	SetPageDirty(p);
	status st = insert_new_page(o, index, p);

	if (st.failed()) {
		put_page(p);
		return st.fail();
	}
	lru_cache_add(p);
	return p;
}

static swp_entry_t slot_at(shmem_object *o, pgoff_t index)
{
	spin_guard g(o->mapping.page_lock);

	return item_slot(radix_tree_lookup(&o->swapped, index));
}

static result<page *> shmem_nopage(vm_area_struct *vma, unsigned long addr,
				   bool)
{
	shmem_object *o = (shmem_object *)vma->vm_private_data;
	pgoff_t index = ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;

	if (index >= o->pages)
		return -EFAULT;
	for (;;) {
		page *p = find_lock_page(&o->mapping, index);

		if (p) {
			unlock_page(p);
			mark_page_accessed(p);
			return p;
		}
		swp_entry_t e = slot_at(o, index);
		result<page *> r = e.val ? swap_in(o, index, e) :
			new_page(o, index);

		if (r.err() != -EAGAIN)
			return r;
	}
}

/* ---- swapoff ---- */

/* The index that has gone to this slot; false: none. */
static bool find_slot(shmem_object *o, swp_entry_t e, pgoff_t *index)
{
	spin_guard g(o->mapping.page_lock);

	for (*index = 0; o->swapped.rnode && *index < o->pages; ++*index)
		if (radix_tree_lookup(&o->swapped, *index) == slot_item(e))
			return true;
	return false;
}

bool shmem_unuse(swp_entry_t e, page *p)
{
	spin_guard g(shmem_lock);
	pgoff_t index;

	list_for_each_entry(shmem_object, o, &shmem_objects, all)
		if (find_slot(o, e, &index))
			return take_from_swap(o, index, e, p).ok();
	return false;
}

/* ---- life ---- */

static void free_slot(swp_entry_t e)
{
	page *p = lookup_swap_cache(e);

	swap_free(e);
	if (p)
		free_page_and_swap_cache(p);
}

static void free_object(shmem_object *o)
{
	{
		spin_guard g(shmem_lock);

		list_del(&o->all);
	}
	truncate_inode_pages(&o->mapping, 0);
	for (pgoff_t i = 0; o->swapped.rnode && i < o->pages; i++) {
		swp_entry_t e = item_slot(radix_tree_delete(&o->swapped, i));

		if (e.val)
			free_slot(e);
	}
	kfree(o);
}

static void shmem_open(vm_area_struct *vma)
{
	atomic_inc(&((shmem_object *)vma->vm_private_data)->count);
}

static void shmem_close(vm_area_struct *vma)
{
	shmem_object *o = (shmem_object *)vma->vm_private_data;

	if (atomic_dec_and_test(&o->count))
		free_object(o);
}

static const vm_operations_struct shmem_vm_ops = {
	.open = shmem_open,
	.close = shmem_close,
	.nopage = shmem_nopage,
};

status shmem_zero_setup(vm_area_struct *vma)
{
	if (!vm_enough_memory(vma_pages(vma)))
		return -ENOMEM;
	shmem_object *o = kmalloc_new<shmem_object>(GFP_KERNEL);

	if (!o)
		return -ENOMEM;
	o->pages = vma_pages(vma);
	o->mapping.a_ops = &shmem_aops;
	{
		spin_guard g(shmem_lock);

		list_add_tail(&o->all, &shmem_objects);
	}
	vma->vm_pgoff = 0;
	vma->vm_ops = &shmem_vm_ops;
	vma->vm_private_data = o;
	return OK;
}
