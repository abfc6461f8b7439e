/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug build: a slot is [red zone][object][red zone][last caller][link]. The
 * red zones say whether the object is in use, so a double free shows at once,
 * and catch stores beside it; a free object is filled with poison, checked
 * when it is handed out. Objects of a page and more must keep their alignment
 * and their size: they have poison only.
 */
#ifdef CONFIG_DEBUG
#include <asm/processor.h>
#include <linux/string.h>
#include "slab_internal.h"

constexpr u32 RED_IN_USE = 0x1dea11fe, RED_FREE = 0xf4eef4ee;
constexpr u8 POISON_FREE = 0x6b, POISON_NEW = 0x5a;

static bool has_red_zones(const kmem_cache *c) { return c->offset; }

void slab_debug_layout(kmem_cache *c, size_t align)
{
	if (c->size >= PAGE_SIZE)
		return;
	c->offset = align;
	c->link = round_up(c->offset + c->size, sizeof(u32)) +
		sizeof(u32) + sizeof(void *);
	c->stride = round_up(c->link + sizeof(void *), align);
}

static u32 &red_left(const kmem_cache *c, void *obj)
{
	return ((u32 *)((char *)obj - c->offset))[c->offset / 4 - 1];
}
static u32 &red_right(const kmem_cache *c, void *obj)
{
	return *(u32 *)((char *)obj - c->offset + c->link - 8);
}
static const void *&last_caller(const kmem_cache *c, void *obj)
{
	return *(const void **)((char *)obj - c->offset + c->link - 4);
}

/* Without red zones the link lies in the object's first word. */
static unsigned poison_start(const kmem_cache *c)
{
	return has_red_zones(c) ? 0 : sizeof(void *);
}

[[noreturn]] static void complain(const kmem_cache *c, void *obj,
				  const char *what, const void *caller)
{
	char sym[64];

	symbol_of((unsigned long)caller, sym, sizeof(sym));
	printk(KERN_EMERG "slab %s: %s, object %p, from %s\n", c->name, what,
	       obj, sym);
	if (has_red_zones(c)) {
		symbol_of((unsigned long)last_caller(c, obj), sym,
			  sizeof(sym));
		printk(KERN_EMERG "red zones %#x %#x, last touched by %s\n",
		       red_left(c, obj), red_right(c, obj), sym);
	}
	BUG();
}

static void set_red_zones(const kmem_cache *c, void *obj, u32 value,
			  const void *caller)
{
	if (!has_red_zones(c))
		return;
	red_left(c, obj) = red_right(c, obj) = value;
	last_caller(c, obj) = caller;
}

static void check_red_zones(const kmem_cache *c, void *obj, u32 want,
			    const void *caller)
{
	if (!has_red_zones(c) ||
	    (red_left(c, obj) == want && red_right(c, obj) == want))
		return;
	complain(c, obj, want == RED_IN_USE && red_left(c, obj) == RED_FREE ?
		 "double free" : "red zone overwritten", caller);
}

void slab_debug_new(const kmem_cache *c, void *obj)
{
	memset(obj, POISON_FREE, c->size);
	set_red_zones(c, obj, RED_FREE, nullptr);
}

void slab_debug_alloc(const kmem_cache *c, void *obj, const void *caller)
{
	u8 *b = (u8 *)obj;

	check_red_zones(c, obj, RED_FREE, caller);
	for (unsigned i = poison_start(c); i < c->size; i++)
		if (b[i] != POISON_FREE)
			complain(c, obj, "free object written to", caller);
	memset(obj, POISON_NEW, c->size);
	set_red_zones(c, obj, RED_IN_USE, caller);
}

static void check_pointer(const kmem_cache *c, void *obj, const void *caller)
{
	page *p = virt_to_page(obj);

	if (!PageSlab(p) || slab_cache_of(p) != c)
		complain(c, obj, "freed to the wrong cache", caller);

	char *base = (char *)lowmem_page_address(slab_head(obj));
	unsigned long at = (char *)obj - base - c->offset;

	if (at % c->stride || at / c->stride >= c->per_slab)
		complain(c, obj, "freed by a wrong pointer", caller);
}

void slab_debug_free(const kmem_cache *c, void *obj, const void *caller)
{
	unsigned long flags = local_irq_save();
	const object_stack &s = c->cpu[smp_processor_id()];

	check_pointer(c, obj, caller);
	for (unsigned i = 0; i < s.count; i++)
		if (s.obj[i] == obj)
			complain(c, obj, "double free", caller);
	local_irq_restore(flags);
	check_red_zones(c, obj, RED_IN_USE, caller);
	memset(obj, POISON_FREE, c->size);
	set_red_zones(c, obj, RED_FREE, caller);
}
#endif
