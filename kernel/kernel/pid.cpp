/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Process numbers. Where 2.4 walks all tasks to see whether a number is free,
 * pid_users counts who uses it: a task as its pid, and a process (its group
 * leader) as its process group and as its session. tasklist_lock protects
 * everything here.
 */
#include <linux/sched.h>

constexpr pid_t PID_MAX = 32768, RESERVED_PIDS = 300;
constexpr unsigned PID_HASH = 256;

struct pid_chain {
	list_head tasks;
};
static constinit u16 pid_users[PID_MAX];
static constinit static_array<pid_chain, PID_HASH> pid_table;
constinit pid_t last_pid;

static list_head *chain_of(pid_t pid)
{
	return &pid_table[(unsigned)pid % PID_HASH].tasks;
}

/* After the first round the low numbers stay with the early daemons. */
pid_t alloc_pid()
{
	pid_t pid = last_pid;

	for (int i = 0; i < PID_MAX; i++) {
		if (++pid >= PID_MAX)
			pid = RESERVED_PIDS;
		if (pid_users[pid])
			continue;
		pid_users[pid] = 1;
		last_pid = pid;
		return pid;
	}
	return 0;
}

/* A number holds one count per process twice at most, and one for its pid:
 * PID_MAX processes cannot overflow it. */
void use_pid(pid_t nr)
{
	pid_users[nr]++;
}

void drop_pid(pid_t nr)
{
	DEBUG_ON(!pid_users[nr]);
	pid_users[nr]--;
}

void hash_pid(task_struct *p)
{
	list_add(&p->pid_hash, chain_of(p->pid));
}

void unhash_pid(task_struct *p)
{
	list_del(&p->pid_hash);
}

task_struct *find_task_by_pid(pid_t pid)
{
	list_for_each_entry(task_struct, p, chain_of(pid), pid_hash)
		if (p->pid == pid)
			return p;
	return nullptr;
}
