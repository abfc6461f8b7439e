/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Red-black trees (2.4: lib/rbtree.c). Invariants: the root is black, a red
 * node has black children, and every path from a node down to a missing child
 * passes the same number of black nodes. Left and right cases are one code
 * with a side as parameter.
 */
#include <linux/rbtree.h>

namespace {

enum color : int { RED, BLACK };
enum side : bool { LEFT, RIGHT };

side other(side s) { return s == LEFT ? RIGHT : LEFT; }

rb_node *&child(rb_node *n, side s)
{
	return s == LEFT ? n->rb_left : n->rb_right;
}

side side_of(const rb_node *n)
{
	return n->rb_parent->rb_left == n ? LEFT : RIGHT;
}

bool is_red(const rb_node *n) { return n && n->rb_color == RED; }

/* Whatever pointed to @old points to @n from now on. */
void replace_child(rb_root *root, rb_node *parent, rb_node *old, rb_node *n)
{
	if (!parent)
		root->rb_node_ = n;
	else if (parent->rb_left == old)
		parent->rb_left = n;
	else
		parent->rb_right = n;
	if (n)
		n->rb_parent = parent;
}

/* @n goes down to side @s, its child of the other side comes up. */
void rotate(rb_root *root, rb_node *n, side s)
{
	rb_node *up = child(n, other(s)), *middle = child(up, s);

	replace_child(root, n->rb_parent, n, up);
	child(n, other(s)) = middle;
	if (middle)
		middle->rb_parent = n;
	child(up, s) = n;
	n->rb_parent = up;
}

} // namespace

void rb_insert_color(rb_node *n, rb_root *root)
{
	n->rb_color = RED;
	while (is_red(n->rb_parent)) {
		rb_node *parent = n->rb_parent, *grand = parent->rb_parent;
		side s = side_of(parent);
		rb_node *uncle = child(grand, other(s));

		if (is_red(uncle)) {
			uncle->rb_color = parent->rb_color = BLACK;
			grand->rb_color = RED;
			n = grand;
			continue;
		}
		if (side_of(n) != s) {
			rotate(root, parent, s);
			parent = n;
		}
		parent->rb_color = BLACK;
		grand->rb_color = RED;
		rotate(root, grand, other(s));
		break;
	}
	root->rb_node_->rb_color = BLACK;
}

/* The paths through side @s of @parent lack a black node. Returns true when
 * that is mended, else @parent's own paths lack one now. */
static bool mend_once(rb_root *root, rb_node *parent, side s)
{
	rb_node *sib = child(parent, other(s));

	if (is_red(sib)) {
		sib->rb_color = BLACK;
		parent->rb_color = RED;
		rotate(root, parent, s);
		sib = child(parent, other(s));
	}
	if (!is_red(sib->rb_left) && !is_red(sib->rb_right)) {
		sib->rb_color = RED;
		bool mended = is_red(parent);
		parent->rb_color = BLACK;
		return mended;
	}
	if (!is_red(child(sib, other(s)))) {
		child(sib, s)->rb_color = BLACK;
		sib->rb_color = RED;
		rotate(root, sib, other(s));
		sib = child(parent, other(s));
	}
	sib->rb_color = parent->rb_color;
	parent->rb_color = BLACK;
	child(sib, other(s))->rb_color = BLACK;
	rotate(root, parent, s);
	return true;
}

static void mend(rb_root *root, rb_node *n, rb_node *parent)
{
	while (parent && !is_red(n)) {
		side s = parent->rb_left == n ? LEFT : RIGHT;

		if (mend_once(root, parent, s))
			return;
		n = parent;
		parent = n->rb_parent;
	}
	if (n)
		n->rb_color = BLACK;
}

/* Puts the next node in order, which has no left child, where @n was, so
 * that it is that node's old place which has to be mended. */
static void erase_inner(rb_node *n, rb_root *root)
{
	rb_node *next = n->rb_right;

	while (next->rb_left)
		next = next->rb_left;

	rb_node *orphan = next->rb_right, *parent = next->rb_parent;
	int lost = next->rb_color;

	replace_child(root, parent, next, orphan);
	if (parent == n)
		parent = next;
	next->rb_left = n->rb_left;
	next->rb_right = n->rb_right;
	next->rb_color = n->rb_color;
	next->rb_left->rb_parent = next;
	if (next->rb_right)
		next->rb_right->rb_parent = next;
	replace_child(root, n->rb_parent, n, next);
	if (lost == BLACK)
		mend(root, orphan, parent);
}

void rb_erase(rb_node *n, rb_root *root)
{
	if (n->rb_left && n->rb_right)
		return erase_inner(n, root);

	rb_node *orphan = n->rb_left ? n->rb_left : n->rb_right;

	replace_child(root, n->rb_parent, n, orphan);
	if (n->rb_color == BLACK)
		mend(root, orphan, n->rb_parent);
}
