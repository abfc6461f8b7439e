/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Circular doubly linked lists, with 2.4's names. A default-constructed
 * list_head is an empty list (or an entry that is on no list).
 */
#pragma once

#include <linux/compiler.h>

struct list_head {
	list_head *next, *prev;

	constexpr list_head() : next(this), prev(this) {}
	list_head(const list_head &) = delete;
	list_head &operator=(const list_head &) = delete;
};

/*
 * A global array of T that holds list heads. GCC 12 leaves a plain array whose
 * elements point to themselves all zero, constinit or not; an array within an
 * object it fills.
 */
template<class T, unsigned N> struct static_array {
	T v[N];

	constexpr operator T *() { return v; }
	constexpr T *begin() { return v; }
	constexpr T *end() { return v + N; }
};

inline void INIT_LIST_HEAD(list_head *h) { h->next = h->prev = h; }
inline bool list_empty(const list_head *h) { return h->next == h; }

inline void __list_insert(list_head *n, list_head *prev, list_head *next)
{
	n->prev = prev;
	n->next = next;
	prev->next = n;
	next->prev = n;
}

inline void list_add(list_head *n, list_head *head)
{
	__list_insert(n, head, head->next);
}

inline void list_add_tail(list_head *n, list_head *head)
{
	__list_insert(n, head->prev, head);
}

inline void __list_unlink(list_head *e)
{
	list_head *next = e->next, *prev = e->prev;

	next->prev = prev;
	prev->next = next;
}

/* Both leave the entry empty, so that list_empty(entry) says "on no list". */
inline void list_del(list_head *e)
{
	__list_unlink(e);
	INIT_LIST_HEAD(e);
}
inline void list_del_init(list_head *e) { list_del(e); }

inline void list_move(list_head *e, list_head *head)
{
	__list_unlink(e);
	list_add(e, head);
}

inline void list_move_tail(list_head *e, list_head *head)
{
	__list_unlink(e);
	list_add_tail(e, head);
}

/* Puts the entries of @list at the front of @head and empties @list. */
inline void list_splice_init(list_head *list, list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head;
	list->prev->next = head->next;
	head->next->prev = list->prev;
	head->next = list->next;
	INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_for_each(pos, head) \
	for (list_head *pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head)				\
	for (list_head *pos = (head)->next, *n = pos->next;		\
	     pos != (head); pos = n, n = pos->next)
/* Through the number of the address: at the end @pos would be around the head,
 * where there is no object of @type that could be accessed. */
#define __list_node(type, pos, member)					\
	((list_head *)((unsigned long)(pos) +				\
		       __builtin_offsetof(type, member)))
#define __list_next(type, pos, member)					\
	list_entry(__list_node(type, pos, member)->next, type, member)
/* Declares @pos as a pointer to @type. */
#define list_for_each_entry(type, pos, head, member)			\
	for (type *pos = list_entry((head)->next, type, member);	\
	     __list_node(type, pos, member) != (head);			\
	     pos = __list_next(type, pos, member))
#define list_for_each_entry_safe(type, pos, n, head, member)		\
	for (type *pos = list_entry((head)->next, type, member),	\
	     *n = __list_next(type, pos, member);			\
	     __list_node(type, pos, member) != (head);			\
	     pos = n, n = __list_next(type, pos, member))
