/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Robust locks: a thread keeps a list of the locks it holds in its own
 * memory; when it dies the kernel marks them and wakes a waiter. The list is
 * user memory and may be anything: it is walked with a limit, and the first
 * fault ends it.
 */
#include <linux/futex.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <uapi/futex.h>

constexpr int MAX_LOCKS = 2048;

user_word::~user_word()
{
	if (!pinned)
		return;
	kunmap(pinned);
	put_page(pinned);
}

status user_word::pin(user_ptr<u32> u)
{
	mm_struct *mm = current->mm;
	page *p;

	if (u.addr() % sizeof(u32) || !access_ok(u.addr(), sizeof(u32)))
		return -EFAULT;
	{
		read_guard g(mm->mmap_sem);
		TRY(get_user_pages(current, mm, u.addr() & PAGE_MASK, 1, true,
				   false, &p, nullptr));
	}
	pinned = p;
	base = (char *)kmap(p);
	offset = (unsigned)(u.addr() & ~PAGE_MASK);
	return OK;
}

void user_word::mark_dirty()
{
	set_page_dirty(pinned);
}

/* Passes the lock on with a note that its owner died. */
static status release_lock(user_ptr<u32> uaddr)
{
	user_word w;
	u32 old, tid = (u32)current->pid;

	TRY(w.pin(uaddr));
	do {
		old = (u32)atomic_read(w.word());
		if ((old & FUTEX_TID_MASK) != tid)
			return OK;
	} while ((u32)atomic_cmpxchg(w.word(), (int)old,
				     (int)((old & FUTEX_WAITERS) |
					   FUTEX_OWNER_DIED)) != old);
	w.mark_dirty();
	if (old & FUTEX_WAITERS)
		futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY).ignore();
	return OK;
}

static user_ptr<u32> lock_of(u32 entry, s32 offset)
{
	return user_at<u32>((entry & ~1ul) + (unsigned long)(long)offset);
}

/* The lock that the thread was about to take or give is not on the list. */
static status walk_list(const robust_list_head &head, unsigned long head_addr)
{
	u32 entry = head.next, next = 0;

	for (int i = 0; (entry & ~1u) != head_addr && i < MAX_LOCKS; i++) {
		status s = get_user(&next, user_at<u32>(entry & ~1ul));

		if ((entry & ~1u) != (head.list_op_pending & ~1u))
			TRY(release_lock(lock_of(entry, head.futex_offset)));
		TRY(s);
		entry = next;
	}
	return OK;
}

void exit_robust_list()
{
	unsigned long addr = current->robust_list;
	robust_list_head head;

	current->robust_list = 0;
	if (!current->mm ||
	    get_user(&head, user_at<robust_list_head>(addr)).failed())
		return;
	walk_list(head, addr).ignore();
	if (head.list_op_pending & ~1u)
		release_lock(lock_of(head.list_op_pending,
				     head.futex_offset)).ignore();
}

SYSCALL result<long> sys_set_robust_list(unsigned long head, size_t len)
{
	if (len != sizeof(robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

SYSCALL result<long> sys_get_robust_list(pid_t pid, user_ptr<u32> head,
					 user_ptr<u32> len)
{
	u32 addr;
	{
		spin_irq_guard g(tasklist_lock);
		const task_struct *p = pid ? find_task_by_pid(pid) : current;

		if (!p)
			return -ESRCH;
		if (p->tgid != current->tgid && !capable(CAP_SYS_PTRACE))
			return -EPERM;
		addr = (u32)p->robust_list;
	}
	TRY(put_user((u32)sizeof(robust_list_head), len));
	return put_user(addr, head);
}
