/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot, from head.S to the first program: the parts of the kernel in the
 * order in which they need each other, then, in a task that may sleep, the
 * initcalls, the root file system and init. 2.4: init/main.c.
 */
#include <asm/setup.h>
#include <linux/buffer_head.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/radix-tree.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uart.h>
#include <linux/utsname.h>
#include <linux/vga_con.h>
#include <linux/vmalloc.h>

constinit char saved_command_line[1024];

extern "C" {
extern const setup_param __setup_start[], __setup_end[];
extern const initcall_t __initcall_start[], __initcall_end[];
}

/* ---- the command line ---- */

constexpr unsigned MAX_INIT_WORDS = 32;

/* The last entry of each stays null. */
static constinit const char *init_argv[MAX_INIT_WORDS + 2] = {"init"};
static constinit const char *init_envp[MAX_INIT_WORDS + 2] = {
	"HOME=/", "TERM=linux"};
static constinit const char *init_path = nullptr;
static constinit char words[sizeof(saved_command_line)];
static constinit bool too_many_words;	/* found before there is a console */

__init static void init_setup(const char *value)
{
	init_path = value;
}
__setup("init=", init_setup);

__init static void add_word(const char **list, const char *word)
{
	unsigned n = 0;

	while (list[n])
		n++;
	if (n <= MAX_INIT_WORDS)
		list[n] = word;
	else
		too_many_words = true;
}

/* A later NAME=value takes the place of an earlier one. */
__init static void add_env(const char *word)
{
	size_t name = strchr(word, '=') + 1 - word;

	for (const char **e = init_envp; *e; e++) {
		if (strncmp(*e, word, name))
			continue;
		*e = word;
		return;
	}
	add_word(init_envp, word);
}

__init static bool kernel_knows(const char *word)
{
	for (const setup_param *p = __setup_start; p < __setup_end; p++) {
		size_t n = strlen(p->name);
		bool has_value = p->name[n - 1] == '=';

		if (strncmp(word, p->name, n) || (!has_value && word[n]))
			continue;
		p->fn(word + n);
		return true;
	}
	return false;
}

__init static char *next_word(char **rest)
{
	char *s = *rest;

	while (*s == ' ')
		s++;
	char *end = s;

	while (*end && *end != ' ')
		end++;
	*rest = *end ? end + 1 : end;
	*end = 0;
	return *s ? s : nullptr;
}

__init static void parse_command_line()
{
	char *rest = words;
	bool for_init = false;

	strlcpy(words, saved_command_line, sizeof(words));
	while (char *word = next_word(&rest)) {
		if (for_init)
			add_word(init_argv, word);
		else if (!strcmp(word, "--"))
			for_init = true;
		else if (!kernel_knows(word) && strchr(word, '='))
			add_env(word);
	}
}

/* ---- the first program ---- */

static const char *errno_text(int err)
{
	switch (-err) {
	case ENOENT:
		return "no such file or directory (ENOENT)";
	case ENOEXEC:
		return "not an executable (ENOEXEC)";
	case EACCES:
		return "permission denied (EACCES)";
	case ENOTDIR:
		return "not a directory (ENOTDIR)";
	case ELOOP:
		return "too many symbolic links (ELOOP)";
	case ENOMEM:
		return "out of memory (ENOMEM)";
	case EIO:
		return "I/O error (EIO)";
	case ENAMETOOLONG:
		return "name too long (ENAMETOOLONG)";
	default:
		return nullptr;
	}
}

[[noreturn]] static void no_init(const char *path, int err)
{
	const char *text = errno_text(err);

	if (text)
		panic("No working init: %s: %s", path, text);
	panic("No working init: %s: error %d", path, -err);
}

/* Returns only if it cannot be run. */
static int run_init(const char *path)
{
	init_argv[0] = path;
	auto r = kernel_execve(path, init_argv, init_envp);

	if (r.ok())
		enter_user_mode();
	return r.err();
}

[[noreturn]] static void start_first_program()
{
	static const char *const usual[] = {
		"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};
	int err = 0;

	if (init_path)
		no_init(init_path, run_init(init_path));
	for (const char *path : usual) {
		err = run_init(path);
		if (err != -ENOENT)
			no_init(path, err);
	}
	panic("No working init: none of /sbin/init, /etc/init, /bin/init, "
	      "/bin/sh is there; pass init=");
}

/* Descriptors 0, 1 and 2. */
static void open_console()
{
	auto f = filp_open("/dev/console", O_RDWR, 0);

	if (f.failed()) {
		printk(KERN_WARNING "Unable to open /dev/console for init "
		       "(error %d): it starts without descriptors.\n",
		       -f.err());
		return;
	}
	for (int fd = 0; fd < 3; fd++) {
		get_file(f.value());
		if (fd_attach(f.value(), false).failed())
			panic("no descriptors for init");
	}
	fput(f.value());
}

__init static void do_initcalls()
{
	for (const initcall_t *c = __initcall_start; c < __initcall_end; c++)
		(*c)();
}

__init static void init_with_init_code()
{
	do_initcalls();
	mount_root();
}

static int init(void *)
{
	init_with_init_code();
	free_initmem();
	open_console();
	start_first_program();
}

extern "C" [[noreturn]] __init void start_kernel(unsigned long magic,
						 unsigned long info)
{
	trap_init();
	cpu_init();
	setup_arch(magic, info);
	parse_command_line();
	vga_console_init();
	uart_console_init();
	printk(KERN_NOTICE "%s version %s %s\n", system_utsname.sysname,
	       system_utsname.release, system_utsname.version);
	printk(KERN_NOTICE "Command line: %s\n", saved_command_line);
	if (too_many_words)
		panic("too many words for init on the command line");
	setup_memory(info);
	paging_init();
	free_area_init();
	zero_page_init();
	mem_init();
	kmem_cache_init();
	vmalloc_init();
	radix_tree_init();
	init_IRQ();
	sched_init();
	time_init();
	fork_init();
	dcache_init();
	inode_init();
	buffer_init();
	local_irq_enable();
	if (kernel_thread(init, nullptr, "init").failed())
		panic("no memory for the first task");
	cpu_idle();
}
