/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random system calls: all numbers, good and bad arguments, from several
 * processes at a time, as root and as somebody else, one in three with two
 * threads. They live in a chroot on the data disk (/dev/hdb); besides it they
 * may destroy /dev/hdc. Whatever they do, the kernel must go on, and once
 * they are gone, everything that they took must be free again.
 *
 *   sysfuzz SEED CALLS		random processes until that many calls are made
 *   sysfuzz SEED 0 NUMBER	that process of SEED alone, showing its calls
 */
#include <census.h>
#include <dirent.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <ucontext.h>

#include "sysfuzz_args.h"
#include "sysfuzz_calls.h"

constexpr int WORKERS = 3, NR_CALLS = 480;
constexpr uint32_t CALLS_EACH = 250;
constexpr uint32_t SHOW_FD = 200;
/* A process may wait for a disk for so long, in s. */
constexpr long PATIENCE = 60;

static const char *const HOME = "/mnt";

/* What a process is doing, for whoever finds it dead. */
struct slot {
	volatile uint32_t made;
	volatile uint32_t call[7];
};
struct board {
	slot slots[WORKERS][2];
	uint32_t tried[NR_CALLS], good[NR_CALLS];
};
static board *shared;

static uint32_t seed;
static bool show;
static pid_t supervisor;
static int home;		/* the directory that becomes their root */

/* ---- one call ---- */

/* eax = call[0](call[1..6]). What a fork made ends at once. */
extern "C" long fuzz_enter(const uint32_t *call);
asm(R"(
	.text
fuzz_enter:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %eax
	movl	4(%eax), %ebx
	movl	8(%eax), %ecx
	movl	12(%eax), %edx
	movl	16(%eax), %esi
	movl	20(%eax), %edi
	movl	24(%eax), %ebp
	movl	(%eax), %eax
	cmpl	$2, %eax
	je	1f
	cmpl	$120, %eax
	je	1f
	cmpl	$190, %eax
	je	1f
	int	$0x80
2:	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret
1:	int	$0x80
	testl	%eax, %eax
	jne	2b
	movl	$1, %eax
	xorl	%ebx, %ebx
	int	$0x80
)");

/* What mostly ends its caller: one in ten of them is enough. */
static bool is_deadly(int nr)
{
	static const int deadly[] = {1, 119, 173, 252, 37, 238, 270, 178, 335,
		190, 120, 45, 243};

	for (int d : deadly)
		if (nr == d)
			return true;
	return false;
}

/* The calls that move memory and data come more often than the others. */
static int pick_number(fuzzer &f)
{
	static const int often[] = {3, 4, 5, 91, 125, 144, 145, 146, 150, 163,
		180, 181, 192, 192, 192, 192, 218, 219};

	switch (f.below(32)) {
	case 0:
		return f.below(500);
	case 1:
		return f.wild();
	case 2 ... 11:
		return f.pick(often);
	default:
		int nr = fuzz_calls[f.below(FUZZ_CALLS)].nr;
		return is_deadly(nr) && !f.one_in(10) ? pick_number(f) : nr;
	}
}

static bool is_protected(uint32_t who)
{
	return who == (uint32_t)supervisor || who == (uint32_t)-supervisor ||
		who == (uint32_t)-1;
}

/* The clock may be set, but not to the epoch: a file that is deleted then
 * looks half deleted to e2fsck. */
static uint32_t date(fuzzer &f)
{
	return DATES + f.below(f.one_in(4) ? 2 * PAGE_BYTES : 64) / 8 * 8;
}

static bool is_precious(uint32_t dev)
{
	uint32_t major = dev >> 8 & 0xfff;

	return major == 1 || major == 3 || major == 4 || major == 5;
}

/* Takes out what by design ends the machine, silences the console, reaches
 * the root disk, or hits who runs this. */
static void tame(fuzzer &f, uint32_t *call)
{
	switch (call[0]) {
	case 88:				/* reboot */
		call[0] = 20;
		break;
	case 25:				/* stime, settimeofday */
	case 79:
		call[1] = date(f);
		break;
	case 264:				/* clock_settime */
	case 404:
		call[2] = date(f);
		break;
	case 103:				/* syslog: console off, level */
		call[1] = call[1] >= 6 && call[1] <= 8 ? 3 : call[1];
		break;
	case 14:				/* mknod */
		call[3] = is_precious(call[3]) ? 0x1600 : call[3];
		break;
	case 297:
		call[4] = is_precious(call[4]) ? 0x1600 : call[4];
		break;
	case 63:				/* dup2, dup3 */
	case 330:
		call[2] = call[2] == SHOW_FD ? LAST_FD : call[2];
		break;
	case 436:				/* close_range */
		call[2] = call[2] > LAST_FD ? LAST_FD : call[2];
		break;
	case 97:				/* setpriority */
	case 340:				/* prlimit64 */
	case 270:				/* tgkill */
	case 335:				/* rt_tgsigqueueinfo */
		call[2] = is_protected(call[2]) ? f.pid : call[2];
		[[fallthrough]];
	case 37:				/* kill */
	case 57:				/* setpgid */
	case 154:				/* sched_set... */
	case 156:
	case 178:				/* rt_sigqueueinfo */
	case 238:				/* tkill */
	case 241:
		call[1] = is_protected(call[1]) ? f.pid : call[1];
		break;
	}
}

