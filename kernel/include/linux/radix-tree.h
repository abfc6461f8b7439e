/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An array of pointers indexed by unsigned long, sparse, 64 slots a node.
 * The caller locks. Nodes come from GFP_ATOMIC, for which the allocator keeps
 * a reserve; a caller that gets -ENOMEM drops his lock, lets memory be
 * reclaimed and tries again. lib/radix-tree.cpp.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/status.h>

struct radix_tree_node;
struct radix_tree_root {
	unsigned height = 0;
	radix_tree_node *rnode = nullptr;
};

void radix_tree_init();			/* once, after slab */
/* -EEXIST; -ENOMEM: no node to be had. */
status radix_tree_insert(radix_tree_root *root, unsigned long index,
			 void *item);
/* For items at indices that follow each other. Returns how many came in: it
 * stops at a slot in use, or without memory. */
unsigned radix_tree_insert_run(radix_tree_root *root, unsigned long index,
			       void **items, unsigned nr);
void *radix_tree_lookup(const radix_tree_root *root, unsigned long index);
void *radix_tree_delete(radix_tree_root *root, unsigned long index);
/* Up to @max items with index >= @first in order; returns how many. */
unsigned radix_tree_gang_lookup(const radix_tree_root *root, void **items,
				unsigned long first, unsigned max);
