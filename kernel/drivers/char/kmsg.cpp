/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/kmsg: a line written to it becomes a message of the kernel's log, with
 * the level of a leading "<n>"; reading gives the log's text from the file's
 * position, which counts bytes since boot, to its present end.
 */
#include "chrdev.h"
#include <linux/console.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

constexpr size_t LINE_MAX = 512;

static result<long> kmsg_write(file *, user_ptr<const char> buf, size_t n,
			       loff_t *)
{
	char line[LINE_MAX + 1];
	size_t len = min(n, LINE_MAX);

	TRY(copy_from_user(line, buf.addr(), len));
	if (len && line[len - 1] == '\n')
		line[len - 1] = 0;
	line[len] = 0;
	bool level = line[0] == '<' && line[1] >= '0' && line[1] <= '7' &&
		     line[2] == '>';

	printk("%s%s\n", level ? "" : KERN_NOTICE, line);
	return (long)n;
}

static result<long> kmsg_read(file *, user_ptr<char> buf, size_t n, loff_t *pos)
{
	char piece[256];
	u64 seq = (u64)*pos;
	size_t done = 0;

	while (done < n) {
		size_t len = printk_read(&seq, piece,
					 min(n - done, sizeof(piece)));

		if (!len)
			break;
		TRY(copy_to_user(buf.addr() + done, piece, len));
		done += len;
		*pos = (loff_t)seq;
	}
	return (long)done;
}

const file_operations kmsg_fops = {
	.llseek = nullptr,
	.read = kmsg_read,
	.write = kmsg_write,
};