static void make_call(fuzzer &f, uint32_t *call)
{
	int nr = pick_number(f);
	const fuzz_call *c = fuzz_call_of(nr);
	const char *kind = c ? c->args : "";

	call[0] = nr;
	for (int i = 1; i <= 6; i++)
		call[i] = f.argument(*kind ? *kind++ : 'x');
	tame(f, call);
}

static void show_call(const char *what, const uint32_t *call)
{
	const fuzz_call *c = fuzz_call_of(call[0]);

	dprintf(SHOW_FD, "# sysfuzz: %s %s(%u): %#x %#x %#x %#x %#x "
		"%#x\n", what, c ? c->name : "call", call[0], call[1], call[2],
		call[3], call[4], call[5], call[6]);
}

/* Now and then the frame that a handler returns through is damaged. */
static fuzzer *volatile damaging;
static void poked(int, siginfo_t *, void *context)
{
	fuzzer *f = damaging;
	auto frame = (uint32_t *)context;

	if (!f)
		return;
	damaging = nullptr;
	for (int n = 1 + f->below(2); n-- > 0;)
		frame[f->below(sizeof(ucontext_t) / 4)] = f->word();
}

static void damage_a_frame(fuzzer &f)
{
	const uint32_t kill_self[7] = {238, f.tid, SIGUSR1};

	damaging = &f;
	fuzz_enter(kill_self);
	damaging = nullptr;
}

static void fuzz_loop(fuzzer &f, slot *s)
{
	uint32_t call[7];

	for (uint32_t i = 0; i < CALLS_EACH; i++) {
		if (f.one_in(128))
			damage_a_frame(f);
		make_call(f, call);
		for (int k = 0; k < 7; k++)
			s->call[k] = call[k];
		s->made = s->made + 1;
		if (show)
			show_call("calls", call);
		long r = fuzz_enter(call);
		if (call[0] < NR_CALLS) {
			shared->tried[call[0]]++;
			shared->good[call[0]] += r >= 0 || r < -4095;
		}
	}
}

/* ---- one process ---- */

static void mapped(uint32_t at, size_t len, int prot, int flags)
{
	MUST(mmap((void *)at, len, prot, MAP_FIXED | MAP_ANONYMOUS | flags, -1,
		  0) == (void *)at);
}

static void make_arena(fuzzer &f)
{
	mapped(ARENA, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE,
	       f.one_in(3) ? MAP_SHARED : MAP_PRIVATE);
	mapped(READ_ONLY, PAGE, PROT_READ, MAP_PRIVATE);
	mapped(NO_ACCESS, PAGE, PROT_NONE, MAP_PRIVATE);
	mapped(DATES, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	for (uint32_t i = 0; i < PAGE / 4; i++)
		((uint32_t *)DATES)[i] = i % 2 ? 0x1000 : 0x30000000;
	MUST(mprotect((void *)DATES, PAGE, PROT_READ) == 0);
}

static void make_node(const char *name, mode_t type, int major, int minor)
{
	if (mknod(name, type | 0666, makedev(major, minor)) && errno != EEXIST)
		return;		/* a file system that is full may be, too */
	chmod(name, 0666);
}

static void make_file_again(const char *name)
{
	static uint8_t text[32 * KIB];
	int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666);

	if (fd < 0)
		return;
	pattern_fill(text, 1, 0, sizeof(text));
	if (ftruncate(fd, 0) || write(fd, text, sizeof(text)) < 0)
		errno = 0;	/* others fill the disk at the same time */
	fchmod(fd, 0777);
	close(fd);
}

