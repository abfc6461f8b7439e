/* SPDX-License-Identifier: GPL-2.0-only */
// since: base
// abi:
// /proc tells the truth: maps, status, stat, fd, exe, cwd, cmdline, mem, meminfo, locks, interrupts, sys, other processes.
#include <child.h>
#include <dirent.h>
#include <sys/file.h>
#include <sys/utsname.h>

static char text[64 * KIB];

static long slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	long n = 0, r = -1;

	if (fd < 0)
		return -1;
	/* Small reads: a file of /proc must come out whole anyway. */
	while (n < (long)sizeof(text) - 1 &&
	       (r = read(fd, text + n, n % 3 ? 1000 : 77)) > 0)
		n += r;
	close(fd);
	text[n] = 0;
	return r < 0 ? -1 : n;
}

/* The number behind "name:" at a line's start, or -1. */
static long field(const char *name)
{
	size_t n = strlen(name);

	for (char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, name, n) && p[n] == ':')
			return strtol(p + n + 1, nullptr, 10);
	}
	return -1;
}

/* The line of /proc/self/maps that starts at @p, or null. */
static const char *area(const void *p)
{
	char start[16];

	snprintf(start, sizeof(start), "%08lx-", (unsigned long)p);
	if (slurp("/proc/self/maps") <= 0)
		return nullptr;
	return strstr(text, start);
}

static int maps()
{
	int fd = make_file(test_path("procfs"), 3 * PAGE, 1);
	void *p = mmap(nullptr, 2 * PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	unsigned long start, end, offset, inode;
	unsigned major, minor;
	char mode[8], path[300];
	struct stat st;

	CHECK(p != MAP_FAILED);
	CHECK_OK(fstat(fd, &st));
	const char *line = area(p);
	CHECK(line);
	CHECK_EQ(sscanf(line, "%lx-%lx %7s %lx %x:%x %lu %299s", &start, &end,
			mode, &offset, &major, &minor, &inode, path), 8);
	CHECK_EQ(end - start, 2 * PAGE);
	CHECK(!strcmp(mode, "r--s"));
	CHECK_EQ(offset, PAGE);
	CHECK_EQ(inode, st.st_ino);
	CHECK(strstr(path, "procfs"));
	CHECK_OK(munmap(p, 2 * PAGE));
	CHECK(!area(p));
	CHECK(strstr(text, "[stack]"));
	close(fd);
	return KSFT_PASS;
}

static int maps_are_sorted_and_whole()
{
	constexpr int N = 300;
	auto p = (char *)mmap(nullptr, 2 * N * PAGE, PROT_READ, MAP_PRIVATE |
			      MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < N; i++)
		CHECK_OK(munmap(p + (2 * i + 1) * PAGE, PAGE));
	CHECK(slurp("/proc/self/maps") > 0);
	unsigned long last = 0, start, end;
	int ours = 0;
	for (char *l = text; *l; l = strchr(l, '\n') + 1) {
		CHECK_EQ(sscanf(l, "%lx-%lx", &start, &end), 2);
		CHECK(start >= last && end > start);
		last = end;
		ours += start >= (unsigned long)p &&
			end <= (unsigned long)p + 2 * N * PAGE;
	}
	CHECK_EQ(ours, N);
	CHECK_OK(munmap(p, 2 * N * PAGE));
	return KSFT_PASS;
}

static int status()
{
	CHECK(slurp("/proc/self/status") > 0);
	CHECK_EQ(field("Pid"), getpid());
	CHECK_EQ(field("PPid"), getppid());
	CHECK_EQ(field("Uid"), getuid());
	CHECK(!strncmp(text, "Name:\tprocfs\n", 13));
	CHECK(strstr(text, "State:\tR"));
	long rss = field("VmRSS"), size = field("VmSize");
	CHECK(rss > 0 && size >= rss);
	uint8_t *p = page_buffer(4 * MIB);
	CHECK(slurp("/proc/self/status") > 0);
	CHECK(field("VmRSS") >= rss + 4000);
	CHECK(field("VmSize") >= size + 4096);
	munmap(p, 4 * MIB);
	CHECK(slurp("/proc/self/status") > 0);
	CHECK(field("VmRSS") < rss + 1000);
	return KSFT_PASS;
}

static int descriptors()
{
	int fd = make_file(test_path("procfs"), 100, 1), p[2], n = 0;
	char link[64], got[300];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, got, sizeof(got) - 1);
	CHECK(len > 0);
	got[len] = 0;
	CHECK(strstr(got, "/procfs"));
	CHECK_OK(pipe(p));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", p[0]);
	len = readlink(link, got, sizeof(got));
	CHECK(len > 6 && !strncmp(got, "pipe:[", 6));
	DIR *d = opendir("/proc/self/fd");
	CHECK(d);
	bool seen = false;
	while (dirent *e = readdir(d)) {
		n++;
		seen |= atoi(e->d_name) == p[1];
	}
	closedir(d);
	CHECK(seen && n >= 6);
	close(p[0]);
	close(p[1]);
	close(fd);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	CHECK_ERR(readlink(link, got, sizeof(got)), ENOENT);
	return KSFT_PASS;
}

