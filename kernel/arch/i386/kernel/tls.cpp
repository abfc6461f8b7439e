/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Thread-local storage segments: three descriptors of the GDT that belong to
 * the running task. As in later Linux; 2.4 had only the LDT, which nobody
 * needs any more: modify_ldt is not there.
 */
#include <asm/desc.h>
#include <asm/uaccess.h>
#include <linux/sched.h>
#include <uapi/ldt.h>

constexpr u32 ANY_ENTRY = ~0u;

static bool is_empty(const user_desc &u)
{
	return !u.base_addr && !u.limit && !u.contents && u.read_exec_only &&
		!u.seg_32bit && !u.limit_in_pages && u.seg_not_present &&
		!u.useable;
}

/* Bits of the second word of a descriptor, SDM vol. 3, figure 3-8. */
static desc_struct descriptor_of(const user_desc &u)
{
	constexpr u32 SEGMENT = 1 << 12, DPL3 = 3 << 13, ACCESSED = 1 << 8;

	if (is_empty(u))
		return {};
	return {
		u.base_addr << 16 | (u.limit & 0xffff),
		(u.base_addr & 0xff000000) | (u.base_addr >> 16 & 0xff) |
		(u.limit & 0xf0000) | SEGMENT | DPL3 | ACCESSED |
		(u32)!u.read_exec_only << 9 | (u32)u.contents << 10 |
		(u32)!u.seg_not_present << 15 | (u32)u.useable << 20 |
		(u32)u.seg_32bit << 22 | (u32)u.limit_in_pages << 23,
	};
}

static user_desc describe(const desc_struct &d, unsigned entry)
{
	user_desc u{};

	u.entry_number = entry;
	u.base_addr = d.a >> 16 | (d.b & 0xff) << 16 | (d.b & 0xff000000);
	u.limit = (d.a & 0xffff) | (d.b & 0xf0000);
	u.read_exec_only = !(d.b >> 9 & 1);
	u.contents = d.b >> 10 & 3;
	u.seg_not_present = !(d.b >> 15 & 1);
	u.useable = d.b >> 20 & 1;
	u.seg_32bit = d.b >> 22 & 1;
	u.limit_in_pages = d.b >> 23 & 1;
	return u;
}

/* Data segments only: a conforming or call-gate trick has no place here. */
static status check(const user_desc &u)
{
	unsigned index = u.entry_number - GDT_ENTRY_TLS_MIN;

	if (index >= GDT_ENTRY_TLS_ENTRIES)
		return -EINVAL;
	if (!is_empty(u) && u.contents > 1)
		return -EINVAL;
	return OK;
}

static void set_entry(task_struct *p, const user_desc &u)
{
	unsigned index = u.entry_number - GDT_ENTRY_TLS_MIN;

	p->thread.tls_array[index] = descriptor_of(u);
	if (p == current)
		load_tls(&p->thread);
}

static result<long> free_entry(const thread_struct &t)
{
	for (unsigned i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++)
		if (!t.tls_array[i].b)
			return (long)(GDT_ENTRY_TLS_MIN + i);
	return -ESRCH;
}

status set_tls(task_struct *p, user_ptr<user_desc> up)
{
	user_desc u;

	TRY(get_user(&u, up));
	TRY(check(u));
	set_entry(p, u);
	return OK;
}

SYSCALL result<long> sys_set_thread_area(user_ptr<user_desc> up)
{
	user_desc u;

	TRY(get_user(&u, up));
	if (u.entry_number == ANY_ENTRY) {
		u.entry_number = TRY(free_entry(current->thread));
		TRY(check(u));
		TRY(put_user(u.entry_number, up.as<u32>()));
	}
	TRY(check(u));
	set_entry(current, u);
	return 0l;
}

SYSCALL result<long> sys_get_thread_area(user_ptr<user_desc> up)
{
	u32 entry;

	TRY(get_user(&entry, up.as<u32>()));

	unsigned index = entry - GDT_ENTRY_TLS_MIN;

	if (index >= GDT_ENTRY_TLS_ENTRIES)
		return -EINVAL;
	TRY(put_user(describe(current->thread.tls_array[index], entry), up));
	return 0l;
}

SYSCALL result<long> sys_modify_ldt(int, unsigned long, unsigned long)
{
	return -ENOSYS;
}