/* Everything that the calls before may have taken away. */
static void furnish()
{
	static const char *const dirs[] = {"d0", "d1", "dev", "proc"};
	static const char *const files[] = {"f0", "f1", "f2", "f3", "d0/f0",
		"d1/f1"};

	mount(nullptr, "/", nullptr, MS_REMOUNT, nullptr);
	chmod("/", 0777);
	for (const char *d : dirs) {
		mkdir(d, 0777);
		chmod(d, 0777);
	}
	mount("proc", "/proc", "proc", 0, nullptr);
	make_node("dev/null", S_IFCHR, 1, 3);
	make_node("dev/zero", S_IFCHR, 1, 5);
	make_node("dev/full", S_IFCHR, 1, 7);
	make_node("dev/urandom", S_IFCHR, 1, 9);
	make_node("dev/tty1", S_IFCHR, 4, 1);
	make_node("dev/raw1", S_IFCHR, 162, 1);
	make_node("dev/hdc", S_IFBLK, 22, 0);
	make_node("dev/hdd1", S_IFBLK, 22, 65);
	make_node("dev/hdd2", S_IFBLK, 22, 66);
	make_node("dev/hdd3", S_IFBLK, 22, 67);
	make_node("dev/hdd5", S_IFBLK, 22, 69);
	make_node("fifo", S_IFIFO, 0, 0);
	for (const char *name : files)
		make_file_again(name);
	symlink("loop", "loop");
	symlink("d0", "l0");
}

/* Descriptors 0 to NR_FDS, by far not all of them good. */
static void open_files(fuzzer &f)
{
	static const struct {
		const char *name;
		int flags;
	} files[] = {
		{"dev/null", O_RDWR}, {"dev/zero", O_RDWR}, {"f0", O_RDWR},
		{"f1", O_RDONLY}, {"f2", O_RDWR | O_APPEND},
		{"f0", O_RDWR | O_DIRECT}, {"f3", O_RDWR | O_DIRECT},
		{"f1", O_WRONLY | O_SYNC}, {"d0", O_RDONLY}, {"/", O_RDONLY},
		{"fifo", O_RDWR | O_NONBLOCK}, {"dev/tty1", O_RDWR | O_NOCTTY},
		{"dev/hdc", O_RDWR}, {"dev/hdc", O_RDWR | O_DIRECT},
		{"dev/raw1", O_RDWR}, {"dev/full", O_RDWR},
		{"dev/urandom", O_RDWR}, {"dev/hdd2", O_RDONLY},
		{"proc/self/maps", O_RDONLY}, {"proc/self/mem", O_RDWR},
		{"proc/vmstat", O_RDONLY}, {"proc", O_RDONLY},
		{"proc/self/fd", O_RDONLY}, {"proc/sys/vm/drop_caches", O_RDWR},
		{"proc/self/directmap", O_RDONLY}, {"f2", O_PATH},
		{"f3", O_RDWR}, {"exe", O_RDONLY},
	};
	int p[2];

	for (uint32_t fd = 0; fd <= LAST_FD; fd++)
		close(fd);
	for (const auto &file : files)
		open(file.name, file.flags);
	static const int kinds[] = {0, O_NONBLOCK, O_CLOEXEC};
	for (int flags : kinds)
		if (!pipe2(p, flags) && f.one_in(2))
			close(p[f.below(2)]);
}

static void limit(fuzzer &f)
{
	const struct {
		int what;
		rlim_t most;
	} limits[] = {
		{RLIMIT_FSIZE, 8 * MIB}, {RLIMIT_CORE, 0},
		{RLIMIT_AS, f.one_in(8) ? RLIM_INFINITY : 96 * MIB},
		{RLIMIT_MEMLOCK, f.one_in(2) ? MIB : 16 * MIB},
		{RLIMIT_NPROC, 64},
	};

	for (const auto &l : limits) {
		rlimit r = {l.most, l.most};
		setrlimit(l.what, &r);
	}
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	struct sigaction sa = {};
	sa.sa_sigaction = poked;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGUSR1, &sa, nullptr);
}

static fuzzer seeded(uint32_t child, uint32_t thread)
{
	uint64_t x = (uint64_t)seed << 32 | (child * 2 + thread);

	/* Neighbours shall not be alike (a finaliser of 64 bits). */
	x = (x ^ x >> 31) * 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9ull | 1;
	return {x, (uint32_t)getpid(), (uint32_t)getppid(),
		(uint32_t)gettid()};
}

struct second_thread {
	uint32_t child;
	slot *s;
};

static void *run_second(void *arg)
{
	auto t = (second_thread *)arg;
	fuzzer f = seeded(t->child, 1);

	fuzz_loop(f, t->s);
	_exit(0);
}

[[noreturn]] static void cannot(const char *what)
{
	dprintf(SHOW_FD, "# sysfuzz: %s: %s\n", what, strerror(errno));
	_exit(1);
}

