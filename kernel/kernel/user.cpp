/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Users: what all processes with one real uid use together. Found by uid in a
 * hash table; root_user is always there.
 */
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/slab.h>

constexpr unsigned UID_HASH = 64;

struct user_table {
	spinlock_t lock{"users", RANK_USER};
	list_head chain[UID_HASH];
};
static constinit user_table users;

static list_head *chain_of(uid_t uid)
{
	return &users.chain[(uid ^ uid >> 8) % UID_HASH];
}

/* users.lock held. */
static user_struct *find_user(uid_t uid)
{
	list_for_each_entry(user_struct, u, chain_of(uid), hash) {
		if (u->uid == uid) {
			atomic_inc(&u->count);
			return u;
		}
	}
	return nullptr;
}

static user_struct *find_or_add(uid_t uid, user_struct *fresh)
{
	spin_irq_guard g(users.lock);
	user_struct *u = find_user(uid);

	if (u || !fresh)
		return u;
	list_add(&fresh->hash, chain_of(uid));
	return fresh;
}

user_struct *alloc_uid(uid_t uid)
{
	user_struct *u = find_or_add(uid, nullptr), *fresh;

	if (u)
		return u;
	fresh = kmalloc_new<user_struct>(GFP_KERNEL);
	if (!fresh)
		return nullptr;
	fresh->uid = uid;
	u = find_or_add(uid, fresh);
	if (u != fresh)
		kfree(fresh);
	return u;
}

/* Any context. */
void free_uid(user_struct *u)
{
	spin_irq_guard g(users.lock);

	if (!atomic_dec_and_test(&u->count))
		return;
	list_del(&u->hash);
	g.unlock();
	kfree(u);
}

status switch_uid(uid_t uid)
{
	user_struct *u = alloc_uid(uid), *old = current->user;

	if (!u)
		return -EAGAIN;
	atomic_inc(&u->processes);
	atomic_dec(&old->processes);
	current->user = u;
	free_uid(old);
	return OK;
}

static void init_users()
{
	spin_irq_guard g(users.lock);

	list_add(&root_user.hash, chain_of(0));
}
core_initcall(init_users);