static int links()
{
	char got[300], cwd[300];
	ssize_t n = readlink("/proc/self/exe", got, sizeof(got) - 1);

	CHECK(n > 0);
	got[n] = 0;
	CHECK(!strcmp(got + n - 7, "/procfs"));
	CHECK(getcwd(cwd, sizeof(cwd)));
	n = readlink("/proc/self/cwd", got, sizeof(got) - 1);
	CHECK(n > 0);
	got[n] = 0;
	CHECK(!strcmp(got, cwd));
	CHECK_EQ(readlink("/proc/self/root", got, sizeof(got)), 1);
	n = readlink("/proc/self", got, sizeof(got) - 1);
	got[n > 0 ? n : 0] = 0;
	CHECK_EQ(atoi(got), getpid());
	/* The program itself opens through it. */
	int fd = open("/proc/self/exe", O_RDONLY);
	CHECK_EQ(read(fd, got, 4), 4);
	CHECK(!memcmp(got, "\177ELF", 4));
	close(fd);
	return KSFT_PASS;
}

static int command_line()
{
	char path[64];

	CHECK(slurp("/proc/self/cmdline") > 0);
	CHECK(strstr(text, "procfs"));
	/* A child that did not exec has its parent's. */
	pid_t pid = spawn([] { pause(); return 0; });
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	CHECK(slurp(path) > 0);
	CHECK(strstr(text, "procfs"));
	kill(pid, SIGKILL);
	CHECK(await_state(pid, 'Z'));
	CHECK_EQ(slurp(path), 0);
	reap(pid);
	CHECK_EQ(slurp(path), -1);
	return KSFT_PASS;
}

static int memory_of_a_process()
{
	static volatile int word = 0x12345678;
	char path[64];
	int got = 0;
	pid_t pid = spawn([] { pause(); return 0; });

	int fd = open("/proc/self/mem", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(pread(fd, &got, 4, (off_t)(uintptr_t)&word), 4);
	CHECK_EQ(got, 0x12345678);
	got = 0x600df00d;
	CHECK_EQ(pwrite(fd, &got, 4, (off_t)(uintptr_t)&word), 4);
	CHECK_EQ(word, 0x600df00d);
	CHECK_EQ(pread(fd, &got, 4, 16), -1);
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		CHECK_EQ(pread(fd, &got, 4, (off_t)(uintptr_t)&word), 4);
		CHECK_EQ(got, 0x12345678);
		close(fd);
	}
	kill(pid, SIGKILL);
	reap(pid);
	return KSFT_PASS;
}

static int meminfo()
{
	CHECK(slurp("/proc/meminfo") > 0);
	long total = field("MemTotal"), mem = field("MemFree");
	CHECK(total > 16 * 1024 && mem > 0 && mem < total);
	CHECK(field("Cached") >= 0 && field("Buffers") >= 0);
	CHECK(field("SwapTotal") >= 0);
	uint8_t *p = page_buffer(8 * MIB);
	CHECK(slurp("/proc/meminfo") > 0);
	if (!getenv("TEST_DIR"))	/* nobody else frees memory */
		CHECK(field("MemFree") <= mem - 4 * 1024);
	munmap(p, 8 * MIB);
	return KSFT_PASS;
}

static int the_list_of_processes()
{
	pid_t pid = spawn([] { pause(); return 0; });
	DIR *d = opendir("/proc");
	int me = 0, child = 0;

	CHECK(d);
	while (dirent *e = readdir(d)) {
		me += atoi(e->d_name) == getpid();
		child += atoi(e->d_name) == pid;
	}
	closedir(d);
	CHECK_EQ(me, 1);
	CHECK_EQ(child, 1);
	kill(pid, SIGKILL);
	reap(pid);
	return KSFT_PASS;
}

/* The line of /proc/locks that names @pid and ends in @range, or null. */
static const char *lock_line(pid_t pid, const char *range)
{
	char who[16];

	snprintf(who, sizeof(who), " %d ", pid);
	if (slurp("/proc/locks") < 0)
		return nullptr;
	for (char *l = strtok(text, "\n"); l; l = strtok(nullptr, "\n")) {
		size_t n = strlen(l), r = strlen(range);
		if (strstr(l, who) && n > r && !strcmp(l + n - r, range))
			return l;
	}
	return nullptr;
}