[[noreturn]] static void run_child(uint32_t child, slot *s)
{
	static second_thread t;
	fuzzer f = seeded(child, 0);
	pthread_t thread;

	if (fchdir(home) || chroot("."))
		cannot("chroot");
	close(home);
	umask(0);
	furnish();
	make_arena(f);
	open_files(f);
	limit(f);
	setpgid(0, 0);
	if (f.one_in(2) && (setgid(1000) || setuid(1000)))
		cannot("setuid");
	if (!show)
		close(SHOW_FD);
	t = {child, s + 1};
	if (f.one_in(3))
		pthread_create(&thread, nullptr, run_second, &t);
	fuzz_loop(f, s);
	_exit(0);
}

/* ---- who watches them ---- */

struct worker {
	pid_t pid;
	uint32_t child;
	slot *s;		/* two of them */
	uint32_t seen;		/* progress at the last look */
	int quiet;		/* looks without any */
	long long since;	/* ns: of the last progress */
};
static worker workers[WORKERS];
static uint32_t next_child, made, killed;
static int trouble;
static unsigned unborn;			/* processes in a row */
constexpr unsigned UNBORN_MAX = 100;

/* A stray store of theirs may hit the slots. */
static uint32_t progress(const worker &w)
{
	uint32_t a = w.s[0].made, b = w.s[1].made;

	return (a < CALLS_EACH ? a : CALLS_EACH) +
		(b < CALLS_EACH ? b : CALLS_EACH);
}

static void start(worker &w)
{
	w.child = next_child++;
	w.s = shared->slots[&w - workers];
	w.s[0].made = w.s[1].made = w.seen = w.quiet = 0;
	w.since = now_ns();
	w.pid = fork();
	MUST(w.pid >= 0);
	if (!w.pid) {
		signal(SIGHUP, SIG_DFL);
		run_child(w.child, w.s);
	}
}

static void note_end(worker &w, int status)
{
	made += progress(w);
	w.pid = 0;
	/* The others may have left it no memory, or no room. */
	unborn = WIFEXITED(status) && !progress(w) ? unborn + 1 : 0;
	if (unborn) {
		printf("# sysfuzz: process %u cannot start\n", w.child);
		trouble += unborn > UNBORN_MAX;
	}
	if (!WIFSIGNALED(status))
		return;
	killed++;
	printf("# sysfuzz: process %u: signal %d after %u calls\n", w.child,
	       WTERMSIG(status), progress(w));
	uint32_t last[7];
	for (int t = 0; t < 2; t++) {
		for (int i = 0; i < 7; i++)
			last[i] = w.s[t].call[i];
		if (w.s[t].made)
			show_call("  last", last);
	}
}

/* One that sleeps is woken, then killed; so is one that computes: it may have
 * jumped into a loop. One that waits for a disk has all the time. But who is
 * killed must die. */
static void urge(worker &w)
{
	if (progress(w) != w.seen) {
		w.seen = progress(w);
		w.quiet = 0;
		w.since = now_ns();
		return;
	}
	char state = state_of(w.pid);
	if (state != 'D')
		w.quiet += state == 'R' ? 1 : 50;
	if (state == 'T' || w.quiet > 400)
		kill(w.pid, SIGKILL);
	else if (w.quiet % 100 == 50)
		kill(w.pid, SIGUSR1);
	if (now_ns() - w.since < PATIENCE * 1000000000LL)
		return;
	printf("# sysfuzz: process %u hangs (%c)\n", w.child, state);
	trouble++;
	note_end(w, SIGKILL);
}

static void tend(worker &w)
{
	int status;

	if (!w.pid)
		return;
	if (waitpid(w.pid, &status, WNOHANG) == w.pid)
		note_end(w, status);
	else
		urge(w);
}

static bool anybody()
{
	for (const worker &w : workers)
		if (w.pid)
			return true;
	return false;
}

/* Until @calls more are made; @only: the next process and no other. */
static void run(uint32_t calls, bool only)
{
	uint32_t goal = made + calls;

	do {
		for (worker &w : workers) {
			tend(w);
			if (!w.pid && made < goal && !trouble)
				start(w);
			if (only)
				goal = made;
		}
		sleep_ms(1);
	} while (anybody());
}

/* ---- before and after ---- */

/* A file under a name that the calls before may have given to something
 * else. */
