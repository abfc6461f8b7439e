/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of the system: uname in its three generations, sethostname and
 * setdomainname, /proc/sys/kernel. Boot parameter uname=RELEASE sets the
 * release: static glibc programs refuse to run on one that looks too old.
 */
#include <linux/init.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/utsname.h>

constinit new_utsname system_utsname = {
	.sysname = "Linux",
	.nodename = "(none)",
	.release = "2.4.37-direct",
	.version = "#1",
	.machine = "i686",
	.domainname = "(none)",
};
constinit rw_semaphore uts_sem{"uts_sem", RANK_UTS_SEM};

static void set_release(const char *value)
{
	strlcpy(system_utsname.release, value,
		sizeof(system_utsname.release));
}
__setup("uname=", set_release);

SYSCALL result<long> sys_newuname(user_ptr<new_utsname> name)
{
	read_guard g(uts_sem);

	return put_user(system_utsname, name);
}

SYSCALL result<long> sys_uname(user_ptr<old_utsname> name)
{
	static_assert(sizeof(old_utsname) ==
		      __builtin_offsetof(new_utsname, domainname));
	read_guard g(uts_sem);

	return copy_to_user(name.addr(), &system_utsname, sizeof(old_utsname));
}

SYSCALL result<long> sys_olduname(user_ptr<oldold_utsname> name)
{
	oldold_utsname o{};
	{
		read_guard g(uts_sem);
		strlcpy(o.sysname, system_utsname.sysname, 9);
		strlcpy(o.nodename, system_utsname.nodename, 9);
		strlcpy(o.release, system_utsname.release, 9);
		strlcpy(o.version, system_utsname.version, 9);
		strlcpy(o.machine, system_utsname.machine, 9);
	}
	return put_user(o, name);
}

static status set_name(char *field, user_ptr<const char> name, int len)
{
	char tmp[__NEW_UTS_LEN + 1] = {};

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	TRY(copy_from_user(tmp, name.addr(), (size_t)len));
	write_guard g(uts_sem);
	memcpy(field, tmp, sizeof(tmp));
	return OK;
}

SYSCALL result<long> sys_sethostname(user_ptr<const char> name, int len)
{
	return set_name(system_utsname.nodename, name, len);
}

SYSCALL result<long> sys_setdomainname(user_ptr<const char> name, int len)
{
	return set_name(system_utsname.domainname, name, len);
}

static status show_name(seq_file *m, void *field)
{
	read_guard g(uts_sem);

	seq_printf(m, "%s\n", (const char *)field);
	return OK;
}

static status store_name(char *text, size_t len, void *field)
{
	if (len > __NEW_UTS_LEN)
		return -EINVAL;
	write_guard g(uts_sem);
	strlcpy((char *)field, text, __NEW_UTS_LEN + 1);
	return OK;
}

static void init_uts_proc()
{
	new_utsname &u = system_utsname;

	proc_create("ostype", 0444, proc_sys_kernel, show_name, u.sysname);
	proc_create("osrelease", 0444, proc_sys_kernel, show_name, u.release);
	proc_create("version", 0444, proc_sys_kernel, show_name, u.version);
	proc_create("hostname", 0644, proc_sys_kernel, show_name,
		    u.nodename)->store = store_name;
	proc_create("domainname", 0644, proc_sys_kernel, show_name,
		    u.domainname)->store = store_name;
}
late_initcall(init_uts_proc);
