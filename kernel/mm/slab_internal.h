/* SPDX-License-Identifier: GPL-2.0-only */
/* Between slab.cpp, slab_debug.cpp and slab_info.cpp. */
#pragma once

#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

constexpr unsigned STACK_MAX = 128;

/* Free objects at hand for one processor; touched with interrupts off. */
struct object_stack {
	unsigned count = 0;
	void *obj[STACK_MAX] = {};
};

/*
 * A slab is a block of pages cut into slots of @stride bytes; the object lies
 * @offset into its slot. What a slab has to remember is in the struct page of
 * its first page: slab_free_list, slab_inuse, list; every page of it knows the
 * cache and the first page. A free object's slot holds the link to the next
 * at @link.
 */
struct kmem_cache {
	object_stack cpu[NR_CPUS];
	unsigned limit = 0;		/* objects a stack may hold */
	unsigned size = 0, stride = 0, offset = 0, link = 0;
	unsigned order = 0, per_slab = 0;
	spinlock_t lock{"slab", RANK_SLAB};	/* all below */
	list_head partial, empty;	/* full slabs are on no list */
	unsigned nr_empty = 0;
	unsigned long nr_slabs = 0, nr_inuse = 0;	/* out of their slab */
	const char *name = nullptr;
	kmem_cache *next = nullptr;	/* never changes once it is set */
};
extern kmem_cache *cache_chain;

inline kmem_cache *slab_cache_of(const page *p)
{
	return (kmem_cache *)p->lru.next;
}
inline page *slab_head(const void *obj)
{
	return (page *)virt_to_page(obj)->lru.prev;
}
inline void *&slab_free_list(page *head) { return head->virtual_; }
inline unsigned long &slab_inuse(page *head) { return head->index; }
inline void *&slab_link(const kmem_cache *c, void *obj)
{
	return *(void **)((char *)obj - c->offset + c->link);
}

/* What a debug build adds around and into objects. */
#ifdef CONFIG_DEBUG
void slab_debug_layout(kmem_cache *c, size_t align);
void slab_debug_new(const kmem_cache *c, void *obj);	/* slab just made */
void slab_debug_alloc(const kmem_cache *c, void *obj, const void *caller);
void slab_debug_free(const kmem_cache *c, void *obj, const void *caller);
#else
inline void slab_debug_new(const kmem_cache *, void *) {}
inline void slab_debug_alloc(const kmem_cache *, void *, const void *) {}
inline void slab_debug_free(const kmem_cache *, void *, const void *) {}
#endif
