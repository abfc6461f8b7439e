/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User and group identities. The 16-bit calls take 65535 for "no change" and
 * show what does not fit as 65534. Root's power lies in the capabilities:
 * giving up uid 0 gives them up, by the rules of cap_after_setuid().
 */
#include <linux/sched.h>
#include <linux/string.h>

constexpr uid_t KEEP = ~0u;

/* POSIX 1003.1e draft 17, F.5, as 2.4 does it. */
static void cap_after_setuid(uid_t ruid, uid_t euid, uid_t suid)
{
	task_struct *p = current;
	bool was_root = !ruid || !euid || !suid;

	if (was_root && p->uid && p->euid && p->suid && !p->keep_caps)
		p->cap_permitted = p->cap_effective = 0;
	if (!euid && p->euid)
		p->cap_effective = 0;
	if (euid && !p->euid)
		p->cap_effective = p->cap_permitted;
}

static status commit_uids(uid_t ruid, uid_t euid, uid_t suid)
{
	task_struct *p = current;
	uid_t oruid = p->uid, oeuid = p->euid, osuid = p->suid;

	if (ruid != oruid)
		TRY(switch_uid(ruid));
	if (euid != oeuid)
		p->dumpable = false;
	p->uid = ruid;
	p->euid = p->fsuid = euid;
	p->suid = suid;
	cap_after_setuid(oruid, oeuid, osuid);
	return OK;
}

SYSCALL result<long> sys_setuid32(uid_t uid)
{
	task_struct *p = current;

	if (uid == KEEP)
		return -EINVAL;
	if (capable(CAP_SETUID))
		return commit_uids(uid, uid, uid);
	if (uid != p->uid && uid != p->suid)
		return -EPERM;
	return commit_uids(p->uid, uid, p->suid);
}

SYSCALL result<long> sys_setreuid32(uid_t ruid, uid_t euid)
{
	task_struct *p = current;
	bool power = capable(CAP_SETUID);
	uid_t r = ruid == KEEP ? p->uid : ruid;
	uid_t e = euid == KEEP ? p->euid : euid;
	bool save = ruid != KEEP || (euid != KEEP && e != p->uid);

	if (!power && r != p->uid && r != p->euid)
		return -EPERM;
	if (!power && e != p->uid && e != p->euid && e != p->suid)
		return -EPERM;
	return commit_uids(r, e, save ? e : p->suid);
}

static bool own_uid(const task_struct *p, uid_t uid)
{
	return uid == KEEP || uid == p->uid || uid == p->euid ||
	       uid == p->suid;
}

SYSCALL result<long> sys_setresuid32(uid_t ruid, uid_t euid, uid_t suid)
{
	task_struct *p = current;

	if (!capable(CAP_SETUID) &&
	    !(own_uid(p, ruid) && own_uid(p, euid) && own_uid(p, suid)))
		return -EPERM;
	return commit_uids(ruid == KEEP ? p->uid : ruid,
			   euid == KEEP ? p->euid : euid,
			   suid == KEEP ? p->suid : suid);
}

SYSCALL result<long> sys_getresuid32(user_ptr<uid_t> ruid,
				     user_ptr<uid_t> euid,
				     user_ptr<uid_t> suid)
{
	TRY(put_user(current->uid, ruid));
	TRY(put_user(current->euid, euid));
	return put_user(current->suid, suid);
}

/* The capabilities about files follow the file system's uid. */
static void set_fsuid(task_struct *p, uid_t uid)
{
	constexpr u32 CAP_FS_MASK = 1 << CAP_CHOWN | 1 << CAP_DAC_OVERRIDE |
		1 << CAP_DAC_READ_SEARCH | 1 << CAP_FOWNER | 1 << CAP_FSETID;

	if (!p->fsuid && uid)
		p->cap_effective &= ~CAP_FS_MASK;
	if (p->fsuid && !uid)
		p->cap_effective |= p->cap_permitted & CAP_FS_MASK;
	p->fsuid = uid;
}

SYSCALL result<long> sys_setfsuid32(uid_t uid)
{
	task_struct *p = current;
	uid_t old = p->fsuid;

	if (uid != KEEP && (own_uid(p, uid) || uid == old ||
			    capable(CAP_SETUID)))
		set_fsuid(p, uid);
	return (long)old;
}