static void bring_file(const char *name, const char *from, const char *text)
{
	static char buf[256 * KIB];
	int in = open(from, O_RDONLY);
	ssize_t n = strlen(text);

	unlinkat(home, name, 0);
	int out = openat(home, name, O_WRONLY | O_CREAT | O_EXCL, 0755);
	memcpy(buf, text, n);
	do {
		if (write(out, buf, n) != n)
			break;
	} while ((n = read(in, buf, sizeof(buf))) > 0);
	close(in);
	close(out);
}

/* Something to execute: this program, which then wants other arguments. */
static void bring_programs()
{
	bring_file("exe", "/proc/self/exe", "");
	bring_file("script", "/dev/null", "#! /exe one two\n");
}

static void move_in()
{
	int ctl = open("/dev/raw/rawctl", O_RDWR);
	struct [[gnu::packed, gnu::aligned(4)]] {
		int minor;
		uint64_t block_major, block_minor;
	} bind = {1, 22, 0};

	if (ctl >= 0)
		ioctl(ctl, 0xac00, &bind);
	close(ctl);
	MUST(mount("/dev/hdb", HOME, "ext2", 0, nullptr) == 0);
	home = open(HOME, O_RDONLY | O_DIRECTORY);
	MUST(home >= 0);
	bring_programs();
}

static int nr_processes()
{
	DIR *d = opendir("/proc");
	int n = 0;

	while (dirent *e = d ? readdir(d) : nullptr)
		n += e->d_name[0] >= '1' && e->d_name[0] <= '9';
	if (d)
		closedir(d);
	return n;
}

/* Who there is now, and in what state. */
static void print_processes()
{
	DIR *d = opendir("/proc");
	char path[300];

	while (dirent *e = d ? readdir(d) : nullptr) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		printf("# sysfuzz:   %s", proc_text(path));
	}
	if (d)
		closedir(d);
}

/* What was mounted last lies on top. */
static bool unmount_one()
{
	char last[256] = "", line[256];
	FILE *f = fopen("/proc/mounts", "re");

	while (f && fgets(line, sizeof(line), f)) {
		char where[256];
		if (sscanf(line, "%*s %255s", where) == 1 &&
		    !strncmp(where, HOME, strlen(HOME)))
			strcpy(last, where);
	}
	if (f)
		fclose(f);
	return *last && !umount(last);
}

static bool move_out(int processes)
{
	kill(-1, SIGKILL);
	for (int i = 0; nr_processes() > processes && i < PATIENCE * 100; i++) {
		while (waitpid(-1, nullptr, WNOHANG) > 0)
			;
		sleep_ms(10);
	}
	close(home);
	swapoff("/dev/hdd1");
	set_sysctl("/proc/sys/vm/overcommit_memory", "0");
	while (unmount_one())
		;
	int left = nr_processes() - processes;
	bool mounted = strstr(proc_text("/proc/mounts"), HOME);
	if (left > 0 || mounted)
		printf("# sysfuzz: %d processes are left%s\n", left,
		       mounted ? ", and mounts" : "");
	if (left > 0)
		print_processes();
	return left <= 0 && !mounted;
}

static void report()
{
	unsigned good = 0;

	for (uint32_t n : shared->good)
		good += n > 0;
	printf("# sysfuzz: %u calls by %u processes, %u of them killed; %u "
	       "numbers succeeded\n", made, next_child, killed, good);
}

static int fuzz(uint32_t calls)
{
	static census before;
	int processes = nr_processes();

	move_in();
	run(4000, false);	/* tables and pools have their size */
	if (!move_out(processes))
		return 1;
	take_census(&before);
	move_in();
	run(calls, false);
	if (!move_out(processes))
		return 1;
	report();
	/* Slabs are filled differently now. */
	return !census_holds(&before, 256, 24) || trouble;
}

static int replay(uint32_t child)
{
	int processes = nr_processes();

	show = true;
	next_child = child;
	move_in();
	run(1, true);
	report();
	return !move_out(processes) || trouble;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: sysfuzz SEED CALLS [PROCESS]\n", stderr);
		return 2;
	}
	setvbuf(stdout, nullptr, _IOLBF, 0);
	seed = strtoul(argv[1], nullptr, 0);
	MUST(dup2(1, SHOW_FD) == SHOW_FD);
	supervisor = getpid();
	setsid();
	/* Somebody may join our group, be stopped, and lose his parent. */
	signal(SIGHUP, SIG_IGN);
	shared = (board *)mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(shared != MAP_FAILED);
	printf("# sysfuzz: seed %u\n", seed);
	int bad = argc > 3 ? replay(atoi(argv[3])) : fuzz(atoi(argv[2]));
	printf("# sysfuzz: %s\n", bad ? "bad" : "good");
	return bad;
}
