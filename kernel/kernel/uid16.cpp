/* SPDX-License-Identifier: GPL-2.0-only */
/* The first generation of the identity calls: 16-bit numbers. */
#include <linux/sched.h>

SYSCALL result<long> sys_setuid32(uid_t uid);
SYSCALL result<long> sys_setreuid32(uid_t ruid, uid_t euid);
SYSCALL result<long> sys_setresuid32(uid_t ruid, uid_t euid, uid_t suid);
SYSCALL result<long> sys_setfsuid32(uid_t uid);
SYSCALL result<long> sys_setgid32(gid_t gid);
SYSCALL result<long> sys_setregid32(gid_t rgid, gid_t egid);
SYSCALL result<long> sys_setresgid32(gid_t rgid, gid_t egid, gid_t sgid);
SYSCALL result<long> sys_setfsgid32(gid_t gid);

constexpr u16 OVERFLOW_ID = 65534;

static u32 widen(u32 id)
{
	return (u16)id == 0xffff ? ~0u : (u16)id;
}

static u16 narrow(u32 id)
{
	return id > 0xffff ? OVERFLOW_ID : (u16)id;
}

SYSCALL result<long> sys_setuid(u32 uid)
{
	return sys_setuid32(widen(uid));
}
SYSCALL result<long> sys_setgid(u32 gid)
{
	return sys_setgid32(widen(gid));
}
SYSCALL result<long> sys_setreuid(u32 ruid, u32 euid)
{
	return sys_setreuid32(widen(ruid), widen(euid));
}
SYSCALL result<long> sys_setregid(u32 rgid, u32 egid)
{
	return sys_setregid32(widen(rgid), widen(egid));
}
SYSCALL result<long> sys_setresuid(u32 ruid, u32 euid, u32 suid)
{
	return sys_setresuid32(widen(ruid), widen(euid), widen(suid));
}
SYSCALL result<long> sys_setresgid(u32 rgid, u32 egid, u32 sgid)
{
	return sys_setresgid32(widen(rgid), widen(egid), widen(sgid));
}
SYSCALL result<long> sys_setfsuid(u32 uid)
{
	return sys_setfsuid32(widen(uid));
}
SYSCALL result<long> sys_setfsgid(u32 gid)
{
	return sys_setfsgid32(widen(gid));
}

SYSCALL result<long> sys_getuid() { return narrow(current->uid); }
SYSCALL result<long> sys_geteuid() { return narrow(current->euid); }
SYSCALL result<long> sys_getgid() { return narrow(current->gid); }
SYSCALL result<long> sys_getegid() { return narrow(current->egid); }

SYSCALL result<long> sys_getresuid(user_ptr<u16> ruid, user_ptr<u16> euid,
				   user_ptr<u16> suid)
{
	TRY(put_user(narrow(current->uid), ruid));
	TRY(put_user(narrow(current->euid), euid));
	return put_user(narrow(current->suid), suid);
}

SYSCALL result<long> sys_getresgid(user_ptr<u16> rgid, user_ptr<u16> egid,
				   user_ptr<u16> sgid)
{
	TRY(put_user(narrow(current->gid), rgid));
	TRY(put_user(narrow(current->egid), egid));
	return put_user(narrow(current->sgid), sgid);
}

SYSCALL result<long> sys_getgroups(int size, user_ptr<u16> list)
{
	const task_struct *p = current;

	if (size < 0 || (size && size < p->ngroups))
		return -EINVAL;
	for (int i = 0; size && i < p->ngroups; i++)
		TRY(put_user(narrow(p->groups[i]), list + i));
	return p->ngroups;
}

SYSCALL result<long> sys_setgroups(unsigned size, user_ptr<const u16> list)
{
	task_struct *p = current;
	gid_t fresh[ARRAY_SIZE(p->groups)] = {};

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size > ARRAY_SIZE(fresh))
		return -EINVAL;
	for (unsigned i = 0; i < size; i++) {
		u16 gid;

		TRY(get_user(&gid, list + (long)i));
		fresh[i] = gid;
	}
	for (unsigned i = 0; i < size; i++)
		p->groups[i] = fresh[i];
	p->ngroups = (int)size;
	return 0;
}