/* ---- groups ---- */

static status commit_gids(gid_t rgid, gid_t egid, gid_t sgid)
{
	task_struct *p = current;

	if (egid != p->egid)
		p->dumpable = false;
	p->gid = rgid;
	p->egid = p->fsgid = egid;
	p->sgid = sgid;
	return OK;
}

SYSCALL result<long> sys_setgid32(gid_t gid)
{
	task_struct *p = current;

	if (gid == KEEP)
		return -EINVAL;
	if (capable(CAP_SETGID))
		return commit_gids(gid, gid, gid);
	if (gid != p->gid && gid != p->sgid)
		return -EPERM;
	return commit_gids(p->gid, gid, p->sgid);
}

SYSCALL result<long> sys_setregid32(gid_t rgid, gid_t egid)
{
	task_struct *p = current;
	bool power = capable(CAP_SETGID);
	gid_t r = rgid == KEEP ? p->gid : rgid;
	gid_t e = egid == KEEP ? p->egid : egid;
	bool save = rgid != KEEP || (egid != KEEP && e != p->gid);

	if (!power && r != p->gid && r != p->egid)
		return -EPERM;
	if (!power && e != p->gid && e != p->egid && e != p->sgid)
		return -EPERM;
	return commit_gids(r, e, save ? e : p->sgid);
}

static bool own_gid(const task_struct *p, gid_t gid)
{
	return gid == KEEP || gid == p->gid || gid == p->egid ||
	       gid == p->sgid;
}

SYSCALL result<long> sys_setresgid32(gid_t rgid, gid_t egid, gid_t sgid)
{
	task_struct *p = current;

	if (!capable(CAP_SETGID) &&
	    !(own_gid(p, rgid) && own_gid(p, egid) && own_gid(p, sgid)))
		return -EPERM;
	return commit_gids(rgid == KEEP ? p->gid : rgid,
			   egid == KEEP ? p->egid : egid,
			   sgid == KEEP ? p->sgid : sgid);
}

SYSCALL result<long> sys_getresgid32(user_ptr<gid_t> rgid,
				     user_ptr<gid_t> egid,
				     user_ptr<gid_t> sgid)
{
	TRY(put_user(current->gid, rgid));
	TRY(put_user(current->egid, egid));
	return put_user(current->sgid, sgid);
}

SYSCALL result<long> sys_setfsgid32(gid_t gid)
{
	task_struct *p = current;
	gid_t old = p->fsgid;

	if (gid != KEEP && (own_gid(p, gid) || gid == old ||
			    capable(CAP_SETGID)))
		p->fsgid = gid;
	return (long)old;
}

bool in_group_p(gid_t gid)
{
	const task_struct *p = current;

	for (int i = 0; i < p->ngroups; i++)
		if (p->groups[i] == gid)
			return true;
	return gid == p->fsgid;
}

SYSCALL result<long> sys_getgroups32(int size, user_ptr<gid_t> list)
{
	const task_struct *p = current;

	if (size < 0 || (size && size < p->ngroups))
		return -EINVAL;
	if (size)
		TRY(copy_to_user(list.addr(), p->groups,
				 p->ngroups * sizeof(gid_t)));
	return p->ngroups;
}

SYSCALL result<long> sys_setgroups32(unsigned size, user_ptr<const gid_t> list)
{
	task_struct *p = current;
	gid_t fresh[ARRAY_SIZE(p->groups)];

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size > ARRAY_SIZE(fresh))
		return -EINVAL;
	TRY(copy_from_user(fresh, list.addr(), size * sizeof(gid_t)));
	memcpy(p->groups, fresh, size * sizeof(gid_t));
	p->ngroups = (int)size;
	return 0;
}

SYSCALL result<long> sys_getuid32() { return (long)current->uid; }
SYSCALL result<long> sys_geteuid32() { return (long)current->euid; }
SYSCALL result<long> sys_getgid32() { return (long)current->gid; }
SYSCALL result<long> sys_getegid32() { return (long)current->egid; }
