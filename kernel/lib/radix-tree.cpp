/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sparse arrays of pointers (the tree behind each mapping's pages; 2.4 used
 * one hash table). A tree of height h has indices below 64^h; height 0 is the
 * empty tree. Invariant: no node is empty, and the root has something in a
 * slot other than 0 unless its height is 1.
 */
#include <linux/kernel.h>
#include <linux/radix-tree.h>
#include <linux/slab.h>

namespace {

constexpr unsigned MAP_SHIFT = 6, MAP_SIZE = 1 << MAP_SHIFT,
	MAP_MASK = MAP_SIZE - 1;
constexpr unsigned MAX_HEIGHT = (32 + MAP_SHIFT - 1) / MAP_SHIFT;

} // namespace

struct radix_tree_node {
	unsigned count;			/* slots in use */
	void *slots[MAP_SIZE];
};

static constinit kmem_cache *node_cache;

void radix_tree_init()
{
	node_cache = kmem_cache_create("radix_tree_node",
				       sizeof(radix_tree_node));
}

static unsigned long max_index(unsigned height)
{
	return height >= MAX_HEIGHT ? ~0ul :
		(1ul << height * MAP_SHIFT) - 1;
}

static radix_tree_node *node_alloc()
{
	void *p = kmem_cache_alloc(node_cache, GFP_ATOMIC | __GFP_NOWARN);

	return p ? new (p) radix_tree_node{} : nullptr;
}

static unsigned height_for(unsigned long index)
{
	unsigned h = 1;

	while (index > max_index(h))
		h++;
	return h;
}

/* Puts roots on top until @index fits. */
static status grow(radix_tree_root *root, unsigned long index)
{
	unsigned want = height_for(index);

	while (!root->rnode || root->height < want) {
		radix_tree_node *n = node_alloc();

		if (!n)
			return -ENOMEM;
		if (root->rnode) {
			n->slots[0] = root->rnode;
			n->count = 1;
			root->height++;
		} else {
			root->height = want;
		}
		root->rnode = n;
	}
	return OK;
}

/* Takes empty nodes away from the path and roots off that are only a detour.
 * @path[i] is the node at depth i, whose used slot is @at[i]. */
static void prune(radix_tree_root *root, radix_tree_node **path,
		  const u8 *at, int depth)
{
	for (; depth >= 0 && !path[depth]->count; depth--) {
		kmem_cache_free(node_cache, path[depth]);
		if (!depth) {
			root->rnode = nullptr;
			root->height = 0;
			return;
		}
		path[depth - 1]->slots[at[depth - 1]] = nullptr;
		path[depth - 1]->count--;
	}
	while (root->height > 1 && root->rnode->count == 1 &&
	       root->rnode->slots[0]) {
		radix_tree_node *n = root->rnode;

		root->rnode = (radix_tree_node *)n->slots[0];
		root->height--;
		kmem_cache_free(node_cache, n);
	}
}

/* The path to @index as deep as it exists; returns the last depth. */
static int descend(const radix_tree_root *root, unsigned long index,
		   radix_tree_node **path, u8 *at)
{
	unsigned shift = (root->height - 1) * MAP_SHIFT;
	radix_tree_node *n = root->rnode;
	int depth = 0;

	for (;; depth++, shift -= MAP_SHIFT) {
		path[depth] = n;
		at[depth] = index >> shift & MAP_MASK;
		n = (radix_tree_node *)n->slots[at[depth]];
		if (!shift || !n)
			return depth;
	}
}

/* The leaf that has the slot of @index; without memory, null. A leaf that is
 * made is empty, and must not stay so. */
static radix_tree_node *make_leaf(radix_tree_root *root, unsigned long index)
{
	if (unlikely(!root->rnode || index > max_index(root->height)))
		if (grow(root, index).failed())
			return nullptr;

	unsigned shift = (root->height - 1) * MAP_SHIFT;
	radix_tree_node *n = root->rnode;

	for (; shift; shift -= MAP_SHIFT) {
		void **slot = &n->slots[index >> shift & MAP_MASK];

		if (unlikely(!*slot)) {
			if (!(*slot = node_alloc())) {
				radix_tree_node *path[MAX_HEIGHT];
				u8 at[MAX_HEIGHT];
				int d = descend(root, index, path, at);

				prune(root, path, at, d);
				return nullptr;
			}
			n->count++;
		}
		n = (radix_tree_node *)*slot;
	}
	return n;
}

status radix_tree_insert(radix_tree_root *root, unsigned long index,
			 void *item)
{
	radix_tree_node *n = make_leaf(root, index);

	if (unlikely(!n))
		return -ENOMEM;
	if (n->slots[index & MAP_MASK])
		return -EEXIST;
	n->slots[index & MAP_MASK] = item;
	n->count++;
	return OK;
}

unsigned radix_tree_insert_run(radix_tree_root *root, unsigned long index,
			       void **items, unsigned nr)
{
	unsigned done = 0;

	while (done < nr) {
		radix_tree_node *n = make_leaf(root, index);

		if (unlikely(!n))
			break;
		do {
			void *&slot = n->slots[index & MAP_MASK];

			if (slot)
				return done;
			slot = items[done++];
			n->count++;
		} while (++index & MAP_MASK && done < nr);
	}
	return done;
}

void *radix_tree_lookup(const radix_tree_root *root, unsigned long index)
{
	if (unlikely(!root->rnode || index > max_index(root->height)))
		return nullptr;

	radix_tree_node *n = root->rnode;

	for (unsigned shift = (root->height - 1) * MAP_SHIFT; shift;
	     shift -= MAP_SHIFT) {
		n = (radix_tree_node *)n->slots[index >> shift & MAP_MASK];
		if (!n)
			return nullptr;
	}
	return n->slots[index & MAP_MASK];
}

void *radix_tree_delete(radix_tree_root *root, unsigned long index)
{
	radix_tree_node *path[MAX_HEIGHT];
	u8 at[MAX_HEIGHT];

	if (!root->rnode || index > max_index(root->height))
		return nullptr;

	int depth = descend(root, index, path, at);
	void **slot = &path[depth]->slots[at[depth]];
	void *item = *slot;

	if (!item || (unsigned)depth + 1 < root->height)
		return nullptr;
	*slot = nullptr;
	path[depth]->count--;
	prune(root, path, at, depth);
	return item;
}

/* Collects from the leaf that holds *index, or moves *index behind the empty
 * subtree found there. False when *index would wrap: nothing is left. */
static bool gang_leaf(const radix_tree_root *root, unsigned long *index,
		      void **items, unsigned *found, unsigned max)
{
	unsigned shift = (root->height - 1) * MAP_SHIFT;
	radix_tree_node *n = root->rnode;

	for (; shift; shift -= MAP_SHIFT) {
		radix_tree_node *down = (radix_tree_node *)
			n->slots[*index >> shift & MAP_MASK];

		if (!down) {
			*index = ((*index >> shift) + 1) << shift;
			return *index;
		}
		n = down;
	}
	do {
		void *item = n->slots[*index & MAP_MASK];

		if (item) {
			items[(*found)++] = item;
			if (*found == max)
				return false;
		}
		if (!++*index)
			return false;
	} while (*index & MAP_MASK);
	return true;
}

unsigned radix_tree_gang_lookup(const radix_tree_root *root, void **items,
				unsigned long first, unsigned max)
{
	unsigned found = 0;

	if (!root->rnode || !max)
		return 0;
	while (first <= max_index(root->height) &&
	       gang_leaf(root, &first, items, &found, max))
		;
	return found;
}
