/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's log: a ring of text in which every line begins with its level
 * ("<6>"), and the consoles that show it. A message goes into the ring and to
 * the consoles under one lock, in any context. 2.4: kernel/printk.c.
 */
#include <asm/system.h>
#include <linux/console.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>

constexpr int DEFAULT_LEVEL = 4;	/* KERN_WARNING */
constexpr unsigned MAX_CMDLINE_CONSOLES = 4;

static constinit spinlock_t console_lock{"console", RANK_CONSOLE};
static constinit char log_buf[LOG_SIZE];
static constinit u64 log_end = 0;	/* bytes ever written */
static constinit console *consoles = nullptr;
constinit int console_loglevel = DEFAULT_CONSOLE_LOGLEVEL;

/* How far the words of the log are: of the writer and of the consoles. */
struct line_state {
	bool at_start = true;		/* a level comes next */
	bool shown = true;		/* by its level */
};
static constinit line_state writer, shower;
static constinit char format_buf[1024];

/* ---- console= ---- */

static constinit char wanted[MAX_CMDLINE_CONSOLES][8];
static constinit unsigned nr_wanted = 0;

/* Options behind a comma (speed) mean nothing to an emulated port. */
__init static void console_setup(const char *value)
{
	size_t len = 0;

	if (nr_wanted == MAX_CMDLINE_CONSOLES)
		return;
	while (value[len] && value[len] != ',')
		len++;
	if (len < sizeof(wanted[0]))
		strlcpy(wanted[nr_wanted++], value, len + 1);
}
__setup("console=", console_setup);

__init static void loglevel_setup(const char *value)
{
	console_loglevel = simple_strtoul(value, nullptr, 0);
}
__setup("loglevel=", loglevel_setup);

__init static void quiet_setup(const char *)
{
	console_loglevel = 4;
}
__setup("quiet", quiet_setup);

__init static void debug_setup(const char *)
{
	console_loglevel = 10;
}
__setup("debug", debug_setup);

static bool is_wanted(const char *name)
{
	for (unsigned i = 0; i < nr_wanted; i++)
		if (!strcmp(wanted[i], name))
			return true;
	return nr_wanted == 0;
}

const char *preferred_console()
{
	if (nr_wanted)
		return wanted[nr_wanted - 1];
	return consoles ? consoles->name : "";
}

/* ---- the lock, and when not to wait for it ---- */

static constinit bool busted = false;
static constinit unsigned nmi_depth = 0;

void bust_spinlocks()
{
	busted = true;
}

void printk_nmi_enter()
{
	nmi_depth++;
}

void printk_nmi_exit()
{
	nmi_depth--;
}

/* In a panic or an NMI the holder may be what was interrupted. */
class console_guard {
	unsigned long flags;
	bool held = true;

public:
	console_guard() : flags(local_irq_save())
	{
		if (busted || nmi_depth)
			held = !test_and_set_bit(0, &console_lock.locked);
		else
			spin_lock(&console_lock);
	}
	console_guard(const console_guard &) = delete;
	~console_guard()
	{
		if (!held)
			;
		else if (busted || nmi_depth)
			console_lock.locked = 0;
		else
			spin_unlock(&console_lock);
		local_irq_restore(flags);
	}
};

/* ---- the ring ---- */

static char log_at(u64 pos)
{
	return log_buf[pos & (LOG_SIZE - 1)];
}

static u64 log_start()
{
	return log_end > LOG_SIZE ? log_end - LOG_SIZE : 0;
}

static void put(char c)
{
	log_buf[log_end++ & (LOG_SIZE - 1)] = c;
}

static int level_of(const char *s)
{
	if (s[0] == '<' && s[1] >= '0' && s[1] <= '7' && s[2] == '>')
		return s[1] - '0';
	return -1;
}

static void put_level(int level)
{
	put('<');
	put((char)('0' + level));
	put('>');
	writer.at_start = false;
}

static void put_text(const char *s)
{
	int level = level_of(s);

	if (level >= 0)
		s += 3;
	if (level >= 0 && !writer.at_start)	/* the last line had no end */
		put('\n'), writer.at_start = true;
	for (; *s; s++) {
		if (writer.at_start)
			put_level(level >= 0 ? level : DEFAULT_LEVEL);
		put(*s);
		writer.at_start = *s == '\n';
	}
}

/* Up to the end of the line, of the log, or of the ring's array. */
static size_t piece_length(u64 from, u64 to)
{
	unsigned offset = from & (LOG_SIZE - 1);
	size_t max_len = min((u64)(LOG_SIZE - offset), to - from), n = 0;

	while (n < max_len)
		if (log_buf[offset + n++] == '\n')
			break;
	return n;
}

/* Gives the log from @from on, without levels, to @only or to all. */
static void show(u64 from, line_state *s, console *only)
{
	while (from < log_end) {
		if (s->at_start && log_end - from >= 3) {
			s->shown = log_at(from + 1) - '0' < console_loglevel;
			s->at_start = false;
			from += 3;
			continue;
		}
		size_t n = piece_length(from, log_end);
		const char *text = log_buf + (from & (LOG_SIZE - 1));

		for (console *c = consoles; c && s->shown; c = c->next)
			if (c->enabled && (!only || c == only))
				c->write(text, n);
		s->at_start = text[n - 1] == '\n';
		from += n;
	}
}

static int vprintk(const char *fmt, __builtin_va_list ap)
{
	console_guard g;
	u64 from = log_end;
	int n = vsnprintf(format_buf, sizeof(format_buf), fmt, ap);

	put_text(format_buf);
	show(from, &shower, nullptr);
	return n;
}

int printk(const char *fmt, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	int n = vprintk(fmt, ap);
	__builtin_va_end(ap);
	return n;
}

/* The consoles' order is that of their registration. */
void register_console(console *c)
{
	console_guard g;
	console **end = &consoles;
	line_state replay;

	while (*end)
		end = &(*end)->next;
	*end = c;
	c->enabled = is_wanted(c->name);
	if (c->enabled)
		show(log_start(), &replay, c);
}

size_t printk_read(u64 *seq, char *buf, size_t size)
{
	console_guard g;
	size_t n = 0;

	*seq = clamp(*seq, log_start(), log_end);
	while (n < size && *seq < log_end)
		buf[n++] = log_at((*seq)++);
	return n;
}

size_t printk_seek(const u64 *from, u64 *seq, size_t keep)
{
	console_guard g;
	u64 start = clamp(*from, log_start(), log_end);
	size_t n = min((size_t)(log_end - start), keep);

	*seq = log_end - n;
	return n;
}

bool printk_allowed(unsigned long *last)
{
	unsigned long now = jiffies, before = *last;

	if (before && now - before < 5 * HZ)
		return false;
	*last = now ? now : 1;
	return true;
}
