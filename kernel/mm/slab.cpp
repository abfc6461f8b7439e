/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small objects (2.4: mm/slab.c). The usual alloc and free only pop and push
 * a stack per processor; behind it stand the cache's slabs under its lock.
 * Invariant: an object is in use, or on one stack, or on its slab's free
 * list; slab_inuse counts the first two. Usable from interrupts.
 */
#include <linux/string.h>
#include "slab_internal.h"

constinit kmem_cache *cache_chain;
static constinit spinlock_t chain_lock{"slab caches", RANK_SLAB};
static constinit kmem_cache cache_cache;
static constinit atomic_t slab_pages;

constexpr unsigned MAX_EMPTY = 3;	/* slabs that a cache keeps */

unsigned long nr_slab_pages() { return atomic_read(&slab_pages); }

/* ---- slabs ---- */

static void mark_pages(kmem_cache *c, page *head)
{
	for (page *p = head; p < head + (1ul << c->order); p++) {
		SetPageSlab(p);
		p->lru.next = (list_head *)c;
		p->lru.prev = (list_head *)head;
	}
}

static void unmark_pages(kmem_cache *c, page *head)
{
	slab_free_list(head) = nullptr;
	for (page *p = head; p < head + (1ul << c->order); p++) {
		ClearPageSlab(p);
		INIT_LIST_HEAD(&p->lru);
	}
}

static void link_objects(kmem_cache *c, page *head)
{
	char *slots = (char *)lowmem_page_address(head);
	void *next = nullptr;

	for (unsigned i = c->per_slab; i-- > 0;) {
		void *obj = slots + i * c->stride + c->offset;

		slab_debug_new(c, obj);
		slab_link(c, obj) = next;
		next = obj;
	}
	slab_free_list(head) = next;
	slab_inuse(head) = 0;
}

/* May sleep, if @gfp says so. */
static bool grow(kmem_cache *c, gfp_t gfp)
{
	page *head = alloc_pages(gfp & ~(__GFP_HIGHMEM | __GFP_ZERO),
				 c->order);

	if (!head)
		return false;
	mark_pages(c, head);
	link_objects(c, head);
	atomic_add(1 << c->order, &slab_pages);

	spin_irq_guard g(c->lock);

	list_add(&head->list, &c->empty);
	c->nr_empty++;
	c->nr_slabs++;
	return true;
}

/* c->lock held; the slab is on no list any more. */
static void free_slab(kmem_cache *c, page *head)
{
	c->nr_slabs--;
	unmark_pages(c, head);
	atomic_sub(1 << c->order, &slab_pages);
	__free_pages(head, c->order);
}

/* c->lock held. */
static void *slab_get(kmem_cache *c)
{
	page *head;

	if (!list_empty(&c->partial)) {
		head = list_entry(c->partial.next, page, list);
	} else if (!list_empty(&c->empty)) {
		head = list_entry(c->empty.next, page, list);
		list_move(&head->list, &c->partial);
		c->nr_empty--;
	} else {
		return nullptr;
	}
	void *obj = slab_free_list(head);
	slab_free_list(head) = slab_link(c, obj);
	slab_inuse(head)++;
	c->nr_inuse++;
	if (!slab_free_list(head))
		list_del(&head->list);
	return obj;
}

/* c->lock held. */
static void slab_put(kmem_cache *c, void *obj)
{
	page *head = slab_head(obj);

	if (!slab_free_list(head))
		list_add(&head->list, &c->partial);
	slab_link(c, obj) = slab_free_list(head);
	slab_free_list(head) = obj;
	c->nr_inuse--;
	DEBUG_ON(!slab_inuse(head));
	if (--slab_inuse(head))
		return;
	if (c->nr_empty < MAX_EMPTY) {
		list_move(&head->list, &c->empty);
		c->nr_empty++;
		return;
	}
	list_del(&head->list);
	free_slab(c, head);
}

/* ---- objects ---- */

noinline static void *alloc_slow(kmem_cache *c, gfp_t gfp)
{
	do {
		spin_irq_guard g(c->lock);
		object_stack &s = c->cpu[smp_processor_id()];

		while (s.count < c->limit / 2) {
			void *obj = slab_get(c);

			if (!obj)
				break;
			s.obj[s.count++] = obj;
		}
		if (void *obj = slab_get(c))
			return obj;
		if (s.count)
			return s.obj[--s.count];
		g.unlock();
	} while (grow(c, gfp));
	return nullptr;
}

static void drain_stack(kmem_cache *c, object_stack &s, unsigned keep)
{
	while (s.count > keep)
		slab_put(c, s.obj[--s.count]);
}

noinline static void free_slow(kmem_cache *c, void *obj)
{
	spin_irq_guard g(c->lock);

	drain_stack(c, c->cpu[smp_processor_id()], c->limit / 2);
	slab_put(c, obj);
}

