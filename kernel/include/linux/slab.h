/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small memory. kmalloc gives up to 128 KiB, physically contiguous, 8-byte
 * aligned; null when there is none. GFP_ATOMIC never sleeps, GFP_KERNEL may
 * sleep and reclaim. A debug build adds red zones and poison. mm/slab.cpp.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/kernel.h>

struct kmem_cache;

/* @name is kept, not copied. Panics when it fails: for init time. */
kmem_cache *kmem_cache_create(const char *name, size_t size,
			      size_t align = 0);
void *kmem_cache_alloc(kmem_cache *c, gfp_t gfp);
void kmem_cache_free(kmem_cache *c, void *obj);
/* Gives empty slabs back to the page allocator; returns pages freed. */
int kmem_cache_shrink(kmem_cache *c);
int kmem_cache_reap();			/* all caches, under memory pressure */
void kmem_cache_init();			/* once, after mem_init */

void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *p);		/* null is fine */

/* An object of @c, constructed with its default member values. */
template<class T> T *slab_new(kmem_cache *c, gfp_t gfp)
{
	void *p = kmem_cache_alloc(c, gfp);

	return p ? new (p) T : nullptr;
}
template<class T> T *kmalloc_new(gfp_t gfp)
{
	void *p = kmalloc(sizeof(T), gfp);

	return p ? new (p) T : nullptr;
}
