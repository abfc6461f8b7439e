/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Red-black trees with 2.4's names: the user walks down comparing keys, links
 * the node where the walk ended, then rebalances. lib/rbtree.cpp.
 */
#pragma once

#include <linux/compiler.h>

struct rb_node {
	rb_node *rb_parent, *rb_left, *rb_right;
	int rb_color;
};
struct rb_root {
	rb_node *rb_node_ = nullptr;
};
#define rb_entry(ptr, type, member) container_of(ptr, type, member)

inline void rb_link_node(rb_node *n, rb_node *parent, rb_node **link)
{
	n->rb_parent = parent;
	n->rb_left = n->rb_right = nullptr;
	*link = n;
}
void rb_insert_color(rb_node *n, rb_root *root);
void rb_erase(rb_node *n, rb_root *root);
