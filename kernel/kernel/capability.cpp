/* SPDX-License-Identifier: GPL-2.0-only */
/* capget and capset, in the 32-bit and the 64-bit generation. */
#include <linux/sched.h>

constexpr u32 CAPABILITY_V1 = 0x19980330, CAPABILITY_V2 = 0x20071026,
	CAPABILITY_V3 = 0x20080522;

struct cap_header {
	u32 version;
	int pid;
};
struct cap_data {
	u32 effective, permitted, inheritable;
};

/* How many cap_data follow; an unknown version is answered with ours. */
static result<long> words_of(user_ptr<cap_header> uh, cap_header *h)
{
	TRY(get_user(h, uh));
	switch (h->version) {
	case CAPABILITY_V1:
		return 1l;
	case CAPABILITY_V2:
	case CAPABILITY_V3:
		return 2l;
	}
	TRY(put_user(CAPABILITY_V3, uh.as<u32>()));
	return -EINVAL;
}

static status read_caps(pid_t pid, cap_data *d)
{
	spin_irq_guard g(tasklist_lock);
	const task_struct *p = pid ? find_task_by_pid(pid) : current;

	if (!p)
		return -ESRCH;
	*d = {p->cap_effective, p->cap_permitted, p->cap_inheritable};
	return OK;
}

SYSCALL result<long> sys_capget(user_ptr<cap_header> uh,
				user_ptr<cap_data> data)
{
	cap_header h;
	cap_data d[2] = {};
	result<long> words = words_of(uh, &h);

	/* With no place for data this asks for the version only. */
	if (!data)
		return words.err() == -EINVAL ? 0 : words.err();
	long n = TRY(words);
	if (h.pid < 0)
		return -EINVAL;
	TRY(read_caps(h.pid, &d[0]));
	return copy_to_user(data.addr(), d, n * sizeof(cap_data));
}

SYSCALL result<long> sys_capset(user_ptr<cap_header> uh,
				user_ptr<const cap_data> data)
{
	task_struct *p = current;
	cap_header h;
	cap_data d[2] = {};
	long n = TRY(words_of(uh, &h));

	if (h.pid && h.pid != p->pid)
		return -EPERM;
	TRY(copy_from_user(d, data.addr(), n * sizeof(cap_data)));
	if (d[0].permitted & ~p->cap_permitted ||
	    d[0].effective & ~d[0].permitted ||
	    d[0].inheritable & ~(p->cap_inheritable | p->cap_permitted))
		return -EPERM;
	p->cap_effective = d[0].effective;
	p->cap_permitted = d[0].permitted;
	p->cap_inheritable = d[0].inheritable;
	return 0;
}
