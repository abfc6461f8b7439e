/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks and the scheduler. kernel/sched.cpp, fork.cpp, exit.cpp. */
#pragma once

#include <asm/current.h>
#include <asm/processor.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <uapi/resource.h>

struct files_struct;
struct fs_struct;

/* clone(2) */
constexpr unsigned long CSIGNAL = 0xff, CLONE_VM = 0x100, CLONE_FS = 0x200,
	CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800, CLONE_VFORK = 0x4000,
	CLONE_PARENT = 0x8000, CLONE_THREAD = 0x10000,
	CLONE_SYSVSEM = 0x40000, CLONE_SETTLS = 0x80000,
	CLONE_PARENT_SETTID = 0x100000, CLONE_CHILD_CLEARTID = 0x200000,
	CLONE_DETACHED = 0x400000, CLONE_CHILD_SETTID = 0x1000000;

/* p->flags */
constexpr unsigned PF_EXITING = 0x4, PF_FORKNOEXEC = 0x40,
	PF_SIGNALED = 0x400,
	PF_MEMALLOC = 0x800,	/* reclaims: may use the last reserve */
	PF_KTHREAD = 0x1000,
	PF_NOFAULT = 0x2000,	/* user memory that is not there: no fault
				 * handling, the copy is short at once */
	PF_IOWAIT = 0x4000;	/* waited for a page (a fault that was major) */

/* What threads of one process share besides memory. */
struct thread_group {
	atomic_t count{1};		/* structs */
	int live = 1;			/* threads not yet exited; siglock */
	list_head threads;		/* task->thread_node */
	pid_t tgid = 0;
	sigpending shared_pending;	/* for any thread; siglock */
	bool exiting = false;		/* exit_group or fatal signal */
	int exit_code = 0;
	task_struct *group_exec = nullptr;	/* waits for the others to go */
	bool unkillable = false;	/* init: no default deaths */
	/* job control, siglock */
	int stop_count = 0;		/* threads that still have to stop */
	int stop_signal = 0;
	bool stop_dequeued = false;	/* and no SIGCONT since */
	bool stopped = false;
	bool stop_unreported = false, cont_unreported = false;	/* to wait */
	bool cont_notify = false;	/* SIGCHLD for a SIGCONT is due */
	pid_t ppid = 0;			/* real_parent's tgid; tasklist_lock */
	rlimit64 rlim[RLIM_NLIMITS] = {};
	/* itimers: ITIMER_REAL */
	timer_list real_timer;
	unsigned long it_real_incr = 0;
	list_head posix_timers;		/* kernel/posix_timers.cpp; siglock */
	/* ITIMER_VIRTUAL and ITIMER_PROF, in ticks of processor time */
	unsigned long it_virt_value = 0, it_virt_incr = 0;
	unsigned long it_prof_value = 0, it_prof_incr = 0;
	/* of dead threads, and of waited-for children */
	unsigned long utime = 0, stime = 0, cutime = 0, cstime = 0;
	unsigned long min_flt = 0, maj_flt = 0, cmin_flt = 0, cmaj_flt = 0;
	unsigned long nvcsw = 0, nivcsw = 0, cnvcsw = 0, cnivcsw = 0;
	unsigned long maxrss = 0, cmaxrss = 0;		/* pages */
	u64 dead_run_ns = 0;		/* task_run_ns of dead threads */
	unsigned long ticks_used = 0;	/* of all threads, for RLIMIT_CPU */
};

/* What the processes of one user have together. kernel/user.cpp. */
struct user_struct {
	atomic_t count{1};
	atomic_t processes{0};		/* threads too; RLIMIT_NPROC */
	atomic_t sigpending{0};		/* queued; RLIMIT_SIGPENDING */
	uid_t uid = 0;
	list_head hash;
};
extern user_struct root_user;
user_struct *alloc_uid(uid_t uid);	/* with a count; null: no memory */
void free_uid(user_struct *u);
status switch_uid(uid_t uid);		/* current is charged to @uid */

