/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log as user space sees it: syslog(2), which C libraries call klogctl,
 * and what /proc/kmsg shares with it. printk may be called under any lock and
 * therefore wakes nobody: a reader that has seen everything looks again four
 * times a second. 2.4: do_syslog in kernel/printk.c.
 */
#include <linux/console.h>
#include <linux/kernel.h>
#include <linux/sched.h>

constexpr unsigned long POLL_INTERVAL = HZ / 4;

enum syslog_type {
	SYSLOG_CLOSE,
	SYSLOG_OPEN,
	SYSLOG_READ,		/* what nobody has read this way yet */
	SYSLOG_READ_ALL,	/* the last bytes since the last clear */
	SYSLOG_READ_CLEAR,
	SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF,
	SYSLOG_CONSOLE_ON,
	SYSLOG_CONSOLE_LEVEL,
	SYSLOG_SIZE_UNREAD,	/* by SYSLOG_READ */
	SYSLOG_SIZE_BUFFER,
};

/* Positions in the log; printk's lock guards them. */
static constinit u64 read_pos = 0, clear_pos = 0;

result<long> printk_wait_read(u64 *seq, char *buf, size_t size)
{
	for (;;) {
		size_t n = printk_read(seq, buf, size);

		if (n)
			return (long)n;
		current->state = TASK_INTERRUPTIBLE;
		schedule_timeout(POLL_INTERVAL);
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
}

static result<long> read_unread(user_ptr<char> u, size_t len)
{
	char piece[256];
	long n = TRY(printk_wait_read(&read_pos, piece,
				      min(len, sizeof(piece))));

	TRY(copy_to_user(u.addr(), piece, n));
	return n;
}

static result<long> read_last(user_ptr<char> u, size_t len, bool clear)
{
	char piece[256];
	size_t done = 0;
	u64 seq;

	printk_seek(&clear_pos, &seq, len);
	while (size_t n = printk_read(&seq, piece,
				      min(len - done, sizeof(piece)))) {
		TRY(copy_to_user(u.addr() + done, piece, n));
		done += n;
	}
	if (clear)
		printk_seek(&seq, &clear_pos, LOG_SIZE);
	return (long)done;
}

static result<long> syslog_read(int type, user_ptr<char> u, int len)
{
	if (!u || len < 0)
		return -EINVAL;
	if (!len)
		return 0L;
	if (!access_ok(u.addr(), (size_t)len))
		return -EFAULT;
	if (type == SYSLOG_READ)
		return read_unread(u, (size_t)len);
	return read_last(u, (size_t)len, type == SYSLOG_READ_CLEAR);
}

static result<long> set_console_level(int level)
{
	if (level < MINIMUM_CONSOLE_LOGLEVEL || level > 8)
		return -EINVAL;
	WRITE_ONCE(console_loglevel, level);
	return 0L;
}

SYSCALL result<long> sys_syslog(int type, user_ptr<char> u, int len)
{
	u64 seq;

	if (type != SYSLOG_READ_ALL && type != SYSLOG_SIZE_BUFFER &&
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (type) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0L;
	case SYSLOG_READ:
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		return syslog_read(type, u, len);
	case SYSLOG_CLEAR:
		printk_seek(&clear_pos, &clear_pos, 0);
		return 0L;
	case SYSLOG_CONSOLE_OFF:
		return set_console_level(MINIMUM_CONSOLE_LOGLEVEL);
	case SYSLOG_CONSOLE_ON:
		return set_console_level(DEFAULT_CONSOLE_LOGLEVEL);
	case SYSLOG_CONSOLE_LEVEL:
		return set_console_level(len);
	case SYSLOG_SIZE_UNREAD:
		return (long)printk_seek(&read_pos, &seq, LOG_SIZE);
	case SYSLOG_SIZE_BUFFER:
		return (long)LOG_SIZE;
	default:
		return -EINVAL;
	}
}