__always_inline static void *cache_alloc(kmem_cache *c, gfp_t gfp,
					 const void *caller)
{
	if (gfp & __GFP_WAIT)
		might_sleep();

	unsigned long flags = local_irq_save();
	object_stack &s = c->cpu[smp_processor_id()];
	void *obj = likely(s.count) ? s.obj[--s.count] : nullptr;

	local_irq_restore(flags);
	if (unlikely(!obj))
		obj = alloc_slow(c, gfp);
	if (obj)
		slab_debug_alloc(c, obj, caller);
	return obj;
}

__always_inline static void cache_free(kmem_cache *c, void *obj,
				       const void *caller)
{
	slab_debug_free(c, obj, caller);

	unsigned long flags = local_irq_save();
	object_stack &s = c->cpu[smp_processor_id()];
	bool room = s.count < c->limit;

	if (likely(room))
		s.obj[s.count++] = obj;
	local_irq_restore(flags);
	if (unlikely(!room))
		free_slow(c, obj);
}

void *kmem_cache_alloc(kmem_cache *c, gfp_t gfp)
{
	return cache_alloc(c, gfp, __builtin_return_address(0));
}

void kmem_cache_free(kmem_cache *c, void *obj)
{
	cache_free(c, obj, __builtin_return_address(0));
}

/* ---- memory pressure ---- */

int kmem_cache_shrink(kmem_cache *c)
{
	int freed = 0;
	spin_irq_guard g(c->lock);

	drain_stack(c, c->cpu[smp_processor_id()], 0);
	while (!list_empty(&c->empty)) {
		page *head = list_entry(c->empty.next, page, list);

		list_del(&head->list);
		c->nr_empty--;
		free_slab(c, head);
		freed += 1 << c->order;
	}
	return freed;
}

int kmem_cache_reap()
{
	int freed = 0;

	for (kmem_cache *c = cache_chain; c; c = c->next)
		freed += kmem_cache_shrink(c);
	return freed;
}

/* ---- making caches ---- */

/* Large objects fill their pages; for small ones at most an eighth of the
 * slab may be left over, unless that takes more than two pages. */
static unsigned choose_order(size_t stride)
{
	unsigned order = 0;

	while (PAGE_SIZE << order < stride)
		order++;
	while (order < 1 && (PAGE_SIZE << order) % stride > PAGE_SIZE / 8)
		order++;
	return order;
}

static unsigned choose_limit(size_t stride)
{
	if (stride > PAGE_SIZE)
		return 0;
	return clamp(8192u / (unsigned)stride, 4u, STACK_MAX);
}

static void setup_cache(kmem_cache *c, const char *name, size_t size,
			size_t align)
{
	align = max(align, (size_t)8);
	c->name = name;
	c->size = size;
	c->stride = round_up(max(size, sizeof(void *)), align);
#ifdef CONFIG_DEBUG
	slab_debug_layout(c, align);
#endif
	c->order = choose_order(c->stride);
	c->per_slab = (PAGE_SIZE << c->order) / c->stride;
	c->limit = choose_limit(c->stride);

	spin_irq_guard g(chain_lock);

	c->next = cache_chain;
	cache_chain = c;
}

kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align)
{
	kmem_cache *c = slab_new<kmem_cache>(&cache_cache, GFP_KERNEL);

	if (!c)
		panic("no memory for the cache of %s", name);
	setup_cache(c, name, size, align);
	return c;
}

/* ---- kmalloc ---- */

constexpr size_t KMALLOC_MIN = 32, KMALLOC_MAX = 128 << 10;
constexpr unsigned KMALLOC_CACHES = 13;
static_assert(KMALLOC_MIN << (KMALLOC_CACHES - 1) == KMALLOC_MAX);
static constinit kmem_cache *size_caches[KMALLOC_CACHES];

void kmem_cache_init()
{
	static const char *const names[KMALLOC_CACHES] = {
		"size-32", "size-64", "size-128", "size-256", "size-512",
		"size-1024", "size-2048", "size-4096", "size-8192",
		"size-16384", "size-32768", "size-65536", "size-131072",
	};

	setup_cache(&cache_cache, "kmem_cache", sizeof(kmem_cache), 0);
	for (unsigned i = 0; i < KMALLOC_CACHES; i++)
		size_caches[i] = kmem_cache_create(names[i], KMALLOC_MIN << i);
}

__always_inline static void *__kmalloc(size_t size, gfp_t gfp,
				       const void *caller)
{
	if (unlikely(size > KMALLOC_MAX))
		return nullptr;
	unsigned i = size <= KMALLOC_MIN ? 0 : __fls(size - 1) - 4;
	return cache_alloc(size_caches[i], gfp, caller);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return __kmalloc(size, gfp, __builtin_return_address(0));
}

void kfree(const void *p)
{
	if (!p)
		return;
	page *pg = virt_to_page(p);
	BUG_ON(!PageSlab(pg));
	cache_free(slab_cache_of(pg), const_cast<void *>(p),
		   __builtin_return_address(0));
}
