/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system calls of i386 and what their arguments are, a letter each:
 *
 *   f descriptor     D the same, or AT_FDCWD     p path         b buffer
 *   l length         o offset                    h its upper half
 *   a address to map A length to map             P protection   M mmap flags
 *   O open flags     m mode                      q device number
 *   n small number   g bits                      x anything
 *   i process        s signal                    u user or group
 *   t times          S set of signals            w some structure
 *   v iovecs         d pollfds                   e argument vector
 *   c ioctl          C fcntl command             z clone flags
 *   y what to mount  Y file system's type
 *
 * reboot is left out: it ends the machine.
 */
#pragma once

struct fuzz_call {
	int nr;
	const char *name, *args;
};

static const fuzz_call fuzz_calls[] = {
	{1, "exit", "n"}, {2, "fork", ""}, {3, "read", "fbl"},
	{4, "write", "fbl"}, {5, "open", "pOm"}, {6, "close", "f"},
	{7, "waitpid", "iwg"}, {8, "creat", "pm"}, {9, "link", "pp"},
	{10, "unlink", "p"}, {11, "execve", "pee"}, {12, "chdir", "p"},
	{13, "time", "w"}, {14, "mknod", "pmq"}, {15, "chmod", "pm"},
	{16, "lchown16", "puu"}, {18, "oldstat", "pw"},
	{19, "lseek", "fon"}, {20, "getpid", ""}, {21, "mount", "ypYgp"},
	{22, "oldumount", "p"}, {23, "setuid16", "u"}, {24, "getuid16", ""},
	{25, "stime", "w"}, {27, "alarm", "n"}, {28, "oldfstat", "fw"},
	{29, "pause", ""}, {30, "utime", "pw"}, {33, "access", "pm"},
	{34, "nice", "n"}, {36, "sync", ""}, {37, "kill", "is"},
	{38, "rename", "pp"}, {39, "mkdir", "pm"}, {40, "rmdir", "p"},
	{41, "dup", "f"}, {42, "pipe", "w"}, {43, "times", "w"},
	{45, "brk", "a"}, {46, "setgid16", "u"}, {48, "signal", "sa"},
	{52, "umount", "pg"}, {54, "ioctl", "fcw"}, {55, "fcntl", "fCx"},
	{57, "setpgid", "ii"}, {59, "oldolduname", "w"}, {60, "umask", "m"},
	{61, "chroot", "p"}, {63, "dup2", "ff"}, {64, "getppid", ""},
	{65, "getpgrp", ""}, {66, "setsid", ""}, {67, "sigaction", "sww"},
	{68, "sgetmask", ""}, {69, "ssetmask", "x"}, {70, "setreuid16", "uu"},
	{72, "sigsuspend", "xxx"}, {73, "sigpending", "w"},
	{74, "sethostname", "bl"}, {75, "setrlimit", "nw"},
	{76, "old_getrlimit", "nw"}, {77, "getrusage", "nw"},
	{78, "gettimeofday", "ww"}, {79, "settimeofday", "tw"},
	{80, "getgroups16", "nw"}, {81, "setgroups16", "nw"},
	{82, "old_select", "w"}, {83, "symlink", "pp"}, {84, "oldlstat", "pw"},
	{85, "readlink", "pbl"}, {87, "swapon", "yg"},
	{89, "old_readdir", "fwn"}, {90, "old_mmap", "w"},
	{91, "munmap", "aA"}, {92, "truncate", "po"}, {93, "ftruncate", "fo"},
	{94, "fchmod", "fm"}, {95, "fchown16", "fuu"},
	{96, "getpriority", "ni"}, {97, "setpriority", "nin"},
	{99, "statfs", "pw"}, {100, "fstatfs", "fw"}, {103, "syslog", "nbl"},
	{104, "setitimer", "ntw"}, {105, "getitimer", "nw"},
	{106, "stat", "pw"}, {107, "lstat", "pw"}, {108, "fstat", "fw"},
	{109, "olduname", "w"}, {114, "wait4", "iwgw"}, {115, "swapoff", "y"},
	{116, "sysinfo", "w"}, {118, "fsync", "f"}, {119, "sigreturn", ""},
	{120, "clone", "zawww"}, {121, "setdomainname", "bl"},
	{122, "uname", "w"}, {123, "modify_ldt", "nwl"},
	{125, "mprotect", "aAP"}, {126, "sigprocmask", "nww"},
	{132, "getpgid", "i"}, {133, "fchdir", "f"},
	{136, "personality", "x"}, {138, "setfsuid16", "u"},
	{140, "llseek", "fhown"}, {141, "getdents", "fbl"},
	{142, "select", "nwwwt"}, {143, "flock", "fg"}, {144, "msync", "aAg"},
	{145, "readv", "fvn"}, {146, "writev", "fvn"}, {147, "getsid", "i"},
	{148, "fdatasync", "f"}, {150, "mlock", "aA"}, {151, "munlock", "aA"},
	{152, "mlockall", "g"}, {153, "munlockall", ""},
	{154, "sched_setparam", "iw"}, {155, "sched_getparam", "iw"},
	{156, "sched_setscheduler", "inw"}, {157, "sched_getscheduler", "i"},
	{158, "sched_yield", ""}, {159, "sched_get_priority_max", "n"},
	{161, "sched_rr_get_interval", "iw"}, {162, "nanosleep", "tw"},
	{163, "mremap", "aAAga"}, {164, "setresuid16", "uuu"},
	{165, "getresuid16", "www"}, {168, "poll", "dnn"},
	{172, "prctl", "nxxxx"}, {173, "rt_sigreturn", ""},
	{174, "rt_sigaction", "swwn"}, {175, "rt_sigprocmask", "nSSn"},
	{176, "rt_sigpending", "wn"}, {177, "rt_sigtimedwait", "Swtn"},
	{178, "rt_sigqueueinfo", "isw"}, {179, "rt_sigsuspend", "Sn"},
	{180, "pread64", "fbloh"}, {181, "pwrite64", "fbloh"},
	{182, "chown16", "puu"}, {183, "getcwd", "bl"}, {184, "capget", "ww"},
	{185, "capset", "ww"}, {186, "sigaltstack", "ww"},
	{187, "sendfile", "ffwl"}, {190, "vfork", ""},
	{191, "getrlimit", "nw"}, {192, "mmap2", "aAPMfn"},
	{193, "truncate64", "poh"}, {194, "ftruncate64", "foh"},
	{195, "stat64", "pw"}, {196, "lstat64", "pw"}, {197, "fstat64", "fw"},
	{198, "lchown", "puu"}, {199, "getuid", ""}, {203, "setreuid", "uu"},
	{205, "getgroups", "nw"}, {206, "setgroups", "nw"},
	{207, "fchown", "fuu"}, {208, "setresuid", "uuu"},
	{209, "getresuid", "www"}, {212, "chown", "puu"},
	{213, "setuid", "u"}, {214, "setgid", "u"}, {215, "setfsuid", "u"},
	{218, "mincore", "aAb"}, {219, "madvise", "aAn"},
	{220, "getdents64", "fbl"}, {221, "fcntl64", "fCx"},
	{224, "gettid", ""}, {225, "readahead", "fohl"}, {238, "tkill", "is"},
	{239, "sendfile64", "ffwl"}, {240, "futex_time32", "wgntwn"},
	{241, "sched_setaffinity", "ilw"}, {242, "sched_getaffinity", "ilw"},
	{243, "set_thread_area", "w"}, {244, "get_thread_area", "w"},
	{250, "fadvise64", "foln"}, {252, "exit_group", "n"},
	{258, "set_tid_address", "w"}, {259, "timer_create", "nww"},
	{260, "timer_settime32", "ngtw"}, {261, "timer_gettime32", "nw"},
	{262, "timer_getoverrun", "n"}, {263, "timer_delete", "n"},
	{264, "clock_settime32", "nt"},
	{265, "clock_gettime32", "nw"}, {266, "clock_getres32", "nw"},
	{267, "clock_nanosleep32", "nntw"}, {268, "statfs64", "plw"},
	{269, "fstatfs64", "flw"}, {270, "tgkill", "iis"},
	{271, "utimes32", "pw"}, {272, "fadvise64_64", "fohohn"},
	{284, "waitid", "niwgw"}, {295, "openat", "DpOm"},
	{296, "mkdirat", "Dpm"}, {297, "mknodat", "Dpmq"},
	{298, "fchownat", "Dpuug"}, {299, "futimesat32", "Dpw"},
	{300, "fstatat64", "Dpwg"}, {301, "unlinkat", "Dpg"},
	{302, "renameat", "DpDp"}, {303, "linkat", "DpDpg"},
	{304, "symlinkat", "pDp"}, {305, "readlinkat", "Dpbl"},
	{306, "fchmodat", "Dpm"}, {307, "faccessat", "Dpm"},
	{308, "pselect6_time32", "nwwwtw"}, {309, "ppoll_time32", "dntSn"},
	{311, "set_robust_list", "wn"}, {312, "get_robust_list", "iww"},
	{318, "getcpu", "www"}, {320, "utimensat32", "Dpwg"},
	{330, "dup3", "ffg"}, {331, "pipe2", "wg"}, {333, "preadv", "fvnoh"},
	{334, "pwritev", "fvnoh"}, {335, "rt_tgsigqueueinfo", "iisw"},
	{340, "prlimit64", "inww"}, {344, "syncfs", "f"},
	{353, "renameat2", "DpDpg"}, {355, "getrandom", "blg"},
	{358, "execveat", "Dpeeg"},
	{383, "statx", "Dpgxw"}, {403, "clock_gettime", "nw"},
	{404, "clock_settime", "nt"}, {406, "clock_getres", "nw"},
	{407, "clock_nanosleep", "nntw"}, {408, "timer_gettime", "nw"},
	{409, "timer_settime", "ngtw"}, {412, "utimensat", "Dpwg"},
	{413, "pselect6", "nwwwtw"}, {414, "ppoll", "dntSn"},
	{421, "rt_sigtimedwait", "Swtn"}, {422, "futex", "wgntwn"},
	{423, "sched_rr_get_interval64", "iw"}, {436, "close_range", "ffg"},
	{439, "faccessat2", "Dpmg"}, {452, "fchmodat2", "Dpmg"},
};
constexpr int FUZZ_CALLS = sizeof(fuzz_calls) / sizeof(fuzz_calls[0]);

static inline const fuzz_call *fuzz_call_of(int nr)
{
	for (const fuzz_call &c : fuzz_calls)
		if (c.nr == nr)
			return &c;
	return nullptr;
}