struct task_struct {
	volatile long state = 0;	/* TASK_ */
	unsigned flags = 0;		/* PF_ */
	volatile int need_resched = 0;	/* entry.S looks at these two */
	volatile int sigpending_flag = 0;
	atomic_t usage{2};		/* its parent's, and its running */
	spinlock_t alloc_lock{"task", RANK_TASK};	/* mm, fs, files */
	mm_struct *mm = nullptr;	/* null: kernel thread */
	mm_struct *active_mm = nullptr;
	long counter = 0, nice = 0;	/* ticks left of the slice */
	unsigned long epoch = 0;	/* when counter was last refilled */
	/* Processor time, in cycles; start 0: it does not run just now. */
	u64 run_start = 0, run_cycles = 0;
	list_head run_list;
	bool on_cpu = false;
	list_head tasks;		/* on all_tasks */
	pid_t pid = 0, tgid = 0, pgrp = 0, session = 0;
	bool leader = false;		/* of the session */
	task_struct *real_parent = nullptr, *parent = nullptr;
	task_struct *group_leader = nullptr;
	list_head children, sibling;
	list_head thread_node;
	list_head pid_hash;
	wait_queue_head_t wait_chldexit;
	struct completion *vfork_done = nullptr;
	int exit_code = 0, exit_signal = 0;
	int exit_state = 0;
	unsigned long start_time = 0;	/* jiffies */
	unsigned long utime = 0, stime = 0;	/* ticks */
	unsigned long min_flt = 0, maj_flt = 0;
	unsigned long nvcsw = 0, nivcsw = 0;
	/* credentials */
	uid_t uid = 0, euid = 0, suid = 0, fsuid = 0;
	gid_t gid = 0, egid = 0, sgid = 0, fsgid = 0;
	int ngroups = 0;
	gid_t groups[32] = {};
	u32 cap_effective = ~0u, cap_permitted = ~0u, cap_inheritable = 0;
	bool dumpable = true;
	bool keep_caps = false;		/* over setuid: PR_SET_KEEPCAPS */
	unsigned long personality = 0;
	volatile bool oom_victim = false; /* is to die: may use the reserve */
	char comm[16] = {};
	user_struct *user = nullptr;
	fs_struct *fs = nullptr;
	files_struct *files = nullptr;
	thread_group *tg = nullptr;
	/* signals */
	sighand_struct *sighand = nullptr;
	u64 blocked = 0, saved_blocked = 0;
	u64 real_blocked = 0;		/* what sigtimedwait waits for */
	bool restore_blocked = false;	/* sigsuspend and the like */
	sigpending pending;
	bool stop_pending = false;	/* has to stop; siglock */
	bool killed = false;		/* SIGKILL to this thread; siglock */
	unsigned long sas_ss_sp = 0;
	size_t sas_ss_size = 0;
	int pdeath_signal = 0;
	trace_state trace;
	/* restart_syscall */
	result<long> (*restart_fn)(task_struct *t) = nullptr;
	unsigned long restart_args[6] = {};
	user_ptr<int> set_child_tid{}, clear_child_tid{};
	unsigned long robust_list = 0;
	kdev_t tty_dev = 0;
	struct tty_struct *tty = nullptr;	/* controlling terminal */
	int link_count = 0;		/* nested symlinks in a path walk */
#ifdef CONFIG_DEBUG
	unsigned nr_sleep_held = 0;	/* sleeping locks, kernel/lockdebug.cpp */
	struct {
		const void *lock;
		const char *name;
		unsigned rank;
	} sleep_held[16] = {};
#endif
	thread_struct thread;
};
static_assert(sizeof(task_struct) < 3072, "leaves the kernel stack 5 KiB");

union task_union {
	task_struct task;
	unsigned long stack[THREAD_SIZE / sizeof(long)];
	constexpr task_union() : task() {}
};

struct files_struct {
	atomic_t count{1};
	spinlock_t file_lock{"files", RANK_FILES};
	unsigned max_fds = 0;
	file **fd = nullptr;		/* [max_fds]; kmalloc or vmalloc */
	unsigned long *close_on_exec = nullptr, *open_fds = nullptr;
	unsigned next_fd = 0;		/* none free below */
};
struct fs_struct {
	atomic_t count{1};
	spinlock_t lock{"fs_struct", RANK_FILES};
	unsigned umask = 022;
	dentry *root = nullptr, *pwd = nullptr;
	vfsmount *rootmnt = nullptr, *pwdmnt = nullptr;
};

struct completion {
	unsigned done = 0;
	wait_queue_head_t wait;
};
void complete(completion *c);
void wait_for_completion(completion *c);

extern spinlock_t tasklist_lock;	/* RANK_TASKLIST */
extern task_union init_task_union;
#define init_task (init_task_union.task)
/* Threads too, by task->tasks; the idle task is not on it. */
extern list_head all_tasks;
task_struct *find_task_by_pid(pid_t pid);	/* tasklist_lock held */
/* kernel/pid.cpp; tasklist_lock held. A number is free for a new task when
 * nobody uses it as pid, process group or session. */
pid_t alloc_pid();			/* 0: none is free */
void use_pid(pid_t nr);
void drop_pid(pid_t nr);
void hash_pid(task_struct *p);
void unhash_pid(task_struct *p);
inline void get_task_struct(task_struct *p) { atomic_inc(&p->usage); }
void put_task_struct(task_struct *p);
/* The mm with mm_users raised, or null. */
mm_struct *get_task_mm(task_struct *p);

void sched_init();
/* What schedule() does after switch_to, for a task that runs for the first
 * time; entry.S calls it with the task that ran before. */