static int locks()
{
	int fd = make_file(test_path("procfs"), 100, 1);
	struct flock l{};
	struct stat st;
	char where[40];

	CHECK_OK(fstat(fd, &st));
	snprintf(where, sizeof(where), ":%lu ", (unsigned long)st.st_ino);
	l.l_type = F_WRLCK;
	l.l_start = 10;
	l.l_len = 20;
	CHECK_OK(fcntl(fd, F_SETLK, &l));
	const char *line = lock_line(getpid(), " 10 29");
	CHECK(line && strstr(line, "POSIX") && strstr(line, "WRITE") &&
	      strstr(line, where));
	pid_t pid = spawn([=] {
		struct flock w{};
		w.l_type = F_RDLCK;
		return fcntl(fd, F_SETLKW, &w) ? 1 : 0;
	});
	CHECK(await_state(pid, 'S'));
	line = lock_line(pid, " 0 EOF");
	CHECK(line && strstr(line, "-> POSIX") && strstr(line, "READ"));
	l.l_type = F_UNLCK;
	CHECK_OK(fcntl(fd, F_SETLK, &l));
	CHECK_EQ(reap(pid), 0);
	CHECK(!lock_line(getpid(), " 10 29"));
	CHECK(!lock_line(pid, " 0 EOF"));
	CHECK_OK(flock(fd, LOCK_SH));
	line = lock_line(getpid(), " 0 EOF");
	CHECK(line && strstr(line, "FLOCK") && strstr(line, "READ"));
	close(fd);
	CHECK(!lock_line(getpid(), " 0 EOF"));
	return KSFT_PASS;
}

/* The number in column @n of the line that starts with @word. */
static long column(const char *word, int n)
{
	char *p = strstr(text, word);

	for (; p && n; n--) {
		p = strchr(p, ' ');
		p = p ? p + strspn(p, " ") : nullptr;
	}
	return p ? strtol(p, nullptr, 10) : -1;
}

static int interrupts()
{
	CHECK(slurp("/proc/interrupts") > 0);
	CHECK(strstr(text, "timer"));
	long before = column("  0:", 2);
	sleep_ms(50);
	CHECK(slurp("/proc/interrupts") > 0);
	CHECK(column("  0:", 2) > before && before > 0);
	return KSFT_PASS;
}

static int sys()
{
	struct utsname u;

	CHECK_OK(uname(&u));
	CHECK(slurp("/proc/sys/kernel/osrelease") > 0);
	CHECK_EQ(strncmp(text, u.release, strlen(u.release)), 0);
	CHECK(slurp("/proc/sys/vm/overcommit_memory") > 0);
	int fd = open("/proc/sys/vm/overcommit_memory", O_WRONLY);
	if (geteuid())
		return KSFT_PASS;
	CHECK_ERR(write(fd, "7", 1), EINVAL);
	CHECK_ERR(write(fd, "x", 1), EINVAL);
	CHECK_EQ(write(fd, "0\n", 2), 2);
	close(fd);
	return KSFT_PASS;
}

static int others()
{
	static const char *const files[] = {
		"/proc/uptime", "/proc/loadavg", "/proc/stat",
		"/proc/version", "/proc/cpuinfo", "/proc/mounts",
		"/proc/filesystems", "/proc/devices", "/proc/partitions",
		"/proc/self/stat", "/proc/self/statm", "/proc/self/environ",
	};

	for (const char *f : files)
		if (slurp(f) < (strstr(f, "environ") ? 0 : 1)) {
			ksft_print_msg("%s: %s\n", f, strerror(errno));
			return KSFT_FAIL;
		}
	CHECK_ERR(open("/proc/nothing", O_RDONLY), ENOENT);
	CHECK_EQ(mkdir("/proc/new", 0755), -1);
	CHECK_EQ(unlink("/proc/version"), -1);
	return KSFT_PASS;
}

static const test_case cases[] = {
	{"maps", maps},
	{"maps are sorted and whole", maps_are_sorted_and_whole},
	{"status", status},
	{"descriptors", descriptors},
	{"links", links},
	{"command line", command_line},
	{"memory of a process", memory_of_a_process},
	{"meminfo", meminfo},
	{"the list of processes", the_list_of_processes},
	{"locks", locks},
	{"interrupts", interrupts},
	{"sys", sys},
	{"others", others},
};

int main()
{
	ksft_print_header();
	RUN_CASES(cases);
}
