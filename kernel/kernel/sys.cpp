/* SPDX-License-Identifier: GPL-2.0-only */
/* System calls about the whole machine and a task's small settings. */
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/time.h>

struct user_sysinfo {
	s32 uptime;
	u32 loads[3];
	u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 totalhigh, freehigh, mem_unit;
	char reserved[8];
};
static_assert(sizeof(user_sysinfo) == 64);

static void fill_memory(user_sysinfo *i)
{
	swap_counts swap = get_swap_counts();

	i->totalram = nr_total_pages();
	i->freeram = nr_free_pages();
	i->totalswap = swap.total;
	i->freeswap = swap.free;
	i->totalhigh = max_pfn > max_low_pfn ? max_pfn - max_low_pfn : 0;
	i->freehigh = nr_free_highpages();
	i->mem_unit = PAGE_SIZE;
}

SYSCALL result<long> sys_sysinfo(user_ptr<user_sysinfo> u)
{
	user_sysinfo i{};

	fill_memory(&i);
	i.uptime = (s32)(jiffies / HZ);
	for (int n = 0; n < 3; n++)
		i.loads[n] = avenrun[n] << (16 - FSHIFT);
	i.procs = (u16)nr_threads();
	return put_user(i, u);
}

constexpr u32 REBOOT_MAGIC1 = 0xfee1dead;
constexpr u32 REBOOT_MAGIC2[] = {672274793, 85072278, 369367448, 537993216};
constexpr u32 REBOOT_RESTART = 0x01234567, REBOOT_HALT = 0xcdef0123,
	REBOOT_CAD_ON = 0x89abcdef, REBOOT_CAD_OFF = 0,
	REBOOT_POWER_OFF = 0x4321fedc, REBOOT_RESTART2 = 0xa1b2c3d4;

static bool magic_ok(u32 magic1, u32 magic2)
{
	for (u32 m : REBOOT_MAGIC2)
		if (magic1 == REBOOT_MAGIC1 && magic2 == m)
			return true;
	return false;
}

SYSCALL result<long> sys_reboot(u32 magic1, u32 magic2, u32 cmd)
{
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (!magic_ok(magic1, magic2))
		return -EINVAL;
	switch (cmd) {
	case REBOOT_RESTART:
	case REBOOT_RESTART2:
		printk(KERN_EMERG "Restarting system.\n");
		machine_restart();
	case REBOOT_HALT:
		printk(KERN_EMERG "System halted.\n");
		machine_halt();
	case REBOOT_POWER_OFF:
		printk(KERN_EMERG "Power down.\n");
		machine_power_off();
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:
		return 0;
	}
	return -EINVAL;
}

constexpr unsigned long PER_QUERY = 0xffffffff;

SYSCALL result<long> sys_personality(unsigned long personality)
{
	unsigned long old = current->personality;

	if (personality != PER_QUERY)
		current->personality = personality;
	return (long)old;
}

/* ---- prctl ---- */

constexpr int PR_SET_PDEATHSIG = 1, PR_GET_PDEATHSIG = 2, PR_GET_DUMPABLE = 3,
	PR_SET_DUMPABLE = 4, PR_GET_KEEPCAPS = 7, PR_SET_KEEPCAPS = 8,
	PR_SET_NAME = 15, PR_GET_NAME = 16;

/* The parent is a process, so the signal is kept with its leader. */
static status set_pdeath_signal(unsigned long sig)
{
	if (sig > _NSIG)
		return -EINVAL;
	current->group_leader->pdeath_signal = (int)sig;
	return OK;
}

static status set_name(user_ptr<const char> name)
{
	char comm[sizeof(current->comm)];

	TRY(strncpy_from_user(comm, name, sizeof(comm)));
	comm[sizeof(comm) - 1] = 0;
	strlcpy(current->comm, comm, sizeof(comm));
	return OK;
}

SYSCALL result<long> sys_prctl(int option, unsigned long arg2)
{
	task_struct *p = current;

	switch (option) {
	case PR_SET_PDEATHSIG:
		return set_pdeath_signal(arg2);
	case PR_GET_PDEATHSIG:
		return put_user(p->group_leader->pdeath_signal,
				user_at<int>(arg2));
	case PR_GET_DUMPABLE:
		return (long)p->dumpable;
	case PR_SET_DUMPABLE:
		if (arg2 > 1)
			return -EINVAL;
		p->dumpable = arg2;
		return 0;
	case PR_GET_KEEPCAPS:
		return (long)p->keep_caps;
	case PR_SET_KEEPCAPS:
		if (arg2 > 1)
			return -EINVAL;
		p->keep_caps = arg2;
		return 0;
	case PR_SET_NAME:
		return set_name(user_at<const char>(arg2));
	case PR_GET_NAME:
		return copy_to_user(arg2, p->comm, sizeof(p->comm));
	}
	return -EINVAL;
}