extern "C" void schedule_tail(task_struct *prev);
void wake_up_process(task_struct *p);
/* True if @p was in one of @states and runs now. */
bool wake_up_state(task_struct *p, long states);
void sched_fork(task_struct *p);	/* shares the slice of current */
void sched_exit(task_struct *p);	/* gives the rest back to the parent */
void wake_up_new_task(task_struct *p);
void yield();
/* Sleeps @ticks, whatever signals come. */
inline long schedule_timeout_uninterruptible(long ticks)
{
	current->state = TASK_UNINTERRUPTIBLE;
	return schedule_timeout(ticks);
}
void scheduler_tick(bool user);		/* each tick, called by do_timer */
[[noreturn]] void cpu_idle();
unsigned long nr_running();
unsigned long nr_active();	/* runnable or in uninterruptible sleep */
/* Where the ticks of all processors went, for /proc/stat. */
struct tick_counts {
	unsigned long user = 0, nice = 0, system = 0, idle = 0;
};
extern tick_counts cpu_ticks;
/* Load averages over 1, 5 and 15 minutes, 11 fraction bits. */
constexpr unsigned FSHIFT = 11;
extern unsigned long avenrun[3];
void calc_load();			/* each tick */
void account_process_tick(task_struct *p, bool user);	/* timer interrupt */
void set_user_nice(task_struct *p, long nice);
/* What @p's process used, or with RUSAGE_CHILDREN its children, or both (for
 * wait4), or RUSAGE_THREAD. tasklist_lock held. kernel/resource.cpp */
constexpr int RUSAGE_BOTH = -2;
void fill_rusage(struct rusage *r, const task_struct *p, int who);
/* The lowest word of the stack that is not the task's: a debug build finds
 * it changed if the stack ever grew too deep. */
constexpr unsigned long STACK_CANARY = 0x57ac6e9d;
inline unsigned long *stack_canary(task_struct *p)
{
	return (unsigned long *)(p + 1);
}
extern unsigned long total_forks;
extern pid_t last_pid;
int nr_threads();
/* The time @p has run, its present turn included. */
u64 task_run_ns(const task_struct *p);
/* Caches and the table of processes; once slab works. Before the first
 * kernel_thread. kernel/fork.cpp */
void fork_init();
void init_task_setup(unsigned long max_threads);
extern fs_struct init_fs;
extern files_struct init_files;

/* @flags are CLONE_ bits; returns the pid. */
result<long> do_fork(unsigned long flags, unsigned long stack,
		     const pt_regs *regs, user_ptr<int> parent_tid,
		     user_ptr<int> child_tid, unsigned long tls);
/* Runs fn(arg) in a new kernel task; returns the pid. */
result<long> kernel_thread(int (*fn)(void *), void *arg, const char *name);
/* drivers/char: current, a session leader, gives up its terminal; the
 * foreground group gets SIGHUP and SIGCONT. */
void disassociate_ctty(bool on_exit);
[[noreturn]] void do_exit(long code);
[[noreturn]] void do_group_exit(int code);
void exit_mm();
void exit_posix_timers(thread_group *tg);	/* exec and exit */
/* The mm goes, or is left to others: wakes a vfork parent and whoever joins
 * this thread. */
void mm_release(task_struct *p);
/* Takes a dead task off all lists; tasklist_lock held. The caller then puts
 * the parent's count of it. */
void release_task(task_struct *p);
/* exec: ends the other threads; current becomes the leader of its group. */
status de_thread();
void forget_thread();	/* one task less; tasklist_lock held */
sighand_struct *copy_sighand_struct(sighand_struct *old);
void put_sighand(sighand_struct *s);
bool group_is_empty(const task_struct *leader);	/* no other threads */
/* fs/ (open.cpp, file_table.cpp, fs_struct.cpp) for fork, exec and exit */
files_struct *dup_files(files_struct *old);	/* null: no memory */
void put_files_struct(files_struct *f);
fs_struct *copy_fs_struct(fs_struct *old);
void put_fs_struct(fs_struct *fs);
void flush_old_files(files_struct *f);	/* close-on-exec */

inline bool signal_pending(const task_struct *p)
{
	return p->sigpending_flag != 0;
}
bool fatal_signal_pending(const task_struct *p);
inline pt_regs *current_pt_regs() { return task_pt_regs(current); }

/* capabilities; numbers as in POSIX 1003.1e and Linux */
constexpr int CAP_CHOWN = 0, CAP_DAC_OVERRIDE = 1, CAP_DAC_READ_SEARCH = 2,
	CAP_FOWNER = 3, CAP_FSETID = 4, CAP_KILL = 5, CAP_SETGID = 6,
	CAP_SETUID = 7, CAP_LINUX_IMMUTABLE = 9, CAP_IPC_LOCK = 14,
	CAP_SYS_RAWIO = 17, CAP_SYS_CHROOT = 18, CAP_SYS_PTRACE = 19,
	CAP_SYS_ADMIN = 21, CAP_SYS_BOOT = 22, CAP_SYS_NICE = 23,
	CAP_SYS_RESOURCE = 24, CAP_SYS_TIME = 25, CAP_SYS_TTY_CONFIG = 26,
	CAP_MKNOD = 27;
inline bool capable(int cap)
{
	return current->cap_effective >> cap & 1;
}
bool in_group_p(gid_t gid);
inline u64 rlimit(int which) { return current->tg->rlim[which].rlim_cur; }

/* 'R', 'S', 'D', 'T', 'Z' or 'X', as ps shows it. kernel/panic.cpp */
char task_state_letter(const task_struct *t);
/* fs/exec.cpp. For the first program: vectors in kernel space. On success (0)
 * the caller goes on with enter_user_mode(). */
result<long> kernel_execve(const char *filename, const char *const *argv,
			   const char *const *envp);
